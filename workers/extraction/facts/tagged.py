"""Makes facts of the figures that a document tags, and matches them to the cells that print them.

A tag is certain about concept, period, value, unit and dimensions. What the page says about the figure (label,
statement, restatement, checks) comes from the fact that was read from the same cell, or from the cell itself. A figure
that is not printed has no fact: nothing could show it.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache, cached_property

from app.documents.content.tags import TaggedFigure
from app.facts.items.both import other_facts
from app.facts.items.shown import item_shown, shown_by, shown_by_amounts
from app.facts.items.standard import find_item
from app.facts.model import Check, Fact, Measure, Method, Place, StatementKind
from app.facts.statements.fiscal import FiscalYears
from app.quantities.periods import Period
from app.quantities.values import Kind
from app.tables.model import Cell, Table
from workers.extraction.facts.tag_names import DimensionNames, words_of

CONFIDENCE = 0.995
"""Tags have errors, too: a wrong scale or sign is what filers correct most often."""

_STATEMENTS = frozenset(
    {
        StatementKind.INCOME,
        StatementKind.COMPREHENSIVE_INCOME,
        StatementKind.BALANCE,
        StatementKind.CASH_FLOW,
        StatementKind.EQUITY,
    }
)
_US_GAAP = "us-gaap:"
_HUNDREDTHS = -2
_SHARES, _PURE, _CURRENCY_LENGTH = "shares", "pure", 3
_PAGE_AGREES = "tag and page"
_PRINTED = {Kind.PERCENTAGE: Measure.PERCENT, Kind.RATIO: Measure.RATIO}


@dataclass(frozen=True, slots=True)
class TaggedFact:
    """A tagged figure with its fact."""

    tag: TaggedFigure
    fact: Fact


class TagReader:
    """Makes facts of the tagged figures of one document. `read` are the facts that were read from its tables."""

    def __init__(
        self, tags: Sequence[TaggedFigure], tables: Sequence[Table], read: Sequence[Fact], years: FiscalYears
    ) -> None:
        self._tags = tags
        self._cells = _Cells(tables)
        self._names = DimensionNames(tags, tables)
        self._read = {_cell_of(fact): fact for fact in reversed(read)}
        self._kinds = _kinds(read)
        self._label = cache(years.label)

    def facts(self) -> list[TaggedFact]:
        """Return the figures that are printed and not nil, in their order."""
        return [TaggedFact(tag, self._fact(tag, tag.value)) for tag in self._tags if tag.page and tag.value is not None]

    @cached_property
    def _shown(self) -> frozenset[str]:
        """What the statements show by their tags, and all tables by their amounts."""
        concepts: set[str] = set()
        amounts: defaultdict[Period, defaultdict[str, set[Decimal]]] = defaultdict(lambda: defaultdict(set))
        for tag in self._tags:
            if not tag.page:
                continue
            kind = self._kinds.get(self._cells.find(tag.page, tag.start)[0], StatementKind.OTHER)
            concept = tag.concept.removeprefix(_US_GAAP)
            if kind in _STATEMENTS:
                concepts.add(concept)
            item = find_item(concept, kind)
            if item is not None and tag.value is not None and not tag.dimensions:
                amounts[tag.period][item].add(tag.value)
        return shown_by(concepts) | shown_by_amounts(amounts.values())

    def _fact(self, tag: TaggedFigure, value: Decimal) -> Fact:
        table, cell = self._cells.find(tag.page, tag.start)
        same = None if cell is None else self._read.get((table, cell.row, cell.column))
        statement = self._kinds.get(table, StatementKind.OTHER) if same is None else same.statement
        concept = tag.concept.removeprefix(_US_GAAP)
        item = find_item(concept, statement)
        measure, currency = _measure(tag, cell)
        if same is not None:
            label, path = same.label, same.label_path
        else:
            path = cell.label_path if cell is not None and cell.label_path else (words_of(tag.concept),)
            label = path[-1]
        return Fact(
            label=label,
            label_path=path,
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
                table=table,
                row=0 if cell is None else cell.row,
                column=0 if cell is None else cell.column,
            ),
            confidence=CONFIDENCE,
            statement=statement,
            concept=concept,
            item=None if item is None else item_shown(item, self._shown),
            concept_confidence=CONFIDENCE,
            dimensions=self._names.names_of(tag),
            fiscal=self._label(tag.period),
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


def without_cells(read: Iterable[Fact], tagged: Iterable[TaggedFact]) -> list[Fact]:
    """Return the facts that were read from other cells than those of the tagged ones."""
    taken = {_cell_of(each.fact) for each in tagged}
    return [fact for fact in read if _cell_of(fact) not in taken]


def with_others(facts: Sequence[Fact]) -> list[Fact]:
    """Return the facts, with those of the other item where a row states two with one figure and only one is tagged."""
    known = {(_cell_of(fact), fact.place.page, fact.item) for fact in facts}
    others = (other for fact in facts for other in other_facts(fact))
    return [*facts, *(each for each in others if (_cell_of(each), each.place.page, each.item) not in known)]


def in_order(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """Return the facts in the order of the pages."""
    return tuple(sorted(facts, key=lambda fact: (fact.place.page, fact.place.char_start)))


def with_check(fact: Fact, check: Check) -> Fact:
    return replace(fact, checks=(*fact.checks, check))
