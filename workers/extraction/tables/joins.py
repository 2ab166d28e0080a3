"""Joins grids that go on over a page into one table.

A grid goes on with the grid before it if the file says so. Otherwise nothing but page furniture may stand between them,
their columns are the same, and the second one has either no headings, or those of the first again without a new title.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.documents.content.parsed import BlockKind
from app.quantities.figures import common_unit
from app.quantities.units import Units, parse_units
from workers.extraction.tables.cells import Form, TextCell
from workers.extraction.tables.forms import Forms
from workers.extraction.tables.furniture import Furniture
from workers.extraction.tables.grids import PageGrid
from workers.extraction.tables.layout import Layout
from workers.extraction.tables.rows import Role, Row

_CONTINUED = re.compile(r"\bcontinued\b|\bcont['’.]?d?\b", re.IGNORECASE)
_MOST_OF_HEADER = 120
_ALIGNED = 12.0
"""Points by which the right edges of the same column may differ on two pages."""

_FEWEST_COLUMNS = 3
"""Columns, with the labels', of a grid that goes on with a table of more columns."""


@dataclass(slots=True, eq=False)
class JoinedGrid:
    """The grids of one table. `rows` are the cells by row of the whole table."""

    grids: list[PageGrid]
    rows: list[list[TextCell]]
    layout: Layout
    titles: frozenset[str]

    @classmethod
    def of(cls, grid: PageGrid, layout: Layout | None = None) -> "JoinedGrid":
        """Return the table of one grid."""
        return cls([grid], grid.rows, layout or Layout.of(grid.rows), _titles(grid))

    def add(self, grid: PageGrid, layout: Layout, furniture: Furniture) -> None:
        """Add the rows of a grid that goes on with this one, without repeated headings."""
        heads = {_texts(row.cells) for row in self.layout.rows if row.role is Role.HEAD}
        rest = _rest_of_label(layout)
        if rest and (begun := _begun_label(_texts_below(self.grids[-1], furniture))):
            rest.text = f"{begun} {rest.text}"
        rows, at_top = [], True
        for row in layout.rows:
            at_top = at_top and (row.role is Role.HEAD or not row.cells or _is_continued(row))
            if not (at_top and (not row.cells or _texts(row.cells) in heads or _is_continued(row))):
                rows.append(row.cells)
        if grid.grid.columns != self.grids[0].grid.columns or not grid.grid.continues:
            _move(rows, layout, self.layout)
        for cells in rows:
            for cell in cells:
                cell.row = len(self.rows)
            self.rows.append(cells)
        self.grids.append(grid)

    def read_layout(self) -> None:
        """Read the layout of the whole table again."""
        self.layout = Layout.of(self.rows)


def join_grids(grids: Iterable[PageGrid], furniture: Furniture, forms: Forms) -> Iterator[JoinedGrid]:
    """Yield the tables of a document in order."""
    joined: JoinedGrid | None = None
    for grid in grids:
        layout = Layout.of(grid.rows)
        if joined is not None and _goes_on(joined, grid, layout, furniture, forms):
            joined.add(grid, layout, furniture)
            continue
        if joined is not None:
            yield _closed(joined)
        joined = JoinedGrid.of(grid, layout)
    if joined is not None:
        yield _closed(joined)


def _closed(joined: JoinedGrid) -> JoinedGrid:
    if len(joined.grids) > 1:
        joined.read_layout()
    return joined


def _goes_on(joined: JoinedGrid, grid: PageGrid, layout: Layout, furniture: Furniture, forms: Forms) -> bool:
    last = joined.grids[-1]
    if grid.grid.continues:
        return True
    if grid.page.number != last.page.number + 1 or not _ends_page(last, furniture, _rest_of_label(layout)):
        return False
    places = _places(layout, joined.layout)
    if places is None:
        return False
    keys = joined.titles | _head_keys(joined.layout)
    if not _begins_page(grid, keys, furniture, forms) or _states_other_units(grid, joined, forms):
        return False
    heads = [_texts(row.data) for row in _top_heads(layout)]
    own = {_texts(row.data) for row in joined.layout.rows if row.role is Role.HEAD and row.data}
    if heads and len(places) != len(joined.layout.bands):
        return False
    return set(heads) <= own if heads else bool(own)


def _ends_page(grid: PageGrid, furniture: Furniture, rest: TextCell | None) -> bool:
    """Return whether only furniture and footnotes follow a grid on its page, or the first line of a label, whose `rest`
    begins the next page.
    """
    texts = _texts_below(grid, furniture)
    if rest and _begun_label(texts):
        return True
    return all(text.startswith(("(", "*", "†")) for text in texts)


def _begun_label(texts: Sequence[str]) -> str:
    """Return the only text below a grid if it can be the first line of a label, or ""."""
    can_be = len(texts) == 1 and len(texts[0]) <= _MOST_OF_HEADER and not texts[0].endswith((".", ":"))
    return texts[0] if can_be and not texts[0].startswith(("(", "*", "†")) else ""


def _texts_below(grid: PageGrid, furniture: Furniture) -> list[str]:
    """Return the paragraphs below a grid on its page, without furniture; "" for other blocks."""
    page = grid.page
    return [
        " ".join(page.text[block.start : block.end].split()) if block.kind is BlockKind.PARAGRAPH else ""
        for block in page.blocks[grid.block + 1 :]
        if not furniture.has(page, block)
    ]


def _rest_of_label(layout: Layout) -> TextCell | None:
    """Return the label of a grid's first row if it goes on with the line above: it does not begin as a label does."""
    row = next((row for row in layout.rows if row.cells), None)
    label = row.labels[0] if row is not None and row.labels and row.role is not Role.HEAD else None
    return None if label is None or label.text[:1].isupper() or label.text[:1] in "($" else label


def _begins_page(grid: PageGrid, titles: frozenset[str], furniture: Furniture, forms: Forms) -> bool:
    """Return whether no new title and no other text stands above a grid on its page. A period that is not one of the
    `titles` is another table's, which can have the same headings.
    """
    for block in grid.page.blocks[: grid.block]:
        text = " ".join(grid.page.text[block.start : block.end].split())
        if block.kind is BlockKind.TABLE or len(text) > _MOST_OF_HEADER:
            return False
        if not (
            _CONTINUED.search(text)
            or _title_key(text) in titles
            or furniture.has(grid.page, block)
            or forms.of(text) is Form.UNITS
        ):
            return False
    return True


def _states_other_units(grid: PageGrid, joined: JoinedGrid, forms: Forms) -> bool:
    """Return whether a line of units above a grid is not that of the table before: "in thousands", "in millions"."""
    stubs = (cell.text for row in joined.layout.rows if row.role is Role.HEAD for cell in row.cells)
    known = [parse_units(text) for text in (*_short_texts(joined.grids[0]), *stubs) if forms.of(text) is Form.UNITS]
    stated = [parse_units(text) for text in _short_texts(grid) if forms.of(text) is Form.UNITS]
    return bool(known) and not all(any(_agree(one, other) for other in known) for one in stated)


def _agree(one: Units, other: Units) -> bool:
    return one.scale == other.scale and common_unit(one.currency, other.currency)[1]


def _titles(grid: PageGrid) -> frozenset[str]:
    """Return the short texts above a grid on its page, which can be repeated on the next page."""
    return frozenset(map(_title_key, _short_texts(grid)))


def _short_texts(grid: PageGrid) -> list[str]:
    texts = (" ".join(grid.page.text[block.start : block.end].split()) for block in grid.page.blocks[: grid.block])
    return [text for text in texts if len(text) <= _MOST_OF_HEADER]


def _head_keys(layout: Layout) -> frozenset[str]:
    return frozenset(_title_key(cell.text) for row in layout.rows if row.role is Role.HEAD for cell in row.cells)


def _title_key(text: str) -> str:
    return re.sub(r"\W+", " ", _CONTINUED.sub("", text)).strip().casefold()


def _is_continued(row: Row) -> bool:
    return not row.data and len(row.cells) == 1 and _CONTINUED.search(row.cells[0].text) is not None


def _top_heads(layout: Layout) -> Iterator[Row]:
    for row in layout.rows:
        if row.role is not Role.HEAD:
            if row.cells:
                return
        elif row.data:
            yield row


def _places(layout: Layout, before: Layout) -> Sequence[int] | None:
    """Return the column of the table before that each column goes on with, or None if they are other columns.

    Figures of the same column end at the same place on both pages, as far as that is known. Columns that have no figure
    on the second page are missing there.
    """
    edges, edges_before = _right_edges(layout), _right_edges(before)
    if len(edges) == len(edges_before):
        pairs = zip(edges, edges_before, strict=True)
        aligned = all(edge is None or other is None or abs(edge - other) <= _ALIGNED for edge, other in pairs)
        return range(len(edges)) if aligned else None
    places: list[int] = []
    for edge in edges:
        if edge is None:
            if places:
                return None
            places.append(0)
            continue
        known = ((abs(edge - other), at) for at, other in enumerate(edges_before) if other is not None)
        off, at = min(known, default=(_ALIGNED + 1, 0))
        if off > _ALIGNED or (places and at <= places[-1]):
            return None
        places.append(at)
    return places if len(places) >= _FEWEST_COLUMNS else None


def _right_edges(layout: Layout) -> list[float | None]:
    edges: list[float | None] = [None] * len(layout.bands)
    for row in layout.rows:
        if row.role is not Role.VALUES:
            continue
        for cell in row.data:
            at = layout.bands.best(cell)
            if at is not None and cell.source.box is not None and cell.form is Form.FIGURE:
                edges[at] = max(edges[at] or 0.0, cell.source.box[2])
    return edges


def _move(rows: Iterable[list[TextCell]], layout: Layout, to: Layout) -> None:
    """Move cells to the columns of the table that they go on with."""
    places = range(len(to.bands)) if len(layout.bands) == len(to.bands) else _places(layout, to)
    if places is None:
        return
    for cells in rows:
        for cell in cells:
            under = layout.bands.under(cell.left, cell.right)
            if under:
                first, last = to.bands[places[under.start]], to.bands[places[under.stop - 1]]
                cell.left, cell.right = first.left, max(first.left + 1, last.right)


def _texts(cells: Iterable[TextCell]) -> tuple[str, ...]:
    return tuple(cell.text for cell in cells)
