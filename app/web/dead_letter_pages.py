"""The page of failed documents at `/dead-letters`: each with its reason, with forms to replay one, a kind or all."""

from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from app.core.pagination import PageRequest
from app.core.principal import Permission, Principal
from app.documents.dead_letters.service import DeadLetterService
from app.documents.errors import NotEditableError
from app.http.denials import record_denial_blocking
from app.http.dependencies import service
from app.web.access_pages import AccessDesk

LETTERS_A_PAGE = 50
MOST_CALLS = 20
"""The most calls that one form sends. A call replays up to 50 documents; the page then lists the rest."""

Letters = Annotated[DeadLetterService, Depends(service(DeadLetterService))]
Kind = r"^[a-z0-9-]*$"


def dead_letter_pages(desk: AccessDesk) -> APIRouter:
    router = APIRouter(prefix="/dead-letters", include_in_schema=False)

    @router.get("")
    def show_letters(
        request: Request,
        letters: Letters,
        kind: Annotated[str, Query(max_length=100, pattern=Kind)] = "",
        cursor: Annotated[str | None, Query(max_length=200)] = None,
        replayed: Annotated[int | None, Query(ge=0)] = None,
    ) -> Response:
        def show(principal: Principal) -> Response:
            page = PageRequest(limit=LETTERS_A_PAGE, cursor=cursor)
            found = letters.list_letters(principal, page, kind=kind or None)
            older = None if found.next_cursor is None else "?" + urlencode({"kind": kind, "cursor": found.next_cursor})
            return desk.show(
                request,
                principal,
                "dead_letters.html",
                letters=found.items,
                kinds=letters.count_kinds(principal),
                kind=kind,
                older=older,
                replayed=replayed,
                may_write=principal.may(Permission.DOCUMENTS_WRITE),
            )

        return desk.answer(request, Permission.DOCUMENTS_READ, show)

    @router.post("/replay")
    def replay(
        request: Request,
        letters: Letters,
        form_token: Annotated[str, Form(max_length=500)],
        kind: Annotated[str, Form(max_length=100, pattern=Kind)] = "",
        run_id: Annotated[UUID | None, Form()] = None,
    ) -> Response:
        desk.check_form(request, form_token)

        def show(principal: Principal) -> Response:
            try:
                done = _replay_all(letters, principal, kind) if run_id is None else _replay(letters, principal, run_id)
            except NotEditableError as error:
                record_denial_blocking(request, error)
                return desk.pages.show_problem(request, error)
            query = {"kind": kind, "replayed": done} if kind else {"replayed": done}
            return RedirectResponse(f"/dead-letters?{urlencode(query)}", status_code=303)

        return desk.answer(request, Permission.DOCUMENTS_WRITE, show)

    return router


def _replay(letters: DeadLetterService, principal: Principal, run_id: UUID) -> int:
    letters.replay(principal, run_id)
    return 1


def _replay_all(letters: DeadLetterService, principal: Principal, kind: str) -> int:
    total = 0
    cursor: str | None = None
    for _ in range(MOST_CALLS):
        done = letters.replay_all(principal, kind=kind or None, cursor=cursor)
        total, cursor = total + done.runs, done.next_cursor
        if cursor is None:
            break
    return total
