"""Reads issuers, and changes them as an editor. Every read and change is audited."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from app.audit.service import record
from app.core.clock import Clock
from app.core.errors import PreconditionFailedError
from app.core.pagination import InvalidCursorError, PageOf, PageRequest, encode_cursor
from app.core.principal import Principal
from app.db.session import Database
from app.documents.issuers import normalise_issuer
from app.issuers.changes import Changer, Effect, IssuerChange, withdraw
from app.issuers.edits import EditKind, EditRepository
from app.issuers.errors import IssuerEditNotFoundError
from app.issuers.joining import join_records
from app.issuers.names import Issuer, NameRole
from app.issuers.reading import get_issuer
from app.issuers.repository import IssuerRepository, RecordCount
from app.issuers.views import IssuerView, view_issuer

_ACTIONS = {
    EditKind.MERGE: "issuers.issuer.merged",
    EditKind.SPLIT: "issuers.issuer.split",
    EditKind.RENAME: "issuers.issuer.renamed",
}

Key = tuple[str, str, str]
"""A place in a list: what it is sorted by first, the name, and the ID."""


@dataclass(frozen=True, slots=True)
class ListedIssuer:
    """An issuer, the number of its visible documents, of those that have facts, and the newest filing date."""

    issuer: Issuer
    documents: int
    with_facts: int
    newest: date | None = None

    @property
    def cik(self) -> str | None:
        return next((name.text for name in self.issuer.names if name.role is NameRole.CIK), None)


class IssuerSort(StrEnum):
    """The order of a list of issuers: by name, by number of documents, or by newest filing; `-` turns it around."""

    NAME = "name"
    NAME_DOWN = "-name"
    DOCUMENTS = "documents"
    DOCUMENTS_DOWN = "-documents"
    FILED = "filed"
    FILED_DOWN = "-filed"

    @property
    def is_down(self) -> bool:
        return self.value.startswith("-")


class IssuerService:
    """Reads and changes issuers under the principal's permissions. Documents that the principal may not see are not
    used: they give no names, and join no issuers.
    """

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def list_issuers(
        self, principal: Principal, page: PageRequest, *, words: str = "", sort: IssuerSort = IssuerSort.NAME
    ) -> PageOf[ListedIssuer]:
        """List issuers. `words` are the beginnings of words of any of the names, or an identifier.

        Raises InvalidCursorError.
        """
        after = _parse_cursor(page)

        def key(listed: ListedIssuer) -> Key:
            return _key(listed, sort)

        with self._database.transaction(principal, snapshot=True) as session:
            repository = IssuerRepository(session)
            issuers, counts = join_records(repository.list_every()), repository.count_documents()
        listed = [_count(issuer, counts) for issuer in issuers if _has_words(issuer, words)]
        kept = sorted((each for each in listed if each.documents), key=key, reverse=sort.is_down)
        if after is not None:
            kept = [each for each in kept if (key(each) < after if sort.is_down else key(each) > after)]
        items = kept[: page.limit]
        more = len(kept) > page.limit
        return PageOf(items=items, next_cursor=encode_cursor("\n".join(key(items[-1]))) if more else None)

    def get_issuer(self, principal: Principal, issuer: str) -> IssuerView:
        """Return an issuer, by its ID, a name, an identifier, or a short form that no other issuer has.

        Raises IssuerNotFoundError, IssuerAmbiguousError.
        """
        with self._database.transaction(principal, snapshot=True) as session:
            view = view_issuer(session, get_issuer(session, issuer))
            _record(session, principal, "issuers.issuer.read", view.issuer.id, {"documents": view.document_count})
        return view

    def preview_change(self, principal: Principal, issuer: str, change: IssuerChange) -> Effect:
        """Return what a change would do, and change nothing. Raises the errors of `change_issuer`."""
        with self._database.transaction(principal) as session:
            trial = session.begin_nested()
            effect = self._apply(session, principal, issuer, change, revision=None)
            trial.rollback()
            detail = {"documents": len(effect.documents)}
            _record(session, principal, "issuers.issuer.previewed", effect.issuers[0].id, detail)
        return replace(effect, edit_id=None)

    def change_issuer(
        self, principal: Principal, issuer: str, change: IssuerChange, *, revision: int | None
    ) -> tuple[Effect, IssuerView]:
        """Merge, split or rename an issuer. Return the effect, and the issuer that has the change.

        Publishing a document again keeps the change. Raises IssuerNotFoundError, IssuerAmbiguousError,
        IssuerChangeError, IssuerNotEditableError, TooManyDocumentsError; PreconditionFailedError if `revision` is
        outdated (None skips the check).
        """
        with self._database.transaction(principal) as session:
            effect = self._apply(session, principal, issuer, change, revision=revision)
            detail = {
                "edit_id": str(effect.edit_id),
                "documents": sorted(str(document.id) for document in effect.documents),
                "issuers": [str(each.id) for each in effect.issuers],
            }
            _record(session, principal, _ACTIONS[effect.kind], effect.issuers[0].id, detail)
            view = view_issuer(session, effect.issuers[0])
        return effect, view

    def withdraw_edit(self, principal: Principal, edit_id: UUID) -> Sequence[Issuer]:
        """Undo a change of an editor, and return the issuers of its documents. It is undone for documents that the
        principal may see. Raises IssuerEditNotFoundError, IssuerNotEditableError.
        """
        with self._database.transaction(principal) as session:
            edits = EditRepository(session)
            edits.lock()
            edit = edits.find_edit(edit_id)
            if edit is None:
                raise IssuerEditNotFoundError
            issuers = withdraw(session, edit_id, edit.documents)
            detail = {"kind": edit.kind.value, "documents": sorted(map(str, edit.documents))}
            _record(session, principal, "issuers.edit.withdrawn", edit_id, detail)
        return issuers

    def _apply(
        self, session: Session, principal: Principal, issuer: str, change: IssuerChange, *, revision: int | None
    ) -> Effect:
        EditRepository(session).lock()
        view = view_issuer(session, get_issuer(session, issuer))
        if revision is not None and view.revision != revision:
            raise PreconditionFailedError
        return Changer(session, principal, self._clock.now()).apply(view, change)


def _count(issuer: Issuer, counts: Mapping[UUID, RecordCount]) -> ListedIssuer:
    found = [counts.get(record, RecordCount()) for record in issuer.ids]
    newest = max((each.newest for each in found if each.newest is not None), default=None)
    return ListedIssuer(issuer, sum(each.documents for each in found), sum(each.with_facts for each in found), newest)


def _has_words(issuer: Issuer, words: str) -> bool:
    wanted = normalise_issuer(words).split()
    return not wanted or any(
        all(any(word.startswith(start) for word in name.form.split()) for start in wanted) for name in issuer.names
    )


def _key(listed: ListedIssuer, sort: IssuerSort) -> Key:
    first = ""
    if sort in (IssuerSort.DOCUMENTS, IssuerSort.DOCUMENTS_DOWN):
        first = f"{listed.documents:09d}"
    elif sort in (IssuerSort.FILED, IssuerSort.FILED_DOWN):
        first = "" if listed.newest is None else listed.newest.isoformat()
    return first, listed.issuer.name.casefold(), str(listed.issuer.id)


def _parse_cursor(page: PageRequest) -> Key | None:
    after = page.after()
    if after is None:
        return None
    first, _, rest = after.partition("\n")
    name, line, issuer_id = rest.rpartition("\n")
    if not line:
        raise InvalidCursorError
    return first, name, issuer_id


def _record(session: Session, principal: Principal, action: str, object_id: UUID, detail: Mapping[str, object]) -> None:
    kind = "issuer_edit" if action.startswith("issuers.edit") else "issuer"
    record(session, principal, action, object_type=kind, object_id=object_id, detail=detail)
