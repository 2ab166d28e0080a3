"""Endpoints under `/v1/questions`."""

from functools import partial
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from fastapi.responses import JSONResponse
from sse_starlette import EventSourceResponse

from app.answers.errors import (
    QuestionEmptyError,
    QuestionInvalidCharactersError,
    QuestionNotFoundError,
    QuestionTooLongError,
)
from app.answers.events import SourcesFound
from app.answers.past.service import PastService
from app.answers.past.writing import write_csv, write_markdown
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
from app.http.public_address import PublicAddress
from app.http.routing import api_router, needs
from app.http.text import Line
from app.retrieval.errors import EmbeddingSpaceMissingError

router = api_router(prefix="/v1/questions", tag="questions")
Answers = Annotated[AnswerService, Depends(service(AnswerService))]
Past = Annotated[PastService, Depends(service(PastService))]
Address = Annotated[PublicAddress, Depends(service(PublicAddress))]

CSV, MARKDOWN = "text/csv", "text/markdown"

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
    description=(
        "With `q`, those that have all its words in the question or in an answer that you may still see. A page may "
        "then have fewer questions than `limit` although `next_cursor` continues."
    ),
    openapi_extra=needs(Permission.QUESTIONS_READ) | problems(InvalidCursorError),
)
def list_questions(
    request: Request,
    response: Response,
    principal: CurrentPrincipal,
    answers: Answers,
    past: Past,
    page: RequestedPage,
    q: Annotated[Line | None, Query(description="Words of the question or of its answer, in any case.")] = None,
) -> Page[QuestionOut]:
    found = answers.list_questions(principal, page) if q is None else past.search(principal, q, page)
    return page_out(request, response, found, QuestionOut.of, Page[QuestionOut])


@router.get(
    "/{question_id}",
    summary="Get one of your questions with its answer",
    openapi_extra=needs(Permission.QUESTIONS_READ) | problems(QuestionNotFoundError),
)
def get_question(principal: CurrentPrincipal, answers: Answers, question_id: UUID, response: Response) -> AnswerOut:
    response.headers["Cache-Control"] = "no-store"
    return AnswerOut.of(answers.get_question(principal, question_id))


@router.get(
    "/{question_id}/export",
    summary="Export the answer to one of your questions with its sources, as Markdown or CSV",
    description=(
        "As far as you may see the answer now. Markdown has the claims with their quotes and links to the pages; CSV "
        "has one line for each source of each claim. Texts that a spreadsheet would run as formulas get an apostrophe."
    ),
    response_class=Response,
    responses={
        200: {
            "content": {
                MARKDOWN: {"schema": {"type": "string"}, "example": "# What were net sales?\n"},
                CSV: {"schema": {"type": "string"}, "example": "Part,Issuer,Period,Statement\r\n"},
            },
            "description": "The answer as a file",
        }
    },
    openapi_extra=needs(Permission.QUESTIONS_READ) | problems(QuestionNotFoundError),
)
def export_answer(
    principal: CurrentPrincipal,
    past: Past,
    address: Address,
    question_id: UUID,
    file_format: Annotated[Literal["markdown", "csv"], Query(alias="format")] = "markdown",
) -> Response:
    view = past.export(principal, question_id, file_format)
    is_csv = file_format == "csv"
    content = write_csv(view, address.base) if is_csv else write_markdown(view, address.base)
    headers = {
        "Content-Disposition": f'attachment; filename="answer.{"csv" if is_csv else "md"}"',
        "Cache-Control": "no-store",
    }
    return Response(content, media_type=CSV if is_csv else MARKDOWN, headers=headers)


def _address(question_id: UUID) -> str:
    return f"/v1/questions/{question_id}"
