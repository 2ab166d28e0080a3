"""Records audit events inside the caller's transaction."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from app.audit.models import AuditEvent
from app.core.ids import new_id
from app.core.principal import Principal
from app.core.request import current_client, current_request_id
from app.db.bulk import insert_row


def record(
    session: Session,
    principal: Principal,
    action: str,
    *,
    object_type: str,
    object_id: object,
    detail: Mapping[str, object] | None = None,
) -> None:
    """Append one event; the database links it into the tenant's chain at commit.

    `action` is `feature.noun.past_verb`; `detail` contains ids, counts and codes, never content.
    """
    insert_row(
        session,
        AuditEvent,
        {
            "id": new_id(),
            "tenant_id": principal.tenant_id,
            "actor_id": principal.user_id,
            "key_id": principal.key_id,
            "action": action,
            "object_type": object_type,
            "object_id": str(object_id),
            "request_id": current_request_id.get(),
            "client": current_client.get(),
            "detail": dict(detail or {}),
        },
    )


def record_change(
    session: Session,
    principal: Principal,
    action: str,
    *,
    object_type: str,
    object_id: object,
    before: Mapping[str, object] | None,
    after: Mapping[str, object] | None,
) -> None:
    """Append an event with an object's state before and after a change. A state contains only ids, levels and flags;
    None means that the object does not exist.
    """
    detail = {
        "before": None if before is None else dict(before),
        "after": None if after is None else dict(after),
    }
    record(session, principal, action, object_type=object_type, object_id=object_id, detail=detail)
