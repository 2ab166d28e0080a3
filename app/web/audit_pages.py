"""The page of the audit log for auditors. It lists events, newest first, and has filters."""

from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from app.audit.filters import EventFilters
from app.audit.log import AuditLog
from app.core.errors import InvalidInputError
from app.core.pagination import PageRequest
from app.core.principal import Permission, Principal
from app.http.dependencies import service
from app.web.access_pages import AccessDesk

EVENTS_A_PAGE = 50

Log = Annotated[AuditLog, Depends(service(AuditLog))]
Short = Annotated[str, Query(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]


def audit_pages(desk: AccessDesk) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/audit")
    def show_audit(
        request: Request,
        log: Log,
        action: Short = "",
        actor: Short = "",
        object_id: Short = "",
        cursor: Annotated[str | None, Query(max_length=200)] = None,
    ) -> Response:
        def show(principal: Principal) -> Response:
            filters = EventFilters(action=action or None, actor_id=_actor(actor), object_id=object_id or None)
            found = log.list_events(principal, PageRequest(limit=EVENTS_A_PAGE, cursor=cursor), filters)
            asked = {"action": action, "actor": actor, "object_id": object_id}
            older = None if found.next_cursor is None else "?" + urlencode({**asked, "cursor": found.next_cursor})
            return desk.show(request, principal, "audit.html", events=found.items, asked=asked, older=older)

        return desk.answer(request, Permission.AUDIT_READ, show)

    return router


def _actor(text: str) -> UUID | None:
    try:
        return UUID(text.strip()) if text.strip() else None
    except ValueError as error:
        raise InvalidInputError("Enter the actor's ID (a UUID).") from error
