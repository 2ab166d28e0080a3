"""Joins the lines of one row: the lines of a wrapped label, and cells that stand beside the middle of taller cells.

The lines of one cell are as close as lines of prose. Rows are often farther apart: the least distance between two rows
with figures is the distance of rows. If both are equal, a label wraps if its next word has no room on its line.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from app.quantities.headings import is_period
from app.quantities.months import MONTH
from workers.parsing.pdf.pieces import Piece, TableRow

_MONTH_END = re.compile(rf"(?:.*\W)?{MONTH}\.?", re.IGNORECASE)
_MONTH_LENGTH = 20
"""Characters at the end of a heading that are looked at for a month."""
_DAY = re.compile(r"[0-3]?\d,?")
_INTRODUCES = re.compile(r":(?: ?\(\w{1,2}\))*$")
_OVERLAP = 0.2
"""Two lines that overlap by this share of their height belong to one row."""
_BESIDE = 0.35
"""The same for lines of headings. Centred headings with n and n+1 lines overlap by about half a line; tightly set lines
overlap by less than .25.
"""
_HANGING = 40.0
"""The maximum indent of a label's next line, in points."""
_DENSE = 1.3
"""The maximum distance of lines without space between rows, in line heights."""
_CLOSER = 0.93
"""Lines of one cell are closer than this share of the distance of rows."""


def join_lines(rows: list[TableRow], is_bold: Callable[[Piece], bool]) -> list[TableRow]:
    """Return the rows with the lines of one row joined, from top to bottom."""
    rows = _join_overlapping(rows)
    spacing = _spacing(rows)
    joined: list[TableRow] = []
    for row in rows:
        last = joined[-1] if joined else None
        if last and not row.is_header and not last.is_header and _continues(last, row, spacing, is_bold):
            joined[-1] = TableRow(_merged(last.cells, row.cells), last.lines + row.lines)
        else:
            joined.append(row)
    return joined


@dataclass(frozen=True, slots=True)
class _Spacing:
    """`rows` is the distance of rows, 0 if unknown. `differs` states that the lines of one cell are closer. `right` is
    the right edge of the longest label.
    """

    rows: float
    differs: bool
    right: float


def _spacing(rows: list[TableRow]) -> _Spacing:
    left = min([cell.x0 for row in rows if not row.is_header for cell in row.cells[1:]], default=0.0)
    labels = [row.cells[0] for row in rows if not row.is_header and not row.cells[0].is_number]
    right = max([label.x1 for label in labels if label.x1 < left], default=0.0)
    pairs = [(above, row) for above, row in pairwise(rows) if not above.is_header and not row.is_header]
    full: list[float] = []
    others: list[float] = []
    for above, row in pairs:
        (full if _is_full(above) and _is_full(row) else others).append(_pitch(above, row))
    others = sorted(pitch for pitch in others if pitch > 0)
    if full:
        least = sorted(full)[len(full) // 4]
        differs = bool(others) and others[0] < _CLOSER * least and not _are_equal(pairs, _CLOSER * least)
        return _Spacing(least, differs, right)
    # No two rows with figures are adjacent. The first step between two distances parts those of lines and of rows.
    for place, (before, after) in enumerate(pairwise(others)):
        if place and before < 0.9 * after < 1.8 * others[0]:
            return _Spacing(after, True, right)
    return _Spacing(0.0, False, right)


def _are_equal(pairs: list[tuple[TableRow, TableRow]], close: float) -> bool:
    """Return whether lines are as close after a row with figures as before it, so that distance shows nothing."""
    after = sum(_is_full(above) and not _is_full(row) and _pitch(above, row) < close for above, row in pairs)
    before = sum(not _is_full(above) and _is_full(row) and _pitch(above, row) < close for above, row in pairs)
    return min(after, before) > 0.3 * max(after, before)


def _pitch(above: TableRow, row: TableRow) -> float:
    return row.lines[0].y0 - above.lines[-1].y0


def _is_full(row: TableRow) -> bool:
    return len(row.cells) > 1 and row.cells[-1].is_number


def _join_overlapping(rows: list[TableRow]) -> list[TableRow]:
    """Join lines that overlap: figures beside the middle of a label of two lines."""
    joined: list[TableRow] = []
    for row in rows:
        last = joined[-1] if joined else None
        if last and not last.is_header and overlaps(last, row) and not _collide(last, row):
            joined[-1] = TableRow(_merged(last.cells, row.cells), last.lines + row.lines)
        else:
            joined.append(row)
    return joined


def overlaps(above: TableRow, row: TableRow) -> bool:
    """Return whether two lines overlap so much that they belong to one row."""
    line = row.lines[0]
    return line.y0 < above.lines[-1].y1 - _OVERLAP * line.size


def are_headings_beside(above: TableRow | None, row: TableRow | None) -> bool:
    """Return whether two lines of headings overlap, as those of a heading of two lines and of one of three do."""
    if above is None or row is None or not above.is_header or not row.is_header:
        return False
    return above.lines[-1].y1 - row.lines[0].y0 > _BESIDE * row.lines[0].size


def _merged(cells: list[Piece], more: list[Piece]) -> list[Piece]:
    """Append each piece to the cell above it, or add it as another cell."""
    merged = list(cells)
    for position, piece in enumerate(more):
        for index, cell in enumerate(merged):
            is_label = not position and not index and not cell.is_number and abs(piece.x0 - cell.x0) < _HANGING
            are_words = not piece.is_number and not cell.is_number
            if piece.x0 < cell.x1 and cell.x0 < piece.x1 and (is_label or are_words):
                merged[index] = cell.followed_by(piece)
                break
        else:
            merged.append(piece)
    return sorted(merged, key=lambda piece: piece.x0)


def _continues(above: TableRow, row: TableRow, spacing: _Spacing, is_bold: Callable[[Piece], bool]) -> bool:
    """Return whether `row` continues the cells of the row above: its label, or words in other columns."""
    is_close = _pitch(above, row) < _CLOSER * spacing.rows
    if (spacing.differs and not is_close) or _collide(above, row):
        return False
    label, more = above.cells[0], row.cells[0]
    if not -3 <= more.x0 - label.x0 < _HANGING:
        return spacing.differs and _are_words_beside(above, row)
    is_open = label.text.count("(") > label.text.count(")")
    if (
        label.is_number
        or (_INTRODUCES.search(label.text) is not None and not is_open)
        or is_bold(label) != is_bold(more)
    ):
        return False
    if len(above.cells) > 1 and (more.x0 < label.x0 - 1 or (len(row.cells) > 1 and not spacing.differs)):
        return False
    size = row.lines[0].size
    first_word = more.starts[1] - more.starts[0] if len(more.starts) > 1 else more.x1 - more.x0 + 0.25 * size
    has_room = above.lines[-1].pieces[0].x1 + first_word < spacing.right - 1
    begins = not more.text[:1].islower() and not is_open
    hangs = more.x0 - above.lines[-1].x0 > 2
    if spacing.differs:
        return not (begins and has_room and hangs)
    pitch = _pitch(above, row)
    is_near = pitch <= max(1.07 * spacing.rows, 1.5 * size) and not label.text.endswith(".")
    # Uppercase text at the distance of rows continues a full line only if rows have no space between them.
    is_full = not has_room and not hangs and len(above.cells) == 1 and pitch < _DENSE * size
    return is_near and (not begins or is_full)


def _collide(above: TableRow, row: TableRow) -> bool:
    """Return whether both lines have figures in one column, which are two rows."""
    return any(
        cell.x0 < other.x1 and other.x0 < cell.x1 and _has_digit(cell) and _has_digit(other)
        for cell in above.cells[not above.cells[0].is_number :]
        for other in row.cells[not row.cells[0].is_number :]
    )


def _has_digit(cell: Piece) -> bool:
    return cell.is_number or any(char.isdigit() for char in cell.text)


def _are_words_beside(above: TableRow, row: TableRow) -> bool:
    """Return whether one of two close lines has only words of cells that the other line has, too."""
    few, many = (above, row) if len(above.cells) <= len(row.cells) else (row, above)
    return not any(cell.is_number for cell in few.cells) and all(
        any(cell.x0 < other.x1 and other.x0 < cell.x1 and not other.is_number for other in many.cells)
        for cell in few.cells
    )


def ends_dates(row: TableRow, above: TableRow) -> bool:
    """Return whether all values of a row are periods, or days of the months that end the headings above them."""
    values = row.cells if row.cells[0].is_number else row.cells[1:]
    months = [cell for cell in above.cells if _MONTH_END.fullmatch(cell.text[-_MONTH_LENGTH:])]
    return bool(months) and all(
        is_period(cell.text)
        or (_DAY.fullmatch(cell.text) and any(cell.x0 < month.x1 and month.x0 < cell.x1 for month in months))
        for cell in values
    )
