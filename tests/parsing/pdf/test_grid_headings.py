"""Headings of tables that are drawn on a page: over words, over several columns, in several lines."""

from collections.abc import Callable, Sequence
from pathlib import Path

from reportlab.pdfgen.canvas import Canvas

from tests.parsing.pdf.test_grids import cells_of, draw_rows, grids_of, place_of
from workers.parsing.pdf.document import parse_pdf

MakePdf = Callable[..., Path]


def draw_heads(canvas: Canvas, y: float, heads: Sequence[tuple[float, str]], *, centred: bool = False) -> None:
    for x, text in heads:
        (canvas.drawCentredString if centred else canvas.drawRightString)(x, y, text)


def test_headings_stand_over_columns_of_words(make_pdf: MakePdf) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 9)
        canvas.drawString(72, 711, "Pricing")
        draw_heads(canvas, 711, [(300, "Leverage Ratio"), (400, "SOFR"), (480, "Commitment")])
        canvas.drawString(72, 700, "Level")
        draw_heads(canvas, 700, [(400, "Loans"), (480, "Fee")])
        draw_rows(canvas, 680, [("I", "Less than 1.50 to 1.00", "1.125%", "0.150%")], [300, 400, 480])
        draw_rows(canvas, 666, [("II", "At least 1.50 to 1.00", "1.250%", "0.175%")], [300, 400, 480])

    (page,) = parse_pdf(make_pdf(draw)).pages
    (grid,) = grids_of(page)
    cells = cells_of(page, grid)
    assert [cells[0, column] for column in range(4)] == [
        "Pricing Level",
        "Leverage Ratio",
        "SOFR Loans",
        "Commitment Fee",
    ]


def test_lengths_of_time_are_headings(make_pdf: MakePdf) -> None:
    rights = [300, 370, 440, 510]

    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 9)
        draw_heads(canvas, 725, [(390, "Payments due by period")], centred=True)
        draw_heads(
            canvas, 711, [(285, "Total"), (355, "Less than"), (425, "1-3 years"), (495, "More than")], centred=True
        )
        draw_heads(canvas, 700, [(355, "1 year"), (495, "3 years")], centred=True)
        draw_rows(canvas, 684, [("Debt", "1,570", "120", "480", "970"), ("Leases", "30", "5", "10", "15")], rights)

    (page,) = parse_pdf(make_pdf(draw)).pages
    (grid,) = grids_of(page)
    assert place_of(page, grid, "Payments due by period")[1::2] == (1, 4)
    assert place_of(page, grid, "Less than 1 year")[1::2] == (2, 1)
    assert place_of(page, grid, "More than 3 years")[1::2] == (4, 1)


def test_upper_line_of_a_narrow_heading_belongs_to_it(make_pdf: MakePdf) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 9)
        draw_heads(canvas, 722, [(372, "Three Months Ended")])
        draw_heads(canvas, 711, [(372, "September 30,"), (510, "Year Ended June 30,")])
        draw_heads(canvas, 697, [(372, "2024"), (460, "2023"), (548, "2024")])
        draw_rows(canvas, 683, [("Sales", "12", "40", "50"), ("Costs", "7", "30", "40")], [372, 460, 548])

    (page,) = parse_pdf(make_pdf(draw)).pages
    (grid,) = grids_of(page)
    assert place_of(page, grid, "Three Months Ended September 30,")[1::2] == (1, 1)
    assert place_of(page, grid, "Year Ended June 30,")[1::2] == (2, 2)


def test_two_headings_part_the_column_that_both_reach(make_pdf: MakePdf) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica-Bold", 9)
        draw_heads(canvas, 711, [(378, "Year Ended September 30,")], centred=True)
        draw_heads(canvas, 711, [(548, "Ended December 31,")])
        draw_heads(canvas, 697, [(372, "2024"), (460, "2023"), (548, "2024")])
        draw_rows(
            canvas, 683, [("Sales", "9,314", "$9,609", "7,765"), ("Costs", "1,702", "6,038", "841")], [372, 460, 548]
        )

    (page,) = parse_pdf(make_pdf(draw)).pages
    (grid,) = grids_of(page)
    assert place_of(page, grid, "Year Ended September 30,")[1::2] == (1, 2)


def test_the_only_period_stands_over_all_columns(make_pdf: MakePdf) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 9)
        draw_heads(canvas, 722, [(500, "As of December 31, 2024")])
        draw_heads(canvas, 708, [(300, "Actual"), (400, "As adjusted"), (500, "Pro forma")])
        draw_rows(canvas, 694, [("Cash", "100", "150", "90"), ("Debt", "800", "700", "740")], [300, 400, 500])

    (page,) = parse_pdf(make_pdf(draw)).pages
    (grid,) = grids_of(page)
    assert place_of(page, grid, "As of December 31, 2024")[1::2] == (1, 3)


def test_lines_of_headings_centred_beside_taller_headings_stay_over_their_column(make_pdf: MakePdf) -> None:
    rights = [360, 448, 536]

    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 9)
        draw_heads(canvas, 730, [(436, "Fiscal Year")], centred=True)
        draw_heads(canvas, 717, [(436, "2023")], centred=True)
        draw_heads(canvas, 711.5, [(348, "2024"), (524, "2022")], centred=True)
        draw_heads(canvas, 706, [(436, "(As restated)")], centred=True)
        canvas.line(320, 702, 550, 702)
        draw_rows(canvas, 690, [("Sales", "8,412", "8,105", "7,760"), ("Costs", "5,642", "5,510", "5,301")], rights)
        draw_rows(canvas, 662, [("Gross profit", "2,770", "2,595", "2,459")], rights)

    (page,) = parse_pdf(make_pdf(draw)).pages
    (grid,) = grids_of(page)
    assert place_of(page, grid, "Fiscal Year")[1::2] == (1, 3)
    assert place_of(page, grid, "2024")[1::2] == (1, 1)
    assert place_of(page, grid, "2023 (As restated)")[1::2] == (2, 1)
    assert place_of(page, grid, "2022")[1::2] == (3, 1)


def test_day_and_year_beside_a_heading_of_three_lines_are_one_heading(make_pdf: MakePdf) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 9)
        draw_heads(canvas, 722, [(524, "February 3,")], centred=True)
        draw_heads(canvas, 716.5, [(436, "February 1,")], centred=True)
        draw_heads(canvas, 711, [(524, "2024")], centred=True)
        draw_heads(canvas, 705.5, [(436, "2025")], centred=True)
        draw_heads(canvas, 700, [(524, "(As restated)")], centred=True)
        draw_rows(canvas, 684, [("Cash", "$412,000", "$365,000"), ("Debt", "$1,200,000", "$1,250,000")], [460, 548])

    (page,) = parse_pdf(make_pdf(draw)).pages
    (grid,) = grids_of(page)
    assert place_of(page, grid, "February 1, 2025")[1::2] == (1, 1)
    assert place_of(page, grid, "February 3, 2024 (As restated)")[1::2] == (2, 1)


def test_headings_much_wider_than_figures_end_where_these_end(make_pdf: MakePdf) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 12)
        draw_heads(canvas, 742, [(330, "Six months ended"), (450, "Six months ended")])
        draw_heads(canvas, 730, [(330, "31 December 2024"), (450, "31 December 2023")])
        draw_heads(canvas, 718, [(330, "(unaudited)"), (450, "(unaudited)")])
        draw_heads(canvas, 706, [(330, "£’000"), (450, "£’000")])
        draw_rows(canvas, 690, [("Revenue", "9,640", "9,110"), ("Costs", "(5,820)", "(5,230)")], [330, 450])

    (page,) = parse_pdf(make_pdf(draw)).pages
    (grid,) = grids_of(page)
    assert place_of(page, grid, "Six months ended 31 December 2024 (unaudited) £’000")[1::2] == (1, 1)
    assert place_of(page, grid, "Six months ended 31 December 2023 (unaudited) £’000")[1::2] == (2, 1)
