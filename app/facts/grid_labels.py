"""Compare labels of lines in several filings, and print what a line's dimensions add to its label."""

import re
from collections.abc import Container, Iterator, Sequence
from functools import lru_cache
from typing import Final

from app.facts.model import StatementKind

Dimensions = tuple[tuple[str, str], ...]

_ASIDE: Final = re.compile(r"/?\s?[(\[]([^()\[\]]{0,60})[)\]]\s?/?")
_OR_ELSE: Final = re.compile(r"/\s?([a-z]+)")
_SIGNS: Final = frozenset(
    """income loss losses earnings expense expenses benefit benefits gain gains deficit increase decrease used in for
    provided by from provision charge charges credit credits profit recovery and or see note notes""".split()  # noqa: SIM905 - a list of words reads better as one string
)
_NOTE: Final = re.compile(r"\d{1,2}")
"""The number of a note. A longer number distinguishes lines, such as the year in which notes are due."""
_PLAIN: Final = frozenset({"product", "service", "and", "other"})
"""Words of members that add nothing to a label."""
_LONGEST: Final = 300
_OTHER: Final = re.compile(r"[^\w/]+")
_EQUITY: Final = re.compile(r"(?:[^\w/]|\d)+")
LINE_AXES: Final = frozenset({"part", "column", "table"})
"""Axes whose members add nothing to the line."""


@lru_cache(maxsize=16_384)
def plain_path(path: tuple[str, ...], statement: StatementKind) -> str:
    """Return the labels as `plain_label` does. In a statement of equity, rows repeat for each year and name it:
    their digits are left out.
    """
    if statement is StatementKind.EQUITY:
        return _EQUITY.sub(" ", " / ".join(path).casefold())
    return " / ".join(map(plain_label, path))


@lru_cache(maxsize=16_384)
def plain_label(label: str) -> str:
    """Return a label without what may change from year to year: case, punctuation, notes, and "(loss)"."""
    text = _ASIDE.sub(_aside, label[:_LONGEST].casefold().replace("&", " and "))
    return " ".join(_OTHER.sub(" ", _OR_ELSE.sub(_or_else, text)).replace("/", " ").split())


def _aside(found: re.Match[str]) -> str:
    """Return a text in brackets, or nothing if it says only a sign or a note."""
    words = _OTHER.sub(" ", found[1]).replace("/", " ").split()
    is_note = len(found[1].strip()) <= 2 or all(word in _SIGNS or _NOTE.fullmatch(word) for word in words)
    return " " if is_note else found[0]


def _or_else(found: re.Match[str]) -> str:
    return " " if found[1] in _SIGNS else found[0]


def added_dimensions(label_path: Sequence[str], dimensions: Dimensions) -> Dimensions:
    """Return the dimensions whose member the labels do not name already ("Sales of products" is of products)."""
    words = {_stem(word) for label in label_path for word in plain_label(label).split()} | _PLAIN
    return tuple(
        (axis, member)
        for axis, member in dimensions
        if axis not in LINE_AXES and not {_stem(word) for word in plain_label(member).split()} <= words
    )


def headings_over(path: Sequence[str], above: Sequence[str], labels: Container[str]) -> Iterator[tuple[int, str]]:
    """Yield the headings that stand between a row and the one above, each with its depth. `path` and `above` are their
    labels, outermost first, and `labels` those of all rows, which are no headings.
    """
    outer = tuple(path[:-1])
    same = next((depth for depth in range(len(outer)) if tuple(above[: depth + 1]) != outer[: depth + 1]), len(outer))
    yield from ((depth, label) for depth, label in enumerate(outer[same:], same) if label not in labels)


def _stem(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") else word
