"""Errors of webhooks.

NotFoundError ← WebhookNotFoundError
InvalidInputError ← WebhookAddressError
ConflictError ← TooManyWebhooksError
"""

from app.core.errors import ConflictError, InvalidInputError, NotFoundError

MOST_WEBHOOKS = 20


class WebhookNotFoundError(NotFoundError):
    code = "webhook-not-found"
    title = "There is no such webhook among yours."


class WebhookAddressError(InvalidInputError):
    code = "webhook-address-invalid"
    title = "The address must be an https URL without a user name or fragment, and not an address of a private network."


class TooManyWebhooksError(ConflictError):
    code = "too-many-webhooks"
    title = f"You have {MOST_WEBHOOKS} webhooks, which is the most: delete one first."
