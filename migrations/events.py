"""Audit events of what a migration changes of rights by itself, in its transaction."""

from collections.abc import Mapping
from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from app.core.ids import new_id
from app.db.session import SYSTEM_USER_ID

_APPENDED = sa.table(
    "audit_events",
    *(sa.column(name, sa.Uuid) for name in ("id", "tenant_id", "actor_id")),
    *(sa.column(name, sa.Text) for name in ("action", "object_type", "object_id")),
    sa.column("detail", JSONB),
)


def record_change(
    tenant_id: UUID, action: str, *, object_type: str, object_id: object, detail: Mapping[str, object]
) -> None:
    """Append an event of the system's; between `begin_recording` and `end_recording`."""
    values = {"id": new_id(), "tenant_id": tenant_id, "actor_id": SYSTEM_USER_ID, "action": action}
    values |= {"object_type": object_type, "object_id": str(object_id), "detail": dict(detail)}
    op.execute(sa.insert(_APPENDED).values(values))


def begin_recording() -> None:
    """The owner passes over its own rules for it, as it acts for every tenant."""
    op.execute("ALTER TABLE audit_events NO FORCE ROW LEVEL SECURITY")


def end_recording() -> None:
    """Events are linked here and not at the commit: no table is altered while triggers of it wait."""
    op.execute("SET CONSTRAINTS ALL IMMEDIATE")
    op.execute("ALTER TABLE audit_events FORCE ROW LEVEL SECURITY")
    op.execute("SET CONSTRAINTS ALL DEFERRED")
