"""Merge the lines of an issuer's filings into the rows of a grid.

A line of a filing is the line of another one that has the same label, or else the same concept, or else the same
figures in the periods that both state, or else the same item.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby
from uuid import UUID

from app.facts.comparing import agree
from app.facts.grid_labels import plain_label, plain_path
from app.facts.grid_periods import QUARTERS
from app.facts.model import Fact, FactSource, FiscalLabel, StatementKind, StoredFact

Dimensions = tuple[tuple[str, str], ...]

_FACE = frozenset(
    {StatementKind.INCOME, StatementKind.COMPREHENSIVE_INCOME, StatementKind.BALANCE, StatementKind.CASH_FLOW}
)
"""Statements whose labels identify their rows, although tags may give the same row other dimensions."""


class Placed:
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
        path = plain_path(fact.label_path or (fact.label,), fact.statement)
        self.key: _Key = (path, fact.dimensions, fact.period.start is None)

    @property
    def figure(self) -> tuple[int, Decimal, bool]:
        return self.column, self.stored.fact.value, self.key[2]


_Key = tuple[str, Dimensions, bool]
_Line = Sequence[Placed]


@dataclass(eq=False, slots=True)
class Row:
    """A row while it is built: its figures by column, the columns that each document has `filled`, and the `keys` that
    it is found by.
    """

    next: "Row | None" = None
    first: Fact | None = None
    cells: dict[int, list[Placed]] = field(default_factory=dict)
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

    def has_key_of(self, line: _Line) -> bool:
        """Return whether the line has the dimensions of the row, and no other concept."""
        here, there = self.first, line[0].stored.fact
        assert here is not None, "a row is made for a line"
        is_other = None not in (here.concept, there.concept) and here.concept != there.concept
        return not is_other and any(key[1:] == line[0].key[1:] for key in self.keys if len(key) == len(line[0].key))

    def needed(self, line: _Line) -> int:
        """Return how many figures must be equal for the line to be this row: all that both state."""
        here, there = self.first, line[0].stored.fact
        assert here is not None, "a row is made for a line"
        both = sum(each.column in self.cells for each in line)
        one, other = ({*plain_label(fact.label).split()} for fact in (here, there))
        return max(both, 1 if 2 * len(one & other) > len(one | other) else 2)

    def has_room(self, line: _Line) -> bool:
        """Return whether the line's document has no figure in its columns here yet, or states them in another table
        again: the same ones, or ones with the same concept.
        """
        filled = self.filled.get(line[0].rank)
        if filled is None:
            return True
        for each in line:
            if each.column in filled:
                stated = self.cells[each.column]
                if len(stated) >= _MOST_REPEATED:
                    return False
                for other in stated:
                    if other.rank == each.rank and not _repeats(other.stored.fact, each.stored.fact):
                        return False
        return True


def _repeats(one: Fact, other: Fact) -> bool:
    if one.place.table == other.place.table:
        return False
    return agree(one, other) or (one.concept is not None and one.concept == other.concept)


def rank_documents(placed: Sequence[Placed]) -> tuple[FactSource, ...]:
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


def position(placed: Placed) -> tuple[int, int, int, int, int]:
    place = placed.stored.fact.place
    table = place.table if place.table is not None else _LAST
    return placed.rank, table, place.row, place.page, placed.stored.number


_LAST = 1 << 30
"""Table number of facts in prose, so that they come after those of tables."""


def merge_lines(placed: Sequence[Placed]) -> Iterator[Row]:
    """Merge the lines of all documents into rows. A line that no newer document has stands after the line before it."""
    merging = _Merging()
    for _, document in groupby(placed, key=lambda each: each.rank):
        places = groupby(document, key=lambda each: position(each)[:4])
        merging.add([line for _, group in places for line in _lines_of(group)])
    return merging.rows()


def _lines_of(group: Iterable[Placed]) -> list[_Line]:
    """Split the figures of one line of a table by their dimensions.

    If the line has only one in a statement that has no columns for them, they don't count beside the label. They do
    beside a concept or an item, which the total and its parts have in common.
    """
    line = list(group)
    dimensions = {each.key[1] for each in line}
    if len(dimensions) == 1 and line[0].stored.fact.statement in _FACE:
        for each in line:
            each.key = (each.key[0], (), each.key[2])
    by_key: dict[_Key, list[Placed]] = {}
    for each in line:
        by_key.setdefault(each.key, []).append(each)
    return list(by_key.values())


class _Merging:
    """Rows, each linked to the next one, so that a row is inserted in constant time. `_known` has them by what they are
    found by.
    """

    def __init__(self) -> None:
        self._head = Row()
        self._known: dict[tuple[object, ...], list[Row]] = {}
        self._stating: dict[tuple[int, Decimal, bool], list[Row]] = {}

    def rows(self) -> Iterator[Row]:
        row = self._head.next
        while row is not None:
            yield row
            row = row.next

    def add(self, lines: Sequence[_Line]) -> None:
        """Merge the lines of one document: by the very label, then those left by the plain label, by concept, by
        figures and by item; the rest are new.
        """
        found: dict[int, Row] = {}
        for find in (
            self._with_same_label, self._with_label, self._with_concept, self._with_figures, self._with_item,
        ):  # fmt: skip
            for index, line in enumerate(lines):
                row = None if index in found else find(line)
                if row is not None:
                    row.add(line)
                    found[index] = row
        last = self._head
        for index, line in enumerate(lines):
            first = line[0]
            # The same label may stand on several lines of one document, each with figures of other periods.
            row = found.get(index) or self._with_label(line)
            if row is None:
                row = last.next = Row(next=last.next)
            if index not in found:
                row.add(line)
            for key in filter(None, (name(first) for name in _NAMES)):
                if key not in row.keys:
                    row.keys.add(key)
                    self._known.setdefault(key, []).append(row)
            for each in line:
                stating = self._stating.setdefault(each.figure, [])
                if len(stating) < _MOST_ALIKE and row not in stating:
                    stating.append(row)
            last = row

    def _with_same_label(self, line: _Line) -> Row | None:
        return self._find(_by_very_label(line[0]), line, Row.has_room)

    def _with_label(self, line: _Line) -> Row | None:
        return self._find(_by_label(line[0]), line, Row.has_room)

    def _with_concept(self, line: _Line) -> Row | None:
        return self._find(_by_concept(line[0]), line, Row.is_free)

    def _with_item(self, line: _Line) -> Row | None:
        return self._find(_by_item(line[0]), line, Row.is_free)

    def _with_figures(self, line: _Line) -> Row | None:
        """Return the only row with the same figures in all periods that both state: one if the labels are alike, and
        else at least two.
        """
        shared: dict[int, tuple[Row, int]] = {}
        for each in line:
            if each.stored.fact.value:
                for row in self._stating.get(each.figure, ()):
                    shared[id(row)] = (row, shared.get(id(row), (row, 0))[1] + 1)
        fits = [
            row
            for row, count in shared.values()
            if row.is_free(line) and row.has_key_of(line) and count >= row.needed(line)
        ]
        return fits[0] if len(fits) == 1 else None

    def _find(self, key: tuple[object, ...] | None, line: _Line, fits: Callable[[Row, _Line], bool]) -> Row | None:
        known = () if key is None else self._known.get(key, ())
        return next((row for row in known[:_MOST_ALIKE] if fits(row, line)), None)


_MOST_REPEATED = 64
"""Most figures of a row and column: each is compared with all others. Further repetitions get rows of their own."""

_MOST_ALIKE = 16
"""Most rows of one label, concept or item that a line is compared with. A hostile document can have any number."""


def _by_very_label(placed: Placed) -> tuple[object, ...]:
    return "label", placed.stored.fact.label_path, *placed.key[1:]


def _by_label(placed: Placed) -> tuple[object, ...]:
    return placed.key


def _by_concept(placed: Placed) -> tuple[object, ...] | None:
    concept = placed.stored.fact.concept
    return None if concept is None else ("concept", concept, placed.stored.fact.dimensions, placed.key[2])


def _by_item(placed: Placed) -> tuple[object, ...] | None:
    item = placed.stored.fact.item
    return None if item is None else ("item", item, placed.stored.fact.dimensions, placed.key[2])


_NAMES = (_by_very_label, _by_label, _by_concept, _by_item)
