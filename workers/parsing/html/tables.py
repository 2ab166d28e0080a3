"""Converts an HTML table to rows of cells in shared columns.

Tables of filings have empty cells for spacing, and have "$", "(", ")" and "%" in separate cells. These signs are joined
to their number. The columns are computed from the cells' spans (HTML Living Standard §4.9.12, "forming a table").
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.quantities.headings import is_year
from app.quantities.numbers import is_amount
from workers.parsing.flow import FlowRow

# A dash in a separate cell means nil; it is not the sign of the next number.
_BEFORE = re.compile(r"[-–—]?[A-Z]{0,3}[$€£¥]\(?|[-–—]?\(\s*[A-Z]{0,3}[$€£¥]?")
_AFTER = re.compile(r"[)%]+(?:\s*\(\w{1,2}\))?|pts?|bps|x|\)\s*%")
_AMOUNT = re.compile(
    r"\(?[-–—]?\s*\(?[A-Z]{0,3}[$€£¥]?\s*\(?\s*-?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?\s*\)?\s*%?\)?(?:\s*\(\w{1,2}\))?|[–—-]+"
)
_NUMBER_START = re.compile(r"[-–—]?[(\d.$€£¥–—-]")
_BULLET = re.compile(
    r"[•●▪■◦○·*–—-]|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)]|(?i:item\s*\d+[A-C]?\.?|note\s*\d+\.?)|☐|☒|☑|o|ý|¨"
)
_MAX_HEADERS = 6
_MAX_COLSPAN = 1000  # the standard's limit


@dataclass(frozen=True, slots=True)
class GridCell:
    """A cell's text, and its columns on the grid: `left` to `right` (exclusive)."""

    left: int
    right: int
    text: str
    is_head: bool = False


class Grid:
    """Collects a table's cells row by row. A cell that spans rows moves cells of later rows to the right."""

    def __init__(self) -> None:
        self.rows: list[list[GridCell]] = []
        self._taken: dict[int, int] = {}
        self._left = 0

    def open_row(self) -> None:
        self.rows.append([])
        self._left = 0
        self._taken = {column: rows - 1 for column, rows in self._taken.items() if rows > 1}

    def add(self, text: str, *, colspan: int, rowspan: int, is_head: bool) -> None:
        """Add the next cell to the open row."""
        while self._left in self._taken:
            self._left += 1
        right = self._left + max(1, min(colspan, _MAX_COLSPAN))
        if rowspan > 1:
            self._taken.update(dict.fromkeys(range(self._left, right), rowspan))
        if text:
            self.rows[-1].append(GridCell(self._left, right, text, is_head))
        self._left = right


def table_rows(grid: Grid) -> tuple[FlowRow, ...]:
    """Return the table's rows that are not empty. Signs are joined to numbers, and all rows share column numbers."""
    rows = [joined for joined in (_join_signs(row) for row in grid.rows) if joined]
    starts = _columns(rows)
    headers = _header_count(rows)
    made = []
    for index, row in enumerate(rows):
        cells: list[tuple[int, str]] = []
        for cell in row:
            column = starts.get(cell.left)
            if column is None:
                column = next((starts[at] for at in range(cell.left, cell.right) if at in starts), 0)
            cells.append((max(column, cells[-1][0] + 1) if cells else column, cell.text))
        made.append(FlowRow(tuple(cells), is_header=index < headers))
    return tuple(made)


def is_layout(rows: Sequence[FlowRow]) -> bool:
    """Return whether a table is used only for layout.

    In such a table, each row has one cell, or the only row has two cells (a page footer), or a row's first cell is a
    list mark.
    """
    if not rows:
        return True
    if all(len(row.cells) == 1 for row in rows) or (len(rows) == 1 and len(rows[0].cells) == 2):
        return True
    return all(len(row.cells) == 1 or (len(row.cells) == 2 and _BULLET.fullmatch(row.cells[0][1])) for row in rows)


def _join_signs(row: Sequence[GridCell]) -> list[GridCell]:
    joined: list[GridCell] = []
    for cell in row:
        last = joined[-1] if joined else None
        if last and _AFTER.fullmatch(cell.text) and any(map(str.isdigit, last.text)):
            joined[-1] = GridCell(last.left, cell.right, last.text + cell.text, last.is_head)
        elif (
            last
            and last.text
            and _BEFORE.fullmatch(last.text)
            and _NUMBER_START.match(cell.text)
            and len(last.text) < 6
        ):
            joined[-1] = GridCell(last.left, cell.right, last.text + cell.text, cell.is_head)
        else:
            joined.append(cell)
    return [GridCell(cell.left, cell.right, _tight(cell.text), cell.is_head) for cell in joined]


def _tight(text: str) -> str:
    """Remove spaces between the signs, digits and brackets of an amount. Other text does not change."""
    return re.sub(r"\s+(?!\(\w)", "", text) if _AMOUNT.fullmatch(text) and " " in text else text


def _columns(rows: Sequence[Sequence[GridCell]]) -> dict[int, int]:
    """Map grid columns to table columns.

    Overlapping cells of different rows share a column. Wide cells are ignored.
    """
    width = max((cell.right for row in rows for cell in row), default=0)
    most = max((len(row) for row in rows), default=0)
    linked = [False] * (width + 1)
    used = [False] * (width + 1)
    for row in rows:
        if len(row) * 2 < most or (len(row) == 1 and most > 1):
            continue
        for cell in row:
            for at in range(cell.left, cell.right):
                used[at] = True
                if at > cell.left and (len(row) == most or _AMOUNT.fullmatch(cell.text)):
                    linked[at] = True
    columns: dict[int, int] = {}
    number = -1
    for at in range(width):
        if not used[at]:
            continue
        if not (linked[at] and at and at - 1 in columns):
            number += 1
        columns[at] = number
    return _without_empty(columns, rows)


def _without_empty(columns: dict[int, int], rows: Sequence[Sequence[GridCell]]) -> dict[int, int]:
    """Remove the columns in which no cell begins, and number the remaining columns from 0."""
    begun = sorted({columns[cell.left] for row in rows for cell in row if cell.left in columns})
    order = {number: index for index, number in enumerate(begun)}
    return {at: order[number] for at, number in columns.items() if number in order}


def _is_amount(text: str) -> bool:
    """Return whether the text is a figure, or a dash for nil. A lone "$" or "%" is a heading."""
    return is_amount(text) and any(character.isdigit() or character in "–—" for character in text)


def _header_count(rows: Sequence[Sequence[GridCell]]) -> int:
    """Return the number of header rows: rows of `th` cells, else rows before the first amount that is not a year."""
    marked = 0
    while marked < len(rows) and all(cell.is_head for cell in rows[marked]):
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
