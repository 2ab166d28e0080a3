"""The result of a finder: a value, and the place where it was read."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from app.documents.content.parsed import ParsedPage
from app.documents.metadata import FieldSource, Origin

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Reading(Generic[T]):
    value: T
    source: FieldSource


def read_at(value: T, page: ParsedPage, start: int, end: int, confidence: float) -> Reading[T]:
    """Return a value that was read from `start` to `end` of the page's text."""
    return Reading(
        value, FieldSource(Origin.TEXT, confidence, page.text[start:end], page=page.number, start=start, end=end)
    )


def tagged(value: T, quote: str) -> Reading[T]:
    """Return a value that a tag or property of the file states."""
    return Reading(value, FieldSource(Origin.TAG, 0.99, quote))


def derived(value: T, quote: str, confidence: float) -> Reading[T]:
    """Return a value that was derived from other fields. `quote` names these fields."""
    return Reading(value, FieldSource(Origin.DERIVED, confidence, quote))


def matches(pattern: re.Pattern[str], pages: Sequence[ParsedPage]) -> Iterator[tuple[ParsedPage, re.Match[str]]]:
    """Yield all matches of `pattern`, page by page."""
    for page in pages:
        for found in pattern.finditer(page.text):
            yield page, found
