"""Endpoints under `/v1/conversations`."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response
from fastapi.responses import JSONResponse
from sse_starlette import EventSourceResponse, ServerSentEvent

from app.answers.errors import QuestionEmptyError, QuestionInvalidCharactersError, QuestionTooLongError
from app.answers.stream_endpoints import (
    STREAM,
    counted_if_streamed,
    is_before_work,
    named_event,
    present_event,
    stream_events,
    wants_stream,
)
from app.conversations.errors import ConversationFullError, ConversationNotFoundError, TurnNotFoundError
from app.conversations.schemas import (
    ConversationIn,
    ConversationOut,
    ConversationPatch,
    TurnIn,
    TurnOut,
    UnderstoodOut,
)
from app.conversations.service import ConversationService
from app.conversations.views import TurnDone, TurnEvent, TurnUnderstood
from app.core.pagination import InvalidCursorError
from app.core.principal import Permission
from app.http.authority import authorise_again, result_of_authorised, result_while_authorised
from app.http.dependencies import CurrentPrincipal, limited, service
from app.http.open_streams import TooManyStreamsError
from app.http.openapi.document import problems
from app.http.pages import Page, RequestedPage, page_out
from app.http.routing import api_router, needs
from app.retrieval.errors import EmbeddingSpaceMissingError

router = api_router(prefix="/v1/conversations", tag="conversations")
Conversations = Annotated[ConversationService, Depends(service(ConversationService))]

_EXAMPLE = (
    'event: understood\ndata: {"id": "…", "understood": {"question": "…", "…": "…"}, "…": "…"}\n\n'
    'event: sources\ndata: {"id": "…", "sources": [{"document_title": "…", "page_number": 3, "…": "…"}]}\n\n'
    'event: claim\ndata: {"ordinal": 1, "text": "…", "citations": [{"quote": "…", "…": "…"}]}\n\n'
    'event: done\ndata: {"id": "…", "outcome": "answered", "…": "…"}\n\n'
    'event: turn\ndata: {"id": "…", "answer": {"…": "…"}, "…": "…"}\n\n'
)
_QUESTION_ERRORS = (QuestionEmptyError, QuestionTooLongError, QuestionInvalidCharactersError)


@router.post(
    "",
    status_code=201,
    summary="Create a conversation",
    openapi_extra=needs(Permission.QUESTIONS_ASK),
)
def create_conversation(
    principal: CurrentPrincipal, conversations: Conversations, body: ConversationIn, response: Response
) -> ConversationOut:
    made = conversations.create(principal, title=body.title, scope=body.scope.filters())
    address = _address(made.id)
    response.headers.update({"Location": address, "Content-Location": address, "Cache-Control": "no-store"})
    return ConversationOut.of(made)


@router.get(
    "",
    summary="List your conversations, those with the newest turn first",
    openapi_extra=needs(Permission.QUESTIONS_READ) | problems(InvalidCursorError),
)
def list_conversations(
    request: Request, response: Response, principal: CurrentPrincipal, conversations: Conversations, page: RequestedPage
) -> Page[ConversationOut]:
    response.headers["Cache-Control"] = "no-store"
    found = conversations.list_conversations(principal, page)
    return page_out(request, response, found, ConversationOut.of, Page[ConversationOut])


@router.get(
    "/{conversation_id}",
    summary="Get one of your conversations, without its turns",
    openapi_extra=needs(Permission.QUESTIONS_READ) | problems(ConversationNotFoundError),
)
def get_conversation(
    principal: CurrentPrincipal, conversations: Conversations, conversation_id: UUID, response: Response
) -> ConversationOut:
    response.headers["Cache-Control"] = "no-store"
    return ConversationOut.of(conversations.get(principal, conversation_id))


@router.patch(
    "/{conversation_id}",
    summary="Rename a conversation, or change the scope of its next turns",
    openapi_extra=needs(Permission.QUESTIONS_ASK) | problems(ConversationNotFoundError),
)
def change_conversation(
    principal: CurrentPrincipal, conversations: Conversations, conversation_id: UUID, body: ConversationPatch
) -> ConversationOut:
    scope = None if body.scope is None else body.scope.filters()
    return ConversationOut.of(conversations.update(principal, conversation_id, title=body.title, scope=scope))


@router.delete(
    "/{conversation_id}",
    status_code=204,
    summary="Delete a conversation with its questions, answers and feedback",
    openapi_extra=needs(Permission.QUESTIONS_ASK) | problems(ConversationNotFoundError),
)
def delete_conversation(principal: CurrentPrincipal, conversations: Conversations, conversation_id: UUID) -> None:
    conversations.delete(principal, conversation_id)


@router.get(
    "/{conversation_id}/turns",
    summary="List the turns of a conversation, oldest first",
    openapi_extra=needs(Permission.QUESTIONS_READ) | problems(ConversationNotFoundError, InvalidCursorError),
)
def list_turns(
    request: Request,
    response: Response,
    principal: CurrentPrincipal,
    conversations: Conversations,
    conversation_id: UUID,
    page: RequestedPage,
) -> Page[TurnOut]:
    response.headers["Cache-Control"] = "no-store"
    found = conversations.list_turns(principal, conversation_id, page)
    return page_out(request, response, found, TurnOut.of, Page[TurnOut])


@router.get(
    "/{conversation_id}/turns/{turn_id}",
    summary="Get one turn of a conversation",
    openapi_extra=needs(Permission.QUESTIONS_READ) | problems(ConversationNotFoundError, TurnNotFoundError),
)
def get_turn(
    principal: CurrentPrincipal, conversations: Conversations, conversation_id: UUID, turn_id: UUID, response: Response
) -> TurnOut:
    response.headers["Cache-Control"] = "no-store"
    return TurnOut.of(conversations.get_turn(principal, conversation_id, turn_id))


@router.post(
    "/{conversation_id}/understandings",
    summary="See how a follow-up would be understood, without asking it",
    description="Stores nothing. Send the question, edited or not, to `/turns` to ask it.",
    openapi_extra=needs(Permission.QUESTIONS_ASK)
    | problems(*_QUESTION_ERRORS, ConversationNotFoundError, TurnNotFoundError, ConversationFullError),
)
async def understand_turn(
    principal: CurrentPrincipal, conversations: Conversations, conversation_id: UUID, body: TurnIn, response: Response
) -> UnderstoodOut:
    response.headers["Cache-Control"] = "no-store"
    return UnderstoodOut.of(await conversations.understand(principal, conversation_id, body.request()))


@router.post(
    "/{conversation_id}/turns",
    status_code=201,
    response_model=TurnOut,
    summary="Ask a question or a follow-up",
    description=(
        "A follow-up such as “and the year before?” is completed from the question before it, as far as you may see "
        "that: `understood` has the complete question. To correct it, send the right question with the turn's "
        "ID as `edits`. With `Accept: text/event-stream` the server sends events: `understood`, the events of "
        "`POST /v1/questions`, and `turn`; or `turn` alone if it has to ask back."
    ),
    dependencies=[Depends(limited("questions")), Depends(counted_if_streamed)],
    responses={
        200: {
            "description": "The turn as server-sent events.",
            "content": {STREAM: {"schema": {"type": "string"}, "example": _EXAMPLE}},
        }
    },
    openapi_extra=needs(Permission.QUESTIONS_ASK)
    | problems(
        *_QUESTION_ERRORS,
        ConversationNotFoundError,
        TurnNotFoundError,
        ConversationFullError,
        EmbeddingSpaceMissingError,
        TooManyStreamsError,
    ),
)
async def ask_turn(
    request: Request, principal: CurrentPrincipal, conversations: Conversations, conversation_id: UUID, body: TurnIn
) -> Response:
    authorise = partial(authorise_again, request)
    if not wants_stream(request):
        asked = conversations.answer(principal, conversation_id, body.request(), authorise)
        turn = await result_of_authorised(request, asked)
        address = _address(conversation_id, turn.id)
        return JSONResponse(
            TurnOut.of(turn).model_dump(mode="json"),
            status_code=201,
            headers={"Location": address, "Content-Location": address, "Cache-Control": "no-store"},
        )
    events = conversations.ask(principal, conversation_id, body.request(), authorise)
    # Errors before the first event still get their own HTTP status.
    first = await result_while_authorised(request, anext(events))
    assert isinstance(first, TurnUnderstood | TurnDone), "the first event has the turn"
    return EventSourceResponse(
        stream_events(request, first, events, _present, _is_before_work),
        headers={"Content-Location": _address(conversation_id, first.turn.id), "Cache-Control": "no-store"},
    )


def _present(event: TurnEvent) -> ServerSentEvent:
    match event:
        case TurnUnderstood(turn=turn):
            return named_event("understood", TurnOut.of(turn).model_dump_json())
        case TurnDone(turn=turn):
            return named_event("turn", TurnOut.of(turn).model_dump_json())
        case _:
            return present_event(event)


def _is_before_work(event: TurnEvent) -> bool:
    return isinstance(event, TurnUnderstood) or (not isinstance(event, TurnDone) and is_before_work(event))


def _address(conversation_id: UUID, turn_id: UUID | None = None) -> str:
    turn = "" if turn_id is None else f"/turns/{turn_id}"
    return f"/v1/conversations/{conversation_id}{turn}"
