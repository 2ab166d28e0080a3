"""The running text of a document: its pages joined, without the lines that repeat at their edges, and its sentences.

Contracts and covenants are sentences that cross lines and pages. Rules search the flow, and `Flow.evidence` leads back
to the pages.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from app.documents.content.parsed import ParsedPage
from app.review.evidence import MAX_QUOTE, Evidence, evidence_at

_PLAIN: Final = str.maketrans(
    "\t\n\r\x0b\x0c\xa0\u2002\u2003\u2009“”„‟‘’‚‛–—‐‑\u00ad（）：，；",  # wide ones stand beside Chinese
    "         \"\"\"\"''''-----():,;",
)
"""Blanks, quotation marks and dashes as ASCII has them, one character for one."""

_EDGE: Final = 3
_FEWEST_PAGES: Final = 3
_MOST_LINE: Final = 200
_DIGITS: Final = re.compile(r"\d+")
_PAGE_NUMBER: Final = re.compile(r"[-– ]*(?:page )?(?:\d{1,4}|[ivxl]{1,6})(?: of \d{1,4})?[-– ]*", re.IGNORECASE)
_END: Final = re.compile(
    r"[.;:!?][\"')\]]{0,2} {1,40}(?=[\"'(\[A-Z0-9•·])|(?<=[a-z0-9.,)\"'A-Z]) {2,40}(?=[\"'(\[A-Z0-9•·])"
)
_ABBREVIATED: Final = frozenset(
    """inc corp co ltd llc llp lp no nos sec secs art par st mr mrs ms dr jr sr vs v u.s u.s.a n.a p.a s.a e.g i.e etc
    cf al seq esq ph.d a.m p.m jan feb mar apr jun jul aug sep sept oct nov dec ave blvd rd dept fig ext tel
    plc""".split()  # noqa: SIM905 - a list of words reads better as one string
)
_WORD_BEFORE: Final = re.compile(r"[A-Za-z][A-Za-z.]{0,11}$")
_LONGEST: Final = 2_500
"""Characters of a sentence; a longer one (a list without full stops) is cut."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """`start` to `end` of the flow. `text` has single blanks, straight quotation marks and plain hyphens."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class _Piece:
    """`start` to `end` of a page's text, which is at `at` of the flow."""

    at: int
    page: ParsedPage
    start: int
    end: int


class Flow:
    """The running text of pages. `text` has straight quotation marks, plain hyphens and blanks for line breaks; each of
    its characters is one character of a page.
    """

    def __init__(
        self, pages: Sequence[ParsedPage], *, without: Mapping[int, Sequence[tuple[int, int]]] | None = None
    ) -> None:
        """`without` are lines that are left out, too: their starts and ends, by the number of their page."""
        self._pieces = tuple(_pieces(pages, without or {}))
        self._starts = [piece.at for piece in self._pieces]
        self.text = self.plain(" ".join(piece.page.text[piece.start : piece.end] for piece in self._pieces))

    @staticmethod
    def plain(text: str) -> str:
        """Return a text as the flow has it, character for character."""
        return text.translate(_PLAIN)

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        return tuple(_sentences(self.text))

    def evidence(self, start: int, end: int) -> tuple[Evidence, ...]:
        """Return `start` to `end` of the flow as quotes: one per page and run of its text."""
        quotes = []
        for piece in self._pieces[max(bisect_right(self._starts, start) - 1, 0) :]:
            if piece.at >= end:
                break
            first = piece.start + max(start - piece.at, 0)
            last = min(piece.start + end - piece.at, piece.end, first + MAX_QUOTE)
            if first < last and piece.page.text[first:last].strip():
                quotes.append(evidence_at(piece.page.number, piece.page.text, first, last))
        return tuple(quotes)

    def page_at(self, offset: int) -> int:
        """Return the number of the page at an offset of the flow."""
        return self._pieces[max(bisect_right(self._starts, offset) - 1, 0)].page.number if self._pieces else 1

    def sentence_at(self, offset: int) -> Sentence | None:
        """Return the sentence at an offset of the flow."""
        place = bisect_right([each.start for each in self.sentences], offset) - 1
        return self.sentences[place] if place >= 0 and offset < self.sentences[place].end else None


def _pieces(pages: Sequence[ParsedPage], without: Mapping[int, Sequence[tuple[int, int]]]) -> Iterator[_Piece]:
    furniture = _furniture(pages)
    at = 0
    for page in pages:
        start = 0
        for line_start, line_end in sorted({*_edge_furniture(page.text, furniture), *without.get(page.number, ())}):
            if page.text[start:line_start].strip():
                yield _Piece(at, page, start, line_start)
                at += line_start - start + 1
            start = line_end
        if page.text[start:].strip():
            yield _Piece(at, page, start, len(page.text))
            at += len(page.text) - start + 1


def _edge_furniture(text: str, furniture: frozenset[str]) -> Iterator[tuple[int, int]]:
    for start, end in _edge_lines(text):
        line = text[start:end]
        if _PAGE_NUMBER.fullmatch(line.strip()) or _shape(line) in furniture:
            yield start, end


def _furniture(pages: Sequence[ParsedPage]) -> frozenset[str]:
    """Return the shapes of lines that repeat at the edges of at least three pages."""
    counts: Counter[str] = Counter()
    for page in pages:
        counts.update({_shape(page.text[start:end]) for start, end in _edge_lines(page.text)})
    return frozenset(shape for shape, count in counts.items() if shape and count >= _FEWEST_PAGES)


def _shape(line: str) -> str:
    return _DIGITS.sub("0", " ".join(line.split()))[:_MOST_LINE]


def _edge_lines(text: str) -> list[tuple[int, int]]:
    """Return the first and last lines with text, in order."""
    lines = []
    start = 0
    for line in text.split("\n"):
        if line.strip():
            lines.append((start, start + len(line)))
        start += len(line) + 1
    return lines if len(lines) <= 2 * _EDGE else lines[:_EDGE] + lines[-_EDGE:]


def _sentences(text: str) -> Iterator[Sentence]:
    start = 0
    for found in _END.finditer(text):
        if not _is_end(text, start, found):
            continue
        yield from _cut(text, start, found.end())
        start = found.end()
    yield from _cut(text, start, len(text))


def _is_end(text: str, start: int, found: re.Match[str]) -> bool:
    mark = text[found.start()]
    if mark == " ":  # a blank line
        before = text[found.start() - 1]
        is_open = before == "," or (
            before.islower() and text[found.end()].isupper() and found.end() - found.start() < 2
        )
        return not is_open
    if mark != ".":
        return mark != ":" or found.start() - start > 200
    word = _WORD_BEFORE.search(text, max(found.start() - 12, start), found.start())
    if word is None:
        # A number of a section ("12.3. Term") belongs to what follows.
        return found.start() - start > 8
    folded = word.group().lower()
    return folded not in _ABBREVIATED and len(folded) > 1


def _cut(text: str, start: int, end: int) -> Iterator[Sentence]:
    while start < end:
        stop = min(end, start + _LONGEST)
        if stop < end:
            stop = max(text.rfind(" ", start, stop) + 1, start + _LONGEST // 2)
        plain = " ".join(text[start:stop].split())
        if plain:
            yield Sentence(start, stop, plain)
        start = stop
