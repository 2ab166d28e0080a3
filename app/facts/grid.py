"""A statement of an issuer as a grid: its rows in the statement's order, and fiscal periods as columns.

Each figure is that of the newest filing. Earlier filings' figures are kept beside it if they differ.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from itertools import groupby, starmap
from uuid import UUID

from app.facts.comparing import agree, distinct
from app.facts.grid_periods import QUARTERS, Periods, column_of
from app.facts.model import Fact, FactSource, FactStatus, FiscalLabel, Method, StatementKind, StoredFact
from app.facts.openings import move_openings
from app.quantities.periods import Period

Dimensions = tuple[tuple[str, str], ...]


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
    labelled = [
        (stored, label)
        for stored in facts
        if (label := column_of(stored.fact, periods)) is not None and _is_of_group(stored)
    ]
    placed = list(starmap(_Placed, move_openings(labelled) if statement is StatementKind.CASH_FLOW else labelled))
    labels = {each.column: each.label for each in placed}
    shown = sorted(labels, reverse=True)[:most_columns]
    kept = [each for each in placed if each.column in set(shown)] if len(shown) < len(labels) else placed
    sources = _rank_documents(kept)
    kept.sort(key=_position)
    columns: dict[int, list[Period]] = {}
    for each in kept:
        columns.setdefault(each.column, []).append(each.stored.fact.period)
    return StatementGrid(
        statement,
        columns=tuple(_column(labels[column], columns[column]) for column in shown),
        rows=tuple(_finish(row, shown) for row in _merge(kept)),
        documents=sources,
    )


def _is_of_group(stored: StoredFact) -> bool:
    is_of_part = any(axis == "entity" for axis, _ in stored.fact.dimensions)
    return stored.status is not FactStatus.REJECTED and not is_of_part


class _Placed:
    """A fact with its column, as a number that grows with time, and its document's rank, 0 for the newest. `key` is
    what it has in common with the same line of other documents.
    """

    __slots__ = ("column", "key", "label", "rank", "stored")

    def __init__(self, stored: StoredFact, label: FiscalLabel) -> None:
        fact = stored.fact
        self.stored = stored
        self.label = label
        self.column = 4 * label.year + int(QUARTERS[label.part][1])
        self.rank = 0
        path = _plain(fact.label_path or (fact.label,), fact.statement)
        self.key: _Key = (path, fact.dimensions, fact.period.start is None)


_Key = tuple[str, Dimensions, bool]
_Line = Sequence[_Placed]


@dataclass(eq=False, slots=True)
class _Row:
    """A row while it is built: its figures by column, the columns that each document has `filled`, and the `keys` that
    it is found by.
    """

    next: "_Row | None" = None
    first: Fact | None = None
    cells: dict[int, list[_Placed]] = field(default_factory=dict)
    filled: dict[int, set[int]] = field(default_factory=dict)
    keys: set[tuple[object, ...]] = field(default_factory=set)

    def add(self, line: _Line) -> None:
        if self.first is None:
            self.first = line[0].stored.fact
        filled = self.filled.setdefault(line[0].rank, set())
        for each in line:
            self.cells.setdefault(each.column, []).append(each)
            filled.add(each.column)

    def is_free(self, line: _Line) -> bool:
        """Return whether the line's document has no figure here yet."""
        return line[0].rank not in self.filled

    def has_room(self, line: _Line) -> bool:
        """Return whether the line's document has no figure in its columns here yet, or states them in another table
        again: the same ones, or ones with the same concept.
        """
        filled = self.filled.get(line[0].rank)
        if filled is None:
            return True
        repeated = [each for each in line if each.column in filled]
        return all(len(self.cells[each.column]) < _MOST_REPEATED for each in repeated) and all(
            _repeats(present.stored.fact, each.stored.fact)
            for each in repeated
            for present in self.cells[each.column]
            if present.rank == each.rank
        )


def _repeats(one: Fact, other: Fact) -> bool:
    if one.place.table == other.place.table:
        return False
    return agree(one, other) or (one.concept is not None and one.concept == other.concept)


def _rank_documents(placed: Sequence[_Placed]) -> tuple[FactSource, ...]:
    """Set the ranks of the documents, and return them, the newest first: by filing date, or by the last period if it is
    unknown.
    """
    numbers: dict[UUID, int] = {}
    sources: list[FactSource] = []
    dates: list[str] = []
    last = None
    for each in placed:
        source = each.stored.source
        if source is not last:
            last, number = source, numbers.setdefault(source.document_id, len(numbers))
            if number == len(sources):
                sources.append(source)
                dates.append(source.filed or "")
        each.rank = number
        if source.filed is None:
            dates[number] = max(dates[number], each.stored.fact.period.end.isoformat())
    newest = sorted(range(len(sources)), key=lambda n: (dates[n], sources[n].document_id), reverse=True)
    ranks = {number: rank for rank, number in enumerate(newest)}
    for each in placed:
        each.rank = ranks[each.rank]
    return tuple(sources[number] for number in newest)


def _position(placed: _Placed) -> tuple[int, int, int, int, int]:
    place = placed.stored.fact.place
    table = place.table if place.table is not None else _LAST
    return placed.rank, table, place.row, place.page, placed.stored.number


_LAST = 1 << 30
"""Stands for the table of facts in prose, which come after those of tables."""


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
    for _, document in groupby(placed, key=lambda each: each.rank):
        places = groupby(document, key=lambda each: _position(each)[:4])
        merging.add([line for _, group in places for line in _lines_of(group)])
    return merging.rows()


def _lines_of(group: Iterable[_Placed]) -> list[_Line]:
    """Split the figures of one line of a table by their dimensions."""
    by_key: dict[_Key, list[_Placed]] = {}
    for each in group:
        by_key.setdefault(each.key, []).append(each)
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

    def add(self, lines: Sequence[_Line]) -> None:
        """Merge the lines of one document: by label, then those left by concept, then by item; the rest are new."""
        found: dict[int, _Row] = {}
        for name in _NAMES:
            fits = _Row.has_room if name is _by_label else _Row.is_free
            for index, line in enumerate(lines):
                row = None if index in found else self._find(name(line[0]), line, fits)
                if row is not None:
                    row.add(line)
                    found[index] = row
        last = self._head
        for index, line in enumerate(lines):
            first = line[0]
            # The same label may stand on several lines of one document, each with figures of other periods.
            row = found.get(index) or self._find(_by_label(first), line, _Row.has_room)
            if row is None:
                row = last.next = _Row(next=last.next)
            if index not in found:
                row.add(line)
            for key in filter(None, (name(first) for name in _NAMES)):
                if key not in row.keys:
                    row.keys.add(key)
                    self._known.setdefault(key, []).append(row)
            last = row

    def _find(self, key: tuple[object, ...] | None, line: _Line, fits: Callable[[_Row, _Line], bool]) -> _Row | None:
        known = () if key is None else self._known.get(key, ())
        return next((row for row in known[:_MOST_ALIKE] if fits(row, line)), None)


_MOST_REPEATED = 64
"""Figures of a row and column, from which on repetitions get rows of their own: each is compared with all others."""

_MOST_ALIKE = 16
"""Rows with one label, concept or item that are compared with a line. A hostile document can have any number."""


def _by_label(placed: _Placed) -> tuple[object, ...]:
    return placed.key


def _by_concept(placed: _Placed) -> tuple[object, ...] | None:
    concept = placed.stored.fact.concept
    return None if concept is None else ("concept", concept, *placed.key[1:])


def _by_item(placed: _Placed) -> tuple[object, ...] | None:
    item = placed.stored.fact.item
    return None if item is None else ("item", item, *placed.key[1:])


_NAMES = (_by_label, _by_concept, _by_item)


_METHODS = {Method.INLINE_XBRL: 0, Method.STATEMENT: 1, Method.TABLE: 2}


def _finish(row: _Row, shown: Sequence[int]) -> GridRow:
    first = row.first
    assert first is not None, "a row is made for a line"
    return GridRow(
        label=first.label,
        label_path=first.label_path,
        item=first.item,
        concept=first.concept,
        dimensions=first.dimensions,
        figures=tuple(_figure(row.cells[column]) if column in row.cells else None for column in shown),
    )


def _figure(candidates: Sequence[_Placed]) -> GridFigure:
    if len(candidates) == 1:
        return GridFigure(candidates[0].stored)
    first, *rest = sorted(candidates, key=_preference)
    shown = first.stored
    differing = distinct((each.stored for each in rest), shown)
    if not differing:
        return GridFigure(shown)
    ranks = {id(each.stored): each.rank for each in rest}
    earlier = tuple(stored for stored in differing if _is_earlier(stored, ranks[id(stored)], first))
    return GridFigure(shown, earlier, tuple(stored for stored in differing if stored not in earlier))


def _preference(placed: _Placed) -> tuple[bool, int, int, float, int]:
    """Return the order of figures: approved ones, those of the newest document, the best methods first."""
    stored = placed.stored
    is_open = stored.status is not FactStatus.APPROVED
    return is_open, placed.rank, _METHODS[stored.fact.method], -stored.fact.confidence, stored.number


def _is_earlier(stored: StoredFact, rank: int, shown: _Placed) -> bool:
    filed = stored.source.filed
    return rank > shown.rank and (filed is None or filed != shown.stored.source.filed)


def _column(label: FiscalLabel, periods: Sequence[Period]) -> GridColumn:
    """Return the column with the first period that is a duration. `periods` are those of its figures, newest first."""
    duration = next((period for period in periods if period.start is not None), None)
    period = duration or periods[0]
    return GridColumn(label, period.start, period.end)
