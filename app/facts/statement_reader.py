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
from app.facts.balance_items import BALANCE_ITEMS
from app.facts.cash_flow_items import CASH_FLOW_ITEMS
from app.facts.income_items import INCOME_ITEMS
from app.facts.line_items import Edge, LineItem, LineItems, Measure
from app.facts.proposals import ProposedFact
from app.facts.sections import section_of_rows
from app.facts.signs import Signs
from app.facts.statement_tables import StatementFinder, StatementTables
from app.quantities.periods import Period
from app.quantities.scales import find_scale
from app.quantities.values import Kind, Quantity
from app.tables.model import Cell, Table
from app.tables.rows import FigureRow, list_figure_rows, quantity_of

_FEWEST_SHARES = 100_000
_NONCONTROLLING = re.compile(r"attributable to (?:the )?(?:redeemable )?non-?controlling interests?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class About:
    """Metadata of the document. Unknown fields are None."""

    period_end: date | None = None
    fiscal_year: int | None = None
    fiscal_period: str | None = None
    currency: str | None = None
    scale: str | None = None


class StatementReader:
    """Reads proposed facts from pages. Immutable and thread-safe."""

    def __init__(self) -> None:
        self._finder = StatementFinder()
        self._items = {
            Statement.INCOME: LineItems(INCOME_ITEMS),
            Statement.BALANCE: LineItems(BALANCE_ITEMS),
            Statement.CASH_FLOW: LineItems(CASH_FLOW_ITEMS),
        }

    def read(self, tables: Sequence[Table], about: About) -> tuple[ProposedFact, ...]:
        """Return the facts of the three statements in order.

        If a statement's title occurs several times, only the tables with the most facts are used.
        """
        best: dict[Statement, tuple[ProposedFact, ...]] = {}
        shared = False
        for found in self._finder.find(tables):
            rows = [row for table in found.tables for row in list_figure_rows(table)]
            facts = tuple(self._facts(found, rows, about))
            if len(facts) > len(best.get(found.statement, ())):
                best[found.statement] = facts
                shared = shared or any(_NONCONTROLLING.search(row.label) for row in rows)
        facts = tuple(fact for statement in Statement for fact in best.get(statement, ()))
        return tuple(map(_of_the_group, facts)) if shared else facts

    def _facts(self, found: StatementTables, rows: Sequence[FigureRow], about: About) -> Iterator[ProposedFact]:
        sections = section_of_rows(found.statement, [row.label_path[-1] for row in rows])
        items = self._items[found.statement]
        known = [
            (item, row)
            for row, section in zip(rows, sections, strict=True)
            if (item := items.find(row.label, section)) is not None
        ]
        signs = Signs.of(known)
        for item, row in known:
            for cell in row.figures:
                if fact := _fact(found.statement, item, row, cell, signs, about):
                    yield fact


def _fact(
    statement: Statement, item: LineItem, row: FigureRow, cell: Cell, signs: Signs, about: About
) -> ProposedFact | None:
    """Return the fact of a cell; None if its period or its scale is unknown, or if it is a percentage."""
    quantity, period = quantity_of(cell), cell.period
    if quantity.value is None or period is None or quantity.kind not in _KINDS:
        return None
    if statement is Statement.BALANCE:
        period = Period(period.end)
    elif period.start is None and item.edge is None:
        return None
    scale = _scale(item, row, quantity, about)
    return ProposedFact(
        line_item=item.name,
        label=row.label,
        statement=statement,
        period=_at_edge(period, item.edge),
        value=signs.value(item, row, quantity.value) * Decimal(10) ** scale,
        measure=item.measure,
        scale=scale,
        currency=None if item.measure is Measure.SHARES else _currency(quantity, about),
        page_number=cell.page,
        char_start=cell.spans[0][0],
        char_end=cell.spans[-1][1],
    )


_KINDS = (Kind.AMOUNT, Kind.PER_SHARE, Kind.SHARES, Kind.NUMBER, Kind.NIL)


def _scale(item: LineItem, row: FigureRow, quantity: Quantity, about: About) -> int:
    if item.measure is Measure.PER_SHARE:
        return min(quantity.scale or 0, 0)  # a hundredth in cents
    if item.measure is Measure.SHARES and not quantity.scale and _are_small(row):
        # Some tables state no scale for shares but show only small numbers: these numbers have the scale of the
        # amounts of money.
        return _money_scale(row.table, about)
    return _stated_scale(about) if quantity.scale is None else quantity.scale


def _are_small(row: FigureRow) -> bool:
    figures = [quantity_of(cell).value for cell in row.figures]
    return all(abs(figure) < _FEWEST_SHARES for figure in figures if figure is not None)


def _money_scale(table: Table, about: About) -> int:
    scales = (cell.value.scale for cell in table.cells if cell.value and cell.value.kind is Kind.AMOUNT)
    return next((scale for scale in scales if scale is not None), _stated_scale(about))


def _stated_scale(about: About) -> int:
    return find_scale(about.scale or "") or 0


def _currency(quantity: Quantity, about: About) -> str | None:
    return quantity.unit if quantity.unit and quantity.unit.isalpha() and len(quantity.unit) == 3 else about.currency


def _at_edge(period: Period, edge: Edge | None) -> Period:
    if edge is None or period.start is None:
        return period
    return Period(period.end) if edge is Edge.END else Period(period.start - timedelta(days=1))


def _of_the_group(fact: ProposedFact) -> ProposedFact:
    """Rename unattributed net income to ProfitLoss, because it includes the noncontrolling interests."""
    if fact.line_item != "NetIncomeLoss" or "attributable" in fact.label.casefold():
        return fact
    return replace(fact, line_item="ProfitLoss")
