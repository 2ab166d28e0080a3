"""Endpoints under `/v1/questions`."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response
from fastapi.responses import JSONResponse
from sse_starlette import EventSourceResponse

from app.answers.errors import (
    QuestionEmptyError,
    QuestionInvalidCharactersError,
    QuestionNotFoundError,
    QuestionTooLongError,
)
from app.answers.events import SourcesFound
from app.answers.schemas import AnswerOut, QuestionIn, QuestionOut
from app.answers.service import AnswerService
from app.answers.stream_endpoints import (
    STREAM,
    counted_if_streamed,
    is_before_work,
    present_event,
    stream_events,
    wants_stream,
)
from app.core.pagination import InvalidCursorError
from app.core.principal import Permission
from app.http.authority import authorise_again, result_of_authorised, result_while_authorised
from app.http.dependencies import CurrentPrincipal, limited, service
from app.http.open_streams import TooManyStreamsError
from app.http.openapi.document import problems
from app.http.pages import Page, RequestedPage, page_out
from app.http.routing import api_router, needs
from app.retrieval.errors import EmbeddingSpaceMissingError

router = api_router(prefix="/v1/questions", tag="questions")
Answers = Annotated[AnswerService, Depends(service(AnswerService))]

_STREAM_EXAMPLE = (
    'event: sources\ndata: {"id": "…", "sources": [{"document_title": "…", "page_number": 3, "…": "…"}]}\n\n'
    'event: claim\ndata: {"ordinal": 1, "text": "…", "citations": [{"quote": "…", "…": "…"}]}\n\n'
    'event: dropped\ndata: {"reason": "number-not-in-quote"}\n\n'
    'event: done\ndata: {"id": "…", "outcome": "answered", "…": "…"}\n\n'
)


@router.post(
    "",
    status_code=201,
    response_model=AnswerOut,
    summary="Ask a question",
    description=(
        "Returns verified claims with their citations. With `Accept: text/event-stream` the server sends events: "
        "`sources`, then `claim` and `dropped`, then `done` (the complete answer) or `error` (a problem)."
    ),
    dependencies=[Depends(limited("questions")), Depends(counted_if_streamed)],
    responses={
        200: {
            "description": "The answer as server-sent events.",
            "content": {STREAM: {"schema": {"type": "string"}, "example": _STREAM_EXAMPLE}},
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
    if not wants_stream(request):
        asked = answers.answer(principal, body.question, body.filters(), authorise)
        answer = await result_of_authorised(request, asked)
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
        stream_events(request, first, events, present_event, is_before_work),
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


def _address(question_id: UUID) -> str:
    return f"/v1/questions/{question_id}"
