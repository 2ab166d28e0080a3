"""The request under way, told by the HTTP layer, so that what is recorded deep inside can be joined with it."""

from contextvars import ContextVar

current_request_id: ContextVar[str | None] = ContextVar("footnote_request_id", default=None)

current_client: ContextVar[str | None] = ContextVar("footnote_client", default=None)
"""The caller's address (IP), as the server sees it; None where there is none."""
