"""What an editor may change of an issuer: merge it into another, split documents off, or rename it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.principal import Principal
from app.documents.issuers import normalise_issuer
from app.issuers.edits import EditKind, EditRepository
from app.issuers.errors import IssuerChangeError, IssuerNotEditableError, TooManyDocumentsError
from app.issuers.names import Issuer, IssuerName
from app.issuers.reading import get_issuer, list_issuers_of
from app.issuers.repository import IssuerDocument
from app.issuers.views import MOST_DOCUMENTS, IssuerView, facts_of, ids_of, view_issuer


@dataclass(frozen=True, slots=True)
class IssuerChange:
    """One change: exactly one of the fields is set. `merge_into` is the ID or name of an issuer; `split_off` are
    documents; `name` is a new name.
    """

    merge_into: str | None = None
    split_off: tuple[UUID, ...] = ()
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change does: the documents that move, with their facts and names, and the issuers afterwards.
    `edit_id` is None in a preview.

    `names` are the names that the former issuer loses, because only the moving documents give them.
    """

    kind: EditKind
    documents: tuple[IssuerDocument, ...]
    names: tuple[IssuerName, ...]
    issuers: tuple[Issuer, ...]
    edit_id: UUID | None

    @property
    def facts(self) -> int:
        return facts_of(self.documents)


class Changer:
    """Applies a change in the caller's transaction. The caller locks, commits, or rolls back."""

    def __init__(self, session: Session, principal: Principal, made_at: datetime) -> None:
        self._session = session
        self._principal = principal
        self._made_at = made_at
        self._edits = EditRepository(session)

    def apply(self, view: IssuerView, change: IssuerChange) -> Effect:
        """Apply a change of the issuer. Raises IssuerChangeError, IssuerNotEditableError, TooManyDocumentsError,
        IssuerNotFoundError, IssuerAmbiguousError.
        """
        chosen = [change.merge_into is not None, bool(change.split_off), change.name is not None]
        if sum(chosen) != 1:
            raise IssuerChangeError("Send exactly one of `merge_into`, `split_off` and `name`.")
        if change.merge_into is not None:
            return self._merge(view, get_issuer(self._session, change.merge_into))
        if change.name is not None:
            return self._rename(view, change.name)
        return self._split(view, frozenset(change.split_off))

    def _merge(self, view: IssuerView, into: Issuer) -> Effect:
        if into.ids == view.issuer.ids:
            raise IssuerChangeError("These are already one issuer.")
        other = view_issuer(self._session, into)
        documents = [document for document in other.documents if document.is_editable]
        if not documents:
            raise IssuerNotEditableError(f"You may edit no document of {into.name}: ask for edit permission of one.")
        self._check(view.documents)
        leading = documents[:MOST_DOCUMENTS]
        concerned = [*view.documents, *leading]
        edit_id = self._edits.add(self._principal, EditKind.MERGE, concerned, self._made_at, leading=ids_of(leading))
        return self._effect(EditKind.MERGE, view, other.documents, view.documents, edit_id)

    def _split(self, view: IssuerView, documents: frozenset[UUID]) -> Effect:
        moving = [document for document in view.documents if document.id in documents]
        if len(moving) != len(documents):
            raise IssuerChangeError("Not all of these are documents of the issuer: see its `listed_documents`.")
        if len(moving) == len(view.documents):
            raise IssuerChangeError("These are all documents of the issuer: leave one of them.")
        self._check(moving)
        left = {normalise_issuer(each.issuer or "") for each in view.documents if each.id not in documents}
        alike = frozenset(each.id for each in moving if normalise_issuer(each.issuer or "") in left)
        edit_id = self._edits.add(self._principal, EditKind.SPLIT, moving, self._made_at, leading=alike)
        return self._effect(EditKind.SPLIT, view, (), moving, edit_id)

    def _rename(self, view: IssuerView, name: str) -> Effect:
        self._check(view.documents)
        edit_id = self._edits.add(self._principal, EditKind.RENAME, view.documents, self._made_at, name=name)
        return self._effect(EditKind.RENAME, view, (), (), edit_id)

    def _check(self, documents: Sequence[IssuerDocument]) -> None:
        """Raises IssuerNotEditableError unless the principal may edit all of the documents."""
        if len(documents) > MOST_DOCUMENTS:
            raise TooManyDocumentsError
        closed = sum(not document.is_editable for document in documents)
        if closed:
            raise IssuerNotEditableError(
                f"You may read but not edit {closed} of the {len(documents)} documents that this changes: ask their "
                "owners for edit permission."
            )

    def _effect(
        self,
        kind: EditKind,
        view: IssuerView,
        others: Sequence[IssuerDocument],
        moving: Sequence[IssuerDocument],
        edit_id: UUID,
    ) -> Effect:
        concerned = ids_of([*view.documents, *others])
        after = self._list_after(concerned)
        left = {name.form for issuer in after if view.issuer.ids & issuer.ids for name in issuer.names}
        names: tuple[IssuerName, ...] = ()
        if kind is EditKind.MERGE:
            names = view.issuer.names
        elif kind is EditKind.SPLIT:
            names = tuple(name for name in view.issuer.names if name.form not in left)
        return Effect(kind, tuple(moving), names, after, edit_id)

    def _list_after(self, documents: frozenset[UUID]) -> tuple[Issuer, ...]:
        records = self._edits.list_records(documents)
        return list_issuers_of(self._session, sorted(records))


def withdraw(session: Session, edit_id: UUID, documents: frozenset[UUID]) -> tuple[Issuer, ...]:
    """Withdraw a change of these documents, and return their issuers afterwards. Raises IssuerNotEditableError."""
    edits = EditRepository(session)
    if edits.list_editable(documents) != documents:
        raise IssuerNotEditableError
    edits.remove(edit_id)
    return list_issuers_of(session, sorted(edits.list_records(documents)))
