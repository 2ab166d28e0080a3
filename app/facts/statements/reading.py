"""Read facts from a document's tables."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from app.facts.items.model import ItemModel
from app.facts.items.standard import concept_of
from app.facts.model import Fact, Measure, Method, StatementKind
from app.facts.statements.about import About
from app.facts.statements.cells import (
    MEASURES,
    currency_of,
    decimals_of,
    measure_of,
    place_of,
    scale_of,
    scaled,
)
from app.facts.statements.checks import check_across
from app.facts.statements.columns import columns_of, is_restated
from app.facts.statements.confidence import with_confidence
from app.facts.statements.finding import Statement, find_statements
from app.facts.statements.fiscal import FiscalYears
from app.facts.statements.others import (
    MEASURES as MEASURES_OF_PARTS,
)
from app.facts.statements.others import (
    NO_DEBT,
    Other,
    find_others,
    is_change,
    item_of_column,
    item_of_totals,
    meaning_of,
    parts_of,
    period_of,
)
from app.facts.statements.placing import place_statements
from app.facts.statements.reconciling import reconcile
from app.facts.statements.scales import with_proved_scales
from app.facts.statements.statement_facts import StatementReader
from app.facts.statements.structure import structure_of
from app.facts.statements.whole import WholeFigures, without_totals
from app.quantities.periods import Period
from app.tables.model import Table
from app.tables.rows import quantity_of

_MOST_FACTS = 30_000
_CONCEPT_CONFIDENCE = 0.5
"""Of the preferred concept of an item that a table of segments names."""


def read_facts(tables: Sequence[Table], about: About, model: ItemModel | None = None) -> tuple[Fact, ...]:
    """Return the facts of a document's tables, in the tables' order.

    `model` places the rows of statements; the default is the shipped one.
    """
    statements = find_statements(tables)
    years = FiscalYears.of(about, _periods(statements))
    read = list(islice(_read(tables, statements, about, years, model), _MOST_FACTS))
    read.sort(key=lambda fact: fact.place.table or 0)
    return tuple(with_confidence(check_across(reconcile(read, tables))))


def _read(
    tables: Sequence[Table],
    statements: Sequence[Statement],
    about: About,
    years: FiscalYears,
    model: ItemModel | None,
) -> Iterator[Fact]:
    structures = list(with_proved_scales([structure_of(statement) for statement in statements]))
    stated: list[Fact] = []
    for structure, placed in zip(structures, place_statements(structures, model), strict=True):
        stated += StatementReader(structure, placed, about, years).facts()
    yield from stated
    whole = WholeFigures(stated, MEASURES_OF_PARTS)
    numbers = frozenset(table.number for statement in statements for table in statement.tables)
    for other in find_others(tables, numbers, whole):
        yield from _read_other(other, about, years, whole)


def _periods(statements: Sequence[Statement]) -> Iterator[Period]:
    for statement in statements:
        if statement.kind is not StatementKind.EQUITY and statement.entity is None:
            yield from (cell.period for row in statement.rows for cell in row.figures if cell.period is not None)


def _read_other(other: Other, about: About, years: FiscalYears, whole: WholeFigures) -> Iterator[Fact]:
    """Yield the facts of a table that is no statement."""
    is_of_parts = other.kind is StatementKind.SEGMENTS
    columns = columns_of(other.kind, other.rows, other.column_axis if is_of_parts else "column")
    parts = parts_of(other) if is_of_parts else frozenset()
    of_totals = item_of_totals(other, whole) if is_of_parts else None
    if of_totals is not None:
        other = replace(other, item=of_totals)
    facts: list[Fact] = []
    for at, row in enumerate(other.rows):
        if is_of_parts and is_change(row.label_path):
            continue
        meaning, measure = meaning_of(other, row, is_part=at in parts), measure_of(row)
        for cell in row.figures:
            quantity = quantity_of(cell)
            own = MEASURES.get(quantity.kind, measure)
            if quantity.value is None or own is None or is_change(cell.header_path):
                continue
            item, dimensions = meaning.item, columns[cell.column, cell.header_path]
            named = item_of_column(cell.header_path) if is_of_parts else None
            if named is not None:
                item, dimensions = named[0], tuple(pair for pair in dimensions if pair[1] != named[1])
            is_no_debt = other.kind is StatementKind.DEBT and any(map(NO_DEBT.search, cell.header_path))
            if own is not Measure.MONEY or is_no_debt:
                item = None
            period = period_of(item, cell.period)
            if period is None:
                continue
            scale = scale_of(quantity)
            facts.append(
                Fact(
                    label=row.label,
                    label_path=row.label_path,
                    period=period,
                    value=scaled(quantity.value, scale),
                    measure=own,
                    scale=scale,
                    currency=currency_of(quantity, own, about.currency),
                    method=Method.TABLE,
                    place=place_of(cell, row),
                    confidence=1.0,
                    statement=other.kind,
                    concept=concept_of(item),
                    item=item,
                    concept_confidence=_CONCEPT_CONFIDENCE if item else 0.0,
                    dimensions=(*meaning.dimensions, *dimensions),
                    fiscal=years.label(period),
                    decimals=decimals_of(quantity, scale),
                    restated=is_restated(cell.header_path),
                )
            )
    yield from (without_totals(facts, whole) if is_of_parts else facts)
