"""A table's columns, rows, headings and labels, read from its cells."""

from collections.abc import Sequence
from dataclasses import dataclass

from workers.extraction.tables.bands import Bands
from workers.extraction.tables.cells import TextCell
from workers.extraction.tables.heads import Headings
from workers.extraction.tables.labels import Labels
from workers.extraction.tables.rows import Row, read_rows, valued_rows


@dataclass(frozen=True, slots=True)
class Layout:
    """What the rows and columns of a table do."""

    bands: Bands
    rows: list[Row]
    headings: Headings
    labels: Labels

    @classmethod
    def of(cls, cells: Sequence[list[TextCell]]) -> "Layout":
        """Read the layout of cells by row."""
        bands = Bands(valued_rows(cells))
        rows = read_rows(cells, bands)
        return cls(bands, rows, Headings(rows, bands), Labels(rows, bands))
