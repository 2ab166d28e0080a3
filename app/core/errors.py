"""The error tree. Every error a user can meet has a stable code, an HTTP status and a sentence that says what to do.

    FootnoteError
    ├── InvalidInputError          422  the request can't be taken as it is
    ├── UnauthenticatedError       401  no key, or one that is wrong, expired or revoked
    ├── ForbiddenError             403  the principal may know of it, but not do this
    ├── NotFoundError              404  absent, or not to be known of
    ├── ConflictError              409  it clashes with what is there
    ├── PreconditionFailedError    412  somebody changed it in between
    ├── PreconditionRequiredError  428  an edit without If-Match
    ├── TooLargeError              413  over a stated limit
    ├── UnsupportedTypeError       415  a format that we don't read
    ├── RateLimitedError           429  too many requests
    ├── UnavailableError           503  a part we need is down; try again
    └── DocumentError              422  a file that can't be read; ends its run as failed

Features derive theirs in their own `errors.py` and set `code`; messages never carry ids or text that the reader
may not see.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID


class FootnoteError(Exception):
    """Base of all errors that we raise on purpose.

    `code` is stable and documented, `status` the HTTP status, `title` the same sentence for each occurrence,
    `detail` the sentence for this one, `extra` further members of the problem document (RFC 9457 §3.2).
    """

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "Something went wrong on our side."

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
    title = "The request can't be taken as it is."


@dataclass(frozen=True, slots=True)
class Claimed:
    """Whose key a refused caller used; `proven` when it had the secret, too."""

    tenant_id: UUID
    user_id: UUID
    key_id: UUID
    key_prefix: str
    proven: bool


class UnauthenticatedError(FootnoteError):
    """`claimed` is for the audit log only, and told to nobody else."""

    code = "unauthenticated"
    status = 401
    title = "Sign in with a key: send it as 'Authorization: Bearer <key>'."
    claimed: Claimed | None = None


class ForbiddenError(FootnoteError):
    code = "forbidden"
    status = 403
    title = "Your rights do not cover this."


class NotFoundError(FootnoteError):
    code = "not-found"
    status = 404
    title = "There is nothing here that you may see."


class ConflictError(FootnoteError):
    code = "conflict"
    status = 409
    title = "This clashes with what is already there."


class PreconditionFailedError(FootnoteError):
    code = "precondition-failed"
    status = 412
    title = "It was changed in between: fetch it again and repeat the change."


class PreconditionRequiredError(FootnoteError):
    code = "precondition-required"
    status = 428
    title = "Send If-Match with the ETag that you last saw."


class TooLargeError(FootnoteError):
    code = "too-large"
    status = 413
    title = "This is over the size limit."


class UnsupportedTypeError(FootnoteError):
    code = "unsupported-type"
    status = 415
    title = "This format can't be read."


class RateLimitedError(FootnoteError):
    code = "rate-limited"
    status = 429
    title = "Too many requests: wait as long as Retry-After says."


class UnavailableError(FootnoteError):
    code = "unavailable"
    status = 503
    title = "A part that this needs is not answering: try again shortly."


class DocumentError(FootnoteError):
    """A file that can't be read. Final for that file: the run ends `failed` with this code and sentence."""

    code = "document-unreadable"
    status = 422
    title = "The file can't be read."
