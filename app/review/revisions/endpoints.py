"""Decisions about fields at `/v1/review/fields/{field_id}/revisions`."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Response

from app.core.errors import PreconditionFailedError, PreconditionRequiredError
from app.core.principal import Permission
from app.documents.errors import NotEditableError
from app.http.conditional import IfMatch, parse_if_match
from app.http.dependencies import CurrentPrincipal, service
from app.http.openapi.document import problems
from app.http.routing import api_router, needs
from app.review.deciding.errors import (
    AlreadyDecidedError,
    DecisionError,
    FieldNotFoundError,
    NothingToApproveError,
    NothingToSendBackError,
    NothingToUndoError,
    OwnWorkError,
)
from app.review.errors import FieldValueError
from app.review.fields.endpoints import field_out
from app.review.fields.schemas import FieldOut
from app.review.revisions.schemas import DecisionIn
from app.review.revisions.service import DecisionService
from app.review.tasks.errors import ClaimLostError, TaskClaimedError, TaskNotOpenError

router = api_router(prefix="/v1/review", tag="review")

Decisions = Annotated[DecisionService, Depends(service(DecisionService))]

_POLICIES = (
    "`one`: your answer stands. `sample`: it stands, and another person checks some of the answers. `two`: your answer "
    "is entered, and stands when an approver who is not you agrees. `blind`: it stands when another person, who cannot "
    "see it, gives the same one; if the answers differ, an approver decides. Nobody checks their own."
)


@router.post(
    "/fields/{field_id}/revisions",
    status_code=201,
    summary="Decide on a field",
    description=f"Stores a revision; no earlier one is changed. {_POLICIES}",
    openapi_extra=needs(Permission.REVIEW_WRITE)
    | problems(
        FieldNotFoundError,
        NotEditableError,
        TaskClaimedError,
        ClaimLostError,
        TaskNotOpenError,
        PreconditionRequiredError,
        PreconditionFailedError,
        FieldValueError,
        DecisionError,
        OwnWorkError,
        NothingToApproveError,
        AlreadyDecidedError,
        NothingToUndoError,
        NothingToSendBackError,
    ),
)
def decide_field(
    principal: CurrentPrincipal,
    decisions: Decisions,
    field_id: UUID,
    body: DecisionIn,
    response: Response,
    if_match: IfMatch = None,
) -> FieldOut:
    revision = parse_if_match(if_match)
    return field_out(decisions.decide(principal, field_id, body.decision(), revision=revision), response)
