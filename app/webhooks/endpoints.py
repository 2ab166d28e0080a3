"""Webhooks at `/v1/webhooks`."""

from datetime import timedelta
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Query, Request, Response

from app.core.errors import PreconditionFailedError, PreconditionRequiredError
from app.core.pagination import InvalidCursorError
from app.core.principal import Permission
from app.http.conditional import IfMatch, etag, parse_if_match
from app.http.dependencies import CurrentPrincipal, service
from app.http.openapi.document import problems
from app.http.pages import Page, RequestedPage, page_out
from app.http.routing import api_router, needs
from app.webhooks.errors import TooManyWebhooksError, WebhookAddressError, WebhookNotFoundError
from app.webhooks.schemas import (
    DeliveryOut,
    MadeWebhookOut,
    NewWebhookIn,
    ReplayedOut,
    ReplayIn,
    RotationIn,
    WebhookChangeIn,
    WebhookOut,
    WebhooksOut,
)
from app.webhooks.service import NewWebhook, WebhookService

router = api_router(prefix="/v1/webhooks", tag="webhooks")

Webhooks = Annotated[WebhookService, Depends(service(WebhookService))]


@router.post(
    "",
    status_code=201,
    summary="Create a webhook for the changes from now on",
    description=(
        "Messages have the form of Standard Webhooks: IDs and kinds of changes, never words of documents. They are "
        "sent under your rights at the time of sending, at least once, and again after failures. The secret is shown "
        "only now."
    ),
    openapi_extra=needs(Permission.KEYS_OWN) | problems(WebhookAddressError, TooManyWebhooksError),
)
def create_webhook(
    principal: CurrentPrincipal, webhooks: Webhooks, body: NewWebhookIn, response: Response
) -> MadeWebhookOut:
    made = webhooks.create(principal, NewWebhook(body.url, body.kinds, body.description))
    response.headers["Location"] = f"/v1/webhooks/{made.webhook.id}"
    response.headers["ETag"] = etag(made.webhook.revision)
    response.headers["Cache-Control"] = "no-store"
    return MadeWebhookOut.made(made)


@router.get("", summary="List your webhooks", openapi_extra=needs(Permission.KEYS_OWN))
def list_webhooks(principal: CurrentPrincipal, webhooks: Webhooks) -> WebhooksOut:
    return WebhooksOut(items=[WebhookOut.of(row) for row in webhooks.list_webhooks(principal)])


@router.get(
    "/{webhook_id}",
    summary="Get a webhook",
    openapi_extra=needs(Permission.KEYS_OWN) | problems(WebhookNotFoundError),
)
def get_webhook(principal: CurrentPrincipal, webhooks: Webhooks, webhook_id: UUID, response: Response) -> WebhookOut:
    row = webhooks.get_webhook(principal, webhook_id)
    response.headers["ETag"] = etag(row.revision)
    return WebhookOut.of(row)


@router.patch(
    "/{webhook_id}",
    summary="Change, pause or start a webhook",
    openapi_extra=needs(Permission.KEYS_OWN)
    | problems(WebhookNotFoundError, WebhookAddressError, PreconditionRequiredError, PreconditionFailedError),
)
def update_webhook(
    principal: CurrentPrincipal,
    webhooks: Webhooks,
    webhook_id: UUID,
    body: WebhookChangeIn,
    response: Response,
    if_match: IfMatch = None,
) -> WebhookOut:
    changes = {name: value for name, value in body.model_dump(exclude_unset=True).items() if value is not None}
    row = webhooks.update(principal, webhook_id, changes, revision=parse_if_match(if_match))
    response.headers["ETag"] = etag(row.revision)
    return WebhookOut.of(row)


@router.delete(
    "/{webhook_id}",
    status_code=204,
    summary="Delete a webhook and its deliveries",
    openapi_extra=needs(Permission.KEYS_OWN) | problems(WebhookNotFoundError),
)
def delete_webhook(principal: CurrentPrincipal, webhooks: Webhooks, webhook_id: UUID) -> None:
    webhooks.delete(principal, webhook_id)


@router.post(
    "/{webhook_id}/rotate",
    status_code=201,
    summary="Create a new secret",
    description="Until the former secret ends, each message has a signature of both.",
    openapi_extra=needs(Permission.KEYS_OWN) | problems(WebhookNotFoundError),
)
def rotate_webhook_secret(
    principal: CurrentPrincipal, webhooks: Webhooks, webhook_id: UUID, body: RotationIn, response: Response
) -> MadeWebhookOut:
    made = webhooks.rotate(principal, webhook_id, overlap=timedelta(hours=body.overlap_hours))
    response.headers["ETag"] = etag(made.webhook.revision)
    response.headers["Cache-Control"] = "no-store"
    return MadeWebhookOut.made(made)


@router.post(
    "/{webhook_id}/test",
    status_code=201,
    summary="Send a test message",
    openapi_extra=needs(Permission.KEYS_OWN) | problems(WebhookNotFoundError),
)
def test_webhook(principal: CurrentPrincipal, webhooks: Webhooks, webhook_id: UUID) -> DeliveryOut:
    return DeliveryOut.of(webhooks.test(principal, webhook_id))


@router.post(
    "/{webhook_id}/replay",
    summary="Send deliveries again, with the same IDs",
    description="Ended deliveries are kept for 30 days.",
    openapi_extra=needs(Permission.KEYS_OWN) | problems(WebhookNotFoundError),
)
def replay_webhook(principal: CurrentPrincipal, webhooks: Webhooks, webhook_id: UUID, body: ReplayIn) -> ReplayedOut:
    count = webhooks.replay(principal, webhook_id, since=body.since, only_failed=body.only_failed)
    return ReplayedOut(replayed=count)


@router.get(
    "/{webhook_id}/deliveries",
    summary="List the deliveries of a webhook, newest first",
    description="Deliveries about documents that you may no longer read are omitted.",
    openapi_extra=needs(Permission.KEYS_OWN) | problems(WebhookNotFoundError, InvalidCursorError),
)
def list_deliveries(
    request: Request,
    response: Response,
    principal: CurrentPrincipal,
    webhooks: Webhooks,
    webhook_id: UUID,
    page: RequestedPage,
    state: Annotated[Literal["waiting", "sent", "failed", "withheld"] | None, Query()] = None,
) -> Page[DeliveryOut]:
    found = webhooks.list_deliveries(principal, webhook_id, page, state=state)
    return page_out(request, response, found, DeliveryOut.of, Page[DeliveryOut])
