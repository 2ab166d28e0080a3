"""Feedback on answers at `/v1/questions/{question_id}/feedback`, and all of it for engineers at `/v1/feedback`."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response

from app.answers.errors import QuestionNotFoundError
from app.conversations.errors import FeedbackPageNotFoundError
from app.conversations.feedback import FeedbackService
from app.conversations.feedback_schemas import FeedbackIn, FeedbackOut
from app.core.pagination import InvalidCursorError
from app.core.principal import Permission
from app.http.dependencies import CurrentPrincipal, service
from app.http.openapi.document import problems
from app.http.pages import Page, RequestedPage, page_out
from app.http.routing import api_router, needs

router = api_router(prefix="/v1", tag="conversations")
Feedbacks = Annotated[FeedbackService, Depends(service(FeedbackService))]

_SHARED = (
    "Engineers who may read all documents that the answer was drafted from see the feedback, with the question. The "
    "newest feedback on an answer counts."
)


@router.post(
    "/questions/{question_id}/feedback",
    status_code=201,
    summary="Say whether an answer is right",
    description=_SHARED,
    openapi_extra=needs(Permission.QUESTIONS_ASK) | problems(QuestionNotFoundError, FeedbackPageNotFoundError),
)
def give_feedback(
    principal: CurrentPrincipal, feedback: Feedbacks, question_id: UUID, body: FeedbackIn, response: Response
) -> FeedbackOut:
    address = f"/v1/questions/{question_id}/feedback"
    response.headers.update({"Location": address, "Content-Location": address, "Cache-Control": "no-store"})
    return FeedbackOut.of(feedback.give(principal, question_id, body.feedback()))


@router.get(
    "/questions/{question_id}/feedback",
    summary="Get your newest feedback on an answer",
    openapi_extra=needs(Permission.QUESTIONS_READ) | problems(QuestionNotFoundError),
)
def get_feedback(
    principal: CurrentPrincipal, feedback: Feedbacks, question_id: UUID, response: Response
) -> FeedbackOut:
    response.headers["Cache-Control"] = "no-store"
    return FeedbackOut.of(feedback.get(principal, question_id))


@router.get(
    "/feedback",
    summary="List the feedback of all users, newest first",
    description="For engineers. Lists only feedback whose documents you may read.",
    openapi_extra=needs(Permission.EVALS_READ) | problems(InvalidCursorError),
)
def list_feedback(
    request: Request, response: Response, principal: CurrentPrincipal, feedback: Feedbacks, page: RequestedPage
) -> Page[FeedbackOut]:
    response.headers["Cache-Control"] = "no-store"
    return page_out(request, response, feedback.list_feedback(principal, page), FeedbackOut.of, Page[FeedbackOut])
