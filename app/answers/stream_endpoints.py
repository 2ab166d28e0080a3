"""Answers as server-sent events."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, nullcontext
from typing import TypeVar

from fastapi import Request
from fastapi.responses import JSONResponse
from sse_starlette import ServerSentEvent

from app.answers.events import AnswerDone, AnswerEvent, ClaimDropped, ClaimVerified, SourcesFound
from app.answers.schemas import AnswerOut, ClaimOut, DroppedOut, SourcesOut
from app.http.authority import authorise_again, result_of_authorised
from app.http.denials import record_denial
from app.http.dependencies import CurrentPrincipal
from app.http.errors import InternalError
from app.http.open_streams import OpenStreams
from app.http.problems import as_footnote_error, describe
from app.observability.logging import get_logger

STREAM = "text/event-stream"
Event = TypeVar("Event")


def wants_stream(request: Request) -> bool:
    """Return whether the client accepts server-sent events."""
    return STREAM in request.headers.get("accept", "")


async def counted_if_streamed(request: Request, principal: CurrentPrincipal) -> AsyncIterator[None]:
    """Count a request that is answered with a stream of events. Raises TooManyStreamsError."""
    open_streams: OpenStreams = request.app.state.open_streams
    with open_streams.counted(principal) if wants_stream(request) else nullcontext():
        yield


async def stream_events(
    request: Request,
    first: Event,
    events: AsyncGenerator[Event, None],
    present: Callable[[Event], ServerSentEvent],
    takes_long: Callable[[Event], bool],
) -> AsyncIterator[ServerSentEvent | bytes]:
    """Stream the events, those after the work is done together. An error after the first event is sent as a final
    `error` event with its problem.

    `takes_long` states that the server works on after an event; the right of the caller may end meanwhile. `events`
    authorises the caller before a claim or an answer is stored, but not before sources are sent.
    """
    async with aclosing(events):
        yield present(first)
        following: list[ServerSentEvent] = []
        try:
            event = first
            while takes_long(event):
                event = await result_of_authorised(request, anext(events))
                if isinstance(event, SourcesFound):
                    await authorise_again(request)
                if not takes_long(event):
                    following.append(present(event))
                    break
                yield present(event)
            async for event in events:  # the work is done, so the remaining events follow at once
                following.append(present(event))  # noqa: PERF401 - those before an error are sent, too
        except Exception as error:  # noqa: BLE001 - the status is already sent: report the error in the stream
            ours = as_footnote_error(error)
            if ours is None:
                get_logger(__name__).error("answers.stream.crashed", exc_info=error)
                ours = InternalError()
            request.state.problem_code = ours.code  # so that no replay of this request reports success
            await record_denial(request, ours)
            request_id = request.scope.get("state", {}).get("request_id", "unknown")
            following.append(named_event("error", _json(describe(ours, f"urn:footnote:request:{request_id}"))))
        # Each part of a response passes through all middleware and is a write of its own.
        yield b"".join(each.encode() for each in following)


def is_before_work(event: AnswerEvent) -> bool:
    """Return whether an answer is still being drafted after an event."""
    return isinstance(event, SourcesFound) or (isinstance(event, ClaimVerified) and event.is_early)


def present_event(event: AnswerEvent) -> ServerSentEvent:
    """Return an event of an answer as it is sent."""
    match event:
        case SourcesFound():
            return named_event("sources", SourcesOut.of(event).model_dump_json())
        case ClaimVerified(claim=claim):
            return named_event("claim", ClaimOut.of(claim).model_dump_json())
        case ClaimDropped(reason=reason):
            return named_event("dropped", DroppedOut(reason=reason).model_dump_json())
        case AnswerDone(answer=answer):
            return named_event("done", AnswerOut.of(answer).model_dump_json())


def named_event(name: str, data: str) -> ServerSentEvent:
    """Return an event with JSON data."""
    return ServerSentEvent(data=data, event=name, sep="\n")


def _json(value: dict[str, object]) -> str:
    return bytes(JSONResponse(value).body).decode()
