"""Limits the event streams that are open at once, for each key and for each tenant. Each API process counts its own."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from uuid import UUID

from fastapi import Request

from app.core.errors import RateLimitedError
from app.core.principal import Principal
from app.http.dependencies import CurrentPrincipal

RETRY_AFTER_SECONDS = 15


class TooManyStreamsError(RateLimitedError):
    code = "too-many-streams"
    title = "Too many event streams are open: close one, or try again after the time in Retry-After."


class OpenStreams:
    """Counts the open streams of each key, or of each user who signed in without a key, and of each tenant."""

    def __init__(self, *, per_key: int, per_tenant: int) -> None:
        self._per_key = per_key
        self._per_tenant = per_tenant
        self._open: Counter[UUID] = Counter()

    @contextmanager
    def counted(self, principal: Principal) -> Iterator[None]:
        """Count a stream of the principal while the context is open. Raises TooManyStreamsError."""
        key, tenant = principal.key_id or principal.user_id, principal.tenant_id
        for owner, limit, name in (
            (key, self._per_key, "streams-per-key"),
            (tenant, self._per_tenant, "streams-per-tenant"),
        ):
            if self._open[owner] >= limit:
                raise TooManyStreamsError(headers={"Retry-After": str(RETRY_AFTER_SECONDS)}, extra={"limit": name})
        self._open.update((key, tenant))
        try:
            yield
        finally:
            self._open.subtract((key, tenant))
            for owner in (key, tenant):
                if not self._open[owner]:
                    del self._open[owner]


async def counted_stream(request: Request, principal: CurrentPrincipal) -> AsyncIterator[None]:
    """Count the request's stream until its response has ended. This is a FastAPI dependency.

    Raises TooManyStreamsError.
    """
    open_streams: OpenStreams = request.app.state.open_streams
    with open_streams.counted(principal):
        yield
