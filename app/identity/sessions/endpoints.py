"""`/v1/sessions`: list and end sessions of the web pages."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response

from app.core.pagination import InvalidCursorError
from app.core.principal import Permission
from app.http.dependencies import CurrentPrincipal, service
from app.http.openapi.document import problems
from app.http.pages import Page, RequestedPage, page_out
from app.http.routing import api_router, needs
from app.identity.sessions.errors import SessionNotFoundError
from app.identity.sessions.schemas import SessionOut
from app.identity.sessions.service import SessionService

sessions = api_router(prefix="/v1/sessions", tag="sign-in")

Sessions = Annotated[SessionService, Depends(service(SessionService))]


@sessions.get(
    "",
    summary="List your page sessions; administrators see all sessions of the tenant",
    openapi_extra=needs(Permission.KEYS_OWN) | problems(InvalidCursorError),
)
def list_sessions(
    page: RequestedPage, principal: CurrentPrincipal, session_service: Sessions, request: Request, response: Response
) -> Page[SessionOut]:
    return page_out(request, response, session_service.list_sessions(principal, page), SessionOut.of, Page[SessionOut])


@sessions.delete(
    "/{session_id}",
    status_code=204,
    summary="End a session, from the next request on",
    openapi_extra=needs(Permission.KEYS_OWN) | problems(SessionNotFoundError),
)
def revoke_session(session_id: UUID, principal: CurrentPrincipal, session_service: Sessions) -> None:
    session_service.revoke(principal, session_id)
