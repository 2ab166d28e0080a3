"""Writing to the audit log, inside the caller's transaction."""

from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent
from app.core.ids import new_id
from app.core.principal import Principal

# The request under way, set by the HTTP layer, so that an event can be joined with its log lines.
current_request_id: ContextVar[str | None] = ContextVar("footnote_request_id", default=None)


def record(
    session: Session,
    principal: Principal,
    action: str,
    *,
    object_type: str,
    object_id: object,
    detail: Mapping[str, object] | None = None,
) -> None:
    """Append one event. `action` is `feature.noun.past_verb`; `detail` holds ids, counts and codes, never content."""
    session.execute(
        insert(AuditEvent).values(
            id=new_id(),
            tenant_id=principal.tenant_id,
            at=datetime.now(UTC),
            actor_id=principal.user_id,
            key_id=principal.key_id,
            action=action,
            object_type=object_type,
            object_id=str(object_id),
            request_id=current_request_id.get(),
            detail=dict(detail or {}),
        )
    )
