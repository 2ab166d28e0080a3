"""Table rows in a page's text: label, values, and the periods and units in the headings above.

A table row is one line of the page's text, with a tab between cells (`app.documents.content.parsed.Row`). Narrow
columns may share a cell, and a sign may be in another cell than its number ("19<tab>% $<tab>39,117"). Therefore values
are recognised by their form, not by their cells.
"""

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from app.quantities.headings import (
    find_years,
    has_change_word,
    has_period_word,
    without_period_words,
    without_periods,
    without_years,
)
from app.quantities.numbers import find_values, has_value
from app.quantities.scales import find_units

Span = tuple[int, int]

_PART_OF_GROUP = re.compile(
    r"(?:basic|diluted|current|non-?current|domestic|foreign|federal|state|other|class|series)\b|\S+$", re.IGNORECASE
)
_UNITS_HINT = re.compile(r"thousands|millions|billions", re.IGNORECASE)
_MAX_GROUP = 15
_MAX_UP = 80
_MAX_UNITS_UP = 8
_PROSE_CHARACTERS = 160


@dataclass(frozen=True, slots=True)
class Column:
    """A column of values: its complete heading as one label, and the years in the heading."""

    label: str
    years: frozenset[int]


@dataclass(frozen=True, slots=True)
class TableRow:
    """A table row. Spans are offsets into the page's text.

    `cells` are the spans of the values. `columns` has a column per value; it is empty if the values cannot be assigned
    to columns. `headings` are the columns of the complete heading, including those without a value in this row.
    `heading` is the span of the heading's lines, if any. `units` is the table's statement of its units ("in millions"),
    or "". `support` has the spans of the heading, of the units, and of the group name at the beginning of the label. A
    citation of the row should include them.
    """

    span: Span
    label: str
    values: tuple[str, ...]
    cells: tuple[Span, ...]
    columns: tuple[Column, ...]
    headings: tuple[Column, ...]
    heading: Span | None
    units: str
    support: tuple[Span, ...]


class PageLines:
    """The lines of a page, split once for all its rows."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._spans = [match.span() for match in re.finditer(r"[^\n]*\n?", text) if match.group()]
        self._lines = [text[start:end].rstrip("\n") for start, end in self._spans]
        self._known_headings: dict[int, bool] = {}
        self._starts = [start for start, _ in self._spans]
        self._headings: dict[int, tuple[int, int] | None] = {}

    def row_lines(self, start: int, end: int) -> list[int]:
        """List the line numbers of the rows with values between the offsets `start` and `end`."""
        first = bisect_left(self._starts, start)
        last = bisect_left(self._starts, end)
        return [index for index in range(first, last) if self._spans[index][1] <= end + 1 and self._is_row(index)]

    def line_at(self, offset: int) -> int | None:
        """Return the number of the line at `offset` if it is a row with values, else None."""
        index = bisect_right(self._starts, offset) - 1
        return index if index >= 0 and offset < self._spans[index][1] and self._is_row(index) else None

    def label(self, index: int) -> str:
        """Return a row's label, prefixed by its group name or by the first line of a wrapped label."""
        return self._label(index)[0]

    def years(self, index: int) -> frozenset[int]:
        """Return the years in the heading of a row's table."""
        heading = self._heading(index)
        return frozenset(map(int, find_years(self._lines[heading[1]]))) if heading else frozenset()

    def row(self, index: int) -> TableRow:
        """Return the row on line `index`, a line number from `row_lines` or `line_at`."""
        label, parent = self._label(index)
        matches = self._values(index)
        values = tuple(re.sub(r"\s+", "", match.group()) for match in matches)
        at = self._spans[index][0]
        heading = self._heading(index)
        units, units_line = self._units(index, heading)
        support = [self._trimmed(*heading)] if heading else []
        if units_line not in (None, index) and not (heading and heading[0] <= (units_line or 0) <= heading[1]):
            support.append(self._trimmed(units_line or 0, units_line or 0))
        if parent is not None:
            support.append(self._trimmed(parent, parent))
        headings = self._columns(heading) if heading else []
        return TableRow(
            span=self._trimmed(index, index),
            label=label,
            values=values,
            cells=tuple(_stripped(match, at) for match in matches),
            columns=tuple(_matched(headings, values)),
            headings=tuple(headings),
            heading=self._trimmed(*heading) if heading else None,
            units=units,
            support=tuple(support),
        )

    def _values(self, index: int) -> list[re.Match[str]]:
        line = self._lines[index]
        return find_values(line, line.index("\t") + 1)

    def _is_row(self, index: int) -> bool:
        line = self._lines[index]
        label, tab, rest = line.partition("\t")
        if not tab or self._is_heading(index) or not any(map(str.isalpha, label)) or not has_value(rest):
            return False
        return not self._heads(index)

    def _label(self, index: int) -> tuple[str, int | None]:
        """Return a row's label, and the number of the line above on which it begins, if any."""
        label = self._lines[index].partition("\t")[0].strip()
        parent = self._parent(index, label)
        return (label, None) if parent is None else (f"{self._lines[parent].strip()} {label}", parent)

    def _trimmed(self, first: int, last: int) -> Span:
        start, end = self._spans[first][0], self._spans[last][1]
        piece = self._text[start:end]
        return start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())

    def _parent(self, index: int, label: str) -> int | None:
        """Find the line that a row's label continues: a group name with ":", or the first line of a wrapped label."""
        for above in range(index - 1, max(-1, index - _MAX_GROUP), -1):
            line = self._lines[above].strip()
            if not line or line.lower().startswith("total") or self._is_heading(above):
                return None
            if "\t" in line:
                continue
            if line.endswith(":"):
                return above if len(line) < 100 and _PART_OF_GROUP.match(label) else None
            wrapped = above == index - 1 and len(line) < 100 and not line.endswith((".", ")")) and label[:1].islower()
            return above if wrapped else None
        return None

    def _heading(self, index: int) -> tuple[int, int] | None:
        """Return the first and last line of the nearest period heading above a row in the same table."""
        if index not in self._headings:
            above = index - 1
            known = self._headings.get(above) if above >= 0 and "\t" in self._lines[above] else None
            self._headings[index] = known or self._find_heading(index)
        return self._headings[index]

    def _find_heading(self, index: int) -> tuple[int, int] | None:
        for above in range(index - 1, max(-1, index - _MAX_UP), -1):
            line = self._lines[above]
            if self._is_heading(above):
                first = above
                while first > 0 and above - first < 4 and self._heads(first - 1):
                    first -= 1
                return first, above
            if "\t" not in line and len(line) > _PROSE_CHARACTERS:
                return None
        return None

    def _is_heading(self, index: int) -> bool:
        if index not in self._known_headings:
            self._known_headings[index] = _is_period_heading(self._lines[index])
        return self._known_headings[index]

    def _heads(self, index: int) -> bool:
        """Return whether a line above the years can belong to the heading: such a line has period words or days, and no
        amounts.
        """
        line = self._lines[index].strip()
        bare = without_periods(line)
        if re.search(r"\d", bare) or len(line) >= 120 or line.endswith("."):
            return False
        return has_period_word(line) or has_change_word(line) or (bool(line) and not bare.strip())

    def _units(self, index: int, heading: tuple[int, int] | None) -> tuple[str, int | None]:
        """Find the units of the amounts, and the number of the line that states them. The row, its heading, and up to 8
        lines above the heading are searched.
        """
        first = max(0, (heading[0] if heading else index) - _MAX_UNITS_UP)
        for line in range(index, first - 1, -1):
            text = self._lines[line]
            if (
                (heading and heading[1] < line < index and "\t" in text)
                or "s" not in text
                or not _UNITS_HINT.search(text)
            ):
                continue
            if units := _find_units(text):
                return units, line
        return "", None

    def _columns(self, heading: tuple[int, int]) -> list[Column]:
        first, last = heading
        cells = _cells(self._lines[last])
        if cells and not find_years(cells[0]) and len(cells) > 1:
            cells = cells[1:]
        labels = [_short(cell) for cell in cells]
        years = [frozenset(map(int, find_years(cell))) for cell in cells]
        for line in range(last - 1, first - 1, -1):
            above = [cell for cell in _cells(self._lines[line]) if _heads_columns(cell)]
            # A single "Increase (decrease)" spans all columns only if each column has exactly one year.
            if len(above) == 1 and has_change_word(above[0]) and any(len(found) != 1 for found in years):
                continue
            if above and len(labels) % len(above) == 0:
                share = len(labels) // len(above)
                labels = [f"{above[place // share]} {label}" for place, label in enumerate(labels)]
        dated = [label for label, found in zip(labels, years, strict=True) if found]
        if len(set(dated)) < len(dated):
            return []
        return [Column(label=label, years=found) for label, found in zip(labels, years, strict=True)]


def _stripped(match: re.Match[str], at: int) -> Span:
    """Return the match's span without surrounding white space; `at` is the offset of its line."""
    found = match.group()
    return at + match.end() - len(found.lstrip()), at + match.start() + len(found.rstrip())


def _find_units(line: str) -> str:
    """Return the line's statement of units, without text outside its cell or brackets; "" if there is none."""
    found = next(find_units(line), None)
    if found is None:
        return ""
    start = max(line.rfind(mark, 0, found.start) for mark in "()\t") + 1
    ends = [end for mark in "()\t" if (end := line.find(mark, found.end)) >= 0]
    return line[start : min(ends, default=len(line))].strip()


def _is_period_heading(line: str) -> bool:
    """Return whether a line has years, and no numbers other than years, days and counts of weeks."""
    if (
        ("20" not in line and "19" not in line)
        or not find_years(line)
        or len(line) > _PROSE_CHARACTERS
        or line.rstrip().endswith(".")
    ):
        return False
    bare = without_periods(line)
    if re.search(r"\d", bare):
        return False
    # A line without cells must have few other words, because titles also have years.
    return "\t" in line or len(re.sub(r"[\W\d]|for|the", "", without_period_words(bare))) < 8


def _cells(line: str) -> list[str]:
    """Split a heading into cells; a cell with only years is split into one cell per year."""
    cells: list[str] = []
    for cell in filter(None, map(str.strip, line.split("\t"))):
        years = find_years(cell)
        cells.extend(years if len(years) > 1 and not without_years(cell).strip() else [cell])
    return cells


def _heads_columns(cell: str) -> bool:
    return has_period_word(cell) or has_change_word(cell) or cell[0].isdigit()


def _short(cell: str) -> str:
    years = find_years(cell)
    return cell if len(cell) <= 40 or not years else years[0]


def _matched(columns: list[Column], values: tuple[str, ...]) -> list[Column]:
    """Return one column per value, or [] if the columns are ambiguous. A percentage outside the dated columns gets a
    column with an empty label.
    """
    if not columns:
        return []
    if len(columns) == len(values):
        return columns
    dated = [column for column in columns if column.years]
    plain = [not value.endswith(("%", "%)")) for value in values]
    if not all(plain) and len(dated) == sum(plain):
        remaining = iter(dated)
        return [next(remaining) if is_plain else Column("", frozenset()) for is_plain in plain]
    return []
