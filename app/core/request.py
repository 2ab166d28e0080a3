"""The current request's id and client. The HTTP layer sets them, and code that writes records reads them."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

current_request_id: ContextVar[str | None] = ContextVar("footnote_request_id", default=None)

current_client: ContextVar[str | None] = ContextVar("footnote_client", default=None)
"""The caller's IP address, as the server sees it; None outside a request."""


@dataclass(frozen=True, slots=True)
class RequestOrigin:
    """The source of a recorded event: the request id and the caller's IP address."""

    request_id: str | None
    client: str | None


NOWHERE = RequestOrigin(request_id=None, client=None)


def current_origin() -> RequestOrigin:
    return RequestOrigin(request_id=current_request_id.get(), client=current_client.get())


@contextmanager
def use_origin(origin: RequestOrigin) -> Iterator[None]:
    """Attribute everything recorded in this block to `origin` instead of the current request."""
    request_token, client_token = current_request_id.set(origin.request_id), current_client.set(origin.client)
    try:
        yield
    finally:
        current_client.reset(client_token)
        current_request_id.reset(request_token)
