"""The request under way, told by the HTTP layer, so that what is recorded deep inside can be joined with it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

current_request_id: ContextVar[str | None] = ContextVar("footnote_request_id", default=None)

current_client: ContextVar[str | None] = ContextVar("footnote_client", default=None)
"""The caller's address (IP), as the server sees it; None where there is none."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where something came from: a request and its caller's address."""

    request_id: str | None
    client: str | None


NOWHERE = Origin(request_id=None, client=None)


def current_origin() -> Origin:
    return Origin(request_id=current_request_id.get(), client=current_client.get())


@contextmanager
def told_of(origin: Origin) -> Iterator[None]:
    """What is recorded inside is of that request, whichever is under way."""
    request_token, client_token = current_request_id.set(origin.request_id), current_client.set(origin.client)
    try:
        yield
    finally:
        current_client.reset(client_token)
        current_request_id.reset(request_token)
