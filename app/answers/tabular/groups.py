"""Find the figures of a table that belong to the parts of a whole: segments in rows or in columns, with their total."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.answers.computing.table_places import Place, PlacesOfTable
from app.facts.items.names import find_items
from app.quantities.column_periods import is_period_heading
from app.quantities.values import Kind
from app.tables.rows import quantity_of

_TOTAL = re.compile(
    r"^(?:(?:sub|grand )?totals?|consolidated|combined|sum)\b|\b(?:totals?|consolidated)$|^total ", re.IGNORECASE
)
_REMAINDER = re.compile(
    r"\b(?:corporate|eliminations?|eliminated|unallocated|inter-?segment|reconcil\w+|adjustments?|all other|hedg\w+)\b"
    r"|^other\b|\band other$",
    re.IGNORECASE,
)
_MOST_PARTS = 24
_NEAREST = 2
_ADDED = frozenset({Kind.AMOUNT, Kind.NUMBER, Kind.SHARES, Kind.NIL})


@dataclass(frozen=True, slots=True)
class Part:
    """A part with its figure."""

    name: str
    place: Place

    @property
    def value(self) -> Decimal:
        quantity = quantity_of(self.place.cell)
        assert quantity.value is not None, "figures of places have numbers"
        return quantity.value.scaleb(quantity.scale or 0)

    @property
    def is_remainder(self) -> bool:
        """Whether the part is no segment of its own: corporate items, eliminations, all other."""
        return _REMAINDER.search(self.name) is not None


@dataclass(frozen=True, slots=True)
class Group:
    """The figures of all parts in one column or row of a table. `heads` are the headings and labels that say what they
    are of, and `lines` the table's title and the lines above it. `total` is their sum, if the table states it. `is_row`
    states that the parts stand beside each other. `names` are those of the parts and of totals among them.
    """

    parts: tuple[Part, ...]
    total: Place | None
    heads: tuple[str, ...]
    lines: tuple[str, ...]
    is_row: bool
    names: tuple[str, ...]

    @property
    def first(self) -> Place:
        return self.parts[0].place

    @property
    def nearest(self) -> tuple[str, ...]:
        """The title and the line next to the table."""
        return self.lines[-_NEAREST:]

    @property
    def kind(self) -> Kind:
        """The kind of the figures; TEXT if they are of several kinds."""
        kinds = {quantity_of(part.place.cell).kind for part in self.parts} - {Kind.NIL}
        return next(iter(kinds)) if len(kinds) == 1 else Kind.TEXT


def list_groups(table: PlacesOfTable) -> Iterator[Group]:
    """Yield the groups of parts in a table, in its columns and in its rows."""
    columns: dict[tuple[int, object, tuple[str, ...]], list[Part]] = {}
    repeated: dict[tuple[int, object, str], list[Part]] = {}
    rows: dict[tuple[int, object, tuple[str, ...]], list[Part]] = {}
    for place in table.places:
        path = tuple(" ".join(text.split()).strip(" :") for text in place.row.label_path)
        period = place.cell.period
        columns.setdefault((place.cell.column, period, path[:-1]), []).append(Part(path[-1], place))
        if len(path) > 1:
            repeated.setdefault((place.cell.column, period, path[-1].casefold()), []).append(Part(path[-2], place))
        named = [text for text in place.cell.header_path if not is_period_heading(text)]
        if named:
            name = " ".join(named[-1].split()).strip(" :")
            key = tuple(text for text in place.cell.header_path if is_period_heading(text))
            rows.setdefault((place.cell.row, period, key), []).append(Part(name, place))
    for (column, _, path), parts in columns.items():
        yield from _group(parts, path, _later_total(table, column, parts))
    for (_, _, label), parts in repeated.items():
        yield from _group(parts, (label,), None)
    for parts in rows.values():
        yield from _group(parts, tuple(parts[0].place.row.label_path), None, is_row=True)


def _group(
    parts: Sequence[Part], heads: tuple[str, ...], later: Place | None, *, is_row: bool = False
) -> Iterator[Group]:
    """Yield a group, if the figures have different names and are of one kind."""
    names = [part.name.casefold() for part in parts]
    if not 1 < len(parts) <= _MOST_PARTS or len(set(names)) < len(names):
        return
    found, total = split_total([*parts, *([Part("Total", later)] if later is not None else [])])
    if len(found) < 2 or len([part for part in found if find_items(part.name)]) * 3 > len(found):
        return  # rows of a statement are no parts
    own = {part.name for part in parts}
    headings = (" ".join(text.split()).strip(" :") for text in parts[0].place.cell.header_path)
    of = (text for text in (*heads, *headings) if text not in own and not is_period_heading(text))
    table = parts[0].place.row.table
    lines = tuple(filter(None, (*table.lines_above[:-1], table.caption, table.title, *table.lines_above[-1:])))
    names = [part.name for part in parts]
    yield Group(tuple(found), total, tuple(dict.fromkeys(of)), lines, is_row, tuple(names))


def split_total(parts: Sequence[Part]) -> tuple[list[Part], Place | None]:
    """Return the parts without totals, and the total of all of them; None if the table states none.

    A total is named as one, or the last figure is the sum of those before it. Subtotals are totals of the parts before
    them.
    """
    open_parts: list[tuple[Decimal, list[Part]]] = []
    for at, part in enumerate(parts):
        is_last = at == len(parts) - 1
        if _TOTAL.search(part.name) or (is_last and len(open_parts) > 1 and not part.is_remainder):
            begin = _begin_of_sum(open_parts, part)
            if begin is not None:
                inside = [each for _, group in open_parts[begin:] for each in group]
                open_parts[begin:] = [(part.value, inside)]
                if is_last and begin == 0:
                    return inside, part.place
                continue
            if _TOTAL.search(part.name):
                continue
        open_parts.append((part.value, [part]))
    inside = [each for _, group in open_parts for each in group]
    whole = parts[-1] if len(open_parts) == 1 and len(inside) > 1 else None
    return inside, None if whole is None else whole.place


def _begin_of_sum(parts: Sequence[tuple[Decimal, list[Part]]], total: Part) -> int | None:
    """Return from where on the parts sum up to a total; None if they don't. Each may be rounded."""
    if not all(quantity_of(each.place.cell).kind in _ADDED for _, group in parts for each in group):
        return None
    quantity = quantity_of(total.place.cell)
    assert quantity.value is not None
    exponent = quantity.value.as_tuple().exponent
    unit = Decimal(1).scaleb((exponent if isinstance(exponent, int) else 0) + (quantity.scale or 0))
    for begin in range(len(parts) - 1):
        values = [value for value, _ in parts[begin:]]
        if abs(sum(values, Decimal(0)) - total.value) <= unit * len(values) / 2 and any(values):
            return begin
    return None


def _later_total(table: PlacesOfTable, column: int, parts: Sequence[Part]) -> Place | None:
    """Return the total in the next row after a group of rows, which can have another level than theirs."""
    last = parts[-1].place.cell.row
    if any(_TOTAL.search(part.name) for part in parts):
        return None
    later = (place for place in table.places if place.cell.column == column and place.cell.row > last)
    first = next(later, None)
    return first if first is not None and _TOTAL.search(first.row.label_path[-1].strip(" :")) else None
