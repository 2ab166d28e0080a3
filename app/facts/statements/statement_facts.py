"""Read the facts of one statement: every row, with its place, period, sign, dimensions and checks."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import cached_property
from itertools import groupby

from app.facts.items.both import other_facts
from app.facts.items.rows import Placed
from app.facts.items.standard import concept_of, find_item
from app.facts.model import Fact, Measure, Method, StatementKind
from app.facts.statements.about import About
from app.facts.statements.cells import MEASURES, currency_of, decimals_of, measure_of, place_of, scale_of, scaled
from app.facts.statements.checks import Cells, check_sums, checks_of
from app.facts.statements.columns import Dimensions, columns_of, is_restated
from app.facts.statements.directions import direction_of, direction_of_label, is_income_heading
from app.facts.statements.fiscal import FiscalYears
from app.facts.statements.instants import Edge, find_edges
from app.facts.statements.label_figures import Label, LabelFigure, figures_of_column, find_label_figures
from app.facts.statements.placing import is_per_share
from app.facts.statements.rows import Row
from app.facts.statements.scales import check_per_share
from app.facts.statements.structure import Structure
from app.quantities.periods import Period
from app.quantities.values import Kind, Quantity
from app.tables.model import Cell, CellKind
from app.tables.rows import quantity_of

_DAY = timedelta(days=1)
_NEAREST_LABELS = 2
_MOST_DAYS = 380
_OF_FLOWS = (StatementKind.CASH_FLOW, StatementKind.EQUITY)
_LABEL_CONFIDENCE = 0.93
"""Of figures within labels. On the tagged filings all 140 have the item, day and amount of a tag, and .98 the concept,
but their labels were seen while the rules were made: less is stated for wordings that were not."""
_PART = 0.5
"""The probability from which a row is a part of its concept's whole amount."""


@dataclass(frozen=True)
class StatementReader:
    """Reads the facts of one statement. `placed` are the places of its rows."""

    structure: Structure
    placed: Sequence[Placed]
    about: About
    years: FiscalYears

    def facts(self) -> Iterator[Fact]:
        """Yield the facts of the rows, in order."""
        for number, row in enumerate(self.structure.rows):
            if not row.label and self.placed[number].item is None:
                continue  # it has no words to be found by
            measure = measure_of(row)
            for cell in row.figures:
                fact = self._fact(number, row, self.placed[number], cell, measure)
                if fact is not None:
                    yield fact
                    yield from other_facts(fact)
        if self.structure.kind is StatementKind.BALANCE:
            yield from self._facts_of_labels()

    def _facts_of_labels(self) -> Iterator[Fact]:
        """Yield the facts that the labels of a balance sheet state, such as numbers of shares."""
        rows = self.structure.rows
        labels = [Label(row.label, row.label_path[:-1], has_amounts=bool(row.figures)) for row in rows]
        tables = {row.table.number: row.table for row in rows}.values()
        lines = [line for table in tables for line in (*table.lines_above, table.units_line, table.title) if line]
        found = find_label_figures(labels, units=" | ".join(lines), scale=self.structure.scale)
        for number, figures in groupby(found, key=lambda figure: figure.label):
            yield from self._facts_of_label(rows[number], list(figures))

    def _facts_of_label(self, row: Row, figures: Sequence[LabelFigure]) -> Iterator[Fact]:
        cell = self._label_cells.get((row.table.number, row.number))
        if cell is None:
            return
        days = [
            period.end
            for column in self.structure.columns[row.table.number]
            if (period := self.structure.periods.get((row.table.number, column))) is not None
            and not self._entities_of(row.table.number, column)
        ]
        entity = () if self.structure.entity is None else (("entity", self.structure.entity),)
        for rank, day in enumerate(days):
            for figure in figures_of_column(figures, rank, days):
                if figure.scale is None:
                    continue
                yield Fact(
                    label=row.label,
                    label_path=row.label_path,
                    period=Period(day),
                    value=scaled(figure.count.value, figure.scale),
                    measure=figure.measure,
                    scale=figure.scale,
                    currency=None if figure.measure is Measure.SHARES else self.about.currency,
                    method=Method.STATEMENT if self.structure.entity is None else Method.TABLE,
                    place=place_of(cell, row),
                    confidence=_LABEL_CONFIDENCE,
                    statement=StatementKind.BALANCE,
                    concept=figure.concept,
                    item=find_item(figure.concept, StatementKind.BALANCE) if figure.part is None else None,
                    concept_confidence=_LABEL_CONFIDENCE,
                    dimensions=entity if figure.part is None else (*entity, ("class", figure.part)),
                    fiscal=self.years.label(Period(day)),
                )

    @cached_property
    def _label_cells(self) -> dict[tuple[int, int], Cell]:
        tables = {row.table.number: row.table for row in self.structure.rows}
        return {
            (number, cell.row): cell
            for number, table in tables.items()
            for cell in reversed(table.cells)
            if cell.kind is CellKind.LABEL and cell.spans
        }

    def _entities_of(self, table: int, column: int) -> bool:
        return any(parts for (own, _), parts in self._columns[table].items() if own == column)

    @cached_property
    def _checks(self) -> Cells:
        found = check_sums(self.structure)
        products = check_per_share(self.structure) if self.structure.kind is StatementKind.INCOME else {}
        for number, row in enumerate(self.structure.rows):
            for cell in row.figures:
                if cell.column in products:
                    found.setdefault((number, self.structure.rank(cell, row)), []).append(products[cell.column])
        return found

    @cached_property
    def _edges(self) -> dict[int, Edge]:
        return dict(find_edges(self.structure)) if self.structure.kind in _OF_FLOWS else {}

    @cached_property
    def _columns(self) -> dict[int, dict[tuple[int, tuple[str, ...]], Dimensions]]:
        rows = [row for row in self.structure.rows if row.figures]
        return {
            number: columns_of(self.structure.kind, [row for row in rows if row.table.number == number])
            for number in self.structure.columns
        }

    def _fact(self, number: int, row: Row, placed: Placed, cell: Cell, of_row: Measure | None) -> Fact | None:
        quantity = quantity_of(cell)
        period = self._period(number, row, cell)
        if period is None or quantity.value is None or quantity.kind not in (*MEASURES, Kind.NIL):
            return None
        measure = self._measure(number, row, quantity, of_row)
        scale = self._scale(number, row, quantity, measure)
        return Fact(
            label=row.label,
            label_path=row.label_path,
            period=period,
            value=self._signed(number, row, placed, scaled(quantity.value, scale)) or Decimal(0),  # no negative zero
            measure=measure,
            scale=scale,
            currency=currency_of(quantity, measure, self.about.currency),
            method=Method.STATEMENT if self.structure.entity is None else Method.TABLE,
            place=place_of(cell, row),
            confidence=placed.item_confidence if placed.item is not None else 1.0,
            statement=self.structure.kind,
            concept=placed.concept,
            item=placed.item,
            concept_confidence=placed.concept_confidence,
            dimensions=self._dimensions(row, placed, cell),
            fiscal=self.years.label(period),
            decimals=decimals_of(quantity, scale),
            restated=is_restated(cell.header_path),
            checks=checks_of(self._checks, number, self.structure.rank(cell, row)),
        )

    def _dimensions(self, row: Row, placed: Placed, cell: Cell) -> Dimensions:
        dimensions = self._columns[row.table.number][cell.column, cell.header_path]
        if placed.part >= _PART:
            dimensions = (*dimensions, ("part", row.label))
        if self.structure.entity is not None and not self._has_entity_columns:
            dimensions = (*dimensions, ("entity", self.structure.entity))
        return dimensions

    @cached_property
    def _has_entity_columns(self) -> bool:
        """Whether the columns say which entity they are of, such as those of consolidating statements."""
        return any(axis == "entity" for own in self._columns.values() for parts in own.values() for axis, _ in parts)

    def _measure(self, number: int, row: Row, quantity: Quantity, of_row: Measure | None) -> Measure:
        """Return what a figure counts, as the other figures of its row do if it is nil."""
        measure = MEASURES.get(quantity.kind, of_row or Measure.MONEY)
        if measure is Measure.SHARES and number in self.structure.contributions:
            return Measure.MONEY  # "repurchases of shares" are payments
        if measure is Measure.MONEY and self.structure.kind is StatementKind.INCOME and is_per_share(row):
            return Measure.PER_SHARE
        return measure

    def _scale(self, number: int, row: Row, quantity: Quantity, measure: Measure) -> int | None:
        """Return the power of ten that multiplies the printed figure; None if nobody states it."""
        if measure is Measure.PER_SHARE:
            return min(quantity.scale or 0, 0)  # a hundredth in cents
        if measure is Measure.MONEY and quantity.kind is Kind.SHARES:
            return self.structure.scale
        if measure is Measure.SHARES and quantity.scale is None and self.structure.proved_scale == 0:
            return 0  # proved together with the amounts
        if quantity.scale is not None or measure is not Measure.MONEY:
            return scale_of(quantity)
        # What goes on below headings, or adds up with other rows, has their scale.
        is_proved = (
            number in self.structure.contributions
            or self.structure.proved_scale is not None
            or self.structure.kind in _OF_FLOWS
        )
        return self.structure.scale if is_proved or row.table.number in self.structure.without_headings else None

    def _signed(self, number: int, row: Row, placed: Placed, printed: Decimal) -> Decimal:
        """Return the value with the taxonomy's sign, from what the row contributes to the statement's result."""
        kind = self.structure.kind
        contribution = self.structure.contributions.get(number)
        concept = placed.concept or concept_of(placed.item)
        if number in self._edges:
            return printed  # cash at an edge of the period, and what it consists of
        if contribution is None or not self.structure.addends[number].figures:
            # Outside all sums, an expense is usually printed without brackets, and a payment with or without them.
            is_payment = concept is not None and kind is StatementKind.CASH_FLOW and direction_of(concept, kind) < 0
            return -printed if is_payment and _prints_payments_negative(row) else printed
        if concept is not None:
            return printed * contribution * direction_of(concept, kind)
        if contribution < 0:
            return printed
        if kind is StatementKind.INCOME and printed > 0 and any(map(is_income_heading, row.label_path[-2:-1])):
            return printed  # "service charges" below "Noninterest income:"
        # "Purchases of investments:" stands above the rows of its kinds.
        return printed * min(direction_of_label(label, kind) for label in row.label_path[-_NEAREST_LABELS:])

    def _period(self, number: int, row: Row, cell: Cell) -> Period | None:
        kind, edge = self.structure.kind, self._edges.get(number)
        usual = self.structure.periods.get((row.table.number, cell.column))
        goes_on = row.table.number in self.structure.without_headings
        period = usual if goes_on else cell.period or (usual if edge is not None else None)
        if period is None:
            return None
        if kind is StatementKind.BALANCE:
            return Period(period.end)
        if edge is not None and period.start is not None:
            return Period(period.end) if edge is Edge.END else Period(period.start - _DAY)
        if period.start is None and kind is StatementKind.CASH_FLOW and usual is not None:
            return Period(period.end - _DAY) if period.end == usual.start else period
        if kind is StatementKind.EQUITY and period.start is not None and (period.end - period.start).days > _MOST_DAYS:
            return None  # the balance between two years was not read
        is_allowed = period.start is not None or edge is not None or kind is StatementKind.EQUITY
        return period if is_allowed else None


_PAID = re.compile(r"\((?:paid|payments?)\)", re.IGNORECASE)


def _prints_payments_negative(row: Row) -> bool:
    """Return whether a row of payments has them in brackets: it says so, or it has no positive figure."""
    figures = [quantity_of(cell).value or 0 for cell in row.figures]
    return _PAID.search(row.label) is not None or (min(figures, default=0) < 0 and max(figures, default=0) <= 0)
