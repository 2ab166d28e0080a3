"""Read facts from a document's primary statements. A fact is a figure in a row with a known label and a column with a
known period.

No fact is proposed if the label is unknown, the column's period is unknown, or the figures cannot be assigned to
columns. Neither labels nor periods are guessed from a figure's size or position.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from app.documents.content.statements import Statement
from app.documents.content.tables import PageLines, TableRow
from app.facts.balance_items import BALANCE_ITEMS
from app.facts.cash_flow_items import CASH_FLOW_ITEMS
from app.facts.headings import ColumnPeriods
from app.facts.income_items import INCOME_ITEMS
from app.facts.line_items import Edge, LineItem, LineItems, Measure
from app.facts.proposals import ProposedFact
from app.facts.sections import section_of_rows
from app.facts.signs import Signs
from app.facts.statement_texts import StatementFinder, StatementText
from app.quantities.calendar import FiscalCalendar
from app.quantities.numbers import parse_figure
from app.quantities.periods import Period
from app.quantities.scales import TableScales, find_scale

_FEWEST_SHARES = 100_000
_MOST_OF_INTRO = 5_000  # characters: a heading further below belongs to another table
_MONTHS_OF = {"FY": 12, "Q1": 3}
_NONCONTROLLING = re.compile(r"attributable to (?:the )?(?:redeemable )?non-?controlling interests?\t", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class About:
    """Metadata of the document. Unknown fields are None."""

    period_end: date | None = None
    fiscal_year: int | None = None
    fiscal_period: str | None = None
    currency: str | None = None
    scale: str | None = None


@dataclass(frozen=True, slots=True)
class _Row:
    """A row with a known label, and the period of each value."""

    item: LineItem
    row: TableRow
    periods: tuple[Period | None, ...]


class StatementReader:
    """Reads proposed facts from pages. Immutable and thread-safe."""

    def __init__(self) -> None:
        self._finder = StatementFinder()
        self._items = {
            Statement.INCOME: LineItems(INCOME_ITEMS),
            Statement.BALANCE: LineItems(BALANCE_ITEMS),
            Statement.CASH_FLOW: LineItems(CASH_FLOW_ITEMS),
        }

    def read(self, pages: Sequence[str], about: About) -> tuple[ProposedFact, ...]:
        """Return the facts of the three statements in order.

        If a statement's title occurs several times, only the text with the most facts is used.
        """
        calendar = FiscalCalendar.of(pages, period_end=about.period_end, fiscal_year=about.fiscal_year)
        periods = ColumnPeriods(calendar=calendar, months=_MONTHS_OF.get(about.fiscal_period or ""))
        best: dict[Statement, tuple[ProposedFact, ...]] = {}
        shared = False
        for found in self._finder.find(pages):
            facts = tuple(self._facts(found, periods, about))
            if len(facts) > len(best.get(found.statement, ())):
                best[found.statement] = facts
                shared = shared or _NONCONTROLLING.search(found.text) is not None
        facts = tuple(fact for statement in Statement for fact in best.get(statement, ()))
        return tuple(map(_of_the_group, facts)) if shared else facts

    def _facts(self, found: StatementText, periods: ColumnPeriods, about: About) -> Iterator[ProposedFact]:
        rows = list(self._rows(found, periods))
        signs = Signs.of([(known.item, known.row) for known in rows])
        for known in rows:
            yield from _of_row(known, found, signs, about)

    def _rows(self, found: StatementText, periods: ColumnPeriods) -> Iterator[_Row]:
        lines = PageLines(found.text)
        numbers = lines.row_lines(0, len(found.text))
        sections = section_of_rows(found.statement, [lines.label(number) for number in numbers])
        read: dict[tuple[int, int], tuple[Period | None, ...]] = {}
        for number, section in zip(numbers, sections, strict=True):
            item = self._items[found.statement].find(lines.label(number), section)
            if item is None:
                continue
            row = lines.row(number)
            if not row.columns or row.heading is None:
                continue
            if row.heading not in read:
                heading = found.text[slice(*row.heading)]
                intro = found.text[: min(row.heading[0], _MOST_OF_INTRO)]
                read[row.heading] = periods.read(found.statement, row.headings, heading=heading, intro=intro)
            by_column = dict(zip(row.headings, read[row.heading], strict=True))
            yield _Row(item, row, tuple(by_column.get(column) for column in row.columns))


def _of_row(known: _Row, found: StatementText, signs: Signs, about: About) -> Iterator[ProposedFact]:
    item, row = known.item, known.row
    figures = [parse_figure(value) for value in row.values]
    scale = _scale(item, row, figures, about)
    for figure, cell, period in zip(figures, row.cells, known.periods, strict=True):
        if figure is None or period is None:
            continue
        page, start = found.locate(cell[0])
        yield ProposedFact(
            line_item=item.name,
            label=row.label,
            statement=found.statement,
            period=_at_edge(period, item.edge),
            value=signs.value(item, row, figure) * 10**scale,
            measure=item.measure,
            scale=scale,
            currency=None if item.measure is Measure.SHARES else about.currency,
            page_number=page,
            char_start=start,
            char_end=start + cell[1] - cell[0],
        )


def _scale(item: LineItem, row: TableRow, figures: Sequence[Decimal | None], about: About) -> int:
    if item.measure is Measure.PER_SHARE:
        return 0
    scales = TableScales.of(row.units, otherwise=find_scale(about.scale or "") or 0)
    if item.measure is Measure.MONEY:
        return scales.money
    own = find_scale(row.label)
    if own is not None:
        return own
    # Some tables state no scale for shares but show only small numbers: these numbers have the scale of the amounts of
    # money.
    small = all(abs(figure) < _FEWEST_SHARES for figure in figures if figure is not None)
    return scales.money if small and scales.shares == 0 else scales.shares


def _at_edge(period: Period, edge: Edge | None) -> Period:
    if edge is None or period.start is None:
        return period
    return Period(period.end) if edge is Edge.END else Period(period.start - timedelta(days=1))


def _of_the_group(fact: ProposedFact) -> ProposedFact:
    """Rename unattributed net income to ProfitLoss, because it includes the noncontrolling interests."""
    if fact.line_item != "NetIncomeLoss" or "attributable" in fact.label.casefold():
        return fact
    return replace(fact, line_item="ProfitLoss")
