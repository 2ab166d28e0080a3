"""Finds tables among the lines of a column: rows with aligned figures, their labels, and the headings above them.

A table in a filing is text at fixed positions, often with a gap between a figure and its "$", ")" or "%". These signs
are joined to their figure. A table begins at its headings, and ends before prose and before the next table's title.
"""

from collections.abc import Callable
from dataclasses import dataclass

from app.quantities.headings import has_period_word, is_period
from workers.parsing.pdf.beside import part_side_by_side
from workers.parsing.pdf.grids import GridPart, build_grid, find_columns, place_rows
from workers.parsing.pdf.labels import ends_dates, join_lines, overlaps
from workers.parsing.pdf.pieces import Line, TableRow, split_amounts
from workers.parsing.pdf.row_kinds import (
    CLEAR,
    MAX_LABELS,
    OVERHANG,
    RowKind,
    are_lengths_over,
    figures_left,
    join_signs,
    kind_of,
)
from workers.parsing.pdf.rules import Clues
from workers.parsing.pdf.table_tops import are_numbers_of_headings, table_start


@dataclass(slots=True)
class Table:
    """A table: `rows` are the lines of its text, `parts` the cells of its grid with `columns` columns."""

    rows: list[TableRow]
    parts: list[GridPart]
    columns: int


@dataclass(slots=True)
class Prose:
    lines: list[Line]


SplitTables = Callable[[list[Line], Clues], list[Table | Prose]]


def split_tables(column: list[Line], clues: Clues) -> list[Table | Prose]:
    """Split a column's lines into prose and tables, in order."""
    return [part for lines in part_side_by_side(column) for part in _split_lines(lines, clues)]


def _split_lines(column: list[Line], clues: Clues) -> list[Table | Prose]:
    rows = [TableRow(cells=join_signs(split_amounts(line.pieces)), lines=[line]) for line in column]
    width = max((line.x1 for line in column), default=0) - min((line.x0 for line in column), default=0)
    kinds = [kind_of(row, width) for row in rows]
    for at, row in enumerate(rows):
        if kinds[at] is not RowKind.FIGURES:
            continue
        if at and ends_dates(row, rows[at - 1]):
            kinds[at] = RowKind.PERIODS
        elif are_lengths_over(rows, at):
            kinds[at] = RowKind.WORDS
    parts: list[Table | Prose] = []
    done = 0
    index = 0
    while index < len(rows):
        if kinds[index] is not RowKind.FIGURES:
            index += 1
            continue
        end = _table_end(rows, kinds, index, width, clues)
        start = table_start(rows, kinds, done, index, end)
        if _is_table(rows, kinds, start, index, end):
            parts += _split_words(rows[done:start], kinds[done:start], clues)
            parts.append(_build(rows[start:end], clues))
            done = end
        else:
            for row in rows[start:index]:
                row.is_header = False
        index = end
    return parts + _split_words(rows[done:], kinds[done:], clues)


def _split_words(rows: list[TableRow], kinds: list[RowKind], clues: Clues) -> list[Table | Prose]:
    """Split lines without figures into prose and tables of words."""
    parts: list[Table | Prose] = []
    done = index = 0
    while index < len(rows):
        end = _text_table_end(rows, kinds, index)
        if end > index:
            parts += _prose(rows[done:index])
            parts.append(_build(rows[index:end], clues))
            done = end
        index = max(end, index + 1)
    return parts + _prose(rows[done:])


def _prose(rows: list[TableRow]) -> list[Table | Prose]:
    return [Prose([line for row in rows for line in row.lines])] if rows else []


def _table_end(rows: list[TableRow], kinds: list[RowKind], start: int, width: float, clues: Clues) -> int:
    """Return the end of a table, which is after its last row with figures.

    Lines with a label, and rows of words, may separate two rows with figures. Headings and prose may not.
    """
    end = start + 1
    left = figures_left(rows[start:end])
    edges = _edges(rows[start])
    for index in range(start + 1, len(rows)):
        row, before = rows[index].lines[0], rows[index - 1].lines[0]
        if row.y0 - before.y1 > 4 * max(row.size, before.size) or index - end > MAX_LABELS:
            break
        kind = kinds[index]
        if kind is RowKind.FIGURES or (kind is RowKind.PERIODS and _is_row_of_years(rows[index], clues)):
            if not _fits(rows[index], edges):
                continue
            if index + 1 < len(rows) and are_numbers_of_headings(rows[index], rows[index + 1], left):
                break
            end = index + 1
            left = min(left, figures_left(rows[index : index + 1]))
            edges |= _edges(rows[index])
        elif _is_prose(rows[index], kind, left, width) or _are_headings(rows[index], kind, left):
            break
        elif kind is RowKind.WORDS and _is_below(rows[index], rows[index - 1], left):
            end = index + 1
    # A line that only continues the label of the last row belongs to the table.
    while end < len(rows) and (
        (len(rows[end].cells) == 1 and _is_tail(rows[end - 1], rows[end])) or overlaps(rows[end - 1], rows[end])
    ):
        end += 1
    return end


def _edges(row: TableRow) -> set[int]:
    """Return the right edges of a row's figures, in steps of 8 points, rounded down and up."""
    return {round(cell.x1 / 8) + step for cell in row.cells[1:] if cell.is_number for step in (-1, 0, 1)}


def _fits(row: TableRow, edges: set[int]) -> bool:
    """Return whether a row has several figures, or one below the others. A page number stands elsewhere."""
    figures = [cell for cell in row.cells[1:] if cell.is_number]
    return len(figures) > 1 or any(round(cell.x1 / 8) in edges for cell in figures)


def _is_prose(row: TableRow, kind: RowKind, left: float, width: float) -> bool:
    """Return whether a line has long text that reaches into the figures."""
    if kind is RowKind.PROSE:
        return row.lines[0].x1 > left - CLEAR
    return any(
        cell.x0 < left - CLEAR and cell.x1 > left + OVERHANG and cell.x1 - cell.x0 > width / 2 for cell in row.cells
    )


def _is_below(row: TableRow, above: TableRow, left: float) -> bool:
    """Return whether a row of words belongs to the figures above: a label, and words below the row's figures."""
    near = row.lines[0].y0 - above.lines[0].y1 < row.lines[0].size
    return (
        near
        and row.cells[0].x0 < left
        and row.cells[1].x1 > left
        and all(any(cell.x0 < other.x1 and other.x0 < cell.x1 for other in above.cells[1:]) for cell in row.cells[1:])
    )


def _is_tail(above: TableRow, row: TableRow) -> bool:
    label, more = above.cells[0], row.cells[0]
    near = row.lines[0].y0 - above.lines[0].y1 < 0.6 * row.lines[0].size
    return near and more.text[:1].islower() and not label.text.endswith((":", ".")) and abs(more.x0 - label.x0) < 40


def _is_row_of_years(row: TableRow, clues: Clues) -> bool:
    """Return whether years are the row's figures ("Maturity 2027 2029"), because its label names no period or unit."""
    if clues.is_bold(row.cells[-1]):
        return False
    label = row.cells[0].text
    return not row.cells[0].is_number and label[:1] != "(" and not has_period_word(label)


def _are_headings(row: TableRow, kind: RowKind, left: float) -> bool:
    """Return whether a line below figures names columns: it has words over the figures, and no label or a unit."""
    if kind is RowKind.PERIODS:
        return True
    label = row.cells[0]
    if kind is RowKind.SINGLE:
        return label.x0 > left - OVERHANG / 2 and is_period(label.text)
    return kind is RowKind.WORDS and (label.x0 > left - OVERHANG / 2 or label.text[:1] == "(")


def _is_table(rows: list[TableRow], kinds: list[RowKind], start: int, index: int, end: int) -> bool:
    figures = [row for row, kind in zip(rows[index:end], kinds[index:end], strict=True) if kind is RowKind.FIGURES]
    if len(figures) > 1:
        return _aligned(figures)
    # A single row is a table if several headings stand over its figures.
    ends = [cell for cell in figures[0].cells[1:] if cell.is_number]
    if len(ends) > 2 and all(any(char.isdigit() or char in "—–" for char in cell.text) for cell in ends):
        return True
    return len(ends) > 1 and any(
        sum(any(head.x0 < cell.x1 and cell.x0 < head.x1 for head in row.cells) for cell in ends) == len(ends)
        for row in rows[start:index]
        if row.is_header
    )


def _aligned(rows: list[TableRow]) -> bool:
    """Return whether at least half of the rows with numbers have a number aligned with a nearby row's number."""
    ends = [{round(cell.x1) for cell in row.cells[1:] if cell.is_number} for row in rows]
    ends = [found for found in ends if found]
    near: list[bool] = []
    for i, mine in enumerate(ends):
        close = {end + step for end in mine for step in range(-8, 9)}
        near.append(not all(map(close.isdisjoint, ends[max(0, i - 8) : i] + ends[i + 1 : i + 9])))
    return len(near) >= 2 and sum(near) >= 0.5 * len(near)


def _text_table_end(rows: list[TableRow], kinds: list[RowKind], start: int) -> int:
    """Return the end of a table without numbers; `start` if there is none.

    Such a table has at least three lines with several cells, whose left edges are aligned.
    """
    end = start
    while end < len(rows) and kinds[end] is RowKind.WORDS:
        if end > start:
            edges = [cell.x0 for cell in rows[end - 1].cells[1:]]
            gap = rows[end].lines[0].y0 - rows[end - 1].lines[0].y1
            if gap > 3 * rows[end].lines[0].size or not any(
                abs(cell.x0 - edge) <= 3 for cell in rows[end].cells[1:] for edge in edges
            ):
                break
        end += 1
    return end if end - start >= 3 else start


def _build(rows: list[TableRow], clues: Clues) -> Table:
    _join_spaced_labels(rows)
    rows = join_lines(rows, clues.is_bold)
    _mark_headings(rows)
    columns = find_columns(rows)
    place_rows(rows, columns, clues.rules)
    parts = build_grid(rows)
    return Table(rows, parts, max([part.column + part.column_span for part in parts], default=0))


def _join_spaced_labels(rows: list[TableRow]) -> None:
    """Join the pieces of a justified label, which stand left of the figures and under no other text."""
    left = min((cell.x0 for row in rows for cell in row.cells[1:] if cell.is_number), default=0.0)
    starts = [round(cell.x0 / 2) for row in rows for cell in row.cells[1:] if cell.x1 < left]
    for row in rows:
        if len(row.cells) < 2 or row.is_header or row.cells[1].x1 >= left - CLEAR or row.cells[1].is_number:
            continue
        joined = row.cells[:1]
        for cell in row.cells[1:]:
            gap = cell.x0 - joined[-1].x1
            aligned = sum(abs(start - cell.x0 / 2) <= 1 for start in starts) > 1
            if cell.x1 < left - CLEAR and not aligned and gap < 3 * row.lines[0].size and not cell.is_number:
                joined[-1] = joined[-1].followed_by(cell)
            else:
                joined.append(cell)
        row.cells = joined


def _mark_headings(rows: list[TableRow]) -> None:
    """Mark rows that name periods, and rows of words at the top without a label."""
    data = [row for row in rows if not row.is_header and len(row.cells) > 1]
    left = min((cell.x0 for row in data for cell in row.cells if cell.is_number), default=0.0)
    is_top = True
    for row in rows:
        values = [cell for cell in row.cells if cell.x0 >= left - OVERHANG and cell is not row.cells[0]]
        if row.cells[0].x0 >= left - OVERHANG:
            values = row.cells
        are_periods = bool(values) and all(is_period(cell.text) for cell in values)
        is_words = bool(values) and values is row.cells and not any(cell.is_number for cell in values)
        row.is_header = row.is_header or (are_periods and (len(values) >= 2 or is_top)) or (is_top and is_words)
        is_top = is_top and row.is_header
