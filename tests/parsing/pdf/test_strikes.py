"""Struck-through text leaves the text and is kept; underlines, boxes and the rules of tables delete nothing."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reportlab.lib.colors import Color, black, red
from reportlab.pdfgen.canvas import Canvas

from workers.parsing.pdf.document import parse_pdf

MakePdf = Callable[..., Path]


def draw_parts(
    canvas: Canvas, y: float, parts: list[tuple[str, bool]], *, color: Color, rise: float, size: float
) -> None:
    """Draw (words, is struck through) one after another. `rise` is the rule's height above the baseline."""
    x = 60.0
    for text, is_struck in parts:
        canvas.setFont("Times-Roman", size)
        canvas.setFillColor(black)
        canvas.drawString(x, y, text)
        width = canvas.stringWidth(text, "Times-Roman", size)
        if is_struck:
            canvas.setStrokeColor(color)
            canvas.setLineWidth(0.06 * size)
            canvas.line(x, y + rise * size, x + width, y + rise * size)
        x += width + canvas.stringWidth(" ", "Times-Roman", size)


WORDS = st.lists(
    st.sampled_from(["$500,000", "shall", "not", "exceed", "ratio", "4.50", "Borrower"]), min_size=1, max_size=3
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    parts=st.lists(st.tuples(WORDS, st.booleans()), min_size=1, max_size=5),
    size=st.floats(7, 14),
    rise=st.floats(0.2, 0.36),
)
def test_text_under_a_coloured_rule_is_deleted(
    make_pdf: MakePdf, parts: list[tuple[list[str], bool]], size: float, rise: float
) -> None:
    def draw(canvas: Canvas) -> None:
        draw_parts(
            canvas, 700, [(" ".join(words), is_struck) for words, is_struck in parts], color=red, rise=rise, size=size
        )
        canvas.drawString(60, 600, "The end.")

    (page,) = parse_pdf(make_pdf(draw)).pages
    stays = [word for words, is_struck in parts if not is_struck for word in words]
    assert page.text.split() == [*stays, "The", "end."]
    gone = [word for words, is_struck in parts if is_struck for word in words]
    assert " ".join(text.text for text in page.deleted).split() == gone


def test_deleted_text_has_its_place_in_the_text(make_pdf: MakePdf) -> None:
    parts = [("The ratio is", False), ("4.50", True), ("5.00 to 1.00", False)]
    (page,) = parse_pdf(make_pdf(lambda canvas: draw_parts(canvas, 700, parts, color=red, rise=0.28, size=10))).pages
    (deleted,) = page.deleted
    assert page.text == "The ratio is 5.00 to 1.00"
    assert (page.text[: deleted.offset], deleted.text) == ("The ratio is", "4.50")


def test_several_black_rules_on_a_page_delete(make_pdf: MakePdf) -> None:
    def draw(canvas: Canvas) -> None:
        for index in range(3):
            parts = [("The amount of", False), (f"${index}00,000", True), (f"${index}50,000", False)]
            draw_parts(canvas, 700 - 20 * index, parts, color=black, rise=0.28, size=10)

    (page,) = parse_pdf(make_pdf(draw)).pages
    assert page.text.split("\n\n") == [f"The amount of ${index}50,000" for index in range(3)]
    assert [text.text for text in page.deleted] == ["$000,000", "$100,000", "$200,000"]


@pytest.mark.parametrize("rise", [-0.2, -0.1, 0.0, 0.9])
def test_underline_deletes_nothing(make_pdf: MakePdf, rise: float) -> None:
    def draw(canvas: Canvas) -> None:
        for index in range(6):
            parts = [("Total", False), (f"{index},100", True)]
            draw_parts(canvas, 700 - 14 * index, parts, color=red, rise=rise, size=10)

    (page,) = parse_pdf(make_pdf(draw)).pages
    assert page.deleted == ()
    assert len(page.text.split()) == 12


def test_rules_of_tables_and_a_single_black_rule_delete_nothing(make_pdf: MakePdf) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 10)
        for index in range(6):
            canvas.drawString(72, 700 - 12 * index, f"Label {index}")
            canvas.drawRightString(300, 700 - 12 * index, f"{index},100")
            canvas.line(60, 703 - 12 * index, 320, 703 - 12 * index)
        draw_parts(canvas, 500, [("A single", False), ("rule", True)], color=black, rise=0.28, size=10)

    (page,) = parse_pdf(make_pdf(draw)).pages
    assert page.deleted == ()
    assert "A single rule" in page.text


def test_page_that_is_all_deleted_keeps_its_text(make_pdf: MakePdf) -> None:
    def draw(canvas: Canvas) -> None:
        for index in range(3):
            draw_parts(canvas, 700 - 14 * index, [(f"Clause {index}", True)], color=red, rise=0.28, size=10)

    first, second = parse_pdf(make_pdf(draw, lambda canvas: canvas.drawString(72, 700, "Clause 4"))).pages
    assert (first.text, second.text) == ("", "Clause 4")
    assert [(text.offset, text.text) for text in first.deleted] == [(0, "Clause 0 Clause 1 Clause 2")]


def draw_marked(canvas: Canvas, text: str, x: float = 60, y: float = 700) -> None:
    """Draw text. The parts in [brackets] are struck through."""
    canvas.setFont("Times-Roman", 10)
    canvas.setStrokeColor(red)
    for number, part in enumerate(text.replace("]", "[").split("[")):
        canvas.drawString(x, y, part)
        end = x + canvas.stringWidth(part, "Times-Roman", 10)
        if number % 2:
            canvas.line(x, y + 3, end, y + 3)
        x = end


@pytest.mark.parametrize(
    ("line", "text", "deleted"),
    [
        ("is [$150,000,000]$225,000,000.", "is $225,000,000.", ["$150,000,000"]),
        ("of [4.75]5.25 to 1.00", "of 5.25 to 1.00", ["4.75"]),
        ("a fee of [0.50%], in dollars", "a fee of , in dollars", ["0.50%"]),
        ("ratio of 5.00[4.50] and [2.50]3.00", "ratio of 5.00 and 3.00", ["4.50", "2.50"]),
    ],
)
def test_a_rule_over_a_part_of_a_word_deletes_that_part(
    make_pdf: MakePdf, line: str, text: str, deleted: list[str]
) -> None:
    (page,) = parse_pdf(make_pdf(lambda canvas: draw_marked(canvas, line))).pages
    assert page.text == text
    assert [found.text for found in page.deleted] == deleted


def test_deleted_figures_leave_the_cells_of_a_table_apart(make_pdf: MakePdf) -> None:
    rows = [
        ("", "2026", "2027"),
        ("Leverage ratio", "[5.25]5.75", "5.00"),
        ("Interest cover", "[2.00] 2.50", "[2.25]3.00"),
    ]

    def draw(canvas: Canvas) -> None:
        for number, row in enumerate(rows):
            for x, text in zip((60, 250, 350), row, strict=True):
                draw_marked(canvas, text, x, 700 - 14 * number)

    (page,) = parse_pdf(make_pdf(draw)).pages
    assert page.text == "2026\t2027\nLeverage ratio\t5.75\t5.00\nInterest cover\t2.50\t3.00"
