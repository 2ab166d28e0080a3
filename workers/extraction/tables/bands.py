"""Finds the columns of a table from the spans of its cells.

A grid has columns for spacing and for signs, and its cells can cover several columns. A band is what people see as one
column: the grid columns that the cells of several rows share.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from workers.extraction.tables.cells import FIGURES, Form, TextCell

_MOST_CROSSED = 64
"""A cell over more bands than this never joins them; it bounds the work for hostile tables."""
_FILLED = 0.6
"""A band of words between figures is a label column if it has text in this share of the rows."""
_DIFFERENT = 0.9
"""… and if this share of its texts are different: labels are, kinds and places are not."""


class BandKind(Enum):
    LABEL = auto()
    FIGURES = auto()
    WORDS = auto()


@dataclass(slots=True, eq=False)
class Band:
    """A column of the table: the grid columns from `left` to `right` (exclusive). `rows` is the bit set of the rows
    with a cell in it.
    """

    left: int
    right: int
    rows: int = 0
    forms: dict[Form, int] = field(default_factory=dict)
    words: set[str] = field(default_factory=set)
    kind: BandKind = BandKind.WORDS

    def count(self, *forms: Form) -> int:
        return sum(self.forms.get(form, 0) for form in forms)

    def take(self, cell: TextCell, row: int) -> None:
        self.rows |= row
        self.forms[cell.form] = self.forms.get(cell.form, 0) + 1
        if cell.form is Form.WORDS:
            self.words.add(cell.text)


class Bands:
    """The bands of one table, from left to right."""

    def __init__(self, rows: Sequence[Sequence[TextCell]]) -> None:
        """Find the bands of the given rows. Narrow cells decide; a cell over two bands of one row is not a column."""
        self._bands: list[Band] = []
        self._lefts: list[int] = []
        cells = [(cell, 1 << index) for index, row in enumerate(rows) for cell in row]
        for cell, row in sorted(cells, key=lambda pair: pair[0].right - pair[0].left):
            self._add(cell, row)
        self._set_kinds(len(rows))

    def __iter__(self) -> Iterator[Band]:
        return iter(self._bands)

    def __len__(self) -> int:
        return len(self._bands)

    def __getitem__(self, index: int) -> Band:
        return self._bands[index]

    def under(self, left: int, right: int) -> range:
        """Return the indices of the bands that share a grid column with the columns from `left` to `right`."""
        first = bisect_right(self._lefts, left) - 1
        if first < 0 or self._bands[first].right <= left:
            first += 1
        return range(first, max(first, bisect_left(self._lefts, right)))

    def best(self, cell: TextCell) -> int | None:
        """Return the index of the band that shares most columns with a cell; None if none does."""
        under = self.under(cell.left, cell.right)
        if len(under) < 2:
            return under[0] if under else None
        return max(under, key=lambda index: cell.overlap(self._bands[index].left, self._bands[index].right))

    def _add(self, cell: TextCell, row: int) -> None:
        under = self.under(cell.left, cell.right)
        if not under:
            at = under.start
            band = Band(cell.left, cell.right)
            self._bands.insert(at, band)
            self._lefts.insert(at, cell.left)
        else:
            if len(under) > _MOST_CROSSED or not self._join(under):
                return
            at = under.start
            band = self._bands[at]
            band.left, band.right = min(band.left, cell.left), max(band.right, cell.right)
            self._lefts[at] = band.left
        band.take(cell, row)

    def _join(self, under: range) -> bool:
        """Make one band of several, unless two of them have cells in the same row."""
        seen = 0
        for index in under:
            if seen & self._bands[index].rows:
                return False
            seen |= self._bands[index].rows
        first = self._bands[under.start]
        for index in under[1:]:
            other = self._bands[index]
            first.right, first.rows = other.right, first.rows | other.rows
            first.words |= other.words
            for form, number in other.forms.items():
                first.forms[form] = first.forms.get(form, 0) + number
        del self._bands[under.start + 1 : under.stop], self._lefts[under.start + 1 : under.stop]
        return True

    def _set_kinds(self, rows: int) -> None:
        """Decide which bands hold labels: the first band, if it holds words, and bands of words before figures."""
        for band in self._bands:
            figures, words = band.count(*FIGURES), band.count(Form.WORDS)
            years = band.count(Form.YEAR, Form.PERIOD)
            if figures + (years if band is not self._bands[0] and not words else 0) > words:
                band.kind = BandKind.FIGURES
        if not self._bands:
            return
        figures_from = next((i for i, band in enumerate(self._bands) if band.kind is BandKind.FIGURES), None)
        first = self._bands[0]
        if first.kind is BandKind.WORDS or all(band.kind is BandKind.FIGURES for band in self._bands[1:]):
            first.kind = BandKind.LABEL
        labelled = first.rows
        for band in self._bands[1:]:
            # Indented labels can make a column of their own: no row has a cell in both.
            if first.kind is not BandKind.LABEL or band.count(*FIGURES) or band.rows & labelled:
                break
            band.kind = BandKind.LABEL
            labelled |= band.rows
        seen_figures = figures_from == 0 and first.kind is BandKind.FIGURES
        for at, band in enumerate(self._bands[1:], 1):
            if band.kind is BandKind.FIGURES:
                seen_figures = True
            elif band.kind is BandKind.LABEL:
                continue
            elif (
                seen_figures
                and len(band.words) >= _FILLED * rows
                and len(band.words) >= _DIFFERENT * band.count(Form.WORDS)
                and any(later.kind is BandKind.FIGURES for later in self._bands[at + 1 :])
            ):
                band.kind = BandKind.LABEL
