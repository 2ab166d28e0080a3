"""The rows of an offering's summary: "Maturity Date ...... March 15, 2034"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from workers.extraction.fields.agreements.script import Script

_ROW: Final = re.compile(r"(?:^|(?<=\n))([A-Z][A-Za-z’'&/(), -]{2,58}?)(?: ?[.…·_ ]{4,}| ?:|\t)[ \t]?([^\n]{2,1500})")
_REACH: Final = 120_000


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its label and its words, at `start` to `end` of the joined text; the words begin at `words_start`."""

    label: str
    words: str
    words_start: int
    start: int
    end: int


def read_summary(script: Script) -> tuple[Row, ...]:
    """Return the rows of label and words of the first pages, in order."""
    return tuple(
        Row(found.group(1).strip(), found.group(2), found.start(2), found.start(), found.end())
        for found in _ROW.finditer(script.text, 0, _REACH)
    )


def find_rows(script: Script, label: str) -> Iterator[Row]:
    """Yield the rows whose whole label matches the pattern (case ignored)."""
    wanted = re.compile(label, re.I)
    yield from (row for row in script.once(read_summary) if wanted.fullmatch(row.label))
