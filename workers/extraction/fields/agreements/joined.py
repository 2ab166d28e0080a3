"""The pages of a document as one text in which sentences and clauses can be read over page ends.

There is one blank between words, a line feed between paragraphs and rows, and a tab between cells. Page numbers and
running heads are left out. Quotation marks, apostrophes and hyphens are the plain ones. `evidence` leads back to the
pages. Because blanks never stand beside each other, patterns need no repeated blanks.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from app.documents.content.parsed import BlockKind, ParsedPage
from app.review.evidence import Evidence, evidence_at

_PLAIN: Final = str.maketrans({"“": '"', "”": '"', "„": '"', "’": "'", "‘": "'", "‑": "-", "‐": "-", "−": "-"})
_PIECE: Final = re.compile(r"\S+")
_PAGE_NUMBER: Final = re.compile(
    r"[-–—|\s]*(?:[Pp]age )?(?:[A-Z]{1,2}-)?(?:\d{1,4}|[ivxlc]{1,7})(?: of \d{1,4})?[-–—|\s]*"
)
_DIGITS: Final = re.compile(r"\d+")
_LONGEST_RUNNING, _EDGE_LINES = 120, 2
_SENTENCE_ENDS: Final = '.;:"!?'


@dataclass(frozen=True, slots=True)
class JoinedText:
    """`starts` are the offsets in `text` at which pieces of the pages begin; `origins` are their page (index) and the
    offset there.
    """

    text: str
    pages: Sequence[ParsedPage]
    starts: Sequence[int]
    origins: Sequence[tuple[int, int]]

    def evidence(self, start: int, end: int) -> tuple[Evidence, ...]:
        """Return the quotes of `start` to `end`, one per page."""
        bounds: dict[int, tuple[int, int]] = {}
        at = max(bisect_right(self.starts, start) - 1, 0)
        while at < len(self.starts) and self.starts[at] < end:
            page, origin = self.origins[at]
            stop = self.starts[at + 1] if at + 1 < len(self.starts) else len(self.text)
            begin = max(start, self.starts[at])
            finish = min(end, stop)
            piece = self.text[begin:finish].rstrip()
            if piece.strip():
                first = origin + begin - self.starts[at]
                last = first + len(piece)
                known = bounds.get(page)
                bounds[page] = (known[0] if known else first, last)
            at += 1
        return tuple(
            evidence_at(self.pages[page].number, self.pages[page].text, first, last)
            for page, (first, last) in bounds.items()
        )

    def find_place(self, page: int, start: int, end: int) -> tuple[int, int] | None:
        """Return where the text from `start` to `end` of page `page` (index) is in the flow; None if it is left out."""
        first = bisect_right(self.origins, (page, start)) - 1
        last = bisect_right(self.origins, (page, max(start, end - 1))) - 1
        if first < 0 or last < first or self.origins[last][0] != page:
            return None
        first += self.origins[first][0] != page
        stop = self.starts[last + 1] if last + 1 < len(self.starts) else len(self.text)
        return self.starts[first], stop

    def page_of(self, at: int) -> int:
        """Return the index of the page of an offset."""
        return self.origins[max(bisect_right(self.starts, at) - 1, 0)][0] if self.origins else 0

    def paragraph(self, at: int) -> tuple[int, int]:
        """Return the bounds of the paragraph around an offset."""
        start = self.text.rfind("\n", 0, at) + 1
        end = self.text.find("\n", at)
        return start, len(self.text) if end < 0 else end


def join_pages(pages: Sequence[ParsedPage]) -> JoinedText:
    """Return the pages as one text."""
    running = _running_lines(pages)
    texts: list[str] = []
    starts: list[int] = []
    origins: list[tuple[int, int]] = []
    length = 0
    last, last_end = "", 0
    for index, page in enumerate(pages):
        is_page_start = True
        for line_start, line_end, separator in _lines(page, running):
            for number, found in enumerate(_PIECE.finditer(page.text, line_start, line_end)):
                before = " "
                if number == 0:
                    before = _at_page_start(last, found.group()) if is_page_start else separator
                elif "\t" in page.text[last_end : found.start()]:
                    before = "\t"
                is_page_start = False
                before = before if length else ""
                piece = found.group().translate(_PLAIN)
                texts += (before, piece)
                starts.append(length + len(before))
                origins.append((index, found.start()))
                length += len(before) + len(piece)
                last, last_end = piece, found.end()
    return JoinedText("".join(texts), pages, starts, origins)


def _at_page_start(last: str, first: str) -> str:
    """Return what parts two pages: a blank within a sentence, else a line feed."""
    return "\n" if not last or last[-1] in _SENTENCE_ENDS or not first[0].islower() else " "


def _lines(page: ParsedPage, running: frozenset[str]) -> Iterator[tuple[int, int, str]]:
    """Yield the bounds of a page's lines and what parts each from the one before: rows and paragraphs by a line feed,
    lines of one paragraph by a blank.
    """
    text = page.text
    paragraph_starts = {block.start for block in page.blocks}
    in_table = [(block.start, block.end) for block in page.blocks if block.kind is BlockKind.TABLE]
    headings = [(block.start, block.end) for block in page.blocks if block.kind is BlockKind.HEADING]
    lines = _line_bounds(text)
    table, was_empty = 0, True
    for number, (start, end) in enumerate(lines):
        line = text[start:end]
        if not line.strip():
            was_empty = True
            continue
        is_edge = number < _EDGE_LINES or number >= len(lines) - _EDGE_LINES
        if is_edge and (_PAGE_NUMBER.fullmatch(line) or _folded(line) in running):
            continue
        while table < len(in_table) and in_table[table][1] <= start:
            table += 1
        is_row = (table < len(in_table) and in_table[table][0] <= start) or "\t" in line
        is_heading = any(first <= start < last for first, last in headings)
        is_new = was_empty or is_row or is_heading or start in paragraph_starts or line.lstrip()[:1] in "•●·"
        yield start, end, "\n" if is_new else " "
        was_empty = is_row or is_heading


def _line_bounds(text: str) -> list[tuple[int, int]]:
    bounds, start = [], 0
    for line in text.split("\n"):
        bounds.append((start, start + len(line)))
        start += len(line) + 1
    while bounds and not text[bounds[-1][0] : bounds[-1][1]].strip():
        bounds.pop()
    return bounds


def _running_lines(pages: Sequence[ParsedPage]) -> frozenset[str]:
    """Return the first and last lines that many pages share, apart from their numbers."""
    counts: Counter[str] = Counter()
    for page in pages:
        lines = [page.text[start:end] for start, end in _line_bounds(page.text)]
        lines = [line for line in lines if line.strip()]
        edges = {
            _folded(line) for line in (*lines[:_EDGE_LINES], *lines[-_EDGE_LINES:]) if len(line) < _LONGEST_RUNNING
        }
        counts.update(edges)
    return frozenset(line for line, count in counts.items() if count >= max(3, len(pages) * 3 // 10))


def _folded(line: str) -> str:
    return _DIGITS.sub("#", " ".join(line.split())).casefold()
