"""Finds the label path of each row: its label, and the labels above it in the hierarchy.

The hierarchy follows from indents, from names of groups (rows without values), and from totals, which close a group.
Names of groups with the same look (indent, bold, capitals, colon) are on the same level.
"""

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from workers.extraction.tables.bands import BandKind, Bands
from workers.extraction.tables.cells import Form, TextCell
from workers.extraction.tables.rows import Role, Row

_TOTAL = re.compile(r"(?:sub)?totals?\b|net (?:cash|change)\b", re.IGNORECASE)
_NUMBER = re.compile(r"(?:\(?(?:\d{1,2}(?:\.\d{1,2})*|[a-z]|[ivx]{1,5})[.)]|\d{1,2}(?:\.\d{1,2})+)\s", re.IGNORECASE)
_CHILDLESS = re.compile(
    r"^(?:(?:sub)?totals?|less|plus|add|balances?|beginning|ending|opening|closing|outstanding)\b|\d", re.IGNORECASE
)
"""Rows with values that are no heads of the more indented rows below them."""
_MOST_DEPTH = 8
_INDENT_STEP = 3.0
"""Points or pixels. Indents of statements differ by 6 or more; less is inexact printing."""


Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Look:
    """What marks the level of a group's name."""

    indent: int
    bold: bool
    capitals: bool
    colon: bool
    numbered: bool


@dataclass(slots=True, eq=False)
class _Open:
    """A label that is open above the current row."""

    text: str
    look: _Look
    is_group: bool
    has_rows: bool = False


class Labels:
    """The label paths of one table, by row and side. A table with labels in its middle has several sides."""

    def __init__(self, rows: Sequence[Row], bands: Bands) -> None:
        self._sides = _sides(bands)
        self._paths: list[dict[int, Path]] = [dict(_paths(rows, bands, start, end)) for start, end in self._sides]

    def path(self, row: int, band: int) -> Path:
        """Return the label path of a figure, outermost first."""
        for side, (start, end) in enumerate(self._sides):
            if start <= band < end:
                return self._paths[side].get(row) or self._paths[0].get(row, ())
        return ()

    def first_paths(self) -> Mapping[int, Path]:
        """Return the label paths of the first side, by row."""
        return self._paths[0] if self._paths else {}


def _sides(bands: Bands) -> list[tuple[int, int]]:
    """Return the ranges of bands that belong to one column of labels each."""
    starts = [
        at
        for at, band in enumerate(bands)
        if band.kind is BandKind.LABEL and (at == 0 or bands[at - 1].kind is not BandKind.LABEL)
    ]
    if not starts:
        return []
    starts[0] = 0
    return list(zip(starts, [*starts[1:], len(bands)], strict=True))


def _paths(rows: Sequence[Row], bands: Bands, start: int, end: int) -> Iterator[tuple[int, Path]]:
    """Yield the path of each row of one side. A later path of the same row replaces the earlier one."""
    left = bands[start].left if start else -1
    right = bands[end - 1].right if end < len(bands) else sys.maxsize
    tree = _Tree()
    for row in rows:
        if row.role is Role.HEAD:
            tree.last = None
            continue
        labels = [cell for cell in (*row.labels, *row.wide) if left <= cell.left < right]
        data = [cell for cell in row.data if left <= cell.left < right]
        yield from tree.read(row.number, labels, data)


class _Tree:
    """The labels that are open above the current row."""

    def __init__(self) -> None:
        self._open: list[_Open] = []
        self._spanning: list[tuple[int, TextCell]] = []
        self.last: tuple[int, Path] | None = None

    def read(self, row: int, labels: list[TextCell], data: list[TextCell]) -> Iterator[tuple[int, Path]]:
        self._spanning = [(bottom, cell) for bottom, cell in self._spanning if bottom > row]
        outer = tuple(cell.text for _, cell in self._spanning)
        self._spanning += [(row + cell.source.row_span, cell) for cell in labels if cell.source.row_span > 1]
        text = " ".join(cell.text for cell in labels)
        if not text:
            yield row, self._path_without_label(outer, data)
            return
        look = _look(labels[0], text)
        if not data:
            if self.last is not None and text[0].islower():
                before, path = self.last  # a label goes on in the next line
                self.last = (before, (*path[:-1], f"{path[-1]} {text}"))
                yield self.last
                return
            _close_for_group(self._open, look)
            self._open.append(_Open(text, look, is_group=True))
            self.last = None
            yield row, tuple(entry.text for entry in self._open)
        else:
            if text[0].islower() and self._open and self._open[-1].is_group and not self._open[-1].has_rows:
                begun = self._open.pop()
                text, look = f"{begun.text} {text}", begun.look
            _close_for_row(self._open, look, text)
            path = (*(entry.text for entry in self._open), *outer, text)
            for entry in self._open:
                entry.has_rows = True
            if not _CHILDLESS.search(text):
                self._open.append(_Open(text, look, is_group=False))
            self.last = (row, path)
            yield row, path
        del self._open[:-_MOST_DEPTH]

    def _path_without_label(self, outer: Path, data: list[TextCell]) -> Path:
        """Return the path of a row without a label: its groups, or the label above and the words left of figures."""
        words = []
        for cell in data:
            if cell.form not in (Form.WORDS, Form.COUNT, Form.PERIOD):
                break
            words.append(cell.text)
        if words and len(words) < len(data):
            return (*(self.last[1] if self.last else ()), " ".join(words))
        return (*(entry.text for entry in self._open if entry.is_group), *outer)


def _look(cell: TextCell, text: str) -> _Look:
    return _Look(
        indent=round(cell.source.indent / _INDENT_STEP),
        bold=cell.source.bold,
        capitals=text.isupper(),
        colon=text.endswith(":"),
        numbered=_NUMBER.match(text) is not None,
    )


def _close_for_row(open_: list[_Open], look: _Look, text: str) -> None:
    """Close what a row with values does not belong to: labels that are not less indented, and a total's group."""
    while open_ and not open_[-1].is_group and open_[-1].look.indent >= look.indent:
        open_.pop()
    if _TOTAL.match(text):
        while open_ and not open_[-1].is_group:
            open_.pop()
        _close_totalled(open_, text)
        return
    while open_ and open_[-1].is_group and open_[-1].look.indent > look.indent and open_[-1].has_rows:
        open_.pop()


def _close_totalled(open_: list[_Open], text: str) -> None:
    """Close the innermost group that a total names ("Total current assets": "Current assets"), else the innermost."""
    words = set(re.findall(r"\w+", text.casefold()))
    for at in range(len(open_) - 1, -1, -1):
        own = set(re.findall(r"\w+", open_[at].text.casefold()))
        if own and own <= words:
            del open_[at:]
            return
    if open_ and open_[-1].has_rows:
        open_.pop()


def _close_for_group(open_: list[_Open], look: _Look) -> None:
    while open_ and not open_[-1].is_group:
        open_.pop()
    for at, entry in enumerate(open_):
        if entry.look == look or (entry.look.indent > look.indent and entry.has_rows):
            if entry.look == look and not any(later.has_rows for later in open_[at:]):
                continue  # two names in a row, before any value: the second is within the first
            del open_[at:]
            return
