"""Comments at `/v1/review/fields/{field_id}/comments`, and those that mention the caller at `/v1/review/mentions`."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request, Response

from app.core.pagination import InvalidCursorError
from app.core.principal import Permission
from app.documents.errors import NotEditableError
from app.http.dependencies import CurrentPrincipal, service
from app.http.openapi.document import problems
from app.http.pages import Page, RequestedPage, page_out
from app.http.routing import api_router, needs
from app.review.comments.errors import MentionError, MentionNotFoundError
from app.review.comments.mentions import MentionService
from app.review.comments.schemas import CommentIn, CommentOut, MentionOut
from app.review.comments.service import CommentService
from app.review.deciding.errors import FieldNotFoundError

router = api_router(prefix="/v1/review", tag="review")

Mentions = Annotated[MentionService, Depends(service(MentionService))]
Comments = Annotated[CommentService, Depends(service(CommentService))]


@router.post(
    "/fields/{field_id}/comments",
    status_code=201,
    summary="Comment on a field",
    openapi_extra=needs(Permission.REVIEW_WRITE) | problems(FieldNotFoundError, NotEditableError, MentionError),
)
def comment_field(
    principal: CurrentPrincipal, comments: Comments, field_id: UUID, body: CommentIn, response: Response
) -> CommentOut:
    response.headers["Cache-Control"] = "no-store"
    return CommentOut.of(comments.add(principal, field_id, body.body, body.mentions))


@router.get(
    "/fields/{field_id}/comments",
    summary="List the comments on a field, oldest first",
    openapi_extra=needs(Permission.DOCUMENTS_READ) | problems(FieldNotFoundError, InvalidCursorError),
)
def list_field_comments(
    request: Request,
    principal: CurrentPrincipal,
    comments: Comments,
    field_id: UUID,
    response: Response,
    page: RequestedPage,
) -> Page[CommentOut]:
    response.headers["Cache-Control"] = "no-store"
    found = comments.list_comments(principal, field_id, page)
    return page_out(request, response, found, CommentOut.of, Page[CommentOut])


@router.get(
    "/mentions",
    summary="List the comments that mention you, newest first",
    openapi_extra=needs(Permission.DOCUMENTS_READ) | problems(InvalidCursorError),
)
def list_mentions(
    request: Request,
    response: Response,
    principal: CurrentPrincipal,
    mentions: Mentions,
    page: RequestedPage,
    unread: Annotated[bool | None, Query(description="Only those that you have not opened, or only others.")] = None,
) -> Page[MentionOut]:
    response.headers["Cache-Control"] = "no-store"
    found = mentions.list_mentions(principal, page, unread=unread)
    return page_out(request, response, found, MentionOut.of_mention, Page[MentionOut])


@router.post(
    "/mentions/{comment_id}/read",
    summary="Record that you have read a comment that mentions you",
    openapi_extra=needs(Permission.DOCUMENTS_READ) | problems(MentionNotFoundError),
)
def read_mention(principal: CurrentPrincipal, mentions: Mentions, comment_id: UUID, response: Response) -> MentionOut:
    response.headers["Cache-Control"] = "no-store"
    return MentionOut.of_mention(mentions.read(principal, comment_id))
