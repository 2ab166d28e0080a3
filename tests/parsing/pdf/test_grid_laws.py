"""Laws of grids: a table that is drawn is read as it was drawn, and no cell has two amounts."""

import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from app.documents.content.parsed import Grid, ParsedPage
from workers.parsing.pdf.document import parse_pdf

FONT, SIZE = "Helvetica", 9
LEFT, FIRST, WIDTH = 60.0, 290.0, 62.0
"""The left edge of labels, the left edge of the first column of figures, and the distance of columns, in points."""

Placed = tuple[int, int, int, int, str]

LABELS = st.lists(
    st.sampled_from(["Net sales", "Cost of sales", "Other income", "Taxes", "Debt", "Interest paid", "Total", "Fees"]),
    min_size=1,
    max_size=2,
).map(" and ".join)
LONG = "Income from the sale of a business that is held for sale"
FIGURES = st.one_of(
    st.integers(0, 99_999).map(lambda number: f"{number:,}"),
    st.integers(1, 99_999).map(lambda number: f"({number:,})"),
    st.integers(1, 99_999).map(lambda number: f"${number:,}"),
    st.integers(1, 999).map(lambda number: f"{number / 10}%"),
    st.sampled_from(["—", "N/A", "$—", "1.25", ".25", "3.2x"]),
)


@dataclass
class Drawn:
    """A table to be drawn. `groups` are the numbers of columns below each outer heading; 1 has none."""

    groups: list[int]
    rows: list[tuple[str, list[str]]]
    is_ruled: bool
    is_centred: bool
    signs_apart: bool
    pitch: float
    cells: set[Placed] = field(default_factory=set)

    @property
    def columns(self) -> int:
        return sum(self.groups)


@st.composite
def tables(draw: st.DrawFn) -> Drawn:
    groups = draw(st.lists(st.integers(1, 3), min_size=1, max_size=4).filter(lambda sizes: 2 <= sum(sizes) <= 5))
    columns = sum(groups)
    rows: list[tuple[str, list[str]]] = []
    for _ in range(draw(st.integers(3, 7))):
        label = draw(st.one_of(LABELS, LABELS, st.just(LONG), st.just("Assets:")))
        figures = [draw(st.one_of(FIGURES, FIGURES, st.just(""))) for _ in range(columns)]
        rows.append((label, [""] * columns if label.endswith(":") else figures))
    # Each column has a figure in the first row and in the last, so that its place is certain.
    for place in (0, -1):
        rows[place] = (
            "Total" if rows[place][0].endswith(":") else rows[place][0],
            [draw(FIGURES) for _ in range(columns)],
        )
    return Drawn(
        groups=groups,
        rows=rows,
        # Without a line, a heading over the two middle columns looks like a heading over all four.
        is_ruled=len(set(groups)) > 1 or draw(st.booleans()),
        is_centred=draw(st.booleans()),
        signs_apart=draw(st.booleans()),
        pitch=draw(st.sampled_from([14.0, 16.0, 18.0])),
    )


def draw_table(canvas: Canvas, table: Drawn, y: float) -> float:
    """Draw the table from y downwards, and note its cells. Return the y below."""
    canvas.setFont(FONT, SIZE)
    first, row = 1, 0
    if max(table.groups) > 1:
        for number, size in enumerate(table.groups):
            if size > 1:
                start, end = FIRST + WIDTH * (first - 1) + 8, FIRST + WIDTH * (first - 1 + size)
                text = f"Year {number + 1} ended"
                canvas.drawCentredString((start + end) / 2, y, text)
                if table.is_ruled:
                    canvas.line(start, y - 3, end, y - 3)
                table.cells.add((row, first, 1, size, text))
            first += size
        y -= table.pitch
        row += 1
    for column in range(table.columns):
        text = f"Plan {column + 1}"
        right = FIRST + WIDTH * (column + 1)
        if table.is_centred:
            canvas.drawCentredString(right - 20, y, text)
        else:
            canvas.drawRightString(right, y, text)
        table.cells.add((row, column + 1, 1, 1, text))
    for label, figures in table.rows:
        y -= table.pitch
        row += 1
        table.cells.add((row, 0, 1, 1, label))
        if label == LONG:
            canvas.drawString(LEFT, y, "Income from the sale of a business that")
            y -= 10.4
            canvas.drawString(LEFT, y, "is held for sale")
        else:
            canvas.drawString(LEFT, y, label)
        for column, figure in enumerate(figures, start=1):
            if figure:
                draw_figure(canvas, figure, FIRST + WIDTH * column, y, apart=table.signs_apart)
                table.cells.add((row, column, 1, 1, figure))
    return y - table.pitch


def draw_figure(canvas: Canvas, figure: str, right: float, y: float, *, apart: bool) -> None:
    """Draw a figure that ends at `right`. If `apart`, its signs stand in columns of their own."""
    if apart:
        if figure.startswith("$"):
            canvas.drawString(right - 48, y, "$")
            figure = figure[1:]
        if figure[-1] in ")%":
            canvas.drawString(right + 1.5, y, figure[-1])
            figure = figure[:-1]
    canvas.drawRightString(right, y, figure)


def read_page(folder: Path, *drawn: Drawn) -> ParsedPage:
    path = folder / "drawn.pdf"
    canvas = Canvas(str(path), pagesize=(612, 792), invariant=True)
    y = 740.0
    for number, table in enumerate(drawn):
        canvas.setFont(FONT, SIZE)
        canvas.drawString(LEFT, y, f"Table {number + 1}: figures of the plans in the years below")
        y = draw_table(canvas, table, y - 24) - 20
    canvas.save()
    (page,) = parse_pdf(path).pages
    return page


def cells_of(page: ParsedPage, grid: Grid) -> set[Placed]:
    return {
        (
            cell.row,
            cell.column,
            cell.row_span,
            cell.column_span,
            " ".join(page.text[start:end] for start, end in cell.spans),
        )
        for cell in grid.cells
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("drawn")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(table=tables())
def test_grid_has_the_cells_that_are_drawn(folder: Path, table: Drawn) -> None:
    page = read_page(folder, table)
    (grid,) = [block.grid for block in page.blocks if block.grid is not None]
    assert cells_of(page, grid) == table.cells
    assert (grid.rows, grid.columns) == (max(cell[0] for cell in table.cells) + 1, table.columns + 1)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(first=tables(), second=tables())
def test_two_tables_on_a_page_are_two_grids(folder: Path, first: Drawn, second: Drawn) -> None:
    page = read_page(folder, first, second)
    grids = [block.grid for block in page.blocks if block.grid is not None]
    assert [cells_of(page, grid) for grid in grids] == [first.cells, second.cells]


AMOUNT = re.compile(r"\d[\d,.]*")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    figures=st.lists(st.lists(st.integers(1, 9_999_999), min_size=4, max_size=4), min_size=2, max_size=6),
    gap=st.floats(5.0, 30.0),
    dollars=st.booleans(),
)
def test_no_cell_has_two_amounts(folder: Path, figures: list[list[int]], gap: float, dollars: bool) -> None:
    path = folder / "close.pdf"
    canvas = Canvas(str(path), pagesize=(612, 792), invariant=True)
    canvas.setFont(FONT, SIZE)
    texts = [[f"${number:,}" if dollars else f"{number:,}" for number in row] for row in figures]
    widths = [max(stringWidth(row[column], FONT, SIZE) for row in texts) for column in range(4)]
    for number, row in enumerate(texts):
        y, right = 700 - 14 * number, 250.0
        canvas.drawString(LEFT, y, f"Row {number}")
        for text, width in zip(row, widths, strict=True):
            right += width + gap
            canvas.drawRightString(right, y, text)
    canvas.save()
    (page,) = parse_pdf(path).pages
    read = [cells for block in page.blocks if block.grid is not None for cells in [cells_of(page, block.grid)]]
    assert all(len(AMOUNT.findall(text)) <= 1 for cells in read for _, column, _, _, text in cells if column)
    assert [text for cells in read for _, column, _, _, text in sorted(cells) if column] == [
        text for row in texts for text in row
    ]
