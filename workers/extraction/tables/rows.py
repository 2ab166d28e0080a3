"""Decides what each row of a table does: it heads columns, holds values, or names a group of rows."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import pairwise

from app.quantities.headings import find_years
from workers.extraction.tables.bands import BandKind, Bands
from workers.extraction.tables.cells import FIGURES, Form, TextCell

_PERIODS = (Form.YEAR, Form.PERIOD)
_ENDED = re.compile(r"\b(?:ended|ending|as of|as at)\b", re.IGNORECASE)
_HEADINGS = (Form.YEAR, Form.PERIOD, Form.UNITS)


class Role(Enum):
    HEAD = auto()
    VALUES = auto()
    GROUP = auto()


@dataclass(slots=True, eq=False)
class Row:
    """A row's cells from left to right: `labels` are in label bands, `data` in other bands, `wide` over both."""

    number: int
    cells: list[TextCell]
    labels: list[TextCell] = field(default_factory=list)
    wide: list[TextCell] = field(default_factory=list)
    data: list[TextCell] = field(default_factory=list)
    role: Role = Role.VALUES

    @property
    def has_figures(self) -> bool:
        """Whether the row has figures, or counts beside a label ("Expected term", "6 years")."""
        if any(cell.form is Form.FIGURE for cell in self.data):
            return True
        has_label = bool(self.labels) and self.labels[0].form not in _HEADINGS
        return has_label and any(cell.form is Form.COUNT for cell in self.data)

    def all_data(self, *forms: Form) -> bool:
        return bool(self.data) and all(cell.form in forms for cell in self.data)

    def data_texts(self) -> tuple[str, ...]:
        return tuple(cell.text for cell in self.data)


def valued_rows(rows: Sequence[list[TextCell]]) -> list[list[TextCell]]:
    """Return the rows that show where the columns are: those with figures right of the first column, else with text."""
    first = min((cell.left for row in rows for cell in row), default=0)
    found = [row for row in rows if any(cell.form in FIGURES and cell.left > first for cell in row)]
    return found or [row for row in rows if len(row) > 1] or list(rows)


def read_rows(rows: Sequence[list[TextCell]], bands: Bands) -> list[Row]:
    """Return the rows with their roles."""
    read = [_split(number, cells, bands) for number, cells in enumerate(rows)]
    first = next((at for at, row in enumerate(read) if row.has_figures), None)
    if first is None:
        _set_roles_without_figures(read)
        return read
    _set_roles_above(read[:first], read[first], bands)
    _set_roles_below(read, first, bands)
    return read


def _split(number: int, cells: list[TextCell], bands: Bands) -> Row:
    row = Row(number, cells)
    for cell in cells:
        kinds = [bands[index].kind is BandKind.LABEL for index in bands.under(cell.left, cell.right)]
        if not kinds:
            # Beside all bands: a label left of the first figures, else a heading or a value.
            is_label = len(bands) > 0 and cell.right <= bands[0].left
        elif all(kinds):
            is_label = True
        elif any(kinds) and kinds[0]:
            if len(cells) == 1:
                row.wide.append(cell)
                continue
            is_label = True
        else:
            is_label = False
        (row.labels if is_label else row.data).append(cell)
    return row


def _set_roles_above(rows: Sequence[Row], below: Row, bands: Bands) -> None:
    """Set the roles of the rows above `below`, which has the first figures. Names of groups directly above it are no
    headings, and neither is a year above rows that are named by periods themselves ("2024", "First quarter").
    """
    end = len(rows)
    if end > 1 and len(rows[-1].cells) == 1 and rows[-1].labels and below.labels and below.labels[0].form in _PERIODS:
        end -= 1
    while end and not _heads_above(rows[end - 1]):
        end -= 1
    headed = False
    for at, row in enumerate(rows):
        if at >= end:
            row.role = Role.GROUP if row.cells else Role.VALUES
        elif headed and row.labels and row.data and not _is_marked_head(row) and not _is_over_figures(row, bands):
            row.role = Role.VALUES
        else:
            row.role = Role.HEAD
            headed = headed or len(row.data) > 1


def _heads_above(row: Row) -> bool:
    """Return whether a row above the first figures is part of the headings, with all rows above it."""
    if row.data:
        return True
    return any(cell.form in _HEADINGS for cell in (*row.wide, *(row.labels if len(row.cells) == 1 else ())))


def _set_roles_below(rows: Sequence[Row], first: int, bands: Bands) -> None:
    """Set the roles of the rows from the first figures on. A heading there starts a new section of columns."""
    heads = {row.data_texts() for row in rows[:first] if row.role is Role.HEAD and row.data}
    valued = [row for row in rows[first:] if row.has_figures]
    bold = 2 * sum(all(cell.source.bold for cell in row.data) for row in valued) > len(valued)
    for at, row in enumerate(rows[first:], first + 1):
        if row.has_figures:
            row.role = Role.VALUES
        elif not row.data:
            row.role = Role.HEAD if _heads_alone(row, rows[at] if at < len(rows) else None) else Role.GROUP
        elif _heads_again(row, heads, bands, bold_values=bold):
            row.role = Role.HEAD
            heads.add(row.data_texts())
        else:
            row.role = Role.VALUES


def _heads_alone(row: Row, below: Row | None) -> bool:
    """Return whether a row with one text and no values heads what follows: units, or a period of the rows below."""
    if len(row.cells) != 1 or row.cells[0].form not in _HEADINGS:
        return False
    text = row.cells[0].text
    if row.wide or row.cells[0].form is Form.UNITS or text.endswith(":") or _ENDED.search(text):
        return True
    # A list of periods without values in some row is no heading.
    return below is not None and not (below.labels and below.labels[0].form in _PERIODS)


def _heads_again(row: Row, heads: set[tuple[str, ...]], bands: Bands, *, bold_values: bool) -> bool:
    """Return whether a row without figures below the first figures heads what follows."""
    if row.data_texts() in heads or _is_marked_head(row):
        return True
    label = row.labels[0] if row.labels else None
    if label is not None and label.form in _HEADINGS and all(_is_cell_over_figures(cell, bands) for cell in row.data):
        return True
    if row.all_data(*_HEADINGS):
        return label is None or label.form in _HEADINGS or _are_consecutive(row.data)
    if not bold_values and len(row.data) > 1 and all(cell.source.bold for cell in row.data):
        return True
    # Words without a label over columns of figures are headings; in columns of words they go on with the row above.
    return label is None and all(_is_cell_over_figures(cell, bands) for cell in row.data)


def _is_over_figures(row: Row, bands: Bands) -> bool:
    return any(_is_cell_over_figures(cell, bands) for cell in row.data)


def _is_cell_over_figures(cell: TextCell, bands: Bands) -> bool:
    return any(bands[index].kind is BandKind.FIGURES for index in bands.under(cell.left, cell.right))


def _is_marked_head(row: Row) -> bool:
    return bool(row.data) and all(cell.source.is_heading for cell in row.data)


def _are_consecutive(cells: Sequence[TextCell]) -> bool:
    """Return whether the cells name two or more years that follow each other, as headings do ("2024", "2023")."""
    years = [int(year) for cell in cells for year in find_years(cell.text)[:1]]
    steps = {after - before for before, after in pairwise(years)}
    return len(years) == len(cells) and (steps <= {-1, 0} or steps <= {1, 0}) and len(steps) > 0


def _set_roles_without_figures(rows: Sequence[Row]) -> None:
    """Set the roles in a table of words: leading rows that the file marks, or bold above rows that are not bold."""
    bold_rows = [bool(row.cells) and all(cell.source.bold for cell in row.cells) for row in rows]
    for at, row in enumerate(rows):
        if not (_is_marked_head(row) or (bold_rows[at] and not all(bold_rows)) or row.all_data(*_HEADINGS)):
            break
        row.role = Role.HEAD
    for row in rows:
        if row.role is Role.VALUES and not row.data:
            row.role = Role.GROUP
