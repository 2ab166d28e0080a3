"""Errors that HTTP itself brings about; features derive theirs from `app.core.errors` in the same way.

InvalidInputError   ← MalformedRequestError 400, InvalidTextError, IdempotencyKeyInvalidError, IdempotencyKeyReusedError
ConflictError       ← IdempotencyInProgressError
TooLargeError       ← BodyTooLargeError
UnauthenticatedError← PageHeaderMissingError
FootnoteError       ← InternalError, MethodNotAllowedError
"""

from app.core.errors import (
    ConflictError,
    FootnoteError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    TooLargeError,
    UnsupportedTypeError,
)


class InternalError(FootnoteError):
    code = "internal"
    status = 500
    title = "Something went wrong on our side: try again, and tell your administrator the request id if it stays."


class RouteNotFoundError(NotFoundError):
    code = "route-not-found"
    title = "There is no such address: see /openapi.json for those that are."


class MethodNotAllowedError(FootnoteError):
    code = "method-not-allowed"
    status = 405
    title = "This address does not take that method: see the Allow header."


class MalformedRequestError(InvalidInputError):
    code = "malformed-request"
    status = 400
    title = "The request can't be parsed: check its form."


class MediaTypeNotTakenError(UnsupportedTypeError):
    code = "media-type-not-taken"
    title = "This address does not take a body of that Content-Type."


class InvalidTextError(InvalidInputError):
    code = "invalid-text"
    title = "Texts may not hold control characters or broken Unicode: take them out."


class BodyTooLargeError(TooLargeError):
    code = "body-too-large"
    title = "The body is over the limit of 1 MiB for requests other than uploads."


class CrossSiteRequestError(ForbiddenError):
    code = "cross-site-request"
    title = "A signed-in page must send the header X-Footnote-Page with each change."


class IdempotencyKeyInvalidError(InvalidInputError):
    code = "idempotency-key-invalid"
    title = "An Idempotency-Key has 1 to 255 visible ASCII characters."


class IdempotencyKeyReusedError(InvalidInputError):
    code = "idempotency-key-reused"
    title = "This Idempotency-Key was used for another request: use a new key for each request."


class IdempotencyInProgressError(ConflictError):
    code = "idempotency-in-progress"
    title = "The first request with this Idempotency-Key is still under way: try again shortly."
