"""An issuer as it is shown: its names with their places, its documents, and the editors' changes of it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from app.issuers.edits import EditRepository, IssuerEdit
from app.issuers.names import Issuer
from app.issuers.repository import IssuerDocument, IssuerRepository, NamePlace

MOST_DOCUMENTS = 2_000
"""Most documents of an issuer that are listed, and that one change may concern."""

_PLACES_A_NAME = 5
_REVISIONS = 10**9


@dataclass(frozen=True, slots=True)
class IssuerView:
    """An issuer as one reader sees it. `documents` are the first ones, at most one more than `MOST_DOCUMENTS`; the
    counts are of all. `places` has (role, normalised name) → where documents give it.
    """

    issuer: Issuer
    documents: tuple[IssuerDocument, ...]
    document_count: int
    with_facts: int
    places: Mapping[tuple[str, str], Sequence[NamePlace]]
    edits: tuple[IssuerEdit, ...]

    @property
    def revision(self) -> int:
        """A number that changes with the issuer's documents, names and edits (nine digits of a hash)."""
        digest = hashlib.sha256(f"{self.issuer} {self.document_count}".encode())
        for document in self.documents:
            digest.update(f"{document.id} {document.revision} {document.record}".encode())
        for edit in self.edits:
            digest.update(f"{edit.id} {len(edit.documents)}".encode())
        return int.from_bytes(digest.digest()[:8]) % _REVISIONS


def view_issuer(session: Session, issuer: Issuer) -> IssuerView:
    """Read what is shown of an issuer."""
    repository = IssuerRepository(session)
    documents = repository.list_documents(issuer.ids, MOST_DOCUMENTS + 1)
    document_count, with_facts = repository.count_documents_of(issuer.ids)
    return IssuerView(
        issuer,
        tuple(documents),
        document_count,
        with_facts,
        repository.list_places(issuer.ids, _PLACES_A_NAME),
        tuple(EditRepository(session).list_edits([document.id for document in documents])),
    )


def facts_of(documents: Sequence[IssuerDocument]) -> int:
    return sum(document.facts for document in documents)


def ids_of(documents: Sequence[IssuerDocument]) -> frozenset[UUID]:
    return frozenset(document.id for document in documents)
