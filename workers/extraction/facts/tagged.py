"""Makes facts of the figures that a document tags, and matches them to the cells that print them.

A tag is certain about concept, period, value, unit and dimensions. What the page says about the figure (label,
statement, restatement, checks) comes from the fact that was read from the same cell, or from the cell itself. A figure
that is not printed has no fact: nothing could show it.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from app.documents.content.tags import TaggedFigure
from app.facts.items.standard import find_item
from app.facts.model import Check, Fact, Measure, Method, Place, StatementKind
from app.facts.statements.fiscal import FiscalYears
from app.quantities.values import Kind
from app.tables.model import Cell, Table
from workers.extraction.facts.tag_names import words_of

CONFIDENCE = 0.995
"""Tags have errors, too: a wrong scale or sign is what filers correct most often."""

_US_GAAP = "us-gaap:"
_HUNDREDTHS = -2
_SHARES, _PURE, _CURRENCY_LENGTH = "shares", "pure", 3
_PAGE_AGREES = "tag and page"
_PRINTED = {Kind.PERCENTAGE: Measure.PERCENT, Kind.RATIO: Measure.RATIO}


def facts_of_tags(
    tags: Iterable[TaggedFigure], tables: Sequence[Table], read: Sequence[Fact], years: FiscalYears
) -> list[Fact]:
    """Return a fact of each tagged figure that is printed and not nil, in the order of the tags.

    Axes and members keep their names in the taxonomy. `read` are the facts that were read from the tables.
    """
    cells = _Cells(tables)
    by_cell = {_cell_of(fact): fact for fact in reversed(read)}
    kinds = _kinds(read)
    facts: list[Fact] = []
    for tag in tags:
        if tag.page and tag.value is not None:
            table, cell = cells.find(tag.page, tag.start)
            same = None if cell is None else by_cell.get((table, cell.row, cell.column))
            facts.append(replace(_fact(tag, tag.value, table, cell, same, kinds), fiscal=years.label(tag.period)))
    return facts


def _fact(
    tag: TaggedFigure,
    value: Decimal,
    table: int | None,
    cell: Cell | None,
    same: Fact | None,
    kinds: Mapping[int | None, StatementKind],
) -> Fact:
    statement = kinds.get(table, StatementKind.OTHER) if same is None else same.statement
    concept = tag.concept.removeprefix(_US_GAAP)
    measure, currency = _measure(tag, cell)
    path = () if cell is None else cell.label_path
    if same is not None:
        path = same.label_path
    label = path[-1] if path else words_of(tag.concept)
    return Fact(
        label=same.label if same is not None else label,
        label_path=path or (label,),
        period=tag.period,
        value=value,
        measure=measure,
        scale=tag.scale,
        currency=currency,
        method=Method.INLINE_XBRL,
        place=Place(
            page=tag.page,
            char_start=tag.start,
            char_end=tag.end,
            table=None if cell is None else table,
            row=0 if cell is None else cell.row,
            column=0 if cell is None else cell.column,
        ),
        confidence=CONFIDENCE,
        statement=statement,
        concept=concept,
        item=find_item(concept, statement),
        concept_confidence=CONFIDENCE,
        dimensions=tag.dimensions,
        decimals=tag.decimals,
        restated=same is not None and same.restated,
        checks=() if same is None else _checks(same, value),
    )


def _checks(same: Fact, value: Decimal) -> tuple[Check, ...]:
    """Return the checks of the fact read from the cell, and whether it has the tag's amount."""
    agrees = abs(same.value) == abs(value)
    detail = "" if agrees else f"The tag states {value:f}, and the page prints {same.value:f}."
    return (*same.checks, Check(_PAGE_AGREES, agrees, detail))


def _measure(tag: TaggedFigure, cell: Cell | None) -> tuple[Measure, str | None]:
    """Return what a figure's unit counts, and its currency."""
    unit = tag.unit
    money, _, per = unit.partition("/")
    if len(money) == _CURRENCY_LENGTH and money.isupper():
        if not per:
            return Measure.MONEY, money
        return (Measure.PER_SHARE if per == _SHARES else Measure.NUMBER), money
    if unit == _SHARES:
        return Measure.SHARES, None
    if unit != _PURE:
        return Measure.NUMBER, None
    is_percent = tag.scale == _HUNDREDTHS
    printed = _PRINTED.get(cell.value.kind, Measure.NUMBER) if cell is not None and cell.value else Measure.NUMBER
    return (Measure.PERCENT if is_percent else printed), None


def _kinds(read: Sequence[Fact]) -> dict[int | None, StatementKind]:
    """Return the kind of each table that facts were read from."""
    found: dict[int | None, Counter[StatementKind]] = {}
    for fact in read:
        found.setdefault(fact.place.table, Counter())[fact.statement] += 1
    return {table: counts.most_common(1)[0][0] for table, counts in found.items()}


def _cell_of(fact: Fact) -> tuple[int | None, int, int]:
    return fact.place.table, fact.place.row, fact.place.column


class _Cells:
    """Finds the cell at a place of a page."""

    def __init__(self, tables: Sequence[Table]) -> None:
        self._by_page: dict[int, list[tuple[int, int, int, Cell]]] = {}
        for table in tables:
            for cell in table.cells:
                for start, end in cell.spans:
                    self._by_page.setdefault(cell.page, []).append((start, end, table.number, cell))
        self._starts: dict[int, list[int]] = {}
        for page, cells in self._by_page.items():
            cells.sort(key=lambda found: found[:2])
            self._starts[page] = [start for start, *_ in cells]

    def find(self, page: int, offset: int) -> tuple[int | None, Cell | None]:
        """Return the table's number and the cell; None for both if there is no cell."""
        at = bisect_right(self._starts.get(page, []), offset) - 1
        if at < 0:
            return None, None
        _, end, table, cell = self._by_page[page][at]
        return (table, cell) if offset < end else (None, None)


def without_cells(read: Iterable[Fact], tagged: Iterable[Fact]) -> list[Fact]:
    """Return the facts that were read from other cells than those of the tagged ones."""
    taken = {_cell_of(fact) for fact in tagged}
    return [fact for fact in read if _cell_of(fact) not in taken]


def in_order(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """Return the facts in the order of the pages."""
    return tuple(sorted(facts, key=lambda fact: (fact.place.page, fact.place.char_start)))


def with_check(fact: Fact, check: Check) -> Fact:
    return replace(fact, checks=(*fact.checks, check))
