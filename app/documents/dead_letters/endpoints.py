"""`/v1/dead-letters`: documents whose last run failed."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request, Response

from app.core.pagination import InvalidCursorError
from app.core.principal import Permission
from app.documents.dead_letters.errors import RunNotFailedError
from app.documents.dead_letters.schemas import DeadLetterOut, Kind, ReplayedOut, ReplayIn
from app.documents.dead_letters.service import DeadLetterService
from app.documents.errors import DocumentNotFoundError, NotEditableError
from app.http.dependencies import CurrentPrincipal, service
from app.http.openapi.document import problems
from app.http.pages import Page, RequestedPage, page_out
from app.http.routing import api_router, needs
from app.jobs.errors import RunNotFoundError
from app.jobs.schemas import RunOut

router = api_router(prefix="/v1/dead-letters", tag="runs")

DeadLetters = Annotated[DeadLetterService, Depends(service(DeadLetterService))]


@router.get(
    "",
    summary="List documents whose last run failed, newest run first",
    openapi_extra=needs(Permission.DOCUMENTS_READ) | problems(InvalidCursorError),
)
def list_dead_letters(
    page: RequestedPage,
    principal: CurrentPrincipal,
    letters: DeadLetters,
    request: Request,
    response: Response,
    kind: Annotated[Kind | None, Query(description="The code of the failure.")] = None,
) -> Page[DeadLetterOut]:
    found = letters.list_letters(principal, page, kind=kind)
    return page_out(request, response, found, DeadLetterOut.of, Page[DeadLetterOut])


@router.post(
    "/replay",
    status_code=202,
    summary="Replay dead letters of one kind, or all",
    description="Replays up to 50 dead letters, newest run first, of the documents that you may edit.",
    openapi_extra=needs(Permission.DOCUMENTS_WRITE) | problems(InvalidCursorError),
)
def replay_dead_letters(principal: CurrentPrincipal, letters: DeadLetters, body: ReplayIn) -> ReplayedOut:
    return ReplayedOut.of(letters.replay_all(principal, kind=body.kind, cursor=body.cursor))


@router.post(
    "/{run_id}/replay",
    status_code=202,
    summary="Replay one dead letter",
    description="Starts another run of the same file, and returns it. If the document has a later run already, returns "
    "that run and starts none.",
    openapi_extra=needs(Permission.DOCUMENTS_WRITE)
    | problems(RunNotFoundError, DocumentNotFoundError, NotEditableError, RunNotFailedError),
)
def replay_dead_letter(run_id: UUID, principal: CurrentPrincipal, letters: DeadLetters, response: Response) -> RunOut:
    run = letters.replay(principal, run_id)
    response.headers["Location"] = f"/v1/runs/{run.id}"
    return RunOut.of(run)
