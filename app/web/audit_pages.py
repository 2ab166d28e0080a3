"""The page of the audit log for auditors. It lists events, newest first, by person, document and event."""

from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from app.access.reports.watching import WatchService
from app.audit.filters import EventFilters
from app.audit.log import AuditLog
from app.core.errors import InvalidInputError
from app.core.pagination import PageOf, PageRequest
from app.core.principal import Permission, Principal
from app.http.dependencies import service
from app.identity.errors import UserNotFoundError
from app.web.access_pages import AccessDesk
from app.web.forms import Form

EVENTS_A_PAGE = 50

Log = Annotated[AuditLog, Depends(service(AuditLog))]
Watch = Annotated[WatchService, Depends(service(WatchService))]
Short = Annotated[str, Query(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]


def audit_pages(desk: AccessDesk) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/audit")
    def show_audit(
        request: Request,
        log: Log,
        watch: Watch,
        action: Short = "",
        actor: Short = "",
        object_id: Short = "",
        cursor: Annotated[str | None, Query(max_length=200)] = None,
    ) -> Response:
        def show(principal: Principal) -> Response:
            asked = {"action": action, "actor": actor.strip(), "object_id": object_id.strip()}
            form = Form(asked)
            found: PageOf[Any] = PageOf(items=[], next_cursor=None)
            try:
                filters = EventFilters(
                    action=action or None,
                    actor_id=_actor(watch, principal, asked["actor"]),
                    object_id=asked["object_id"] or None,
                )
                found = log.list_events(principal, PageRequest(limit=EVENTS_A_PAGE, cursor=cursor), filters)
            except UserNotFoundError as error:
                form = form.refuse(InvalidInputError(error.detail), at="actor")
            except InvalidInputError as error:
                form = form.refuse(error)
            names = watch.name_people(principal, _people(found)) if principal.may(Permission.ACCESS_EXPLAIN) else {}
            kept = {name: value for name, value in asked.items() if value}
            older = None if found.next_cursor is None else "?" + urlencode({**kept, "cursor": found.next_cursor})
            return desk.show_form(
                request,
                principal,
                "audit.html",
                form,
                events=found.items,
                names={str(each): name for each, name in names.items()},
                kept=kept,
                older=older,
            )

        return desk.answer(request, Permission.AUDIT_READ, show)

    return router


def _actor(watch: WatchService, principal: Principal, text: str) -> UUID | None:
    """Return the ID of a person by ID or e-mail address. Raises InvalidInputError, UserNotFoundError."""
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        if "@" not in text or not principal.may(Permission.ACCESS_EXPLAIN):
            raise InvalidInputError("Enter an e-mail address or an ID (a UUID).") from None
    return watch.find_person(principal, text).id


def _people(found: PageOf[Any]) -> set[UUID]:
    """Return the IDs of the actors of events, and of the users that the events are about."""
    actors = {each.event.actor_id for each in found.items if each.event.actor_id is not None}
    about = {each.event.object_id for each in found.items if each.event.object_type == "user"}
    return actors | {UUID(each) for each in about if _is_id(each)}


def _is_id(text: str | None) -> bool:
    try:
        return text is not None and UUID(text) is not None
    except ValueError:
        return False
