"""Finds the footnotes that a table's marks lead to: below the table, in its last rows, or at the foot of the page.

A raised mark is printed beside the text (`GridCell.marks`, `ParsedPage.marks`). A written mark ends a cell's text ("Net
sales (1)", "2023*"); in a label or heading it is a mark only if a footnote begins with it.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence

from app.documents.content.parsed import Mark, ParsedPage
from app.quantities.marks import mark_key, split_marks
from app.tables.model import Footnote
from workers.extraction.tables.around import Line
from workers.extraction.tables.cells import Form, TextCell
from workers.extraction.tables.forms import Forms
from workers.extraction.tables.rows import Row

_BEGINS = re.compile(
    r"\s*(\((?:\d{1,2}|[a-zA-Z]{1,2})\)|\[\d{1,2}\]|[*†‡§]{1,3}|(?:\d{1,2}|[a-z])(?=[.)]?\s))[.)]?\s*(?=\S)"
)
_MOST_OF_FOOTNOTE = 4_000
_ENDS = frozenset(")]*†‡§¶⁰¹²³⁴⁵⁶⁷⁸⁹")
_MOST_LAST_ROWS = 30

Spans = tuple[tuple[int, int], ...]


class Footnotes:
    """The footnotes of one table, by mark."""

    def __init__(self) -> None:
        self._found: dict[str, Footnote] = {}

    def read_lines(self, lines: Sequence[Line]) -> None:
        """Add the footnotes in the lines below a table. The first one of a mark counts."""
        at = 0
        while at < len(lines):
            line = lines[at]
            mark, start = _beginning(line.page, line.start, line.end)
            at += 1
            if not mark:
                continue
            spans = [(start, line.end)]
            while at < len(lines) and lines[at].page is line.page and lines[at].start == spans[-1][1] + 1:
                if _beginning(line.page, lines[at].start, lines[at].end)[0] or line.end - start > _MOST_OF_FOOTNOTE:
                    break
                spans.append((lines[at].start, lines[at].end))
                at += 1
            self._add(mark, line.page, tuple(spans))

    def read_rows(self, rows: Sequence[Row], pages: dict[int, ParsedPage]) -> None:
        """Add the footnotes in the rows of words below the last figures."""
        below = max((at for at, row in enumerate(rows) if row.has_figures), default=-1) + 1
        for row in rows[below:][-_MOST_LAST_ROWS:]:
            if not row.cells:
                continue
            first, page = row.cells[0], pages[row.cells[0].page]
            if len(row.cells) > 1 and mark_key(first.text) and len(first.text) <= 4:
                mark, spans = first.text, tuple(span for cell in row.cells[1:] for span in cell.spans)
            else:
                mark, start = _beginning(page, first.spans[0][0], first.spans[0][1])
                spans = (
                    (start, first.spans[0][1]),
                    *first.spans[1:],
                    *(s for cell in row.cells[1:] for s in cell.spans),
                )
            if mark:
                self._add(mark, page, spans)

    def of(self, cells: Iterable[TextCell]) -> tuple[Footnote, ...]:
        """Return the footnotes that the cells' marks lead to, in order of the marks."""
        keys = dict.fromkeys(mark_key(mark) for cell in cells for mark in cell.marks)
        return tuple(self._found[key] for key in keys if key in self._found)

    def split_written(self, cells: Iterable[TextCell], forms: Forms) -> bool:
        """Move written marks with a footnote from the cells' texts to their marks. Return whether there were any."""
        changed = False
        for cell in cells:
            if can_end_with_mark(cell.text):
                rest, marks = split_marks(cell.text, self._found)
                if marks and (cell.form is Form.FIGURE or all(mark_key(mark) in self._found for mark in marks)):
                    cell.spans = _shortened(cell.spans, len(cell.text) - len(rest.rstrip()))
                    cell.text, cell.marks, cell.form = rest.rstrip(), (*cell.marks, *marks), forms.of(rest.rstrip())
                    changed = True
        return changed

    def _add(self, mark: str, page: ParsedPage, spans: Spans) -> None:
        text = " ".join(" ".join(page.text[start:end].split()) for start, end in spans)
        self._found.setdefault(mark_key(mark), Footnote(mark, text, page.number, spans))


def can_end_with_mark(text: str) -> bool:
    return text[-1] in _ENDS


def _beginning(page: ParsedPage, start: int, end: int) -> tuple[str, int]:
    """Return the mark that a line begins with, and where its text starts; ("", start) if it begins with none."""
    at = bisect_left(page.marks, start, key=_offset)
    if (
        at < len(page.marks)
        and page.marks[at].offset <= start + 2
        and not page.text[start : page.marks[at].offset].strip()
    ):
        return page.marks[at].text, max(start, page.marks[at].offset)
    found = _BEGINS.match(page.text, start, end)
    return (found.group(1), found.end()) if found else ("", start)


def _offset(mark: Mark) -> int:
    return mark.offset


def _shortened(spans: Spans, by: int) -> Spans:
    """Return the spans without their last `by` characters. White space inside a span can be longer than in the text."""
    start, end = spans[-1]
    return (*spans[:-1], (start, end - by)) if end - start > by else spans
