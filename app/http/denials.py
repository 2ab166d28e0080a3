"""Telling the audit log what was refused: to whom, which object, by which operation.

What is absent and what is forbidden take the same way through here, so that neither its time nor its traces tell them
apart.
"""

import re
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from fastapi import Request
from fastapi.concurrency import run_in_threadpool

from app.core.errors import Claimed, FootnoteError, UnauthenticatedError
from app.core.principal import Principal

_TOLD = frozenset({401, 403, 404})
_LONGEST_ID = 200
_QUERIED = ("document", "document_id", "collection_id", "pack_id")
_ID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


@dataclass(frozen=True, slots=True)
class Denial:
    """`object_type` and `object_id` are what was asked for, as `find_denial` finds it; `route` is the operation's
    template.

    `principal` is who asked; where nobody was let in, `claimed` is whose key was used.
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
    """Keeps them; `app.audit.denials.DenialLog` does."""

    def record(self, denial: Denial) -> None:
        """In a transaction of its own. Raises nothing: a refusal stands, also when it can't be told."""


def asks_for(request: Request, **ids: UUID | None) -> None:
    """Say which object a request's body asks for, as its address does not: `document_id=…`, the first that is given."""
    request.state.asked = next(((name, each) for name, each in ids.items() if each is not None), None)


def find_denial(request: Request, error: FootnoteError) -> Denial | None:
    """What to tell of an error; None when it refuses nothing, or when nobody is known to have asked.

    The object is what the address's path names first, or what `asks_for` told, or an id in the query; else it is the
    operation.
    """
    principal: Principal | None = getattr(request.state, "principal", None)
    claimed = error.claimed if isinstance(error, UnauthenticatedError) else None
    if error.status not in _TOLD or (principal is None and claimed is None):
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
        object_id=str(value)[:_LONGEST_ID],
    )


def _find_object(request: Request) -> tuple[str, object] | None:
    named: tuple[str, object] | None = next(iter(request.path_params.items()), None)
    named = named or getattr(request.state, "asked", None)
    if named is None:
        queried = ((name, request.query_params.get(name, "").strip()) for name in _QUERIED)
        named = next(((name, each) for name, each in queried if _ID.fullmatch(each)), None)
    return named


def tell_denial(request: Request, error: FootnoteError) -> None:
    """Tell the audit log of an error that refuses something."""
    denial = find_denial(request, error)
    if denial is not None:
        denials: Denials = request.app.state.denials
        denials.record(denial)


async def record_denial(request: Request, error: FootnoteError) -> None:
    """The same where nothing may block."""
    if find_denial(request, error) is not None:
        await run_in_threadpool(tell_denial, request, error)
