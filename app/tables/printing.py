"""Place a table's cells in the rows and columns of an export: CSV or a workbook.

A file often prints a figure over several columns, with "$", "(" or "%" in columns of their own. An export has one
column for them, and none for columns without cells.
"""

import csv
import io
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate, pairwise

from app.tables.errors import TableTooLargeError
from app.tables.model import Cell, CellKind, Table

MAX_PLACES = 5_000_000
"""Rows times columns of a CSV export."""

MAX_COLUMNS = 100_000
"""Columns of a table that can be exported. A hostile file can state any number."""

_RISKY = re.compile(r"[\s\x00]*[=+\-@]|[\t\r]")
_NUMBER = re.compile(r"[+\-]?[$€£¥]?\d[\d,. ]*%?|-")


@dataclass(frozen=True, slots=True)
class PrintedTable:
    """The cells by row and column of the export. A place has several cells only if headings stand over the parts of one
    figure.
    """

    rows: int
    columns: int
    places: Mapping[int, Mapping[int, list[Cell]]]

    def list_rows(self) -> Iterator[list[str]]:
        """Yield the printed texts of each row."""
        for row in range(self.rows):
            texts = [""] * self.columns
            for column, cells in self.places.get(row, {}).items():
                texts[column] = " ".join(cell.text for cell in cells)
            yield texts


def print_table(table: Table) -> PrintedTable:
    """Place the cells. A cell stands in the first column of the export that it covers. Raises TableTooLargeError."""
    if table.columns > MAX_COLUMNS:
        raise TableTooLargeError
    starts = _group_columns(table)
    group_of = [0] * table.columns
    for group, (start, end) in enumerate(pairwise([*starts, table.columns])):
        group_of[start:end] = [group] * (end - start)
    kept = {group_of[cell.column] for cell in table.cells if cell.kind is not CellKind.HEADING}
    following = _next_kept(kept, len(starts))
    for cell in table.cells:
        group = group_of[cell.column]
        if cell.kind is CellKind.HEADING and following[group] > group_of[cell.column + cell.column_span - 1]:
            kept.add(group)  # nothing stands under this heading
    following = _next_kept(kept, len(starts))
    order = {group: column for column, group in enumerate(sorted(kept))}
    places: dict[int, dict[int, list[Cell]]] = defaultdict(lambda: defaultdict(list))
    for cell in table.cells:
        places[cell.row][order[following[group_of[cell.column]]]].append(cell)
    return PrintedTable(table.rows, len(order), places)


def write_csv(table: Table) -> str:
    """Return the table as CSV (RFC 4180), with the printed texts of its cells, `guarded`. Raises TableTooLargeError."""
    printed = print_table(table)
    if printed.rows * printed.columns > MAX_PLACES:
        raise TableTooLargeError
    out = io.StringIO()
    writer = csv.writer(out)
    for texts in printed.list_rows():
        writer.writerow(map(guarded, texts))
    return out.getvalue()


def _group_columns(table: Table) -> list[int]:
    """Return the first column of each group. Figures that cover two columns join them, unless a row has cells in both
    parts of the group.
    """
    if not table.columns:
        return []
    changes = [0] * table.columns
    by_row: dict[int, list[Cell]] = defaultdict(list)
    for cell in table.cells:
        if cell.kind is CellKind.HEADING:
            continue
        by_row[cell.row].append(cell)
        if cell.kind is not CellKind.LABEL:
            changes[cell.column] += 1
            changes[cell.column + cell.column_span - 1] -= 1
    ends = [column for column, covering in enumerate(accumulate(changes)) if not covering]
    for cells in by_row.values():
        for one, other in pairwise(sorted(cells, key=lambda cell: cell.column)):
            last = one.column + one.column_span - 1
            at = bisect_left(ends, last)
            if last < other.column and (at == len(ends) or ends[at] >= other.column):
                ends.insert(at, other.column - 1)
    return [0, *(column + 1 for column in ends if column < table.columns - 1)]


def _next_kept(kept: set[int], groups: int) -> list[int]:
    """Return, for each group, itself or the next one that the export keeps; `groups` if there is none."""
    found, following = groups, [groups] * groups
    for group in reversed(range(groups)):
        found = group if group in kept else found
        following[group] = found
    return following


def guarded(text: str) -> str:
    """Return the text for CSV. A text that a spreadsheet would run as a formula gets an apostrophe in front of it,
    unless it is a number (OWASP, "CSV Injection").
    """
    return f"'{text}" if _RISKY.match(text) and not _NUMBER.fullmatch(text) else text
