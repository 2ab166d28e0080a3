"""Errors of the HTTP layer. Each feature derives its own errors from `app.core.errors` in the same way.

InvalidInputError   ← MalformedRequestError 400, InvalidTextError, IdempotencyKeyInvalidError, IdempotencyKeyReusedError
ConflictError       ← IdempotencyInProgressError
TooLargeError       ← BodyTooLargeError
TooSlowError        ← BodyTooSlowError, UploadTooSlowError, UploadTimedOutError 408
RateLimitedError    ← TooManyUploadsError
UnauthenticatedError← PageHeaderMissingError
FootnoteError       ← InternalError, MethodNotAllowedError
"""

from app.core.errors import (
    ConflictError,
    FootnoteError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    RateLimitedError,
    TooLargeError,
    TooSlowError,
    UnsupportedTypeError,
)


class InternalError(FootnoteError):
    code = "internal"
    status = 500
    title = "An internal error occurred: try again. If it persists, give your administrator the request id."


class RouteNotFoundError(NotFoundError):
    code = "route-not-found"
    title = "There is no such address: see /openapi.json for the existing ones."


class MethodNotAllowedError(FootnoteError):
    code = "method-not-allowed"
    status = 405
    title = "This address does not support that method: see the Allow header."


class MalformedRequestError(InvalidInputError):
    code = "malformed-request"
    status = 400
    title = "The request cannot be parsed: check its format."


class MediaTypeNotTakenError(UnsupportedTypeError):
    code = "media-type-not-taken"
    title = "This address does not accept a body with that Content-Type."


class InvalidTextError(InvalidInputError):
    code = "invalid-text"
    title = "Text must not contain control characters or invalid Unicode: remove them."


class BodyTooLargeError(TooLargeError):
    code = "body-too-large"
    title = "The body exceeds the limit of 1 MiB for requests other than uploads."


class BodyTooSlowError(TooSlowError):
    code = "body-too-slow"
    title = "The body did not arrive in time: send it again, without pauses."


class UploadTooSlowError(TooSlowError):
    code = "upload-too-slow"
    title = "The upload is slower than the least rate: send it again over a faster connection."


class UploadTimedOutError(TooSlowError):
    code = "upload-timed-out"
    title = "The upload took longer than the time limit: send it again over a faster connection, or split the file."


class TooManyUploadsError(RateLimitedError):
    code = "too-many-uploads"
    title = "This key has as many uploads open as it may: wait until one ends, then send this one again."


class CrossSiteRequestError(ForbiddenError):
    code = "cross-site-request"
    title = "A page with a session must send the header X-Footnote-Page with each change."


class IdempotencyKeyInvalidError(InvalidInputError):
    code = "idempotency-key-invalid"
    title = "An Idempotency-Key must have 1 to 255 visible ASCII characters."


class IdempotencyKeyReusedError(InvalidInputError):
    code = "idempotency-key-reused"
    title = "This Idempotency-Key was used for another request: use a new key for each request."


class IdempotencyInProgressError(ConflictError):
    code = "idempotency-in-progress"
    title = "The first request with this Idempotency-Key is still in progress: try again shortly."
