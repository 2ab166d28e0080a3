"""Cursor pagination. An opaque, URL-safe cursor contains the sort key of the last row of a page. If rows are inserted
between two requests, the next page therefore neither skips nor repeats rows.
"""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from app.core.errors import InvalidInputError

T = TypeVar("T")

DEFAULT_LIMIT = 50
MAX_LIMIT = 200
_MOST_DIGITS = 9


class InvalidCursorError(InvalidInputError):
    code = "invalid-cursor"
    title = "The cursor is not valid: request the first page, without a cursor."


@dataclass(frozen=True, slots=True)
class PageRequest:
    """A request for up to `limit` rows (1 to 200). `cursor` comes from the previous page; it is None for the first."""

    limit: int = DEFAULT_LIMIT
    cursor: str | None = None

    def after(self) -> str | None:
        """Return the sort key of the previous page's last row; None for the first page. Raises InvalidCursorError."""
        return None if self.cursor is None else decode_cursor(self.cursor)


LONGEST = PageRequest(limit=MAX_LIMIT)


@dataclass(frozen=True, slots=True)
class PageOf(Generic[T]):
    """One page of rows; `next_cursor` is None on the last page."""

    items: Sequence[T]
    next_cursor: str | None


def encode_cursor(key: str) -> str:
    return base64.urlsafe_b64encode(json.dumps(["k", key]).encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> str:
    """Return the sort key inside a cursor. Raises InvalidCursorError for a string that `encode_cursor` did not make."""
    try:
        marker, key = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, UnicodeError, TypeError) as error:
        raise InvalidCursorError from error
    if marker != "k" or not isinstance(key, str):
        raise InvalidCursorError
    return key


def parse_number_cursor(page: PageRequest) -> int | None:
    """Return the number of the previous page's last row, for lists sorted by number. Raises InvalidCursorError."""
    after = page.after()
    if after is None:
        return None
    if not (after.isdecimal() and after.isascii() and len(after) <= _MOST_DIGITS):
        raise InvalidCursorError
    return int(after)


def cut_page(found: Sequence[T], page: PageRequest, key: Callable[[T], object]) -> PageOf[T]:
    """Return a page of the rows found, of which there is one more than the limit if the list continues. `key` returns
    the sort key of a row.
    """
    items = found[: page.limit]
    more = len(found) > page.limit
    return PageOf(items=items, next_cursor=encode_cursor(str(key(items[-1]))) if more else None)


def parse_uuid_cursor(page: PageRequest) -> UUID | None:
    """Return the id of the previous page's last row, for lists sorted by id. Raises InvalidCursorError."""
    after = page.after()
    if after is None:
        return None
    try:
        return UUID(after)
    except ValueError as error:
        raise InvalidCursorError from error
