"""Finds tables without ruling lines: rows with aligned numbers, their labels, and the header rows above them.

A table in a filing is text at fixed positions, often with a gap between a number and its "$", ")" or "%". These signs
are joined to their number. Numbers that overlap horizontally from row to row form a column. The text to the left of the
first column is the row's label.
"""

import re
from dataclasses import dataclass
from itertools import pairwise

from app.quantities.headings import is_period
from workers.parsing.pdf.pieces import Line, Piece

_SIGN_BEFORE = re.compile(r"[-–—]?[$€£¥(]+|[A-Z]{0,3}[$€£¥]")
_SIGN_AFTER = re.compile(r"[)%]+(?:\(\w{1,2}\))?|x|bps")
_VALUE = re.compile(r".*[\d–—-].*")
_DIGIT_END = re.compile(r".*[\d,.—–-]\)?%?")
_MAX_HEADER_LINES = 6
_MAX_HEADER_WIDTH = 260
_HEADER_OVERHANG = 60
"""The maximum distance, in points, by which a header extends to the left of the numbers below it."""
_MAX_LABELS = 3


@dataclass(slots=True)
class TableRow:
    """A row's cells from left to right, with their column numbers. A row whose label is wrapped has several lines."""

    cells: list[Piece]
    columns: list[int]
    lines: list[Line]
    is_header: bool = False


@dataclass(slots=True)
class Table:
    rows: list[TableRow]


@dataclass(slots=True)
class Prose:
    lines: list[Line]


def split_tables(column: list[Line]) -> list[Table | Prose]:
    """Split a column's lines into prose and tables, in order."""
    rows = [TableRow(cells=join_signs(line.pieces), columns=[], lines=[line]) for line in column]
    kinds = [_has_numbers(row) for row in rows]
    width = max((line.x1 for line in column), default=0) - min((line.x0 for line in column), default=0)
    parts: list[Table | Prose] = []
    done = 0
    index = 0
    while index < len(rows):
        end = _table_end(rows, kinds, index, width) if kinds[index] else index
        if sum(kinds[index:end]) < 2 or not _aligned(rows[index:end]):
            end = _text_table_end(rows, kinds, index)
        if end == index:
            index += 1
            continue
        headers = _header_rows(rows, kinds, done, index)
        for header in headers:
            rows[header].is_header = True
        start = min(headers, default=index)
        if start > done:
            parts.append(Prose(column[done:start]))
        parts.append(_build(rows[start:end]))
        done = index = end
    if done < len(rows):
        parts.append(Prose(column[done:]))
    return parts


def join_signs(pieces: list[Piece]) -> list[Piece]:
    """Join "$" and "(" to the number after them, and ")" and "%" to the number before them."""
    joined: list[Piece] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        if last and (
            (_SIGN_BEFORE.fullmatch(last.text) and piece.is_number and _VALUE.fullmatch(piece.text))
            or (_SIGN_AFTER.fullmatch(piece.text) and _DIGIT_END.fullmatch(last.text) and last.is_number)
        ):
            joined[-1] = last.followed_by(piece)
        else:
            joined.append(piece)
    return joined


def _has_numbers(row: TableRow) -> bool:
    numbers = [cell for cell in row.cells if cell.is_number]
    return len(row.cells) >= 2 and (len(numbers) >= 2 or row.cells[-1].is_number or row.cells[1].is_number)


def _table_end(rows: list[TableRow], kinds: list[bool], start: int, width: float) -> int:
    """Return the end of a table, which is after its last row with numbers.

    At most three short lines may separate two rows with numbers.
    """
    end = start + 1
    index = end
    while index < len(rows) and index - end <= 3:
        line, before = rows[index].lines[0], rows[index - 1].lines[0]
        if line.y0 - before.y1 > 4 * max(line.size, before.size):
            break
        if kinds[index]:
            end = index + 1
        elif len(rows[index].cells) == 1 and line.x1 - line.x0 > 0.7 * width:
            break
        index += 1
    # A row that only continues the label of the row above belongs to the table.
    while end < len(rows) and len(rows[end].cells) == 1 and _continues(rows[end - 1], rows[end]):
        end += 1
    return end


def _aligned(rows: list[TableRow]) -> bool:
    """Return whether at least half of the rows with numbers have a number aligned with a nearby row's number."""
    ends = [{round(cell.x1) for cell in row.cells[1:] if cell.is_number} for row in rows]
    ends = [found for found in ends if found]
    near = [
        any(
            any(abs(x - y) <= 8 for x in mine for y in other) for other in ends[max(0, i - 8) : i] + ends[i + 1 : i + 9]
        )
        for i, mine in enumerate(ends)
    ]
    return len(near) >= 2 and sum(near) >= 0.5 * len(near)


def _text_table_end(rows: list[TableRow], kinds: list[bool], start: int) -> int:
    """Return the end of a table without numbers; `start` if there is none.

    Such a table has at least three lines with several cells, whose left edges are aligned.
    """
    end = start
    while end < len(rows) and len(rows[end].cells) >= 2 and not kinds[end]:
        if end > start:
            edges = [cell.x0 for cell in rows[end - 1].cells[1:]]
            gap = rows[end].lines[0].y0 - rows[end - 1].lines[0].y1
            if gap > 3 * rows[end].lines[0].size or not any(
                abs(cell.x0 - edge) <= 3 for cell in rows[end].cells[1:] for edge in edges
            ):
                break
        end += 1
    return end if end - start >= 3 else start


def _header_rows(rows: list[TableRow], kinds: list[bool], done: int, index: int) -> list[int]:
    """Return the lines above row `index` that name its columns.

    Such a line has several cells, or a single cell above the numbers.
    """
    table = rows[index]
    over = [cell for cell in table.cells if cell.is_number] or table.cells[1:]
    left = min((cell.x0 for cell in over), default=0) - _HEADER_OVERHANG
    headers: list[int] = []
    labels = 0
    for position in range(index - 1, done - 1, -1):
        row, below = rows[position], rows[position + 1]
        gap = below.lines[0].y0 - row.lines[0].y1
        is_short = all(cell.x1 - cell.x0 < _MAX_HEADER_WIDTH for cell in row.cells)
        if kinds[position] or gap > 2.2 * row.lines[0].size or not is_short or len(headers) >= _MAX_HEADER_LINES:
            break
        if all(cell.x0 >= left for cell in row.cells[1:]) and (len(row.cells) >= 2 or row.cells[0].x0 >= left):
            headers.append(position)
        elif headers or len(row.cells) > 1 or labels == _MAX_LABELS:
            break
        else:
            labels += 1
    return headers


def _build(rows: list[TableRow]) -> Table:
    rows = _merge_wrapped(rows)
    edges = _column_edges(rows)
    is_top = True
    for row in rows:
        row.columns = _columns_of(row, edges)
        values = [cell for cell, column in zip(row.cells, row.columns, strict=True) if column > 0]
        are_periods = bool(values) and all(is_period(cell.text) for cell in values)
        is_words = bool(values) and 0 not in row.columns and not any(cell.is_number for cell in values)
        row.is_header = row.is_header or (are_periods and (len(values) >= 2 or is_top)) or (is_top and is_words)
        is_top = is_top and row.is_header
    return Table(rows)


def _merge_wrapped(rows: list[TableRow]) -> list[TableRow]:
    """Merge the lines of a wrapped label into one row. A continuation line starts in lower case."""
    merged: list[TableRow] = []
    for row in rows:
        last = merged[-1] if merged else None
        if last and not row.is_header and not last.is_header and _continues(last, row):
            first, more = last.cells[0], row.cells[0]
            label = first.followed_by(more)
            merged[-1] = TableRow([label, *last.cells[1:], *row.cells[1:]], [], last.lines + row.lines)
        else:
            merged.append(row)
    return merged


def _continues(above: TableRow, row: TableRow) -> bool:
    """Return whether `row` continues the label of the row above. One of the two rows must have no other cell."""
    label, more = above.cells[0], row.cells[0]
    close = row.lines[0].y0 - above.lines[-1].y1 < 0.6 * row.lines[0].size
    one_has_none = len(above.cells) == 1 or len(row.cells) == 1
    return (
        close
        and one_has_none
        and more.text[:1].islower()
        and not label.is_number
        and not label.text.endswith((":", "."))
        and abs(more.x0 - label.x0) < 40
    )


def _column_edges(rows: list[TableRow]) -> list[tuple[float, float]]:
    """Return the columns to the right of the labels, as x intervals. Overlapping cells form one interval.

    A wide cell that overlaps several intervals is ignored.
    """
    data = [row for row in rows if not row.is_header]
    cells = [cell for row in data for cell in row.cells[1:]] or [cell for row in rows for cell in row.cells[1:]]
    cells += [row.cells[0] for row in data if row.cells[0].is_number and len(row.cells) > 1]
    intervals: list[tuple[float, float]] = []
    for cell in sorted(cells, key=lambda cell: (cell.x1 - cell.x0 > 120, cell.x0)):
        touching = [one for one in intervals if min(one[1], cell.x1) - max(one[0], cell.x0) > 1]
        if len(touching) > 1:
            continue
        joined = (min([cell.x0, *(one[0] for one in touching)]), max([cell.x1, *(one[1] for one in touching)]))
        intervals = [one for one in intervals if one not in touching] + [joined]
    return sorted(intervals)


def _columns_of(row: TableRow, edges: list[tuple[float, float]]) -> list[int]:
    """Return each cell's column: 0 if it is left of all intervals, else the interval that it overlaps most."""
    columns: list[int] = []
    for cell in row.cells:
        shared = [min(right, cell.x1) - max(left, cell.x0) for left, right in edges]
        best = max(range(len(edges)), key=lambda index: shared[index], default=-1)
        is_label = best < 0 or (shared[best] <= 0 and cell.x0 < edges[0][0])
        if not columns and not row.is_header and not cell.is_number and edges and cell.x0 < edges[0][0]:
            is_label = True
        columns.append(0 if is_label else best + 1)
    for index, (before, after) in enumerate(pairwise(columns)):
        if after <= before:
            columns[index + 1] = max(columns[index] + (0 if before == 0 and after == 0 else 1), after)
    return columns
