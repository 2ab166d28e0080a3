"""Records denied requests in the audit log, each with the principal, the object and the operation.

A missing object is handled like a forbidden one, so that neither response times nor audit records distinguish them.
"""

import re
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from fastapi import Request
from fastapi.concurrency import run_in_threadpool

from app.core.errors import Claimed, FootnoteError, UnauthenticatedError
from app.core.principal import Principal

_AUDITED_STATUSES = frozenset({401, 403, 404})
_MAX_ID_LENGTH = 200
_QUERY_PARAMETERS = ("document", "document_id", "collection_id", "pack_id")
_ID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


@dataclass(frozen=True, slots=True)
class Denial:
    """A denied request.

    `object_type` and `object_id` identify the requested object (see `find_denial`). `route` is the path template of the
    operation. `principal` is the caller. If authentication failed, `claimed` is the owner of the key in the request.
    """

    principal: Principal | None
    claimed: Claimed | None
    status: int
    code: str
    method: str
    route: str
    object_type: str
    object_id: str


class Denials(Protocol):
    """Records denials; implemented by `app.audit.denials.DenialLog`."""

    def record(self, denial: Denial) -> None:
        """Record a denial in its own transaction. Raises no error, because the request is denied in any case."""


def declare_object(request: Request, **ids: UUID | None) -> None:
    """Declare the object that a request names in its body, as in `document_id=…`. The first id that is set is used."""
    request.state.declared_object = next(((name, each) for name, each in ids.items() if each is not None), None)


def find_denial(request: Request, error: FootnoteError) -> Denial | None:
    """Return the denial to record for an error; None if the error is not a denial, or if the caller is unknown.

    The denied object is the first path parameter, else the object set by `declare_object`, else an id in the query. If
    there is no object, the operation itself is recorded.
    """
    principal: Principal | None = getattr(request.state, "principal", None)
    claimed = error.claimed if isinstance(error, UnauthenticatedError) else None
    if error.status not in _AUDITED_STATUSES or (principal is None and claimed is None):
        return None
    route = str(getattr(request.scope.get("route"), "path_format", "unmatched"))
    name, value = _find_object(request) or ("operation", f"{request.method} {route}")
    return Denial(
        principal=principal,
        claimed=claimed,
        status=error.status,
        code=error.code,
        method=request.method,
        route=route,
        object_type=name.removesuffix("_id"),
        object_id=str(value)[:_MAX_ID_LENGTH],
    )


def _find_object(request: Request) -> tuple[str, object] | None:
    named: tuple[str, object] | None = next(iter(request.path_params.items()), None)
    named = named or getattr(request.state, "declared_object", None)
    if named is None:
        queried = ((name, request.query_params.get(name, "").strip()) for name in _QUERY_PARAMETERS)
        named = next(((name, each) for name, each in queried if _ID.fullmatch(each)), None)
    return named


def record_denial_blocking(request: Request, error: FootnoteError) -> None:
    """Record an error in the audit log if it is a denial."""
    denial = find_denial(request, error)
    if denial is not None:
        denials: Denials = request.app.state.denials
        denials.record(denial)


async def record_denial(request: Request, error: FootnoteError) -> None:
    """Record an error in the audit log if it is a denial, without blocking the event loop."""
    if find_denial(request, error) is not None:
        await run_in_threadpool(record_denial_blocking, request, error)
