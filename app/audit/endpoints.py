"""`/v1/audit`: the audit log, for auditors."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import AwareDatetime
from starlette.concurrency import iterate_in_threadpool

from app.audit.filters import EventFilters
from app.audit.log import AuditLog
from app.audit.schemas import AuditEventOut
from app.core.pagination import InvalidCursorError
from app.core.principal import Permission
from app.http.authority import while_authorised
from app.http.dependencies import CurrentPrincipal, service
from app.http.openapi.document import problems
from app.http.pages import Page, RequestedPage, page_out
from app.http.routing import api_router, needs
from app.http.text import LINE_PATTERN

router = api_router(prefix="/v1/audit", tag="audit")

Log = Annotated[AuditLog, Depends(service(AuditLog))]
Name = Annotated[str | None, Query(max_length=200, pattern=LINE_PATTERN)]
_JSON_LINES = "application/jsonl"
_LINE = {
    "schema": {"type": "string", "description": "One event per line, in OCSF 1.3 (https://schema.ocsf.io/1.3.0)."},
    "example": '{"activity_id": 2, "category_uid": 6, "class_uid": 6003, "type_uid": 600302, "severity_id": 1}\n',
}


@router.get("/events", openapi_extra=needs(Permission.AUDIT_READ) | problems(InvalidCursorError))
def list_audit_events(
    page: RequestedPage,
    principal: CurrentPrincipal,
    log: Log,
    request: Request,
    response: Response,
    action: Name = None,
    actor_id: Annotated[UUID | None, Query()] = None,
    object_type: Name = None,
    object_id: Name = None,
    since: Annotated[AwareDatetime | None, Query(description="Events from this time on.")] = None,
    until: Annotated[AwareDatetime | None, Query(description="Events before this time.")] = None,
) -> Page[AuditEventOut]:
    """List your tenant's audit events, newest first."""
    filters = EventFilters(
        action=action, actor_id=actor_id, object_type=object_type, object_id=object_id, since=since, until=until
    )
    found = log.list_events(principal, page, filters)
    return page_out(request, response, found, AuditEventOut.of, Page[AuditEventOut])


@router.get(
    "/export",
    response_class=StreamingResponse,
    responses={200: {"content": {_JSON_LINES: _LINE}, "description": "JSON Lines"}},
    openapi_extra=needs(Permission.AUDIT_READ),
)
def export_audit_events(
    request: Request,
    principal: CurrentPrincipal,
    log: Log,
    since: Annotated[AwareDatetime | None, Query(description="Events from this time on.")] = None,
    until: Annotated[AwareDatetime | None, Query(description="Events before this time.")] = None,
) -> StreamingResponse:
    """Export all events of a period, oldest first, as JSON Lines in the fields of OCSF.

    The file name contains the numbers of the first and the last row. `footnote audit verify --file` checks the file
    without the database. If the connection breaks, the file is incomplete.
    """
    section = log.begin_export(principal, since=since, until=until)
    named = f'attachment; filename="audit-{section.first}-{section.last}.jsonl"'
    headers = {"Content-Disposition": named, "Cache-Control": "no-store"}
    lines = while_authorised(request, iterate_in_threadpool(log.export(principal, section)))
    return StreamingResponse(lines, media_type=_JSON_LINES, headers=headers)
