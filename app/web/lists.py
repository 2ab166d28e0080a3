"""What lists of pages share: the search, the cursor, the address of the next page."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import Form, Query

Typed = Annotated[str, Form(max_length=1_000)]
Revision = Annotated[int, Form(ge=0)]
"""The revision that a form changes: its page was made from it."""
Words = Annotated[str, Query(max_length=200)]
Cursor = Annotated[str | None, Query(max_length=500)]

ROWS_A_PAGE = 50


def next_page(address: str, cursor: str | None, **kept: str) -> str | None:
    """Return the address of the next page of a list, with its filters; None on the last page."""
    if cursor is None:
        return None
    return f"{address}?{urlencode({**{name: value for name, value in kept.items() if value}, 'cursor': cursor})}"
