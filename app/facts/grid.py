"""A statement of an issuer as a grid: its rows in the statement's order, and fiscal periods as columns.

Each figure is that of the newest filing. Earlier filings' figures are kept beside it if they differ.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import lru_cache
from itertools import groupby
from uuid import UUID

from app.facts.comparing import agree, distinct
from app.facts.model import Fact, FactSource, FactStatus, FiscalLabel, Method, StatementKind, StoredFact
from app.quantities.periods import Period

Dimensions = tuple[tuple[str, str], ...]


class Periods(StrEnum):
    """Which periods are columns: fiscal years, quarters, or the periods from the beginning of each fiscal year.

    An instant is in the column of the period that it ends.
    """

    ANNUAL = "annual"
    QUARTERLY = "quarterly"
    YEAR_TO_DATE = "year-to-date"


@dataclass(frozen=True, slots=True)
class GridColumn:
    """A fiscal period. `end` is its last day, and `start` its first day if a figure states it."""

    fiscal: FiscalLabel
    start: date | None
    end: date


@dataclass(frozen=True, slots=True)
class GridFigure:
    """The figure of a row and column. `earlier` are differing figures of earlier filings, newest first; `others` are
    differing figures of the same filing, or of one of the same day.
    """

    shown: StoredFact
    earlier: tuple[StoredFact, ...] = ()
    others: tuple[StoredFact, ...] = ()

    @property
    def is_restated(self) -> bool:
        return bool(self.earlier) or self.shown.fact.restated

    def all(self) -> tuple[StoredFact, ...]:
        return (self.shown, *self.earlier, *self.others)


@dataclass(frozen=True, slots=True)
class GridRow:
    """A row, named as in the newest filing. `figures` has one entry per column; None if no filing states it."""

    label: str
    label_path: tuple[str, ...]
    item: str | None
    concept: str | None
    dimensions: Dimensions
    figures: tuple[GridFigure | None, ...]


@dataclass(frozen=True, slots=True)
class StatementGrid:
    """A statement of an issuer. `documents` are those that state it, newest first."""

    statement: StatementKind
    columns: tuple[GridColumn, ...]
    rows: tuple[GridRow, ...]
    documents: tuple[FactSource, ...]

    def figures(self) -> Iterator[StoredFact]:
        """Yield all figures: those shown, and those that differ from them."""
        for row in self.rows:
            for figure in row.figures:
                if figure is not None:
                    yield from figure.all()

    def count(self) -> int:
        return sum(1 for _ in self.figures())


def build_grid(
    statement: StatementKind, facts: Iterable[StoredFact], *, periods: Periods, most_columns: int
) -> StatementGrid:
    """Arrange the facts of one statement of one issuer. The newest period is the first column; of more than
    `most_columns` periods, the newest are shown.

    Facts of single companies of the group and rejected facts are left out.
    """
    placed = [
        _Placed(stored, column)
        for stored in facts
        if (column := column_of(stored.fact, periods)) is not None
        and stored.status is not FactStatus.REJECTED
        and not any(axis == "entity" for axis, _ in stored.fact.dimensions)
    ]
    shown = sorted({each.column for each in placed}, key=_order, reverse=True)[:most_columns]
    kept = [each for each in placed if each.column in set(shown)]
    ranks = _rank_documents(kept)
    merged = _merge(sorted(kept, key=lambda each: _position(each, ranks)))
    columns = tuple(_column(label, [each for each in kept if each.column == label], ranks) for label in shown)
    rows = tuple(_finish(row, shown, ranks) for row in merged)
    sources = {each.stored.source.document_id: each.stored.source for each in kept}
    return StatementGrid(statement, columns, rows, tuple(map(sources.__getitem__, ranks)))


_LAST_PARTS = {"Q1": "Q1", "Q2": "H1", "Q3": "9M", "Q4": "FY"}
"""The period from the beginning of the fiscal year that ends with a quarter."""

_QUARTERS = {part: quarter for quarter, part in _LAST_PARTS.items()} | {quarter: quarter for quarter in _LAST_PARTS}
_PARTS = {
    Periods.ANNUAL: ("FY",),
    Periods.QUARTERLY: tuple(_LAST_PARTS),
    Periods.YEAR_TO_DATE: ("Q1", "H1", "9M", "FY"),
}


def parts_of(periods: Periods) -> frozenset[str]:
    """Return the parts of fiscal labels that facts in the columns may have."""
    return frozenset(_QUARTERS) if periods is not Periods.ANNUAL else frozenset({"FY", "Q4"})


def column_of(fact: Fact, periods: Periods) -> FiscalLabel | None:
    """Return the column of a fact, or None if it has none."""
    label = fact.fiscal
    if label is None:
        return None
    if fact.period.start is None:
        quarter = _QUARTERS.get(label.part)
        if quarter is None:
            return None
        part = quarter if periods is Periods.QUARTERLY else _LAST_PARTS[quarter]
        label = FiscalLabel(label.year, part)
    return label if label.part in _PARTS[periods] else None


@dataclass(frozen=True, slots=True)
class _Placed:
    stored: StoredFact
    column: FiscalLabel


@dataclass(eq=False, slots=True)
class _Row:
    """A row while it is built: the columns that each document has `filled`, and the `keys` that it is found by."""

    next: "_Row | None" = None
    first: Fact | None = None
    cells: dict[FiscalLabel, list[StoredFact]] = field(default_factory=dict)
    filled: dict[UUID, set[FiscalLabel]] = field(default_factory=dict)
    keys: set[tuple[object, ...]] = field(default_factory=set)

    def add(self, line: Sequence[_Placed]) -> None:
        if self.first is None:
            self.first = line[0].stored.fact
        for each in line:
            self.cells.setdefault(each.column, []).append(each.stored)
            self.filled.setdefault(each.stored.source.document_id, set()).add(each.column)

    def is_free(self, line: Sequence[_Placed]) -> bool:
        """Return whether the line's document has no figure here yet."""
        return line[0].stored.source.document_id not in self.filled

    def has_room(self, line: Sequence[_Placed]) -> bool:
        """Return whether the line's document has no figure in its columns here yet, or states them in another table
        again: the same ones, or ones with the same concept.
        """
        first = line[0].stored
        filled = self.filled.get(first.source.document_id)
        if filled is None:
            return True
        present = [
            (stored.fact, each.stored.fact)
            for each in line
            if each.column in filled
            for stored in self.cells[each.column]
            if stored.source.document_id == first.source.document_id
        ]
        return all(
            one.place.table != other.place.table
            and (agree(one, other) or (one.concept is not None and one.concept == other.concept))
            for one, other in present
        )


def _order(label: FiscalLabel) -> tuple[int, int]:
    return label.year, int(_QUARTERS[label.part][1])


def _rank_documents(placed: Iterable[_Placed]) -> dict[UUID, int]:
    """Return the rank of each document, newest first from 0: by filing date, or by the last period if it is unknown."""
    dates: dict[UUID, str] = {}
    for each in placed:
        source = each.stored.source
        known = source.filed or max(dates.get(source.document_id, ""), each.stored.fact.period.end.isoformat())
        dates[source.document_id] = known
    newest = sorted(dates, key=lambda document: (dates[document], document), reverse=True)
    return {document: rank for rank, document in enumerate(newest)}


def _position(placed: _Placed, ranks: dict[UUID, int]) -> tuple[int, int, int, int, int]:
    place = placed.stored.fact.place
    table = place.table if place.table is not None else 1 << 30
    return ranks[placed.stored.source.document_id], table, place.row, place.page, placed.stored.number


def _line(placed: _Placed) -> tuple[object, ...]:
    """Return what the figures of one line of one document have in common."""
    stored = placed.stored
    place = stored.fact.place
    return stored.source.document_id, place.table, place.row, place.page, _key(stored.fact)


def _key(fact: Fact) -> tuple[object, ...]:
    return _plain(fact.label_path or (fact.label,), fact.statement), fact.dimensions, fact.period.start is None


@lru_cache(maxsize=16_384)
def _plain(path: tuple[str, ...], statement: StatementKind) -> str:
    """Return the labels without case and punctuation. In a statement of equity, rows repeat for each year and name it:
    their digits are left out.
    """
    text = " / ".join(path).casefold()
    return (_EQUITY if statement is StatementKind.EQUITY else _OTHER).sub(" ", text)


_OTHER = re.compile(r"[^\w/]+")
_EQUITY = re.compile(r"(?:[^\w/]|\d)+")


def _merge(placed: Sequence[_Placed]) -> Iterator[_Row]:
    """Merge the lines of all documents into rows. A line that no newer document has stands after the line before it."""
    merging = _Merging()
    for _, document in groupby(placed, key=lambda each: each.stored.source.document_id):
        places = groupby(document, key=lambda each: _line(each)[:4])
        merging.add([line for _, group in places for line in _lines_of(group)])
    return merging.rows()


def _lines_of(group: Iterable[_Placed]) -> list[list[_Placed]]:
    """Split the figures of one line of a table by their dimensions."""
    by_key: dict[tuple[object, ...], list[_Placed]] = {}
    for each in group:
        by_key.setdefault(_key(each.stored.fact), []).append(each)
    return list(by_key.values())


class _Merging:
    """Rows, each linked to the next one, so that a row is inserted in constant time. `_known` has them by what they are
    found by.
    """

    def __init__(self) -> None:
        self._head = _Row()
        self._known: dict[tuple[object, ...], list[_Row]] = {}

    def rows(self) -> Iterator[_Row]:
        row = self._head.next
        while row is not None:
            yield row
            row = row.next

    def add(self, lines: Sequence[Sequence[_Placed]]) -> None:
        """Merge the lines of one document: by label, then those left by concept, then by item; the rest are new."""
        found: dict[int, _Row] = {}
        for name in _NAMES:
            fits = _Row.has_room if name is _by_label else _Row.is_free
            for index, line in enumerate(lines):
                row = None if index in found else self._find(name(line[0].stored.fact), line, fits)
                if row is not None:
                    row.add(line)
                    found[index] = row
        last = self._head
        for index, line in enumerate(lines):
            fact = line[0].stored.fact
            # The same label may stand on several lines of one document, each with figures of other periods.
            row = found.get(index) or self._find(_by_label(fact), line, _Row.has_room)
            if row is None:
                row = last.next = _Row(next=last.next)
            if index not in found:
                row.add(line)
            for key in filter(None, (name(fact) for name in _NAMES)):
                if key not in row.keys:
                    row.keys.add(key)
                    self._known.setdefault(key, []).append(row)
            last = row

    def _find(
        self, key: tuple[object, ...] | None, line: Sequence[_Placed], fits: Callable[[_Row, Sequence[_Placed]], bool]
    ) -> _Row | None:
        known = () if key is None else self._known.get(key, ())
        return next((row for row in known[:_MOST_ALIKE] if fits(row, line)), None)


_MOST_ALIKE = 16
"""Rows with one label, concept or item that are compared with a line. A hostile document can have any number."""


def _by_label(fact: Fact) -> tuple[object, ...]:
    return "label", *_key(fact)


def _by_concept(fact: Fact) -> tuple[object, ...] | None:
    return None if fact.concept is None else ("concept", fact.concept, *_key(fact)[1:])


def _by_item(fact: Fact) -> tuple[object, ...] | None:
    return None if fact.item is None else ("item", fact.item, *_key(fact)[1:])


_NAMES = (_by_label, _by_concept, _by_item)


_METHODS = {Method.INLINE_XBRL: 0, Method.STATEMENT: 1, Method.TABLE: 2}


def _finish(row: _Row, shown: Sequence[FiscalLabel], ranks: dict[UUID, int]) -> GridRow:
    first = row.first
    assert first is not None, "a row is made for a line"
    return GridRow(
        label=first.label,
        label_path=first.label_path,
        item=first.item,
        concept=first.concept,
        dimensions=first.dimensions,
        figures=tuple(_figure(row.cells[label], ranks) if label in row.cells else None for label in shown),
    )


def _figure(candidates: Sequence[StoredFact], ranks: dict[UUID, int]) -> GridFigure:
    if len(candidates) == 1:
        return GridFigure(candidates[0])

    def order(stored: StoredFact) -> tuple[bool, int, int, float, int]:
        fact = stored.fact
        rank = ranks[stored.source.document_id]
        is_open = stored.status is not FactStatus.APPROVED
        return is_open, rank, _METHODS[fact.method], -fact.confidence, stored.number

    shown, *rest = sorted(candidates, key=order)
    differing = distinct(rest, shown)
    if not differing:
        return GridFigure(shown)
    is_earlier = [_is_earlier(stored, shown, ranks) for stored in differing]
    return GridFigure(
        shown,
        earlier=tuple(stored for stored, earlier in zip(differing, is_earlier, strict=True) if earlier),
        others=tuple(stored for stored, earlier in zip(differing, is_earlier, strict=True) if not earlier),
    )


def _is_earlier(stored: StoredFact, shown: StoredFact, ranks: dict[UUID, int]) -> bool:
    if stored.source.filed is not None and stored.source.filed == shown.source.filed:
        return False
    return ranks[stored.source.document_id] > ranks[shown.source.document_id]


def _column(label: FiscalLabel, placed: Sequence[_Placed], ranks: dict[UUID, int]) -> GridColumn:
    """Return the column with the period of the newest document that states a duration."""
    newest = sorted(placed, key=lambda each: ranks[each.stored.source.document_id])
    found: Iterator[Period] = (each.stored.fact.period for each in newest)
    periods = list(found)
    duration = next((period for period in periods if period.start is not None), None)
    period = duration or periods[0]
    return GridColumn(label, period.start, period.end)
