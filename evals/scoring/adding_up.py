"""Checks whether the totals of a statement add up, from the rows that were read.

A total is explained by the rows right above it: it is their sum as printed, in every column. The rows of a sum count as
one row afterwards, so that totals of totals are explained too. In a statement of income, each row may be added or
subtracted, because expenses are printed without a sign; it has to be the same one in every column. Elsewhere, only a
row that is called "less …" may be subtracted.

The rows are those that were read, so a row that is lost, or has another figure, leaves a total without an explanation.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.facts.model import StatementKind

MOST_SIGNED = 12
"""The most rows of a sum whose signs are not known. Their sums double with each row."""

_LESS = re.compile(r"\W*less\b", re.IGNORECASE)
_TOTAL = re.compile(r"\btotal\b", re.IGNORECASE)
_NET_INCOME = re.compile(
    r"\b(?:net|profit|income|loss|earnings)\b.*\b(?:income|loss|earnings|profit|year)\b", re.IGNORECASE
)
_NET_CASH = re.compile(r"\bcash\b.*\b(operat|invest|financ)", re.IGNORECASE)
_CHANGE = re.compile(r"\b(?:increase|decrease|change)\b", re.IGNORECASE)
_ACTIVITIES = 3


@dataclass(frozen=True, slots=True)
class PrintedRow:
    """A row's label, and its printed figure in each column of the statement (None if the cell is empty)."""

    label: str
    values: tuple[Decimal | None, ...]


@dataclass(frozen=True, slots=True)
class Sums:
    """The rows that are sums of rows above, and the labels of totals that are not."""

    explained: tuple[PrintedRow, ...]
    unexplained: tuple[str, ...]


def find_sums(rows: Sequence[PrintedRow], *, signed: bool = True) -> Sums:
    """Find the rows that are sums. If not `signed`, figures are printed without the sign that they are added with."""
    rows = [row for row in rows if any(row.values)]
    unit = Decimal(1).scaleb(min((_exponent(value) for row in rows for value in row.values if value), default=0))
    above: list[PrintedRow] = []
    explained: list[PrintedRow] = []
    unexplained: list[str] = []
    for row in rows:
        count = _count_addends(row, above, unit, signed=signed)
        if count:
            explained.append(row)
            del above[-count:]
        elif _TOTAL.search(row.label):
            unexplained.append(row.label)
        above.append(row)
    return Sums(tuple(explained), tuple(unexplained))


def adds_up(kind: StatementKind, rows: Sequence[PrintedRow]) -> str:
    """Return why a statement does not add up, or "" if it does.

    Every row that is called a total has to be explained, and so have the rows that complete the statement: two equal
    totals of a balance sheet; the cash flow of each activity, and the change in cash; the income of the year.
    """
    sums = find_sums(rows, signed=kind is not StatementKind.INCOME)
    if sums.unexplained:
        return f"not the sum of the rows above: {sums.unexplained[0]}"
    if kind is StatementKind.BALANCE:
        return "" if _balances(sums.explained) else "no two equal totals"
    if kind is StatementKind.CASH_FLOW:
        activities = {found[1].lower() for row in sums.explained if (found := _NET_CASH.search(row.label))}
        change = any(_CHANGE.search(row.label) for row in sums.explained)
        return "" if len(activities) == _ACTIVITIES and change else "no sum of each activity and of their change"
    return "" if any(_NET_INCOME.search(row.label) for row in sums.explained) else "no income is a sum"


def _balances(rows: Sequence[PrintedRow]) -> bool:
    """Return whether two totals are equal, and no total is larger in the first column, but for liabilities of an issuer
    with a deficit: its negative equity and they add up to the equal totals.
    """
    first = [row.values[0] or Decimal(0) for row in rows]
    largest = max((amount for amount in first if amount and first.count(amount) > 1), default=Decimal(0))
    totals = [row.values for row, amount in zip(rows, first, strict=True) if amount == largest]
    no_larger = all(largest - amount in first for amount in first if amount > largest)
    return bool(largest) and no_larger and totals[0] == totals[-1]


def _count_addends(row: PrintedRow, above: Sequence[PrintedRow], unit: Decimal, *, signed: bool) -> int:
    """Return how many of the rows above have the row as their sum, the fewest; 0 if there is no such sum.

    One row is its own sum only under a total.
    """
    if not any(row.values):
        return 0
    nearest = list(reversed(above))
    if nearest and _TOTAL.search(row.label) and _is_equal(_amounts(nearest[0]), row, unit):
        return 1
    for count, sums in _sums(nearest, signed=signed):
        tolerance = unit * (1 if count <= 4 else 2)
        if count > 1 and any(_is_equal(amounts, row, tolerance) for amounts in sums):
            return count
    return 0


def _sums(nearest: Sequence[PrintedRow], *, signed: bool) -> Iterator[tuple[int, list[tuple[Decimal, ...]]]]:
    """Yield the possible sums of the nearest rows, by their number."""
    sums: list[tuple[Decimal, ...]] = []
    unsigned = 0
    for count, row in enumerate(nearest, start=1):
        amounts = _amounts(row)
        starts = sums or [(Decimal(0),) * len(amounts)]
        sums = [_add(start, amounts) for start in starts]
        if not signed or _LESS.match(row.label):
            unsigned += 1
            if unsigned > MOST_SIGNED:
                return
            negative = tuple(-amount for amount in amounts)
            sums += [_add(start, negative) for start in starts]
        yield count, sums


def _add(first: tuple[Decimal, ...], second: tuple[Decimal, ...]) -> tuple[Decimal, ...]:
    return tuple(a + b for a, b in zip(first, second, strict=True))


def _amounts(row: PrintedRow) -> tuple[Decimal, ...]:
    return tuple(value or Decimal(0) for value in row.values)


def _is_equal(amounts: tuple[Decimal, ...], row: PrintedRow, tolerance: Decimal) -> bool:
    """Return whether the amounts are the row's, where it has any."""
    return all(
        value is None or abs(amount - value) <= tolerance for amount, value in zip(amounts, row.values, strict=True)
    )


def _exponent(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return min(exponent, 0) if isinstance(exponent, int) else 0
