"""Small fictional ledgers, written as tables."""

import calendar
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID, uuid5

from app.facts.fiscal import FiscalSpan, parse_label
from app.facts.ledger import Ledger
from app.facts.model import (
    Check,
    Fact,
    FactSource,
    FactStatus,
    FiscalLabel,
    Measure,
    Method,
    Place,
    StatementKind,
    StoredFact,
)
from app.quantities.periods import Period

_SPACE = UUID(int=17)
_DAY = timedelta(days=1)
_PER_SHARE, _SHARES = " per share", " shares"

QuarterEnd = Callable[[int], date]
"""Returns the last day of the fiscal quarter 4 × year + quarter."""


def calendar_quarters(quarter: int) -> date:
    """Return the last day of a quarter of the calendar year."""
    year, month = (quarter - 1) // 4, (quarter - 1) % 4 * 3 + 3
    return date(year, month, calendar.monthrange(year, month)[1])


def source(name: str = "10-K", filed: str | None = "2024-02-20") -> FactSource:
    """Return the document of this name, the same each time."""
    return FactSource(uuid5(_SPACE, name), uuid5(_SPACE, name + "-1"), "issuer", "Issuer", name, "10-K", filed)


def fact(
    item: str | None,
    value: str | int,
    label: str = "FY2023",
    *,
    balance: bool = False,
    words: str = "",
    concept: str | None = None,
    measure: Measure = Measure.MONEY,
    scale: int | None = 6,
    currency: str | None = "USD",
    statement: StatementKind | None = None,
    dimensions: tuple[tuple[str, str], ...] = (),
    method: Method = Method.STATEMENT,
    status: FactStatus = FactStatus.PROPOSED,
    confidence: float = 0.98,
    checks: tuple[Check, ...] = (),
    decimals: int | None = None,
    table: int | None = 1,
    row: int = 0,
    number: int = 1,
    period: Period | None = None,
    fiscal: FiscalLabel | bool | None = True,
    document: FactSource | None = None,
    ends: QuarterEnd = calendar_quarters,
) -> StoredFact:
    """Return a fact. `value` is in millions, unless the scale or the measure says otherwise."""
    parsed = parse_label(label)
    assert parsed is not None
    span = FiscalSpan.of(parsed)
    if period is None:
        period = Period(ends(span.end), None if balance else ends(span.start or 0) + _DAY)
    power = (scale or 0) if measure is Measure.MONEY or measure is Measure.SHARES else 0
    return StoredFact(
        Fact(
            label=words or item or concept or "row",
            label_path=(words or item or concept or "row",),
            period=period,
            value=Decimal(str(value)).scaleb(power),
            measure=measure,
            scale=scale,
            currency=currency,
            method=method,
            place=Place(page=1, char_start=0, char_end=1, table=table, row=row, column=0),
            confidence=confidence,
            statement=statement or (StatementKind.BALANCE if balance else StatementKind.INCOME),
            concept=concept,
            item=item,
            dimensions=dimensions,
            fiscal=parsed if fiscal is True else (fiscal or None),
            decimals=decimals,
            checks=checks,
        ),
        number,
        document or source(),
        status,
    )


def read_ledger(text: str, *, ends: QuarterEnd = calendar_quarters, currency: str = "USD") -> Ledger:
    """Return the ledger of statements that are written as tables.

    A line "income-statement | FY2023 FY2022" begins a statement with its columns, a line "Revenue | 1,200 1,000" is a
    row. Amounts are in millions. "x" is no figure. A row's name can end with "per share" or "shares" (in millions).
    """
    facts: list[StoredFact] = []
    statement, labels, table = StatementKind.INCOME, list[str](), 0
    for row, line in enumerate(filter(None, map(str.strip, text.splitlines()))):
        name, _, cells = (part.strip() for part in line.partition("|"))
        if name in set(StatementKind):
            statement, labels, table = StatementKind(name), cells.split(), table + 1
            continue
        measure = _measure(name)
        item = name.removesuffix(_PER_SHARE).removesuffix(_SHARES)
        for label, cell in zip(labels, cells.split(), strict=True):
            if cell != "x":
                facts.append(
                    fact(
                        item,
                        cell.replace(",", ""),
                        label,
                        balance=statement is StatementKind.BALANCE,
                        measure=measure,
                        scale=0 if measure is Measure.PER_SHARE else 6,
                        statement=statement,
                        currency=None if measure is Measure.SHARES else currency,
                        table=table,
                        row=row,
                        number=len(facts) + 1,
                        ends=ends,
                    )
                )
    return Ledger(facts)


def _measure(name: str) -> Measure:
    if name.endswith(_PER_SHARE):
        return Measure.PER_SHARE
    return Measure.SHARES if name.endswith(_SHARES) else Measure.MONEY


def last_days(days: Mapping[str, date]) -> QuarterEnd:
    """Return the ends of quarters by label, for calendars of weeks."""
    by_quarter = {FiscalSpan.of(parsed).end: day for label, day in days.items() if (parsed := parse_label(label))}
    return lambda quarter: by_quarter[quarter]
