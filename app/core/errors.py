"""The error tree. Each error that a user can see has a stable code, an HTTP status and a sentence with the remedy.

    FootnoteError
    ├── InvalidInputError          422  the request is not valid
    ├── UnauthenticatedError       401  the key is missing, wrong, expired or revoked
    ├── ForbiddenError             403  the principal may not perform this action
    ├── NotFoundError              404  the resource is missing, or hidden from the principal
    ├── ConflictError              409  the request conflicts with the stored state
    ├── PreconditionFailedError    412  the resource changed since the client read it
    ├── PreconditionRequiredError  428  an edit has no If-Match
    ├── TooLargeError              413  the input is larger than the limit
    ├── TooSlowError               408  the request arrives too slowly
    ├── UnsupportedTypeError       415  Footnote does not read this format
    ├── RateLimitedError           429  too many requests; wait for the time in Retry-After
    ├── UnavailableError           503  a service that Footnote needs is down; try again
    │   └── InsufficientStorageError  507  a disk is full; reads and questions still work
    └── DocumentError              422  the file cannot be read; its run ends as failed

Each feature derives its errors in its own `errors.py` and sets `code`. Messages never contain ids or text that the
reader may not see.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

MISTAKES = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""What mistakes in our own code raise. Limits of memory and time, and the errors below, are not among them."""

RETRY_AFTER = "5"
"""The seconds after which a client should try again when a service did not respond (RFC 9110 §10.2.3)."""


class FootnoteError(Exception):
    """Base of all errors that Footnote raises on purpose.

    `code` is stable and documented, `status` is the HTTP status, `title` is the same for each occurrence, `detail`
    describes this occurrence, and `extra` contains further members of the problem document (RFC 9457 §3.2).
    """

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "An internal error occurred."

    def __init__(
        self,
        detail: str | None = None,
        *,
        extra: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.detail = detail or self.title
        self.extra: dict[str, object] = dict(extra or {})
        self.headers: dict[str, str] = dict(headers or {})
        super().__init__(self.detail)


class InvalidInputError(FootnoteError):
    code = "invalid-input"
    status = 422
    title = "The request is not valid."


@dataclass(frozen=True, slots=True)
class Claimed:
    """The owner of the key in a rejected request; `proven` is True if the request also had the right secret."""

    tenant_id: UUID
    user_id: UUID
    key_id: UUID
    key_prefix: str
    proven: bool


class UnauthenticatedError(FootnoteError):
    """The request has no valid credentials. If they name a stored key, `claimed` has its owner for the audit log; the
    caller never sees it.
    """

    code = "unauthenticated"
    status = 401
    title = "Sign in with a key: send it as 'Authorization: Bearer <key>'."
    claimed: Claimed | None = None


class ForbiddenError(FootnoteError):
    code = "forbidden"
    status = 403
    title = "You do not have permission for this."


class NotFoundError(FootnoteError):
    code = "not-found"
    status = 404
    title = "Not found: it does not exist, or you may not see it."


class ConflictError(FootnoteError):
    code = "conflict"
    status = 409
    title = "The request conflicts with the stored state."


class PreconditionFailedError(FootnoteError):
    code = "precondition-failed"
    status = 412
    title = "The resource changed since you read it: fetch it again and repeat the change."


class PreconditionRequiredError(FootnoteError):
    code = "precondition-required"
    status = 428
    title = "Send If-Match with the ETag that you last saw."


class TooLargeError(FootnoteError):
    code = "too-large"
    status = 413
    title = "This is over the size limit."


class TooSlowError(FootnoteError):
    code = "too-slow"
    status = 408
    title = "The request did not arrive in time: send it again."


class UnsupportedTypeError(FootnoteError):
    code = "unsupported-type"
    status = 415
    title = "This file format is not supported."


class RateLimitedError(FootnoteError):
    code = "rate-limited"
    status = 429
    title = "Too many requests: wait as long as Retry-After says."


class UnavailableError(FootnoteError):
    """The response has the header Retry-After, except if an operator must act first (`ends_by_itself` is False)."""

    ends_by_itself: ClassVar[bool] = True
    code = "unavailable"
    status = 503
    title = "A service that this request needs is not responding: try again shortly."

    def __init__(
        self,
        detail: str | None = None,
        *,
        extra: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        wait = {"Retry-After": RETRY_AFTER} if self.ends_by_itself else {}
        super().__init__(detail, extra=extra, headers=wait | dict(headers or {}))


class InsufficientStorageError(UnavailableError):
    code = "insufficient-storage"
    status = 507
    title = "The disk is full, so nothing can be stored: free some space, then try again. Reading still works."


class BrokerUnavailableError(UnavailableError):
    code = "broker-unavailable"
    title = "The broker is not responding: uploads are stored, and are processed once it responds."


class DocumentError(FootnoteError):
    """The file cannot be read. Its run fails with the error's code and detail, and is not retried."""

    code = "document-unreadable"
    status = 422
    title = "The file cannot be read."
