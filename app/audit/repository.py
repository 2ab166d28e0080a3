"""SQL that reads links with their events for a tenant's auditors."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.audit.chain.hashing import Link, StoredEvent
from app.audit.chain.log_reader import EVENT_COLUMNS, LINK_COLUMNS, read_event, read_link
from app.audit.filters import EventFilters
from app.audit.models import AuditEvent, AuditLink


@dataclass(frozen=True, slots=True)
class LinkedEvent:
    """An event and its link."""

    link: Link
    event: StoredEvent


class AuditRepository:
    """Reads the rows that row-level security shows to the session's principal."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def list_newest(self, filters: EventFilters, *, before: int | None, limit: int) -> Sequence[LinkedEvent]:
        """List links before `before`, newest first."""
        query = _linked().order_by(AuditLink.sequence.desc()).limit(limit)
        if before is not None:
            query = query.where(AuditLink.sequence < before)
        conditions = (
            (AuditEvent.action, filters.action),
            (AuditEvent.actor_id, filters.actor_id),
            (AuditEvent.object_type, filters.object_type),
            (AuditEvent.object_id, filters.object_id),
        )
        for column, value in conditions:
            if value is not None:
                query = query.where(column == value)
        if filters.since is not None:
            query = query.where(AuditEvent.at >= filters.since)
        if filters.until is not None:
            query = query.where(AuditEvent.at < filters.until)
        return self._read(query)

    def list_between(self, after: int, last: int, *, limit: int) -> Sequence[LinkedEvent]:
        """List links after `after`, up to and including `last`, oldest first."""
        within = AuditLink.sequence > after, AuditLink.sequence <= last
        return self._read(_linked().where(*within).order_by(AuditLink.sequence).limit(limit))

    def find_section(self, since: datetime | None, until: datetime | None) -> tuple[int, int]:
        """Return the sequences of the first and last link of a period's events; (1, 0) if there are no events.

        Events are selected by recording time but linked at commit, so a section may contain some events from just
        outside the period.
        """
        query = select(func.min(AuditLink.sequence), func.max(AuditLink.sequence))
        if since is not None or until is not None:
            query = query.join(AuditEvent, AuditEvent.id == AuditLink.event_id)
        if since is not None:
            query = query.where(AuditEvent.at >= since)
        if until is not None:
            query = query.where(AuditEvent.at < until)
        first, last = self._session.execute(query).one()
        return (1, 0) if first is None else (first, last)

    def _read(self, query: Select[Any]) -> list[LinkedEvent]:
        found = []
        for row in self._session.execute(query):
            event = read_event(row)
            if event is not None:
                found.append(LinkedEvent(read_link(row), event))
        return found


def _linked() -> Select[Any]:
    columns: tuple[Any, ...] = (*LINK_COLUMNS, *EVENT_COLUMNS)
    return select(*columns).join(AuditEvent, AuditEvent.id == AuditLink.event_id)
