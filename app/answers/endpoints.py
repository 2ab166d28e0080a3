"""Endpoints under `/v1/questions`."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, nullcontext
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response
from fastapi.responses import JSONResponse
from sse_starlette import EventSourceResponse, ServerSentEvent

from app.answers.errors import (
    QuestionEmptyError,
    QuestionInvalidCharactersError,
    QuestionNotFoundError,
    QuestionTooLongError,
)
from app.answers.events import AnswerDone, AnswerEvent, ClaimDropped, ClaimVerified, SourcesFound
from app.answers.schemas import AnswerOut, ClaimOut, DroppedOut, QuestionIn, QuestionOut, SourcesOut
from app.answers.service import AnswerService
from app.core.pagination import InvalidCursorError
from app.core.principal import Permission
from app.http.authority import authorise_again, result_while_authorised
from app.http.denials import record_denial
from app.http.dependencies import CurrentPrincipal, limited, service
from app.http.errors import InternalError
from app.http.open_streams import OpenStreams, TooManyStreamsError
from app.http.openapi.document import problems
from app.http.pages import Page, RequestedPage, page_out
from app.http.problems import as_footnote_error, describe
from app.http.routing import api_router, needs
from app.observability.logging import get_logger
from app.retrieval.errors import EmbeddingSpaceMissingError

router = api_router(prefix="/v1/questions", tag="questions")
Answers = Annotated[AnswerService, Depends(service(AnswerService))]

_STREAM = "text/event-stream"
_STREAM_EXAMPLE = (
    'event: sources\ndata: {"id": "…", "sources": [{"document_title": "…", "page_number": 3, "…": "…"}]}\n\n'
    'event: claim\ndata: {"ordinal": 1, "text": "…", "citations": [{"quote": "…", "…": "…"}]}\n\n'
    'event: dropped\ndata: {"reason": "number-not-in-quote"}\n\n'
    'event: done\ndata: {"id": "…", "outcome": "answered", "…": "…"}\n\n'
)


async def _counted_if_streamed(request: Request, principal: CurrentPrincipal) -> AsyncIterator[None]:
    open_streams: OpenStreams = request.app.state.open_streams
    with open_streams.counted(principal) if _wants_stream(request) else nullcontext():
        yield


@router.post(
    "",
    status_code=201,
    response_model=AnswerOut,
    summary="Ask a question",
    description=(
        "Returns verified claims with their citations. With `Accept: text/event-stream` the server sends events: "
        "`sources`, then `claim` and `dropped`, then `done` (the complete answer) or `error` (a problem)."
    ),
    dependencies=[Depends(limited("questions")), Depends(_counted_if_streamed)],
    responses={
        200: {
            "description": "The answer as server-sent events.",
            "content": {_STREAM: {"schema": {"type": "string"}, "example": _STREAM_EXAMPLE}},
        }
    },
    openapi_extra=needs(Permission.QUESTIONS_ASK)
    | problems(
        QuestionEmptyError,
        QuestionTooLongError,
        QuestionInvalidCharactersError,
        EmbeddingSpaceMissingError,
        TooManyStreamsError,
    ),
)
async def ask_question(request: Request, principal: CurrentPrincipal, answers: Answers, body: QuestionIn) -> Response:
    authorise = partial(authorise_again, request)
    if not _wants_stream(request):
        asked = answers.answer(principal, body.question, body.filters(), authorise)
        answer = await result_while_authorised(request, asked)
        address = _address(answer.question_id)
        return JSONResponse(
            AnswerOut.of(answer).model_dump(mode="json"),
            status_code=201,
            headers={"Location": address, "Content-Location": address, "Cache-Control": "no-store"},
        )
    events = answers.ask(principal, body.question, body.filters(), authorise)
    # Errors before the first event still get their own HTTP status.
    first = await result_while_authorised(request, anext(events))
    assert isinstance(first, SourcesFound), "the first event has the sources"
    return EventSourceResponse(
        _stream(request, first, events),
        headers={"Content-Location": _address(first.question_id), "Cache-Control": "no-store"},
    )


@router.get(
    "",
    summary="List the questions you asked, newest first",
    openapi_extra=needs(Permission.QUESTIONS_READ) | problems(InvalidCursorError),
)
def list_questions(
    request: Request, response: Response, principal: CurrentPrincipal, answers: Answers, page: RequestedPage
) -> Page[QuestionOut]:
    return page_out(request, response, answers.list_questions(principal, page), QuestionOut.of, Page[QuestionOut])


@router.get(
    "/{question_id}",
    summary="Get one of your questions with its answer",
    openapi_extra=needs(Permission.QUESTIONS_READ) | problems(QuestionNotFoundError),
)
def get_question(principal: CurrentPrincipal, answers: Answers, question_id: UUID, response: Response) -> AnswerOut:
    response.headers["Cache-Control"] = "no-store"
    return AnswerOut.of(answers.get_question(principal, question_id))


def _wants_stream(request: Request) -> bool:
    return _STREAM in request.headers.get("accept", "")


def _address(question_id: UUID) -> str:
    return f"/v1/questions/{question_id}"


async def _stream(
    request: Request, first: AnswerEvent, events: AsyncGenerator[AnswerEvent, None]
) -> AsyncIterator[ServerSentEvent]:
    """Stream the events; an error after the first event is sent as a final `error` event with its problem."""
    async with aclosing(events):
        yield _sent(first)
        try:
            event = await result_while_authorised(request, anext(events))
            yield _sent(event)
            while isinstance(event, ClaimVerified) and event.is_early:
                event = await result_while_authorised(request, anext(events))
                yield _sent(event)
            async for event in events:  # drafting is complete, so the remaining events follow at once
                yield _sent(event)
        except Exception as error:  # noqa: BLE001 - the status is already sent: report the error in the stream
            ours = as_footnote_error(error)
            if ours is None:
                get_logger(__name__).error("answers.stream.crashed", exc_info=error)
                ours = InternalError()
            request.state.problem_code = ours.code  # so that no replay of this request reports success
            await record_denial(request, ours)
            request_id = request.scope.get("state", {}).get("request_id", "unknown")
            yield _event("error", _json(describe(ours, f"urn:footnote:request:{request_id}")))


def _sent(event: AnswerEvent) -> ServerSentEvent:
    match event:
        case SourcesFound():
            return _event("sources", SourcesOut.of(event).model_dump_json())
        case ClaimVerified(claim=claim):
            return _event("claim", ClaimOut.of(claim).model_dump_json())
        case ClaimDropped(reason=reason):
            return _event("dropped", DroppedOut(reason=reason).model_dump_json())
        case AnswerDone(answer=answer):
            return _event("done", AnswerOut.of(answer).model_dump_json())


def _event(name: str, data: str) -> ServerSentEvent:
    return ServerSentEvent(data=data, event=name, sep="\n")


def _json(value: dict[str, object]) -> str:
    return bytes(JSONResponse(value).body).decode()
