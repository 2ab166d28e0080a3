"""Editors' changes of issuers, in the database. A change is a row for each document that it concerns: a user who may
see the document may see what the change does to it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from app.core.ids import new_id
from app.core.principal import Principal
from app.db.bulk import insert_rows
from app.documents.issuers import normalise_issuer
from app.issuers.models import IssuerEditRow
from app.issuers.repository import IssuerDocument

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('footnote issuers ' || current_tenant(), 0))")
_EDITABLE = text(
    "SELECT id FROM documents WHERE id = ANY(:documents) AND access_class_id = ANY ((SELECT editable_classes())::int[])"
)

_RECORDS = text("SELECT DISTINCT issuer_id FROM documents WHERE id = ANY(:documents) AND issuer_id IS NOT NULL")


class EditKind(StrEnum):
    MERGE = "merge"
    SPLIT = "split"
    RENAME = "rename"


@dataclass(frozen=True, slots=True)
class IssuerEdit:
    """A change by an editor, as far as it concerns visible documents. `name` is the one that a rename gives."""

    id: UUID
    kind: EditKind
    made_at: datetime
    name: str | None
    documents: frozenset[UUID]


class EditRepository:
    """Reads and writes the changes of issuers of documents that the session's principal may see or edit."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def lock(self) -> None:
        """Wait for other changes of the tenant's issuers. The lock ends with the transaction."""
        self._session.execute(_LOCK)

    def list_edits(self, documents: Iterable[UUID]) -> list[IssuerEdit]:
        """List the changes that concern any of the documents, newest first.

        A merger with an issuer of which no document is visible is left out, because it would reveal this issuer.
        """
        query = select(IssuerEditRow).where(IssuerEditRow.document_id.in_(list(documents)))
        return _edits(self._session.scalars(query).all())

    def find_edit(self, edit_id: UUID) -> IssuerEdit | None:
        found = _edits(self._session.scalars(select(IssuerEditRow).where(IssuerEditRow.id == edit_id)).all())
        return found[0] if found else None

    def list_editable(self, documents: Iterable[UUID]) -> frozenset[UUID]:
        """Return those of the documents that the principal may edit."""
        return frozenset(self._session.scalars(_EDITABLE, {"documents": list(documents)}))

    def list_records(self, documents: Iterable[UUID]) -> frozenset[UUID]:
        """Return the records of the documents (`documents.issuer_id`)."""
        return frozenset(self._session.scalars(_RECORDS, {"documents": list(documents)}))

    def add(
        self,
        principal: Principal,
        kind: EditKind,
        documents: Sequence[IssuerDocument],
        made_at: datetime,
        *,
        name: str | None = None,
        leading: frozenset[UUID] = frozenset(),
    ) -> UUID:
        """Store a change and return its ID.

        `leading` are the documents of the issuer that a merger keeps, or those of a split whose printed name stays with
        the other documents.
        """
        edit_id, token = new_id(), new_id()
        rows = [
            {
                "id": edit_id,
                "document_id": document.id,
                "tenant_id": principal.tenant_id,
                "access_class_id": document.access_class_id,
                "kind": kind.value,
                "token": token,
                "name": name,
                "form": None if name is None else normalise_issuer(name),
                "leads": document.id in leading,
                "made_by": principal.user_id,
                "made_at": made_at,
            }
            for document in documents
        ]
        insert_rows(self._session, IssuerEditRow, rows)
        return edit_id

    def remove(self, edit_id: UUID) -> None:
        """Withdraw a change, for the documents that the principal may edit."""
        self._session.execute(delete(IssuerEditRow).where(IssuerEditRow.id == edit_id))


def _edits(rows: Iterable[IssuerEditRow]) -> list[IssuerEdit]:
    by_id: dict[UUID, list[IssuerEditRow]] = defaultdict(list)
    for row in rows:
        by_id[row.id].append(row)
    edits = [
        IssuerEdit(
            id=edit_id,
            kind=EditKind(same[0].kind),
            made_at=same[0].made_at,
            name=same[0].name,
            documents=frozenset(row.document_id for row in same),
        )
        for edit_id, same in by_id.items()
        if same[0].kind != EditKind.MERGE or len({row.leads for row in same}) == 2
    ]
    return sorted(edits, key=lambda edit: (edit.made_at, edit.id), reverse=True)
