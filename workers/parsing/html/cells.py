"""Reads the cells of an HTML table: their lines, spans, indent and weight."""

from dataclasses import dataclass, replace
from itertools import islice, pairwise

from lxml import etree

from app.core.errors import DocumentError
from workers.parsing.flow import FlowText, join_texts
from workers.parsing.html.cascade import Cascade
from workers.parsing.html.runs import BLOCK_EDGE, LINE_BREAK, Piece, compose, split_lines
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
class RawCell:
    """A cell of the grid: columns `left` to `right`, and rows from its own on (exclusive ends)."""

    left: int
    right: int
    lines: tuple[FlowText, ...]
    row_span: int = 1
    indent: float = 0.0
    bold: bool = False
    is_heading: bool = False

    def line(self, number: int) -> FlowText:
        return self.lines[number] if number < len(self.lines) else FlowText()


@dataclass(slots=True)
class RawRow:
    """A row of the table, with the page breaks beside it."""

    cells: list[RawCell]
    break_before: bool = False
    break_after: bool = False


def read_rows(table: etree._Element, style: Style, cascade: Cascade, *, most: int) -> list[RawRow] | None:
    """Return the table's rows in the order of their display, or None if it contains tables of several rows.

    The first `thead` is displayed first, and each `tfoot` last (HTML Living Standard 4.9.12). Raises
    HtmlTooManyCellsError if there are more than `most` cells with text.
    """
    reader = _TableReader(cascade, most)
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


def read_caption(table: etree._Element, style: Style, cascade: Cascade) -> FlowText:
    """Return the text of the table's caption, or an empty one."""
    for child in table:
        tag = find_tag(child)
        if tag.name == "caption":
            inner, look = cascade.enter(child, tag, style)
            if look.absent or look.unseen:
                return FlowText()
            return joined_lines(_CellReader(cascade).read(child, inner)[0])
    return FlowText()


def joined_lines(lines: tuple[FlowText, ...]) -> FlowText:
    """Return the lines of a cell as one text. A word parted at its hyphen is joined again."""
    if len(lines) < 2:
        return lines[0] if lines else FlowText()
    kept = [line for line in lines if line]
    separators = [""]
    for above, below in pairwise(kept):
        is_parted = above.text[-2:-1].isalpha() and above.text.endswith("-") and below.text[:1].islower()
        separators.append("" if is_parted else " ")
    return join_texts(kept, separators) if kept else FlowText()


class _TableReader:
    def __init__(self, cascade: Cascade, most: int) -> None:
        self.rows: list[RawRow] = []
        self._left = most
        self._cells = _CellReader(cascade)
        self._cascade = cascade

    def read_group(self, elements: list[etree._Element], style: Style, *, is_head: bool) -> None:
        """Read the rows of a row group. No cell reaches into the next group (HTML Living Standard 4.9.12)."""
        taken: dict[int, int] = {}
        rows: list[RawRow] = []
        for element in elements:
            tag = find_tag(element)
            if tag.name != "tr":
                continue
            inner, look = self._cascade.enter(element, tag, style)
            if look.absent or look.unseen:
                continue
            row = RawRow([], look.break_before, look.break_after)
            self._read_row(element, inner, row, taken, is_head=is_head)
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
        self, element: etree._Element, style: Style, row: RawRow, taken: dict[int, int], *, is_head: bool
    ) -> None:
        left = 0
        begun: list[tuple[int, int, int]] = []
        for child in element:
            tag = find_tag(child)
            if tag.name not in ("td", "th"):
                continue
            inner, look = self._cascade.enter(child, tag, style)
            if look.absent:
                continue
            while left in taken:
                left += 1
            right = left + _span(child.get("colspan"), MAX_COLUMN_SPAN, least=1)
            row_span = _span(child.get("rowspan"), MAX_ROW_SPAN, least=0) if left < MAX_SPANNED_COLUMN else 1
            if not look.unseen:
                lines, indent, bold = self._cells.read(child, inner, look.indent)
                if any(lines):
                    row.cells.append(RawCell(left, right, lines, row_span, indent, bold, tag.name == "th" or is_head))
            if row_span != 1:
                begun.append((left, right, row_span or MAX_ROW_SPAN))
            row.break_before |= look.break_before
            row.break_after |= look.break_after
            left = right
        if taken:
            for column in [column for column, rows in taken.items() if rows <= 1]:
                del taken[column]
            for column in taken:
                taken[column] -= 1
        for left, right, rows in begun:
            for column in range(left, right):
                taken[column] = rows - 1


def _span(value: str | None, most: int, *, least: int) -> int:
    if not value:
        return 1
    value = value.strip()
    number = int(value) if value.isdecimal() and value.isascii() and len(value) < 10 else 1
    return min(number if number >= least else 1, most)


class _CellReader:
    """Reads the lines of one cell at a time."""

    def __init__(self, cascade: Cascade) -> None:
        self._cascade = cascade
        self._pieces: list[Piece] = []
        self._indent: float | None = None

    def read(self, cell: etree._Element, style: Style, indent: float = 0.0) -> tuple[tuple[FlowText, ...], float, bool]:
        """Return the cell's lines, the indent of its text, and whether it is bold."""
        self._pieces = []
        self._indent = None
        self._children(cell, style, indent)
        pieces = self._pieces
        if not pieces:
            return (), 0.0, False
        lines = tuple(compose(line) for line in split_lines(pieces))
        if not any(lines):
            return (), 0.0, False
        bold = all(piece.bold for text, piece in pieces if piece is not None and text.strip())
        return lines, round(self._indent or 0.0, 2), bold

    def _children(self, element: etree._Element, style: Style, indent: float) -> None:
        if element.text:
            self._add(element.text, style, indent)
        for child in element:
            self._walk(child, style, indent)
            if child.tail:
                self._add(child.tail, style, indent)

    def _walk(self, element: etree._Element, outer: Style, indent: float) -> None:
        tag = find_tag(element)
        if tag.is_dropped:
            return
        if tag.name == "br":
            self._pieces.append((LINE_BREAK, None))
            return
        style, look = self._cascade.enter(element, tag, outer)
        if look.absent or look.unseen:
            return
        if not tag.is_block:
            self._children(element, style, indent + look.indent)
            return
        edge = _edge(tag, look)
        self._pieces.append(edge)
        self._children(element, style, indent + look.indent)
        self._pieces.append(edge)

    def _add(self, text: str, style: Style, indent: float) -> None:
        self._pieces.append((text, style))
        if self._indent is None:
            bare = text.lstrip("\n\r\t ")
            blanks = len(bare) - len(bare.lstrip("\xa0\u2003 "))
            if bare.strip():
                self._indent = self._blanks(style) + indent + blanks * style.size * _BLANK_WIDTH

    def _blanks(self, style: Style) -> float:
        """Return the width of the no-break spaces before the current piece, on its line."""
        count = 0
        for text, before in reversed(self._pieces[:-1]):
            if before is None:
                break
            count += text.count("\xa0")
        return count * style.size * _BLANK_WIDTH


def _edge(tag: Tag, look: Look) -> Piece:
    """Return what parts a block in a cell from the text beside it: its line end, or a blank between cells in a cell."""
    return (BLOCK_EDGE, None) if tag.name not in ("td", "th") and not look.floated else (" ", _PLAIN)


_PLAIN = Style()
