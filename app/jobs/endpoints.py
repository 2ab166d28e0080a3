"""`/v1/runs`: ingestion runs and their progress."""

import time
from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

import anyio
from fastapi import Depends, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from sse_starlette import EventSourceResponse, ServerSentEvent

from app.core.errors import FootnoteError
from app.core.pagination import InvalidCursorError
from app.core.principal import Permission, Principal
from app.http.dependencies import CurrentPrincipal, authenticate_again, service
from app.http.openapi.document import problems
from app.http.pages import Page, RequestedPage, page_out
from app.http.routing import api_router, needs
from app.jobs.errors import RunNotFoundError
from app.jobs.schemas import RunOut
from app.jobs.service import RunService
from app.jobs.states import RunStatus, RunView

POLL_SECONDS = 0.5
STREAM_SECONDS = 900.0
_STREAM = {"description": "Events named `run`, each with a run as data; the last has its final state.", "content": {
    "text/event-stream": {"schema": {"type": "string"}, "examples": {"run": {"value": (
        'event: run\ndata: {"id": "0190c0de-7e57-7000-8000-00000000feed", "status": "running", "stage": "parse"}\n\n'
    )}}},
}}  # fmt: skip

router = api_router(prefix="/v1/runs", tag="runs")

Runs = Annotated[RunService, Depends(service(RunService))]


@router.get("", openapi_extra=needs(Permission.DOCUMENTS_READ) | problems(InvalidCursorError))
def list_runs(
    page: RequestedPage,
    principal: CurrentPrincipal,
    runs: Runs,
    request: Request,
    response: Response,
    document_id: Annotated[UUID | None, Query()] = None,
    status: Annotated[RunStatus | None, Query()] = None,
) -> Page[RunOut]:
    """List runs of the documents that you may see, newest first."""
    found = runs.list_runs(principal, page, document_id=document_id, status=status)
    return page_out(request, response, found, RunOut.of, Page[RunOut])


@router.get("/{run_id}", openapi_extra=needs(Permission.DOCUMENTS_READ) | problems(RunNotFoundError))
def get_run(run_id: UUID, principal: CurrentPrincipal, runs: Runs) -> RunOut:
    """Get a run with its stages, and with the reason if it failed."""
    return RunOut.of(runs.get_run(principal, run_id))


@router.get(
    "/{run_id}/events",
    response_class=EventSourceResponse,
    responses={200: _STREAM},
    openapi_extra=needs(Permission.DOCUMENTS_READ) | problems(RunNotFoundError),
)
async def stream_run(request: Request, run_id: UUID, principal: CurrentPrincipal, runs: Runs) -> EventSourceResponse:
    """Stream a run's progress as server-sent events until it ends, for at most 15 minutes."""
    first = await run_in_threadpool(runs.get_run, principal, run_id)
    return EventSourceResponse(_events(request, principal, runs, first))


async def _events(
    request: Request, principal: Principal, runs: RunService, run: RunView
) -> AsyncIterator[ServerSentEvent]:
    """Yield an event for each change. Each poll authenticates again, in its own transaction, so that revoking the key
    or withdrawing the right ends the stream.
    """
    deadline = time.monotonic() + STREAM_SECONDS
    yield _event(run)
    while not run.status.is_final and time.monotonic() < deadline:
        await anyio.sleep(POLL_SECONDS)
        try:
            seen = await run_in_threadpool(runs.get_run, principal, run.id)
            # Authenticate after the read. If this succeeds, the key was still valid when the row was read.
            (await authenticate_again(request)).require(Permission.DOCUMENTS_READ)
        except FootnoteError as error:
            yield ServerSentEvent(event="problem", data=f'{{"code": "{error.code}"}}')
            return
        if seen != run:
            run = seen
            yield _event(run)


def _event(run: RunView) -> ServerSentEvent:
    return ServerSentEvent(event="run", data=RunOut.of(run).model_dump_json())
