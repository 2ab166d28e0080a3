"""Turns the raw cells of an HTML table into printed rows: stacked lines are rows, and signs join their figures.

Columns are those of HTML ("forming a table"), without the ones that only carry signs or space.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.quantities.headings import is_year
from app.quantities.numbers import is_amount
from workers.parsing.columns import place_columns
from workers.parsing.flow import FlowCell, FlowRow, FlowText, join_texts
from workers.parsing.html.cells import Line, RawCell, RawRow, joined_lines
from workers.parsing.html.signs import PlacedCell, is_figure, is_sign, join_signs

_BULLET = re.compile(
    r"[•●▪■◦○·*–—-]|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)]|(?i:item\s*\d+[A-C]?\.?|note\s*\d+\.?)|☐|☒|☑|o|ý|¨"
)
# Figures with a decimal comma, or grouped by points, spaces or apostrophes. "31.12.2031" is none.
_OTHER_AMOUNT = re.compile(r"[-–−‑△▲(]?\s?(?:\d{1,3}(?:[.\s'’]\d{3})+(?:,\d+)?|\d+,\d{1,2})\s?%?\)?")
_LONGEST_AMOUNT = 40
_MAX_HEADERS = 6


@dataclass(frozen=True, slots=True)
class Printed:
    """A table's rows with text. A page begins before each row of `breaks`, and `break_after` the last one.

    `notes` are marks and deleted texts after the last text.
    """

    rows: tuple[FlowRow, ...]
    columns: int
    breaks: tuple[int, ...] = ()
    break_after: bool = False
    notes: tuple[FlowText, ...] = ()


def print_table(raw: Sequence[RawRow]) -> Printed:
    """Return the rows that are printed, without the empty ones."""
    starts: list[int] = []
    stacked: list[list[PlacedCell]] = []
    broken: set[int] = set()
    for index, row in enumerate(raw):
        if row.break_before or (index and raw[index - 1].break_after):
            broken.add(len(stacked))
        starts.append(len(stacked))
        stacked.extend(_lines(row))
    starts.append(len(stacked))
    _grow_spans(raw, starts, stacked)
    joined = join_signs(stacked)
    kept = [index for index, row in enumerate(joined) if any(cell.text for cell in row)]
    if len(kept) < len(joined):
        joined = [[_shrunk(cell, index, kept) for cell in row] for index, row in enumerate(joined)]
    rows, notes = _without_blank(joined)
    placed, columns = place_columns(rows)
    headers = _header_count(rows)
    breaks = sorted({sum(1 for index in kept if index < at) for at in broken} - {0, len(kept)})
    return Printed(
        rows=tuple(
            FlowRow(
                tuple(
                    FlowCell(column, cell.content, cell.row_span, span, cell.indent, cell.bold, cell.is_heading)
                    for cell, (column, span) in zip(row, at, strict=True)
                ),
                is_header=number < headers,
            )
            for number, (row, at) in enumerate(zip(rows, placed, strict=True))
        ),
        columns=columns,
        breaks=tuple(breaks),
        break_after=bool(raw) and raw[-1].break_after,
        notes=tuple(notes),
    )


def is_layout(printed: Printed) -> bool:
    """Return whether a table is used only for layout.

    In such a table, each row has one cell, or the only row has two cells (a page footer), or a row's first cell is a
    list mark.
    """
    rows = printed.rows
    if all(len(row.cells) == 1 for row in rows) or (len(rows) == 1 and len(rows[0].cells) == 2):
        return True
    return all(len(row.cells) == 1 or (len(row.cells) == 2 and _BULLET.fullmatch(row.cells[0].text)) for row in rows)


def _lines(row: RawRow) -> list[list[PlacedCell]]:
    """Return the printed rows of a row: one, or as many as its cells have lines side by side."""
    if max([len(cell.lines) for cell in row.cells], default=0) < 2 or not _is_stacked(row.cells):
        return [[_placed(cell, joined_lines(cell.lines)) for cell in row.cells]]
    count = max(len(cell.lines) for cell in row.cells)
    return [
        [_placed(cell, cell.line(number)) for cell in row.cells if cell.line(number).content] for number in range(count)
    ]


def _placed(cell: RawCell, line: Line) -> PlacedCell:
    return PlacedCell(cell.left, cell.right, line.content, cell.row_span, line.indent, line.bold, cell.is_heading)


def _is_stacked(cells: Sequence[RawCell]) -> bool:
    """Return whether the lines of a row's cells are rows of their own.

    They are if a label and a column of figures have as many lines. A label broken over two lines beside one figure
    is one row, and so are headings of several lines.
    """
    label = cells[0]
    count = len(label.lines)
    if count < 2 or any(len(cell.lines) > count for cell in cells):
        return False
    has_figures = False
    for cell in cells[1:]:
        texts = [line.content.text for line in cell.lines if line.content.text]
        figures = [text for text in texts if is_figure(text)]
        if len(cell.lines) == count and len(figures) == len(texts) and len(figures) > 1:
            has_figures |= not all(map(is_year, figures))
        elif len(cell.lines) < count and not all(is_figure(text) or is_sign(text) for text in texts):
            return False
    return has_figures


def _grow_spans(raw: Sequence[RawRow], starts: Sequence[int], stacked: list[list[PlacedCell]]) -> None:
    """Let cells over several rows cover the printed rows of these."""
    for index in range(len(raw) if any(cell.row_span > 1 for row in raw for cell in row.cells) else 0):
        first, end = starts[index], starts[index + 1]
        for row in stacked[first:end]:
            for number, cell in enumerate(row):
                if cell.row_span > 1:
                    last = starts[min(index + cell.row_span, len(raw))]
                    row[number] = replace(cell, row_span=1 if end - first > 1 else max(1, last - first))


def _shrunk(cell: PlacedCell, index: int, kept: Sequence[int]) -> PlacedCell:
    """Take rows without text out of a cell's span."""
    if cell.row_span == 1:
        return cell
    return replace(cell, row_span=max(1, bisect_left(kept, index + cell.row_span) - bisect_left(kept, index)))


def _without_blank(rows: Sequence[Sequence[PlacedCell]]) -> tuple[list[list[PlacedCell]], list[FlowText]]:
    """Return the rows with text. Notes of cells without text go to the next cell with text; return those after it."""
    kept: list[list[PlacedCell]] = []
    notes: list[FlowText] = []
    for row in rows:
        full: list[PlacedCell] = []
        for cell in row:
            if not cell.text:
                notes.append(cell.content)
            elif notes:
                content = join_texts([*notes, cell.content], [""] * (len(notes) + 1))
                full.append(replace(cell, content=content))
                notes = []
            else:
                full.append(cell)
        if full:
            kept.append(full)
    return kept, notes


def _is_amount(text: str) -> bool:
    """Return whether the text is a figure, or a dash for nil. A lone "$" or "%" is a heading."""
    if len(text) < _LONGEST_AMOUNT and _OTHER_AMOUNT.fullmatch(text):
        return True
    return is_amount(text) and any(character.isdigit() or character in "–—" for character in text)


def _header_count(rows: Sequence[Sequence[PlacedCell]]) -> int:
    """Return the number of header rows: rows of `th` cells, else rows before the first amount that is not a year."""
    marked = 0
    while marked < len(rows) and all(cell.is_heading for cell in rows[marked]):
        marked += 1
    if marked:
        return min(marked, _MAX_HEADERS) if marked < len(rows) else 0
    for index, row in enumerate(rows[: _MAX_HEADERS + 1]):
        values = [cell.text for cell in row[1:]] or [cell.text for cell in row if cell.left > 0]
        if any(_is_amount(value) and not is_year(value) for value in values):
            # A single label directly above the first amounts is the name of a group of rows, not a column heading.
            count = index
            while count > 1 and len(rows[count - 1]) == 1 and rows[count - 1][0].left == 0:
                count -= 1
            return count
    return 0
