"""Read and export the audit log. Row-level security in the database shows it only to auditors."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from app.audit.chain.linking import link_waiting
from app.audit.filters import EventFilters
from app.audit.ocsf import print_line
from app.audit.repository import AuditRepository, LinkedEvent
from app.audit.service import record
from app.core.pagination import InvalidCursorError, PageOf, PageRequest, encode_cursor
from app.core.principal import Permission, Principal
from app.db.session import Database, system_principal

_BATCH = 500
_DIGITS = 18


class ExportCutOffError(RuntimeError):
    """The log could not be read to its end, so the stream must fail instead of looking complete."""


class Transactions(Protocol):
    """Opens a transaction for one principal each time it is called."""

    def __call__(self) -> AbstractContextManager[Session]: ...


@dataclass(frozen=True, slots=True)
class Section:
    """The links `first` to `last` of a chain. The section is empty if `last` is smaller than `first`."""

    first: int
    last: int


class AuditLog:
    """Reads the log of the principal's tenant. An export is itself recorded as an event."""

    def __init__(self, *, database: Database) -> None:
        self._database = database

    def list_events(self, principal: Principal, page: PageRequest, filters: EventFilters) -> PageOf[LinkedEvent]:
        """List events, newest first. Raises PermissionRequiredError, InvalidCursorError."""
        principal.require(Permission.AUDIT_READ)
        before = _parse_sequence(page.after())
        link_waiting(self._database, principal)
        with self._database.transaction(principal) as session:
            found = AuditRepository(session).list_newest(filters, before=before, limit=page.limit + 1)
        items = found[: page.limit]
        more = len(found) > page.limit
        return PageOf(items=items, next_cursor=encode_cursor(str(items[-1].link.sequence)) if more else None)

    def begin_export(self, principal: Principal, *, since: datetime | None, until: datetime | None) -> Section:
        """Return the section to export for that period, and record the export. Raises PermissionRequiredError."""
        principal.require(Permission.AUDIT_READ)
        link_waiting(self._database, principal)
        return _begin(self._database, principal, since=since, until=until)

    def export(self, principal: Principal, section: Section) -> Iterator[str]:
        """Yield the lines in batches. No transaction is open between batches, so a slow client keeps none open."""
        return export_lines(lambda: self._database.transaction(principal), section)


def export_whole(owner: Database, tenant_id: UUID, *, since: datetime | None, until: datetime | None) -> Iterator[str]:
    """Yield the lines of a tenant's log for the database owner. The export is recorded for the tenant's system user."""
    principal = system_principal(tenant_id)
    link_waiting(owner, principal)
    section = _begin(owner, principal, since=since, until=until)
    return export_lines(lambda: owner.transaction(principal), section)


def _begin(database: Database, principal: Principal, *, since: datetime | None, until: datetime | None) -> Section:
    with database.transaction(principal) as session:
        section = Section(*AuditRepository(session).find_section(since, until))
        record(
            session,
            principal,
            "audit.log.exported",
            object_type="tenant",
            object_id=principal.tenant_id,
            detail={"first": section.first, "last": section.last},
        )
    return section


def export_lines(transactions: Transactions, section: Section) -> Iterator[str]:
    """Yield lines in batches. Raises ExportCutOffError if, during the export, the principal loses the right to read or
    links are deleted.
    """
    after = section.first - 1
    while after < section.last:
        with transactions() as session:
            batch = AuditRepository(session).list_between(after, section.last, limit=_BATCH)
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
