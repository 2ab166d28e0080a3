"""Preview a list of changes, or apply all of them in one transaction. Only access administrators may do this."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.access.changes.applying import Change, ChangeMaker, Resolved
from app.access.changes.previewing import Preview, Previewer
from app.access.errors import ChangesRefusedError
from app.audit.service import record
from app.core.errors import FootnoteError
from app.core.principal import Permission, Principal
from app.db.session import Database

MOST_CHANGES = 5000
_MOST_ERRORS = 100


@dataclass(frozen=True, slots=True)
class RefusedChange:
    """The reason why the change at `index` (starting at 0) was rejected: a stable error code and a sentence."""

    index: int
    code: str
    detail: str


class ImportService:
    """Applies or previews lists of changes."""

    def __init__(self, *, database: Database) -> None:
        self._database = database

    def preview(self, principal: Principal, changes: Sequence[Change]) -> Preview:
        """Return the access that users would gain or lose through the changes.

        Raises PermissionRequiredError, ChangesRefusedError.
        """
        principal.require(Permission.ACCESS_MANAGE)
        with self._database.transaction(principal) as session:
            maker = ChangeMaker(session, principal)
            previewer = Previewer(session, list(zip(changes, _resolve_all(maker, changes), strict=True)))
            before = previewer.look_before()
            savepoint = session.begin_nested()
            _make_all(maker, changes)
            after = previewer.look_after()
            savepoint.rollback()
            found = previewer.compare(before, after)
            detail = {
                "changes": len(changes),
                "opens": {"documents": found.opens.documents, "people": found.opens.people},
                "closes": {"documents": found.closes.documents, "people": found.closes.people},
            }
            record(
                session,
                principal,
                "access.changes.previewed",
                object_type="tenant",
                object_id=principal.tenant_id,
                detail=detail,
            )
        return found

    def make(self, principal: Principal, changes: Sequence[Change]) -> None:
        """Apply all changes, or none. Raises PermissionRequiredError; ChangesRefusedError if any change is rejected."""
        principal.require(Permission.ACCESS_MANAGE)
        with self._database.transaction(principal) as session:
            _make_all(ChangeMaker(session, principal), changes)
            detail = {"changes": len(changes)}
            record(
                session,
                principal,
                "access.changes.imported",
                object_type="tenant",
                object_id=principal.tenant_id,
                detail=detail,
            )


def _resolve_all(maker: ChangeMaker, changes: Sequence[Change]) -> list[Resolved]:
    refused, resolved = [], []
    for index, change in enumerate(changes):
        try:
            resolved.append(maker.resolve(change))
        except FootnoteError as error:
            refused.append(RefusedChange(index, error.code, error.detail))
    _refuse(refused)
    return resolved


def _make_all(maker: ChangeMaker, changes: Sequence[Change]) -> None:
    """Apply all changes. After a rejected change, still try the other changes, so that one error reports all rejected
    changes. The error then rolls back the transaction.
    """
    refused = []
    for index, change in enumerate(changes):
        try:
            maker.make(change)
        except FootnoteError as error:
            refused.append(RefusedChange(index, error.code, error.detail))
    _refuse(refused)


def _refuse(refused: Sequence[RefusedChange]) -> None:
    if not refused:
        return
    first = refused[0]
    errors = [
        {"where": f"body.changes.{each.index}", "message": each.detail, "code": each.code}
        for each in refused[:_MOST_ERRORS]
    ]
    number = first.index + 1
    raise ChangesRefusedError(
        f"No change was made, because {len(refused)} of them can't be made. The first of these is number {number}: "
        f"{first.detail}"
        if len(refused) > 1
        else f"No change was made, because change {number} can't be made: {first.detail}",
        extra={"errors": errors, "refused": len(refused)},
    )
