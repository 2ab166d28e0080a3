"""`/v1/runs`: ingestion runs and their progress."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from sse_starlette import EventSourceResponse, ServerSentEvent

from app.core.errors import FootnoteError
from app.core.pagination import InvalidCursorError
from app.core.principal import Permission
from app.http.authority import find_caller
from app.http.dependencies import CurrentPrincipal, service
from app.http.open_streams import TooManyStreamsError, counted_stream
from app.http.openapi.document import problems
from app.http.pages import Page, RequestedPage, page_out
from app.http.routing import api_router, needs
from app.jobs.errors import RunNotFoundError
from app.jobs.schemas import RunOut
from app.jobs.service import RunService
from app.jobs.states import RunStatus, RunView
from app.jobs.streams import RunStream, RunStreams

STREAM_SECONDS = 900.0
MAX_IDS = 100
_STREAM = {"description": "Events named `run`, each with a run as data; the last has its final state.", "content": {
    "text/event-stream": {"schema": {"type": "string"}, "examples": {"run": {"value": (
        'event: run\ndata: {"id": "0190c0de-7e57-7000-8000-00000000feed", "status": "running", "stage": "parse"}\n\n'
    )}}},
}}  # fmt: skip

router = api_router(prefix="/v1/runs", tag="runs")

Runs = Annotated[RunService, Depends(service(RunService))]
Streams = Annotated[RunStreams, Depends(service(RunStreams))]


@router.get("", openapi_extra=needs(Permission.DOCUMENTS_READ) | problems(InvalidCursorError))
def list_runs(
    page: RequestedPage,
    principal: CurrentPrincipal,
    runs: Runs,
    request: Request,
    response: Response,
    document_id: Annotated[UUID | None, Query()] = None,
    status: Annotated[RunStatus | None, Query()] = None,
    run_ids: Annotated[
        list[UUID] | None, Query(alias="id", max_length=MAX_IDS, description="Only these runs; may be repeated.")
    ] = None,
) -> Page[RunOut]:
    """List runs of the documents that you may see, newest first. A list has no stages."""
    found = runs.list_runs(principal, page, document_id=document_id, status=status, run_ids=run_ids)
    return page_out(request, response, found, RunOut.of, Page[RunOut])


@router.get("/{run_id}", openapi_extra=needs(Permission.DOCUMENTS_READ) | problems(RunNotFoundError))
def get_run(run_id: UUID, principal: CurrentPrincipal, runs: Runs) -> RunOut:
    """Get a run with its stages, and with the reason if it failed."""
    return RunOut.of(runs.get_run(principal, run_id))


async def _follow_run(
    request: Request, run_id: UUID, principal: CurrentPrincipal, streams: Streams
) -> AsyncIterator[RunStream]:
    with streams.open(find_caller(request), principal, run_id) as stream:
        yield stream


@router.get(
    "/{run_id}/events",
    response_class=EventSourceResponse,
    responses={200: _STREAM},
    dependencies=[Depends(counted_stream)],
    openapi_extra=needs(Permission.DOCUMENTS_READ) | problems(RunNotFoundError, TooManyStreamsError),
)
async def stream_run(
    run_id: UUID, principal: CurrentPrincipal, runs: Runs, stream: Annotated[RunStream, Depends(_follow_run)]
) -> EventSourceResponse:
    """Stream a run's progress as server-sent events until it ends, for at most 15 minutes."""
    first = await run_in_threadpool(runs.get_run, principal, run_id)
    return EventSourceResponse(_events(stream, first))


async def _events(stream: RunStream, run: RunView) -> AsyncIterator[ServerSentEvent]:
    """Yield an event for each change that the reader may see, or a problem that ends the stream."""
    deadline = time.monotonic() + STREAM_SECONDS
    yield _event(run)
    while not run.status.is_final:
        try:
            news = await asyncio.wait_for(stream.next_news(), deadline - time.monotonic())
        except TimeoutError:
            return
        if isinstance(news, FootnoteError):
            yield ServerSentEvent(event="problem", data=f'{{"code": "{news.code}"}}')
            return
        if news != run:
            run = news
            yield _event(run)


def _event(run: RunView) -> ServerSentEvent:
    return ServerSentEvent(event="run", data=RunOut.of(run).model_dump_json())
