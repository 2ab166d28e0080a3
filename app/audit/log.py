"""The log as auditors read it. Who is one, the database decides (migration 0011)."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from app.audit.chain.linking import link_waiting
from app.audit.ocsf import print_line
from app.audit.repository import AuditRepository, EventFilters, LinkedEvent
from app.audit.service import record
from app.core.pagination import InvalidCursorError, PageOf, PageRequest, encode_cursor
from app.core.principal import Permission, Principal
from app.db.session import Database, system_principal

_BATCH = 500
_DIGITS = 18


class ExportCutOffError(RuntimeError):
    """The log could not be read to its end; the stream must not look as if it had been."""


class Transactions(Protocol):
    """Opens a transaction for one principal, each time it is asked to."""

    def __call__(self) -> AbstractContextManager[Session]: ...


@dataclass(frozen=True, slots=True)
class Stretch:
    """Links `first` to `last` of a chain; none when `last` is smaller."""

    first: int
    last: int


class AuditLog:
    """Reads the log of the principal's tenant. Its export is an event itself."""

    def __init__(self, *, database: Database) -> None:
        self._database = database

    def list_events(self, principal: Principal, page: PageRequest, filters: EventFilters) -> PageOf[LinkedEvent]:
        """Newest first. Raises PermissionRequiredError, InvalidCursorError."""
        principal.require(Permission.AUDIT_READ)
        before = _parse_sequence(page.after())
        link_waiting(self._database, principal)
        with self._database.transaction(principal) as session:
            found = AuditRepository(session).list_newest(filters, before=before, limit=page.limit + 1)
        items = found[: page.limit]
        more = len(found) > page.limit
        return PageOf(items=items, next_cursor=encode_cursor(str(items[-1].link.sequence)) if more else None)

    def begin_export(self, principal: Principal, *, since: datetime | None, until: datetime | None) -> Stretch:
        """What an export of that time consists of, up to now; audited. Raises PermissionRequiredError."""
        principal.require(Permission.AUDIT_READ)
        link_waiting(self._database, principal)
        return _begin(self._database, principal, since=since, until=until)

    def export(self, principal: Principal, stretch: Stretch) -> Iterator[str]:
        """The lines, each with its end. No transaction is open between batches, however slowly they are taken."""
        return export_lines(lambda: self._database.transaction(principal), stretch)


def export_whole(owner: Database, tenant_id: UUID, *, since: datetime | None, until: datetime | None) -> Iterator[str]:
    """The lines of a tenant's log as the database's owner exports them; audited as the tenant's own system."""
    principal = system_principal(tenant_id)
    link_waiting(owner, principal)
    stretch = _begin(owner, principal, since=since, until=until)
    return export_lines(lambda: owner.transaction(principal), stretch)


def _begin(database: Database, principal: Principal, *, since: datetime | None, until: datetime | None) -> Stretch:
    with database.transaction(principal) as session:
        stretch = Stretch(*AuditRepository(session).find_stretch(since, until))
        record(
            session,
            principal,
            "audit.log.exported",
            object_type="tenant",
            object_id=principal.tenant_id,
            detail={"first": stretch.first, "last": stretch.last},
        )
    return stretch


def export_lines(transactions: Transactions, stretch: Stretch) -> Iterator[str]:
    """Raises ExportCutOffError when links can't be read any more: a right was withdrawn, or they are gone."""
    after = stretch.first - 1
    while after < stretch.last:
        with transactions() as session:
            batch = AuditRepository(session).list_between(after, stretch.last, limit=_BATCH)
        if not batch:
            raise ExportCutOffError
        yield "".join(f"{print_line(item.event, item.link)}\n" for item in batch)
        after = batch[-1].link.sequence


def _parse_sequence(after: str | None) -> int | None:
    if after is None:
        return None
    if not (after.isascii() and after.isdigit() and len(after) <= _DIGITS):
        raise InvalidCursorError
    return int(after)
