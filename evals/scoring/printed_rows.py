"""Finds the rows of a statement that facts were read from, with their figures as printed."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from app.facts.model import Fact, Measure, Method, StatementKind
from app.tables.model import Cell, Table
from evals.scoring.adding_up import PrintedRow

MOST_PAGES = 2
"""Pages from one table of a statement to the next. One may be blank."""
_PART = "part"

Cells = dict[tuple[int, int, int], Cell]


def find_printed(kind: StatementKind, facts: Iterable[Fact], tables: Sequence[Table]) -> Iterator[list[PrintedRow]]:
    """Yield the rows of each statement of that kind: of tables that follow each other, on the same or the next page."""
    cells: Cells = {(table.number, cell.row, cell.column): cell for table in tables for cell in table.cells}
    by_table: dict[int, list[Fact]] = {}
    for fact in facts:
        if fact.statement is kind and _is_row(fact, cells):
            by_table.setdefault(fact.place.table or 0, []).append(fact)
    pages = {table.number: table.pages for table in tables}
    runs: list[list[int]] = []
    for number in sorted(by_table):
        before = runs[-1][-1] if runs else None
        if before == number - 1 and min(pages[number]) <= max(pages[before]) + MOST_PAGES:
            runs[-1].append(number)
        else:
            runs.append([number])
    for run in runs:
        rows = [row for number in run for row in _rows(by_table[number], cells)]
        width = max((len(row.values) for row in rows), default=0)
        yield [PrintedRow(row.label, (*row.values, *(None,) * (width - len(row.values)))) for row in rows]


def _is_row(fact: Fact, cells: Cells) -> bool:
    """Return whether a fact is a figure in a row of a statement of the group. A row may be a part of its concept's
    amount, such as a product's sales. Figures within labels are no rows.
    """
    place = fact.place
    cell = None if place.table is None else cells.get((place.table, place.row, place.column))
    is_whole = all(axis == _PART for axis, _ in fact.dimensions)
    return fact.method is Method.STATEMENT and is_whole and cell is not None and cell.value is not None


def _rows(facts: Sequence[Fact], cells: Cells) -> Iterator[PrintedRow]:
    """Yield the rows of one table that have amounts of money."""
    money = [fact for fact in facts if fact.measure is Measure.MONEY]
    columns = sorted({fact.place.column for fact in money})
    rows: dict[int, dict[int, Fact]] = {}
    for fact in money:
        rows.setdefault(fact.place.row, {})[fact.place.column] = fact
    for row in sorted(rows):
        found = [rows[row].get(column) for column in columns]
        label = next(fact.label for fact in found if fact is not None)
        yield PrintedRow(label, tuple(None if fact is None else _printed(fact, cells) for fact in found))


def _printed(fact: Fact, cells: Cells) -> Decimal:
    """Return a figure with the sign that the page prints. The sign of a fact is that of the taxonomy."""
    place = fact.place
    cell = None if place.table is None else cells.get((place.table, place.row, place.column))
    value = None if cell is None or cell.value is None else cell.value.value
    return fact.value if value is None else value
