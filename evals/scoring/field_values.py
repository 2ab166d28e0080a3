"""Compares the value that was read for a field with the true one, part by part.

A part is an item of a list, a row of a table, or the whole value. Numbers, dates and yes-no must be equal; names and
other words agree if most of their words do, because a truth "Revolving Facility" and a reading "Revolving Credit
Facility" are the same facility. A truth's table has only the columns that are judged, and an empty cell is not judged.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.review.values import ListValue, PartyValue, QuantityValue, TableValue, TextValue, Value, same_value

_WORD = re.compile(r"[a-z]+|\d+(?:\.\d+)?")
_PLAIN_WORDS = frozenset(
    [
        "the",
        "of",
        "a",
        "an",
        "and",
        "or",
        "to",
        "for",
        "in",
        "on",
        "as",
        "at",
        "by",
        "with",
        "any",
        "all",
        "each",
        "such",
        "its",
        "is",
        "are",
        "be",
        "loan",
        "loans",
        "facility",
        "facilities",
        "commitment",
        "commitments",
        "credit",
        "rate",
        "ratio",
        "line",
        "aggregate",
        "total",
        "maximum",
    ]
)
_AGREE, _AGREE_LONG = 0.5, 0.6
_LONG = 12  # words


@dataclass(frozen=True, slots=True)
class Judged:
    """How many `parts` the truth and the reading have, and how many of them agree (`found`)."""

    parts: int
    read: int
    found: int

    @property
    def is_right(self) -> bool:
        return self.parts == self.read == self.found

    @property
    def is_wrong(self) -> bool:
        """Return whether a value was read that is not the true one."""
        return self.read > 0 and not self.is_right


def judge_value(truth: Value | None, read: Value | None) -> Judged:
    """Return how far a reading agrees with the truth."""
    wanted, given = _parts(truth), _parts(read)
    left = list(given)
    found = 0
    for part in wanted:
        match = next((each for each in left if _agree_parts(part, each)), None)
        if match is not None:
            left.remove(match)
            found += 1
    return Judged(len(wanted), len(given), found)


Part = Value | dict[str, Value | None]


def _parts(value: Value | None) -> Sequence[Part]:
    match value:
        case None:
            return ()
        case ListValue():
            return value.items
        case TableValue():
            return [dict(zip(map(str.casefold, value.columns), row, strict=True)) for row in value.rows]
        case _:
            return (value,)


def _agree_parts(wanted: Part, given: Part) -> bool:
    if isinstance(wanted, dict) and isinstance(given, dict):
        return all(cell is None or _agree(cell, given.get(name)) for name, cell in wanted.items())
    return not isinstance(wanted, dict) and not isinstance(given, dict) and _agree(wanted, given)


def _agree(wanted: Value, given: Value | None) -> bool:
    match wanted, given:
        case PartyValue(), PartyValue():
            return _letters(wanted.name) == _letters(given.name)
        case TextValue(), TextValue():
            return words_agree(wanted.text, given.text)
        case QuantityValue(), QuantityValue():
            return same_value(_plain(wanted), _plain(given))
        case _:
            return same_value(wanted, given)


def _plain(value: QuantityValue) -> QuantityValue:
    return QuantityValue(value.number, "USD" if value.unit == "$" else value.unit)


def _letters(name: str) -> str:
    return re.sub(r"[\W_]", "", name).casefold()


def words_agree(wanted: str, given: str) -> bool:
    """Return whether most words of both texts are the same; plain words count only if there are no others."""
    first, second = _words(wanted), _words(given)
    if not first or not second:
        return first == second
    shared = len(first & second)
    limit = _AGREE_LONG if len(first) > _LONG else _AGREE
    return shared >= limit * min(len(first), len(second)) and shared * 3 >= max(len(first), len(second)) * limit


def _words(text: str) -> frozenset[str]:
    words = frozenset(word.rstrip("s") if len(word) > 3 else word for word in _WORD.findall(text.casefold()))
    special = words - _PLAIN_WORDS - {word.rstrip("s") for word in _PLAIN_WORDS}
    return special or words
