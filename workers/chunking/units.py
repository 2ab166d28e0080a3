"""Splits a page into units: the smallest pieces of chunks, each with its position, role and token count.

Units do not overlap, and together cover all characters of the page except the white space between them. Chunks of
consecutive units therefore neither lose nor repeat text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from app.documents.content.parsed import Block, BlockKind, ParsedPage, Row
from app.quantities.headings import is_year
from app.quantities.numbers import is_amount
from workers.chunking.headings import Heading, known_heading, marked_heading
from workers.chunking.tokens import count_each, count_tokens

_LINE = re.compile(r"[^\n]+")
_SENTENCE_END = re.compile(r"(?<=[.!?;:])[\"')\]”’]*\s+")
_MAX_HEADER_ROWS = 5


class Role(Enum):
    HEADING = auto()
    TEXT = auto()
    HEADER_ROW = auto()
    ROW = auto()


@dataclass(frozen=True, slots=True)
class Unit:
    """The part `text[start:end]` of the page. `block` is the number of the block that contains it.

    `opens` is the heading of the section that begins here.
    """

    start: int
    end: int
    role: Role
    block: int
    tokens: int
    opens: Heading | None = None


@dataclass(frozen=True, slots=True)
class _Span:
    start: int
    end: int
    role: Role
    block: int
    opens: Heading | None = None


def page_units(page: ParsedPage, *, max_tokens: int) -> list[Unit]:
    """Return the page's units in text order.

    A unit has at most `max_tokens` cl100k tokens, without the white space after it.
    """
    spans = list(_spans(page))
    counts = _count_spans(page.text, spans)
    if any(tokens > max_tokens for tokens in counts):
        spans = [
            piece
            for span, tokens in zip(spans, counts, strict=True)
            for piece in (_cut_long(page.text, span, max_tokens) if tokens > max_tokens else (span,))
        ]
        counts = _count_spans(page.text, spans)
    return [
        Unit(span.start, span.end, span.role, span.block, tokens, span.opens)
        for span, tokens in zip(spans, counts, strict=True)
    ]


def _count_spans(text: str, spans: list[_Span]) -> list[int]:
    return count_each([_with_space_after(text, spans, index) for index in range(len(spans))])


def _with_space_after(text: str, spans: list[_Span], index: int) -> str:
    """Return a span's text with the white space up to the next span.

    The sum of such spans' token counts is then close to the count of their joined text.
    """
    end = spans[index + 1].start if index + 1 < len(spans) else spans[index].end
    return text[spans[index].start : end]


def _spans(page: ParsedPage) -> Iterator[_Span]:
    """Yield the spans of blocks and of text outside blocks, in order. Text in two blocks belongs to the earlier one."""
    position = 0
    number = 0
    for block in sorted(page.blocks, key=lambda block: (block.start, block.end)):
        start, end = max(block.start, position), min(block.end, len(page.text))
        if start > position:
            yield from _text_spans(page.text, position, start, number)
            number += 1
        if end <= start:
            continue
        if block.kind is BlockKind.TABLE and block.rows and start == block.start:
            yield from _table_spans(page.text, block, end, number)
        elif block.kind is BlockKind.HEADING:
            opens = marked_heading(page.text[start:end], block.level)
            yield from _whole_span(page.text, start, end, number, opens)
        else:
            yield from _text_spans(page.text, start, end, number)
        position = end
        number += 1
    yield from _text_spans(page.text, position, len(page.text), number)


def _whole_span(text: str, start: int, end: int, number: int, opens: Heading | None) -> Iterator[_Span]:
    bounds = _trimmed(text, start, end)
    if bounds:
        yield _Span(*bounds, Role.HEADING if opens else Role.TEXT, number, opens)


def _text_spans(text: str, start: int, end: int, number: int) -> Iterator[_Span]:
    """Yield one span per line. A line with a heading's wording is a heading, even if the reader did not mark it."""
    for line in _LINE.finditer(text, start, end):
        bounds = _trimmed(text, line.start(), line.end())
        if bounds:
            opens = known_heading(text[bounds[0] : bounds[1]])
            yield _Span(*bounds, Role.HEADING if opens else Role.TEXT, number, opens)


def _table_spans(text: str, block: Block, end: int, number: int) -> Iterator[_Span]:
    """Yield one span per row. Text between rows becomes part of the table."""
    headers = header_row_count(text, block.rows)
    position = block.start
    for index, row in enumerate(block.rows):
        if row.start < position or row.end > end:
            continue
        yield from _whole_span_as(text, position, row.start, Role.ROW, number)
        yield from _whole_span_as(text, row.start, row.end, Role.HEADER_ROW if index < headers else Role.ROW, number)
        position = row.end
    yield from _whole_span_as(text, position, end, Role.ROW, number)


def _whole_span_as(text: str, start: int, end: int, role: Role, number: int) -> Iterator[_Span]:
    bounds = _trimmed(text, start, end)
    if bounds:
        yield _Span(*bounds, role, number)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    piece = text[start:end]
    kept = piece.strip()
    if not kept:
        return None
    start += len(piece) - len(piece.lstrip())
    return start, start + len(kept)


def header_row_count(text: str, rows: tuple[Row, ...]) -> int:
    """Return the number of header rows: those that the reader marked, else those before the first row with an amount.

    A year is a column heading, not an amount. The result is 0 if no row is marked and no amount is found.
    """
    marked = 0
    while marked < len(rows) and rows[marked].is_header:
        marked += 1
    if marked:
        return min(marked, _MAX_HEADER_ROWS) if marked < len(rows) else 0
    for index, row in enumerate(rows[: _MAX_HEADER_ROWS + 1]):
        values = [text[cell.start : cell.end].strip() for cell in row.cells[1:]]
        if any(is_amount(value) and not is_year(value) for value in values if value):
            return index
    return 0


def _cut_long(text: str, span: _Span, max_tokens: int) -> Iterator[_Span]:
    """Yield the span. A span over the limit is split near its middle, if possible at a sentence end, until it fits."""
    if span.end - span.start < 2 or count_tokens(text[span.start : span.end]) <= max_tokens:
        yield span
        return
    middle = _break_near_middle(text, span.start, span.end)
    for start, end in ((span.start, middle), (middle, span.end)):
        bounds = _trimmed(text, start, end)
        if bounds:
            yield from _cut_long(text, _Span(*bounds, span.role, span.block), max_tokens)


def _break_near_middle(text: str, start: int, end: int) -> int:
    middle, quarter = (start + end) // 2, (end - start) // 4
    low, high = middle - quarter, middle + quarter
    sentences = [found.end() for found in _SENTENCE_END.finditer(text, low, high)]
    if sentences:
        return min(sentences, key=lambda place: abs(place - middle))
    for separator in ("\t", " "):
        before, after = text.rfind(separator, low, middle), text.find(separator, middle, high)
        places = [place + 1 for place in (before, after) if place >= 0]
        if places:
            return min(places, key=lambda place: abs(place - middle))
    return middle
