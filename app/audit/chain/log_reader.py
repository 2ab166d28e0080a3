"""Read a tenant's whole log in order, for verification. Only the database owner may do this."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from sqlalchemy import Executable, Row, Text, cast, exists, select, text
from sqlalchemy.orm import Session

from app.audit.chain.checkpoints import Checkpoint
from app.audit.chain.hashing import Link, StoredEvent
from app.audit.models import AuditCheckpoint, AuditEvent, AuditLink, WaitingEvent
from app.db.session import Database, system_principal

_BATCH = 1_000
EVENT_COLUMNS = (
    AuditEvent.tenant_id,
    AuditEvent.id,
    AuditEvent.at,
    AuditEvent.actor_id,
    AuditEvent.key_id,
    AuditEvent.action,
    AuditEvent.object_type,
    AuditEvent.object_id,
    AuditEvent.request_id,
    AuditEvent.client,
    cast(AuditEvent.detail, Text).label("detail"),
)
LINK_COLUMNS = (AuditLink.sequence, AuditLink.event_id, AuditLink.event_hash, AuditLink.previous_hash, AuditLink.hash)

_LINKS = (
    select(*LINK_COLUMNS, *EVENT_COLUMNS)
    .outerjoin(AuditEvent, AuditEvent.id == AuditLink.event_id)
    .order_by(AuditLink.sequence)
)
_UNLINKED = (
    select(*EVENT_COLUMNS)
    .where(
        ~exists().where(AuditLink.event_id == AuditEvent.id),
        ~exists().where(WaitingEvent.event_id == AuditEvent.id),
    )
    .order_by(AuditEvent.id)
)
_WAITING = (
    select(WaitingEvent.event_id, WaitingEvent.event_hash, *EVENT_COLUMNS)
    .outerjoin(AuditEvent, AuditEvent.id == WaitingEvent.event_id)
    .order_by(WaitingEvent.position)
)
_CHECKPOINTS = select(
    AuditCheckpoint.tenant_id,
    AuditCheckpoint.sequence,
    AuditCheckpoint.hash,
    AuditCheckpoint.signed_at,
    AuditCheckpoint.key_id,
    AuditCheckpoint.signature,
).order_by(AuditCheckpoint.sequence)
_GUARDS = (
    "audit_events.chain_event",
    "audit_events.audit_events_append_only",
    "audit_chain.audit_chain_append_only",
    "audit_checkpoints.audit_checkpoints_append_only",
)
_ENABLED_GUARDS = text(
    "SELECT c.relname || '.' || t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
    "WHERE c.relnamespace = 'public'::regnamespace AND t.tgenabled IN ('O', 'A')"
)


class WholeLog:
    """Streams a tenant's log from one snapshot of the database."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def stream_links(self) -> Iterator[tuple[Link, StoredEvent | None]]:
        """Yield each link with its event, or with None if the event was deleted."""
        for row in self._stream(_LINKS):
            yield read_link(row), read_event(row)

    def stream_unlinked(self) -> Iterator[StoredEvent]:
        """Yield events that have no link and are not waiting to be linked."""
        for row in self._stream(_UNLINKED):
            event = read_event(row)
            if event is not None:
                yield event

    def stream_waiting(self) -> Iterator[tuple[UUID, bytes, StoredEvent | None]]:
        """Yield (event id, its hash when recorded, the event) for events that are not linked yet."""
        for row in self._stream(_WAITING):
            yield row.event_id, bytes(row.event_hash), read_event(row)

    def stream_checkpoints(self) -> Iterator[Checkpoint]:
        for row in self._stream(_CHECKPOINTS):
            yield read_checkpoint(row)

    def list_disabled_guards(self) -> Sequence[str]:
        """Return the append-only triggers that are disabled or missing."""
        enabled = set(self._session.scalars(_ENABLED_GUARDS))
        return [guard for guard in _GUARDS if guard not in enabled]

    def _stream(self, statement: Executable) -> Iterator[Row[Any]]:
        yield from self._session.execute(statement, execution_options={"stream_results": True, "yield_per": _BATCH})


@contextmanager
def open_log(owner: Database, tenant_id: UUID) -> Iterator[WholeLog]:
    with owner.transaction(system_principal(tenant_id), snapshot=True) as session:
        session.execute(text("SET LOCAL statement_timeout = 0"))
        yield WholeLog(session)


def list_tenants(owner: Database) -> Sequence[tuple[UUID, str]]:
    """Return (id, slug) of all tenants."""
    with owner.anonymous() as session:
        return [(row.id, row.slug) for row in session.execute(text("SELECT id, slug FROM list_audited_tenants()"))]


def read_link(row: Row[Any]) -> Link:
    return Link(row.sequence, row.event_id, bytes(row.event_hash), bytes(row.previous_hash), bytes(row.hash))


def read_event(row: Row[Any]) -> StoredEvent | None:
    if row.id is None:
        return None
    return StoredEvent(
        tenant_id=row.tenant_id,
        id=row.id,
        at=row.at,
        actor_id=row.actor_id,
        key_id=row.key_id,
        action=row.action,
        object_type=row.object_type,
        object_id=row.object_id,
        request_id=row.request_id,
        client=row.client,
        detail=row.detail,
    )


def read_checkpoint(row: Row[Any]) -> Checkpoint:
    return Checkpoint(row.tenant_id, row.sequence, bytes(row.hash), row.signed_at, row.key_id, bytes(row.signature))
