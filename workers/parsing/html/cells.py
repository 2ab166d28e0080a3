"""Reads the cells of an HTML table: their lines, spans, indent and weight."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise

from lxml import etree

from app.core.errors import DocumentError
from workers.parsing.flow import FlowText, join_texts
from workers.parsing.html.cascade import Cascade
from workers.parsing.html.runs import BLOCK_EDGE, FIGURE, LINE_BREAK, Piece, compose, split_lines
from workers.parsing.html.styles import Look, Style
from workers.parsing.html.tags import Tag, find_tag

MAX_COLUMN_SPAN = 1_000
MAX_ROW_SPAN = 65_534
"""The limits of HTML Living Standard 4.9.11."""

MAX_SPANNED_COLUMN = 1_000
"""Cells to the right of this column don't span rows, so that no file makes a row wait for endless cells above it."""

_BLANK_WIDTH = 0.25
"""The width of a no-break space as a share of the type size, as in most text faces."""


MAX_CELLS = 400_000
"""Cells with text in one document. Each takes about 1 KiB in the process that reads it, and again in its worker."""


class HtmlTooManyCellsError(DocumentError):
    code = "html-too-many-cells"
    title = "The HTML's tables have more than 400,000 cells: split the file, and send the parts."


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a cell, the indent of its text in CSS pixels, and whether all of it is bold."""

    content: FlowText
    indent: float = 0.0
    bold: bool = False


_EMPTY = Line(FlowText())


@dataclass(frozen=True, slots=True)
class RawCell:
    """A cell of the grid: columns `left` to `right`, and rows from its own on (exclusive ends)."""

    left: int
    right: int
    lines: tuple[Line, ...]
    row_span: int = 1
    is_heading: bool = False

    def line(self, number: int) -> Line:
        return self.lines[number] if number < len(self.lines) else _EMPTY


@dataclass(slots=True)
class RawRow:
    """A row of the table, with the page breaks beside it."""

    cells: list[RawCell]
    break_before: bool = False
    break_after: bool = False


def read_rows(
    table: etree._Element, style: Style, cascade: Cascade, figures: Mapping[etree._Element, int], *, most: int
) -> list[RawRow] | None:
    """Return the table's rows in the order of their display, or None if it contains tables of several rows.

    The first `thead` is displayed first, and each `tfoot` last (HTML Living Standard 4.9.12). Raises
    HtmlTooManyCellsError if there are more than `most` cells with text. `figures` has the numbers of the elements that
    tag a figure.
    """
    reader = _TableReader(cascade, figures, most)
    for inner in table.iter("table", "{*}table"):
        if inner is not table and next(islice(inner.iter("tr", "{*}tr"), 1, None), None) is not None:
            return None
    groups = {"thead": [], "": [], "tfoot": []}  # type: dict[str, list[tuple[etree._Element, Style, bool]]]
    for child in table:
        tag = find_tag(child)
        if tag.name not in ("thead", "tbody", "tfoot", "tr"):
            continue
        inner_style, look = cascade.enter(child, tag, style)
        if look.absent or look.unseen:
            continue
        groups[tag.name if tag.name in groups else ""].append((child, inner_style, tag.name == "tr"))
    for name, members in groups.items():
        loose: list[etree._Element] = []
        for element, inner_style, is_row in members:
            if is_row:
                loose.append(element)
                continue
            if loose:
                reader.read_group(loose, style, is_head=False)
                loose = []
            reader.read_group(list(element), inner_style, is_head=name == "thead")
        if loose:
            reader.read_group(loose, style, is_head=False)
    return reader.rows


def read_caption(
    table: etree._Element, style: Style, cascade: Cascade, figures: Mapping[etree._Element, int]
) -> FlowText:
    """Return the text of the table's caption, or an empty one."""
    for child in table:
        tag = find_tag(child)
        if tag.name == "caption":
            inner, look = cascade.enter(child, tag, style)
            if look.absent or look.unseen:
                return FlowText()
            return joined_lines(_CellReader(cascade, figures).read(child, inner)).content
    return FlowText()


def joined_lines(lines: tuple[Line, ...]) -> Line:
    """Return the lines of a cell as one. A word parted at its hyphen is joined again."""
    if len(lines) < 2:
        return lines[0] if lines else _EMPTY
    kept = [line for line in lines if line.content]
    separators = [""]
    for above, below in pairwise(kept):
        upper, lower = above.content.text, below.content.text
        is_parted = upper[-2:-1].isalpha() and upper.endswith("-") and lower[:1].islower()
        separators.append("" if is_parted else " ")
    content = join_texts([line.content for line in kept], separators)
    return Line(content, kept[0].indent, all(line.bold for line in kept))


class _TableReader:
    def __init__(self, cascade: Cascade, figures: Mapping[etree._Element, int], most: int) -> None:
        self.rows: list[RawRow] = []
        self._left = most
        self._cells = _CellReader(cascade, figures)
        self._cascade = cascade

    def read_group(self, elements: list[etree._Element], style: Style, *, is_head: bool) -> None:
        """Read the rows of a row group. No cell reaches into the next group (HTML Living Standard 4.9.12)."""
        taken: dict[int, int] = {}  # by column, the row in which it is free again
        rows: list[RawRow] = []
        for element in elements:
            tag = find_tag(element)
            if tag.name != "tr":
                continue
            inner, look = self._cascade.enter(element, tag, style)
            if look.absent or look.unseen:
                continue
            row = RawRow([], look.break_before, look.break_after)
            self._read_row(element, inner, row, len(rows), taken, is_head=is_head)
            self._left -= len(row.cells)
            if self._left < 0:
                raise HtmlTooManyCellsError
            rows.append(row)
        for index, row in enumerate(rows):
            most = len(rows) - index
            for number, cell in enumerate(row.cells):
                if cell.row_span > most or cell.row_span == 0:
                    row.cells[number] = replace(cell, row_span=most)
        self.rows.extend(rows)

    def _read_row(
        self, element: etree._Element, style: Style, row: RawRow, number: int, taken: dict[int, int], *, is_head: bool
    ) -> None:
        left = 0
        for child in element:
            tag = find_tag(child)
            if tag.name not in ("td", "th"):
                continue
            inner, look = self._cascade.enter(child, tag, style)
            if look.absent:
                continue
            while taken.get(left, 0) > number:
                left += 1
            right = left + _span(child.get("colspan"), MAX_COLUMN_SPAN, least=1)
            row_span = _span(child.get("rowspan"), MAX_ROW_SPAN, least=0) if left < MAX_SPANNED_COLUMN else 1
            if not look.unseen:
                lines = self._cells.read(child, inner, look.indent)
                if lines:
                    row.cells.append(RawCell(left, right, lines, row_span, tag.name == "th" or is_head))
            if row_span != 1:
                free = number + (row_span or MAX_ROW_SPAN)
                taken.update((column, max(free, taken.get(column, 0))) for column in range(left, right))
            row.break_before |= look.break_before
            row.break_after |= look.break_after
            left = right


def _span(value: str | None, most: int, *, least: int) -> int:
    if not value:
        return 1
    value = value.strip()
    number = int(value) if value.isdecimal() and value.isascii() and len(value) < 10 else 1
    return min(number if number >= least else 1, most)


class _CellReader:
    """Reads the lines of one cell at a time."""

    def __init__(self, cascade: Cascade, figures: Mapping[etree._Element, int]) -> None:
        self._cascade = cascade
        self._figures = figures
        self._pieces: list[Piece] = []

    def read(self, cell: etree._Element, style: Style, indent: float = 0.0) -> tuple[Line, ...]:
        """Return the cell's lines; nothing if it is empty."""
        self._pieces = []
        self._children(cell, style, indent)
        if not self._pieces:
            return ()
        lines = tuple(map(_line, split_lines(self._pieces)))
        return lines if any(line.content for line in lines) else ()

    def _children(self, element: etree._Element, style: Style, indent: float) -> None:
        if element.text:
            self._pieces.append((element.text, style, indent))
        for child in element:
            self._walk(child, style, indent)
            if child.tail:
                self._pieces.append((child.tail, style, indent))

    def _walk(self, element: etree._Element, outer: Style, indent: float) -> None:
        tag = find_tag(element)
        if tag.is_dropped:
            return
        if tag.name == "br":
            self._pieces.append((LINE_BREAK, None, 0.0))
            return
        style, look = self._cascade.enter(element, tag, outer)
        if look.absent or look.unseen:
            return
        if tag.is_figure and element in self._figures:
            self._pieces.append((FIGURE, None, self._figures[element]))
        if not tag.is_block:
            self._children(element, style, indent + look.indent)
            return
        edge = _edge(tag, look)
        self._pieces.append(edge)
        self._children(element, style, indent + look.indent)
        self._pieces.append(edge)


def _line(pieces: Sequence[Piece]) -> Line:
    content = compose(pieces)
    if not content:
        return _EMPTY
    indent = blanks = 0.0
    for text, style, own in pieces:
        if style is None:
            continue
        bare = text.strip()
        blanks += text[: text.find(bare[0]) if bare else None].count("\xa0") * style.size * _BLANK_WIDTH
        if bare:
            indent = own + blanks
            break
    bold = all(style.bold for text, style, _ in pieces if style is not None and style.seen and text.strip())
    return Line(content, round(indent, 2), bold)


def _edge(tag: Tag, look: Look) -> Piece:
    """Return what parts a block in a cell from the text beside it: its line end, or a blank between cells in a cell."""
    return (" ", _PLAIN, 0.0) if look.floated or tag.name in ("td", "th") else (BLOCK_EDGE, None, 0.0)


_PLAIN = Style()
