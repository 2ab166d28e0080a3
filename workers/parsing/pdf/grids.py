"""Places the cells of a table: columns by the figures' positions, and spans by the cells' boxes.

A figure's column is the horizontal interval that it shares with the figures above and below. A heading covers the
columns that its box overlaps. If the heading stands centred over more columns, it covers these.
"""

from dataclasses import dataclass
from itertools import pairwise

from app.quantities.headings import is_period
from workers.parsing.pdf.labels import are_headings_beside
from workers.parsing.pdf.pieces import Piece, TableRow
from workers.parsing.pdf.rules import ReadRules, Rule

Interval = tuple[float, float]

_TOUCH = 1.0
"""The minimum overlap of two boxes that stand in one column, in points."""
_ALIGNED = 4.0
"""The maximum difference between aligned edges or centres, in points."""
_EXACT = 1.5
"""The maximum difference between edges that are aligned on purpose, in points."""
_WIDE = 120.0
"""Text that is wider, in points, does not determine a column."""


@dataclass(slots=True)
class GridPart:
    """A cell of a grid: its place, and its pieces in reading order."""

    row: int
    column: int
    row_span: int
    column_span: int
    pieces: list[Piece]


def find_columns(rows: list[TableRow]) -> list[Interval]:
    """Return the columns to the right of the labels, from left to right.

    Rows with many figures are read first. A cell that touches several columns is ignored, because it spans them.
    """
    data = [row for row in rows if not row.is_header] or rows
    intervals: list[Interval] = []
    labelled = sum(not row.cells[0].is_number for row in data) >= 0.3 * len(data)
    numbered = [[cell for cell in row.cells[labelled:] if cell.is_number] for row in data]
    for cells, row in sorted(zip(numbered, data, strict=True), key=lambda pair: -len(pair[0])):
        if len(row.cells) > 1:
            for cell in cells:
                _widen(intervals, cell)
    texts = [cell for row in data for cell in row.cells[1:] if not cell.is_number]
    for cell in sorted(texts, key=lambda cell: (cell.x1 - cell.x0 > _WIDE, cell.x0)):
        _widen(intervals, cell)
    left = min((start for start, _ in intervals), default=0.0)
    count = len(intervals)
    for row in rows:
        heads = [cell for cell in row.cells if cell.x0 > left and cell.x1 - cell.x0 < _WIDE] if row.is_header else []
        if len(heads) > count:
            intervals += [(cell.x0, cell.x1) for cell in heads if not _touched(intervals, cell, -2 * _ALIGNED)]
    return sorted(intervals)


def _touched(intervals: list[Interval], cell: Piece, least: float) -> list[int]:
    return [at for at, (start, end) in enumerate(intervals) if min(end, cell.x1) - max(start, cell.x0) > least]


def _widen(intervals: list[Interval], cell: Piece) -> None:
    touched = _touched(intervals, cell, _TOUCH)
    if not touched:
        intervals.append((cell.x0, cell.x1))
    elif len(touched) == 1:
        (at,) = touched
        start, end = intervals[at]
        wider = (min(start, cell.x0), max(end, cell.x1))
        if not any(
            index != at and min(wider[1], other[1]) - max(wider[0], other[0]) > 0
            for index, other in enumerate(intervals)
        ):
            intervals[at] = wider


def place_rows(rows: list[TableRow], columns: list[Interval], read_rules: ReadRules) -> None:
    """Set the columns and spans of all rows. Headings are placed from the lowest to the highest."""
    heads = columns
    wide: list[tuple[int, int]] = []
    below: TableRow | None = None
    has_periods = False
    for row, above in zip(reversed(rows), [*rows[-2::-1], None], strict=True):
        if row.is_header:
            row.cells = [part for cell in row.cells for part in _split_heading(cell, heads, row.lines[0].size)]
            is_beside = are_headings_beside(above, row) or are_headings_beside(row, below)
            _place_headings(row, columns, heads, _Below(row, below, read_rules, has_periods, is_beside))
            if below is not None and below.is_header:
                wide += [place for place in zip(below.columns, below.spans, strict=True) if place[1] > 1]
                _widen_over(row, wide)
            heads = _with_heads(row, heads)
            has_periods = has_periods or any(is_period(cell.text) for cell in row.cells)
        else:
            _place_row(row, columns)
            heads, wide, has_periods = columns, [], False
        below = row
    if rows and min(row.columns[0] for row in rows) > 0:
        # No row has a label left of the figures: the first column is the labels'.
        for row in rows:
            row.columns = [column - 1 for column in row.columns]


def _split_heading(cell: Piece, columns: list[Interval], size: float) -> list[Piece]:
    """Split a piece that holds the headings of two columns. The gap between them is wider than a blank."""
    if len(cell.words) < 2 or len(_touched(columns, cell, _TOUCH)) < 2:
        return [cell]
    gaps = [start - end for start, end in zip(cell.starts[1:], cell.ends, strict=False)]
    for before, after in pairwise(columns):
        for place, gap in enumerate(gaps, start=1):
            middle = (cell.ends[place - 1] + cell.starts[place]) / 2
            least = min(gaps[: place - 1] + gaps[place:], default=0.0)
            if before[0] < middle < after[1]:
                left, right = cell.split_at(place)
                # Headings as close as words are split only if both end exactly at the right edges of their columns.
                is_apart = gap > max(1.3 * least, 0.3 * size) and max(_off(left, before), _off(right, after)) < _ALIGNED
                if is_apart or max(abs(left.x1 - before[1]), abs(right.ends[0] - after[1])) < _EXACT:
                    return [left, *_split_heading(right, columns, size)]
    return [cell]


def _off(cell: Piece, column: Interval) -> float:
    start, end = column
    return min(abs(cell.x0 + cell.x1 - start - end) / 2, abs(cell.x1 - end))


def _place_row(row: TableRow, columns: list[Interval]) -> None:
    places: list[tuple[int, int]] = []
    for position, cell in enumerate(row.cells):
        is_left = bool(columns) and cell.x0 < columns[0][0] and (not cell.is_number or cell.x1 < columns[0][0])
        places.append((0, 1) if position == 0 and is_left else _covered(cell, columns))
    _set(row, places)


@dataclass(slots=True)
class _Below:
    """What is below a line of headings: the next line, the ruling lines between both, and headings with periods.

    `is_beside` states that the line stands beside one of a heading with more lines or fewer, so that it is not alone.
    """

    row: TableRow
    next: TableRow | None
    read: ReadRules
    has_periods: bool
    is_beside: bool

    @property
    def are_apart(self) -> bool:
        """Return whether another line of headings follows, and is not a part of these headings."""
        if self.next is None or not self.next.is_header:
            return False
        line = self.row.lines[-1]
        return self.next.lines[0].y0 - line.y1 > 0.3 * line.size

    def under(self, cell: Piece) -> Rule | None:
        """Return the line under this heading alone. A line as long as the text only underlines it."""
        line = self.row.lines[-1]
        top = (line.y0 + line.y1) / 2
        next_line = self.next.lines[0] if self.next else None
        bottom = (next_line.y0 + next_line.y1) / 2 if next_line else line.y1 + line.size
        middle = (cell.x0 + cell.x1) / 2
        for rule in self.read():
            if top < rule.y < bottom and rule.x0 - 1 <= middle <= rule.x1 + 1:
                others = [one for one in self.row.cells if one is not cell]
                is_own = not any(rule.x0 < (one.x0 + one.x1) / 2 < rule.x1 for one in others)
                is_underline = abs(rule.x0 - cell.x0) < _ALIGNED and abs(rule.x1 - cell.x1) < _ALIGNED
                return rule if is_own and not is_underline else None
        return None


def _widen_over(row: TableRow, wide: list[tuple[int, int]]) -> None:
    """Widen a heading that covers a part of a wide heading below it, if no other heading of its line is in the way."""
    for index, (column, span) in enumerate(zip(row.columns, row.spans, strict=True)):
        start, end = column, column + span
        low = row.columns[index - 1] + row.spans[index - 1] if index else 0
        high = row.columns[index + 1] if index + 1 < len(row.columns) else 10_000
        for first, width in wide:
            if span > 1 and first < end and start < first + width:
                start, end = max(low, min(start, first)), min(high, max(end, first + width))
        row.columns[index], row.spans[index] = start, end - start


def _covered(cell: Piece, columns: list[Interval]) -> tuple[int, int]:
    """Return the first column that a cell overlaps, and how many. Column 0 has the labels."""
    touched = _touched(columns, cell, _TOUCH)
    if not touched:
        if not columns or cell.x0 < columns[0][0]:
            return 0, 1
        return min(range(len(columns)), key=lambda at: _distance(columns[at], cell)) + 1, 1
    if cell.is_number:
        # A figure has one column: that at whose right edge it ends.
        return min(touched, key=lambda at: abs(columns[at][1] - cell.x1)) + 1, 1
    return touched[0] + 1, touched[-1] - touched[0] + 1


def _distance(column: Interval, cell: Piece) -> float:
    return max(column[0] - cell.x1, cell.x0 - column[1])


def _set(row: TableRow, places: list[tuple[int, int]]) -> None:
    """Store the places. Cells keep their order: no cell begins before the end of the cell to its left."""
    row.columns, row.spans = [], []
    end = 0
    for column, span in places:
        start = max(column, end)
        end = max(column + span, start + 1)
        row.columns.append(start)
        row.spans.append(end - start)


def _place_headings(row: TableRow, columns: list[Interval], heads: list[Interval], below: _Below) -> None:
    """Place headings by their boxes.

    A heading covers the columns that it overlaps, and more columns if it is centred over them. It covers no column that
    another heading of its line overlaps.
    """
    count = len(columns)
    cells = row.cells
    left = columns[0][0] if columns else 0.0
    labels = 1 if cells and cells[0].x1 <= left + _TOUCH and cells[0].x0 < left - _ALIGNED and count else 0
    if labels and heads and cells[0].x0 >= heads[0][0] - _ALIGNED:
        labels = 0
    rest = cells[labels:]
    places = [(0, 1)] * labels
    if len(rest) == count:
        places += [(at + 1, 1) for at in range(count)]
        _set(row, places)
        return
    if below.are_apart and not any(map(below.under, rest)) and (groups := _groups(rest, heads)):
        _set(row, places + groups)
        return
    covered = [_touched(heads, cell, _TOUCH) or [_nearest(heads, cell)] for cell in rest] if count else []
    _part_contested(rest, heads, covered)
    for position, cell in enumerate(rest):
        if not count:
            places.append((0, 1))
            continue
        low = covered[position - 1][-1] + 1 if position else 0
        high = covered[position + 1][0] - 1 if position + 1 < len(rest) else count - 1
        first, last = covered[position][0], covered[position][-1]
        rule = None if below.is_beside else below.under(cell)
        ruled = [] if rule is None else _over(columns, rule)
        if ruled and ruled[0] <= first and last <= ruled[-1]:
            places.append((ruled[0] + 1, len(ruled)))
            continue
        if len(rest) == 1 and rule is None and not below.is_beside and _is_over_all(cell, heads, below):
            places.append((1, count))
            continue
        first, last = _centred(cell, heads, max(first, min(low, last)), min(last, max(high, first)), low, high)
        places.append((first + 1, last - first + 1))
    _set(row, places)


def _is_over_all(cell: Piece, columns: list[Interval], below: _Below) -> bool:
    """Return whether the only heading of its line stands over all columns: centred, or as the only period.

    Nothing shows whether it is centred over all columns, or over as many fewer on both sides.
    """
    if _misfit(cell, columns, 0, len(columns) - 1) <= _ALIGNED:
        return True
    return is_period(cell.text) and not below.has_periods


def _part_contested(cells: list[Piece], columns: list[Interval], covered: list[list[int]]) -> None:
    """Part the columns that two neighbouring headings overlap, so that both stand as well as possible over theirs."""
    for at in range(len(cells) - 1):
        first, last = covered[at][0], covered[at + 1][-1]
        ends = range(max(first, covered[at + 1][0] - 1), min(covered[at][-1], last - 1) + 1)
        if covered[at][-1] >= covered[at + 1][0] and ends:
            left, right = cells[at], cells[at + 1]
            end = min(ends, key=lambda e: _misfit(left, columns, first, e) + _misfit(right, columns, e + 1, last))
            covered[at], covered[at + 1] = list(range(first, end + 1)), list(range(end + 1, last + 1))


def _groups(cells: list[Piece], columns: list[Interval]) -> list[tuple[int, int]]:
    """Return the groups of columns over which the headings stand, if each stands centred over as many columns."""
    if not cells or len(columns) % len(cells) or len(columns) == len(cells):
        return []
    size = len(columns) // len(cells)
    firsts = range(0, len(columns), size)
    if any(_misfit(cell, columns, at, at + size - 1) > 1.5 * _ALIGNED for cell, at in zip(cells, firsts, strict=True)):
        return []
    return [(at + 1, size) for at in firsts]


def _over(columns: list[Interval], rule: Rule) -> list[int]:
    """Return the columns that lie over the line by more than half."""
    return [
        at for at, (start, end) in enumerate(columns) if min(end, rule.x1) - max(start, rule.x0) > 0.5 * (end - start)
    ]


def _nearest(columns: list[Interval], cell: Piece) -> int:
    return min(range(len(columns)), key=lambda at: _distance(columns[at], cell))


def _centred(cell: Piece, columns: list[Interval], first: int, last: int, low: int, high: int) -> tuple[int, int]:
    """Return the range of columns over which the heading stands, between `low` and `high`."""
    best, least = (first, last), _misfit(cell, columns, first, last)
    if least <= _ALIGNED:
        return best
    for start in range(first, min(low, first) - 1, -1):
        for end in range(last, max(high, last) + 1):
            off = _misfit(cell, columns, start, end)
            if off < least - _ALIGNED:
                best, least = (start, end), off
    return best


def _misfit(cell: Piece, columns: list[Interval], first: int, last: int) -> float:
    """Return how far the heading is from the centre of the columns' text or cells; for one column, also from its edges.

    A column's cell extends to the right edge of the column before.
    """
    start, end = columns[first][0], columns[last][1]
    if first:
        before = columns[first - 1][1]
    elif len(columns) > 1:
        before = min(start, 2 * columns[0][1] - columns[1][1])
    else:
        before = start
    off = min(abs((cell.x0 + cell.x1) - (start + end)), abs((cell.x0 + cell.x1) - (before + end))) / 2
    if first < last:
        return off
    return min(off, abs(cell.x1 - end), abs(cell.x0 - start) if cell.x1 < end + _ALIGNED else off)


def _with_heads(row: TableRow, heads: list[Interval]) -> list[Interval]:
    """Widen columns by the headings that stand over one column only, as far as the next column's text."""
    wider = list(heads)
    for cell, column, span in zip(row.cells, row.columns, row.spans, strict=True):
        if span == 1 and 0 < column <= len(wider):
            start, end = wider[column - 1]
            low = wider[column - 2][1] if column > 1 else 0.0
            high = wider[column][0] if column < len(wider) else float("inf")
            wider[column - 1] = (min(start, max(cell.x0, low)), max(end, min(cell.x1, high)))
    return wider


def build_grid(rows: list[TableRow]) -> list[GridPart]:
    """Return the grid's cells. Lines of one heading become one cell."""
    parts: list[GridPart] = []
    above: dict[tuple[int, int], GridPart] = {}
    number = 0
    last: TableRow | None = None
    for row in rows:
        stacks = last is not None and row.is_header and last.is_header and _is_stacked(last, row, above)
        if last is not None and not stacks:
            number += 1
        if not stacks:
            above = {}
        for cell, column, span in zip(row.cells, row.columns, row.spans, strict=True):
            part = above.get((column, span))
            if part is None and not stacks:
                part = _heading_above(parts, row, last, column, span, number)
            if part is None:
                part = GridPart(number, column, 1, span, [])
                above[column, span] = part
                parts.append(part)
            part.pieces.append(cell)
        last = row
    return parts


def _heading_above(
    parts: list[GridPart], row: TableRow, last: TableRow | None, column: int, span: int, number: int
) -> GridPart | None:
    """Return the heading of the line above that goes on in this line, and make it a row higher."""
    if not row.is_header or last is None or not last.is_header or span > 1 or not column:
        return None
    if row.lines[0].y0 - last.lines[-1].y1 >= 0.3 * row.lines[0].size:
        return None
    for part in reversed(parts):
        if part.row + part.row_span < number:
            return None
        if (part.column, part.column_span) == (column, span):
            part.row_span = number - part.row + 1
            return part
    return None


def _is_stacked(last: TableRow, row: TableRow, above: dict[tuple[int, int], GridPart]) -> bool:
    """Return whether two lines of headings are one row of cells. Each cell then covers one column."""
    near = row.lines[0].y0 - last.lines[-1].y1 < row.lines[0].size
    return near and all(
        (column, span) in above or not any(column < end and start < column + span for start, end in _taken(above))
        for column, span in zip(row.columns, row.spans, strict=True)
    )


def _taken(above: dict[tuple[int, int], GridPart]) -> list[tuple[int, int]]:
    return [(column, column + span) for column, span in above]
