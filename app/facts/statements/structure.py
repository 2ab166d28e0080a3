"""The structure of a statement: its rows, their columns, and which rows add up to which."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.facts.model import StatementKind
from app.facts.statements.finding import Statement
from app.facts.statements.rows import Row
from app.facts.statements.sums import Addend, Sum, find_sums
from app.quantities.values import Kind
from app.tables.model import Table
from app.tables.rows import quantity_of

_ADDED = (Kind.AMOUNT, Kind.NIL, Kind.NUMBER)


@dataclass(frozen=True, slots=True)
class Structure:
    """The rows of a statement, with groups' names; their figures by column; and the sums among them."""

    rows: tuple[Row, ...]
    addends: tuple[Addend, ...]
    sums: tuple[Sum, ...]


def structure_of(statement: Statement) -> Structure:
    rows = statement.rows
    ranks = {table.number: _ranks(table, rows) for table in statement.tables}
    power = _decimals(rows)
    kinds = (*_ADDED, Kind.SHARES) if statement.kind is StatementKind.CASH_FLOW else _ADDED
    addends = tuple(Addend(row.label, _figures(row, ranks[row.table.number], power, kinds)) for row in rows)
    return Structure(rows, addends, tuple(find_sums(addends, statement.kind)))


def _ranks(table: Table, rows: Sequence[Row]) -> dict[int, int]:
    """Return the place of each column of figures among the others, which is the same in a table that goes on."""
    columns = sorted({cell.column for row in rows if row.table is table for cell in row.figures})
    return {column: rank for rank, column in enumerate(columns)}


def _decimals(rows: Sequence[Row]) -> int:
    """Return the most decimals that an amount of the statement has."""
    most = 0
    for row in rows:
        for cell in row.figures:
            quantity = quantity_of(cell)
            if quantity.kind is Kind.AMOUNT and quantity.value is not None:
                exponent = quantity.value.as_tuple().exponent
                most = max(most, -exponent if isinstance(exponent, int) else 0)
    return min(most, _MOST_DECIMALS)


_MOST_DECIMALS = 4


def _figures(row: Row, ranks: Mapping[int, int], power: int, kinds: Sequence[Kind]) -> dict[int, int]:
    figures: dict[int, int] = {}
    for cell in row.figures:
        quantity = quantity_of(cell)
        if quantity.kind in kinds and quantity.value is not None:
            figures[ranks[cell.column]] = int(quantity.value.scaleb(power)) if power else int(quantity.value)
        elif quantity.kind in (Kind.PER_SHARE, Kind.SHARES):
            return {}
    return figures
