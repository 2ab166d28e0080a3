"""Grids of tables that are drawn on a page: columns, spans, wrapped labels, empty cells, and boxes."""

from collections.abc import Callable, Sequence
from pathlib import Path

from reportlab.pdfgen.canvas import Canvas

from app.documents.content.parsed import Grid, ParsedPage
from workers.parsing.pdf.document import parse_pdf

MakePdf = Callable[..., Path]
Draw = Callable[[Canvas], None]
Place = tuple[int, int, int, int]


def grids_of(page: ParsedPage) -> list[Grid]:
    return [block.grid for block in page.blocks if block.grid is not None]


def cells_of(page: ParsedPage, grid: Grid) -> dict[tuple[int, int], str]:
    """Return the texts of the grid's cells by row and column."""
    return {(cell.row, cell.column): " ".join(page.text[start:end] for start, end in cell.spans) for cell in grid.cells}


def place_of(page: ParsedPage, grid: Grid, text: str) -> Place:
    """Return row, column, row span and column span of the cell with the text."""
    (found,) = [cell for cell in grid.cells if " ".join(page.text[start:end] for start, end in cell.spans) == text]
    return found.row, found.column, found.row_span, found.column_span


def draw_rows(
    canvas: Canvas, y: float, rows: Sequence[tuple[str, ...]], rights: Sequence[float], pitch: float = 14
) -> float:
    """Draw rows of a label at x = 72 and right-aligned figures, and return the y below."""
    for label, *figures in rows:
        canvas.drawString(72, y, label)
        for right, figure in zip(rights, figures, strict=True):
            canvas.drawRightString(right, y, figure)
        y -= pitch
    return y


def test_statement_has_a_heading_over_both_columns(make_pdf: MakePdf, draw_statement: Draw) -> None:
    (page,) = parse_pdf(make_pdf(draw_statement)).pages
    (grid,) = grids_of(page)
    assert (grid.rows, grid.columns) == (5, 3)
    assert place_of(page, grid, "Year ended December 31,") == (0, 1, 1, 2)
    cells = cells_of(page, grid)
    assert (cells[1, 1], cells[1, 2]) == ("2023", "2022")
    assert cells[3, 1] == "(800.1)"
    assert cells[4, 0] == "Net loss attributable to shareholders of the parent company"


def test_heading_covers_only_the_columns_below_it(make_pdf: MakePdf) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 9)
        canvas.drawCentredString(340, 700, "Three months ended June 30,")
        canvas.drawCentredString(500, 700, "Six months ended June 30,")
        rights = [320, 380, 480, 540]
        for right, year in zip(rights, ["2024", "2023", "2024", "2023"], strict=True):
            canvas.drawRightString(right, 686, year)
        draw_rows(
            canvas, 670, [("Sales", "120", "110", "230", "215"), ("Costs", "(80)", "(75)", "(150)", "(140)")], rights
        )

    (page,) = parse_pdf(make_pdf(draw)).pages
    (grid,) = grids_of(page)
    assert place_of(page, grid, "Three months ended June 30,") == (0, 1, 1, 2)
    assert place_of(page, grid, "Six months ended June 30,") == (0, 3, 1, 2)


def test_empty_cell_keeps_its_column(make_pdf: MakePdf) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 9)
        rows = [
            ("", "2024", "2023", "2022"),
            ("Loans", "10", "", "30"),
            ("Bonds", "", "25", ""),
            ("Total", "10", "25", "30"),
        ]
        draw_rows(canvas, 700, rows, [350, 420, 490])

    (page,) = parse_pdf(make_pdf(draw)).pages
    (grid,) = grids_of(page)
    cells = cells_of(page, grid)
    assert cells[1, 1] == "10"
    assert (1, 2) not in cells
    assert cells[1, 3] == "30"
    assert cells[2, 2] == "25"
    assert {column for row, column in cells if row == 2} == {0, 2}


def test_lines_of_a_heading_are_one_cell(make_pdf: MakePdf) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 9)
        for y, words in [(722, ("", "Accumulated")), (711, ("Common", "other")), (700, ("stock", "income"))]:
            for right, word in zip([350, 440], words, strict=True):
                canvas.drawRightString(right, y, word)
        draw_rows(canvas, 682, [("Opening", "10", "20"), ("Change", "1", "(2)"), ("Closing", "11", "18")], [350, 440])

    (page,) = parse_pdf(make_pdf(draw)).pages
    (grid,) = grids_of(page)
    cells = cells_of(page, grid)
    assert (cells[0, 1], cells[0, 2]) == ("Common stock", "Accumulated other income")
    assert cells[1, 0] == "Opening"


def test_a_day_on_a_line_of_its_own_belongs_to_the_month_above(make_pdf: MakePdf) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 9)
        canvas.drawCentredString(350, 700, "Six months ended June")
        canvas.drawCentredString(510, 700, "Three months ended")
        canvas.drawString(72, 688, "(Dollars in millions)")
        canvas.drawCentredString(350, 688, "30")
        canvas.drawCentredString(510, 688, "June 30")
        rows = [
            ("", "2024", "2023", "2024", "2023"),
            ("Sales", "51", "49", "26", "25"),
            ("Costs", "30", "29", "14", "13"),
        ]
        draw_rows(canvas, 674, rows, [330, 390, 490, 550])

    (page,) = parse_pdf(make_pdf(draw)).pages
    (grid,) = grids_of(page)
    assert place_of(page, grid, "Six months ended June 30")[1::2] == (1, 2)
    assert place_of(page, grid, "Three months ended June 30")[1::2] == (3, 2)


def test_wrapped_label_is_one_cell_whatever_its_first_letter(make_pdf: MakePdf) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 9)
        canvas.drawRightString(400, 720, "2024")
        y = draw_rows(canvas, 704, [("Interest on the notes of Example Holdings", "12"), ("Fees", "3")], [400], 16)
        canvas.drawString(72, y, "Gain on the sale of the European business of")
        y -= 10.5
        y = draw_rows(canvas, y, [("Example Services", "40"), ("Current:", "")], [400], 16)
        draw_rows(canvas, y, [("Taxes", "5"), ("Total", "60")], [400], 16)

    (page,) = parse_pdf(make_pdf(draw)).pages
    (grid,) = grids_of(page)
    labels = [text for (_, column), text in sorted(cells_of(page, grid).items()) if column == 0]
    assert labels == [
        "Interest on the notes of Example Holdings",
        "Fees",
        "Gain on the sale of the European business of Example Services",
        "Current:",
        "Taxes",
        "Total",
    ]


def test_second_table_begins_at_its_title(make_pdf: MakePdf) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 9)
        y = draw_rows(canvas, 720, [("", "2024", "2023"), ("Sales", "300", "280"), ("Costs", "200", "190")], [350, 420])
        canvas.drawString(72, y, "Operating income by region")
        draw_rows(canvas, y - 14, [("", "Europe", "Asia"), ("First", "17", "12"), ("Second", "16", "11")], [350, 420])

    (page,) = parse_pdf(make_pdf(draw)).pages
    first, second = grids_of(page)
    assert cells_of(page, first)[1, 0] == "Sales"
    assert cells_of(page, second) == {
        (0, 1): "Europe",
        (0, 2): "Asia",
        (1, 0): "First",
        (1, 1): "17",
        (1, 2): "12",
        (2, 0): "Second",
        (2, 1): "16",
        (2, 2): "11",
    }


def test_cell_has_the_box_of_its_words_and_its_indent(make_pdf: MakePdf) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 10)
        draw_rows(canvas, 700, [("", "2024"), ("Debt", "300")], [350])
        canvas.drawString(84, 672, "secured portion")
        canvas.drawRightString(350, 672, "120")

    (page,) = parse_pdf(make_pdf(draw)).pages
    (grid,) = grids_of(page)
    (secured,) = [cell for cell in grid.cells if cell.row == 2 and cell.column == 0]
    (figure,) = [cell for cell in grid.cells if cell.row == 2 and cell.column == 1]
    assert round(secured.indent) == 12
    assert figure.box is not None
    x0, y0, x1, y1 = figure.box
    assert 330 < x0 < 335
    assert abs(x1 - 350) < 1
    assert y0 < 792 - 672 < y1


def test_tables_side_by_side_are_two_grids(make_pdf: MakePdf) -> None:
    regions = [("", "2024", "2023"), ("Europe", "10", "20"), ("Asia", "30", "40"), ("Africa", "5", "6")]
    plans = [
        ("", "2024", "2023"),
        ("First", "1", "2"),
        ("Second", "3", "4"),
        ("Third", "7", "8"),
        ("Fourth", "9", "10"),
    ]

    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 9)
        for x, rows in ((60, regions), (330, plans)):
            for number, (label, *figures) in enumerate(rows):
                canvas.drawString(x, 700 - 14 * number, label)
                for right, figure in zip((x + 170, x + 225), figures, strict=True):
                    canvas.drawRightString(right, 700 - 14 * number, figure)

    (page,) = parse_pdf(make_pdf(draw)).pages
    left, right = grids_of(page)
    for grid, rows in ((left, regions), (right, plans)):
        texts = {(row, column): text for row, cells in enumerate(rows) for column, text in enumerate(cells) if text}
        assert cells_of(page, grid) == texts


def test_words_between_figures_are_a_column_of_one_table(make_pdf: MakePdf) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 9)
        canvas.drawCentredString(330, 714, "December 31, 2024")
        for number, (label, figure, place, other) in enumerate(
            [("Swaps", "1", "Accruals", "4"), ("Options", "2", "Payables", "5"), ("Total", "3", "Liabilities", "9")]
        ):
            y = 700 - 14 * number
            canvas.drawString(60, y, label)
            canvas.drawRightString(260, y, figure)
            canvas.drawString(320, y, place)
            canvas.drawRightString(480, y, other)

    (page,) = parse_pdf(make_pdf(draw)).pages
    (grid,) = grids_of(page)
    assert cells_of(page, grid)[1, 2] == "Accruals"


def test_repeated_words_between_figures_are_no_labels(make_pdf: MakePdf) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 9)
        for number, (label, figure, other) in enumerate(
            [("Notes", "1", "4"), ("Bonds", "2", "5"), ("Loans", "3", "9")]
        ):
            y = 700 - 14 * number
            canvas.drawString(60, y, label)
            canvas.drawRightString(260, y, figure)
            canvas.drawString(320, y, "Semi-annually")
            canvas.drawRightString(480, y, other)

    (page,) = parse_pdf(make_pdf(draw)).pages
    (grid,) = grids_of(page)
    assert cells_of(page, grid)[1, 2] == "Semi-annually"
