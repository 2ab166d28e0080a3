"""The structure of a statement: its rows, their columns, and which rows add up to which."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from app.facts.model import StatementKind
from app.facts.statements.finding import Statement
from app.facts.statements.rows import Row
from app.facts.statements.sums import Addend, Sum, find_sums
from app.quantities.column_periods import is_period_heading
from app.quantities.periods import Period
from app.quantities.values import Kind
from app.tables.model import Cell, Table
from app.tables.rows import quantity_of

_ADDED = (Kind.AMOUNT, Kind.NIL, Kind.NUMBER)
_MOST_DECIMALS = 4


@dataclass(frozen=True)
class Structure:
    """The rows of a statement, with groups' names; their figures by column; and the sums among them.

    `columns` are the columns of each table, from left to right. A column's place among them is its rank, which is the
    same in a table that goes on.
    """

    kind: StatementKind
    rows: tuple[Row, ...]
    columns: Mapping[int, tuple[int, ...]]
    addends: tuple[Addend, ...]
    sums: tuple[Sum, ...]
    entity: str | None = None
    proved_scale: int | None = None

    def rank(self, cell: Cell, row: Row) -> int:
        return self._ranks[row.table.number][cell.column]

    @cached_property
    def _ranks(self) -> dict[int, dict[int, int]]:
        return {number: {column: rank for rank, column in enumerate(own)} for number, own in self.columns.items()}

    @cached_property
    def contributions(self) -> Mapping[int, int]:
        """Whether each row of a sum is added to (1) or subtracted from (-1) the statement's last results."""
        signs: dict[int, int] = {}
        for total in reversed(self.sums):
            own = signs.setdefault(total.row, 1)
            for part in total.parts:
                signs[part.row] = own * part.sign
        return signs

    @cached_property
    def periods(self) -> Mapping[tuple[int, int], Period]:
        """The usual period of each column, by table and column."""
        counts: dict[tuple[int, int], Counter[Period]] = {}
        for row in self.rows:
            for cell in row.figures:
                if cell.period is not None:
                    counts.setdefault((row.table.number, cell.column), Counter())[cell.period] += 1
        usual = {key: max(found, key=found.__getitem__) for key, found in counts.items()}
        first = next(iter(self.columns), 0)
        for number in self.without_headings:
            pairs = zip(self.columns[number], self.columns[first], strict=True)
            usual |= {(number, own): usual[first, at] for own, at in pairs if (first, at) in usual}
        return usual

    @cached_property
    def without_headings(self) -> frozenset[int]:
        """The tables in which the statement goes on without headings of its own: those of its first table hold."""
        first = next(iter(self.columns), 0)
        if self.kind is StatementKind.EQUITY:
            return frozenset()  # its rows have periods of their own
        dated = {
            row.table.number
            for row in self.rows
            for cell in row.figures
            if any(map(is_period_heading, cell.header_path))
        }
        return frozenset(
            number
            for number, columns in self.columns.items()
            if number != first and number not in dated and len(columns) == len(self.columns[first])
        )

    @cached_property
    def scale(self) -> int | None:
        """The scale that most amounts have, or that arithmetic proves; None if nobody states it."""
        if self.proved_scale is not None:
            return self.proved_scale
        counts = Counter(
            quantity.scale
            for row in self.rows
            for cell in row.figures
            if (quantity := quantity_of(cell)).kind is Kind.AMOUNT and quantity.scale is not None
        )
        return max(counts, key=counts.__getitem__, default=None)


def structure_of(statement: Statement) -> Structure:
    """Find the structure of a statement."""
    rows = statement.rows
    columns = {table.number: _columns(table, rows) for table in statement.tables}
    ranks = {number: {column: rank for rank, column in enumerate(own)} for number, own in columns.items()}
    power = _decimals(rows)
    addends, sums = max(
        (_sums(statement, ranks, power, kinds) for kinds in _kinds_to_add(statement.kind)),
        key=lambda pair: len(pair[1]),
    )
    return Structure(statement.kind, rows, columns, addends, sums, statement.entity)


def _kinds_to_add(kind: StatementKind) -> tuple[tuple[Kind, ...], ...]:
    """Return the kinds of figures that sums may have: words such as "shares issued" stand beside amounts, too."""
    with_shares = (*_ADDED, Kind.SHARES)
    if kind is StatementKind.CASH_FLOW:
        return (with_shares,)
    return (_ADDED, with_shares) if kind is StatementKind.BALANCE else (_ADDED,)


def _sums(
    statement: Statement, ranks: Mapping[int, Mapping[int, int]], power: int, kinds: Sequence[Kind]
) -> tuple[tuple[Addend, ...], tuple[Sum, ...]]:
    addends = tuple(Addend(row.label, _figures(row, ranks[row.table.number], power, kinds)) for row in statement.rows)
    return addends, tuple(find_sums(addends, statement.kind))


def _columns(table: Table, rows: Sequence[Row]) -> tuple[int, ...]:
    return tuple(sorted({cell.column for row in rows if row.table is table for cell in row.figures}))


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


def _figures(row: Row, ranks: Mapping[int, int], power: int, kinds: Sequence[Kind]) -> dict[int, int]:
    figures: dict[int, int] = {}
    for cell in row.figures:
        quantity = quantity_of(cell)
        if quantity.kind in kinds and quantity.value is not None:
            figures[ranks[cell.column]] = int(quantity.value.scaleb(power)) if power else int(quantity.value)
        elif quantity.kind in (Kind.PER_SHARE, Kind.SHARES):
            return {}
    return figures
