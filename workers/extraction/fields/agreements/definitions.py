"""The defined terms of an agreement, with the words that define them."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from workers.extraction.fields.agreements.joined import JoinedText

LONGEST: Final = 16_000
"""Characters of a definition's text that are read."""

_NUMBER: Final = r"(?:(?:\([0-9A-Za-z]{1,6}\)|[0-9][0-9A-Za-z.]{0,6}\)?|[A-Za-z]{1,2}[.)]) ?)?"
_QUOTED: Final = re.compile(
    rf'(?:^|(?<=\n)|(?<=[.;] )){_NUMBER}(?:[Tt]he (?:term )?)?"{{1,2}}([^"\n]{{2,90}}?)[,.]?"'
    r'(?:(?: or |, | and |/| or the )"[^"\n]{2,90}"){0,4}(?: \([^()\n]{0,160}\))?'
    r"(?:,? (?:shall mean|means?|shall have|has|have|is|are|refers to|as used)\b|\s?:|, (?:with respect|when "
    r"used|as of|for any|in relation)\b)[,:]?"
)
_WORD: Final = r"[A-Z][\w/&'-]{0,30}"
_BARE: Final = re.compile(
    rf"(?:^|(?<=\n)){_NUMBER}({_WORD}(?: (?:of |in |and |or |to |for )?{_WORD}){{0,6}}) (?:shall mean|means)\b[,:]?"
)
_DOTTED: Final = re.compile(rf"(?:^|(?<=\n))({_WORD}(?: (?:of |in |and |or |to |for )?{_WORD}){{0,6}})\.(?= [A-Z§])")
"""A term in italics, a full stop, and its meaning."""

_HEADING: Final = re.compile(
    r"\n(?:(?:ARTICLE|Article|SECTION|Section|PART|Part|SCHEDULE|Schedule|EXHIBIT|Exhibit)\b"
    r"|\d{1,2}\.\d{1,2}\.? (?!\")[A-Z]|\d{1,2}\. [A-Z]{3}|[A-Z]{4}[A-Z ]{4,60}\n)"
)


@dataclass(frozen=True, slots=True)
class Definition:
    """A term, defined from `start`; its meaning is from `body` to `end` of the flow's text."""

    term: str
    start: int
    body: int
    end: int

    def text(self, flow: JoinedText) -> str:
        return flow.text[self.body : self.end]


@dataclass(frozen=True, slots=True)
class Definitions:
    """The definitions of a document in its order."""

    flow: JoinedText
    all: Sequence[Definition]

    def find(self, *patterns: str) -> Iterator[Definition]:
        """Yield the definitions whose whole term matches one of the patterns (small letters), pattern by pattern."""
        for pattern in patterns:
            wanted = re.compile(pattern)
            yield from (each for each in self.all if wanted.fullmatch(each.term.casefold()))


def find_definitions(flow: JoinedText) -> Definitions:
    """Return the defined terms. A definition ends where the next one or a section begins."""
    text = flow.text
    found = {match.start(1) - 1: (match.group(1), match.end()) for match in _QUOTED.finditer(text)}
    if len(found) < 5:
        found |= {match.start(1): (match.group(1), match.end()) for match in _BARE.finditer(text)}
    if len(found) < 5:
        found |= {match.start(1): (match.group(1), match.end()) for match in _DOTTED.finditer(text)}
    starts = sorted(found)
    line_starts = [start for start in starts if _begins_line(text, start)]
    headings = [match.start() for match in _HEADING.finditer(text)]
    definitions = []
    for start in starts:
        term, body = found[start]
        ends = (_next(line_starts, start), _next(headings, start), body + LONGEST, len(text))
        definitions.append(Definition(term, start, body, min(end for end in ends if end is not None)))
    return Definitions(flow, definitions)


def put_first(definitions: Definitions, parts: Sequence[tuple[int, int]]) -> Definitions:
    """Return the definitions with those of the parts before the others: what amends prevails."""
    if not parts:
        return definitions
    inside = [each for each in definitions.all if any(start <= each.start < end for start, end in parts)]
    outside = [each for each in definitions.all if not any(start <= each.start < end for start, end in parts)]
    return Definitions(definitions.flow, [*inside, *outside])


def _begins_line(text: str, start: int) -> bool:
    line = text.rfind("\n", 0, start) + 1
    return start - line <= 14


def _next(places: Sequence[int], start: int) -> int | None:
    at = bisect_right(places, start)
    return places[at] if at < len(places) else None
