"""Raised footnote marks leave the text and are kept; other raised and lowered text stays."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas

from app.documents.content.parsed import ParsedPage
from workers.parsing.pdf.document import parse_pdf

MakePdf = Callable[..., Path]
Run = tuple[str, float, float]
"""Text, its size relative to the line's, and its rise relative to the line's size."""

MARK = (0.6, 0.35)
FONTS = ("Helvetica", "Times-Roman", "Courier")


def draw_runs(
    canvas: Canvas, x: float, y: float, runs: list[Run], *, font: str = "Helvetica", size: float = 10
) -> None:
    for text, scale, rise in runs:
        canvas.setFont(font, size * scale)
        canvas.drawString(x, y + rise * size, text)
        x += canvas.stringWidth(text, font, size * scale)


def marks_of(page: ParsedPage) -> list[tuple[str, str]]:
    """Return each mark with the word that ends or begins at its offset."""
    spans = page.words.spans.tolist()
    found = []
    for mark in page.marks:
        (word,) = [(start, end) for start, end in spans if mark.offset in (start, end)][:1]
        found.append((page.text[slice(*word)], mark.text))
    return found


def read_line(make_pdf: MakePdf, *runs: Run) -> ParsedPage:
    (page,) = parse_pdf(make_pdf(lambda canvas: draw_runs(canvas, 72, 700, list(runs)))).pages
    return page


def plain(text: str) -> Run:
    return text, 1.0, 0.0


def raised(text: str) -> Run:
    return text, *MARK


@pytest.mark.parametrize(
    ("runs", "text", "marks"),
    [
        ([plain("The tari"), raised("ff")], "The tariff", []),
        ([plain("a covenant of 4.5"), raised("8"), plain(" times")], "a covenant of 4.5 times", [("4.5", "8")]),
        ([plain("Net sales of $1,234"), raised("2"), plain(", and")], "Net sales of $1,234, and", [("$1,234,", "2")]),
        ([plain("Year 2023"), raised("(1)(2)")], "Year 2023", [("2023", "(1)"), ("2023", "(2)")]),
        ([plain("Total debt"), raised("1,2"), plain(" fell")], "Total debt fell", [("debt", "1"), ("debt", "2")]),
        ([plain("ratio of 4.50"), raised("a"), plain(":1.00")], "ratio of 4.50:1.00", [("4.50:1.00", "a")]),
        ([plain("Equity "), raised("(b)"), plain(" and more")], "Equity and more", [("Equity", "(b)")]),
        ([raised("3"), plain(" Includes leases.")], "Includes leases.", [("Includes", "3")]),
        ([raised("(4)"), plain("Includes leases.")], "Includes leases.", [("Includes", "(4)")]),
        ([plain("Net income"), ("*", 1.0, 0.0)], "Net income", [("income", "*")]),
        ([plain("Interest of €5 m"), raised("2")], "Interest of €5 m", [("m", "2")]),
        ([plain("Revenue was $1,234(1) in all")], "Revenue was $1,234 in all", [("$1,234", "(1)")]),
        ([plain("Revenue was 1,234² in all")], "Revenue was 1,234 in all", [("1,234", "2")]),
    ],
)
def test_raised_mark_is_kept_beside_the_text(
    make_pdf: MakePdf, runs: list[Run], text: str, marks: list[tuple[str, str]]
) -> None:
    page = read_line(make_pdf, *runs)
    assert page.text == text
    assert marks_of(page) == marks


@pytest.mark.parametrize(
    ("runs", "text"),
    [
        ([plain("on the 1"), raised("st"), plain(" day")], "on the 1st day"),
        ([plain("12,000 km"), raised("2"), plain(" of land")], "12,000 km2 of land"),
        ([plain("an area of 150 m"), raised("2")], "an area of 150 m2"),
        ([plain("an R"), raised("2"), plain(" of .97")], "an R2 of .97"),
        ([plain("a mass of 3 × 10"), raised("6"), plain(" tons")], "a mass of 3 × 106 tons"),
        ([plain("4 "), raised("1"), ("/2", 0.6, 0.1), plain("% notes")], "4 1/2% notes"),
        ([plain("of CO"), ("2", 0.6, -0.2), plain(" a year")], "of CO2 a year"),
        ([plain("N"), ("OTES TO", 0.8, 0.0), plain(" S"), ("TATEMENTS", 0.8, 0.0)], "NOTES TO STATEMENTS"),
        ([plain("Acme"), raised("TM"), plain(" products")], "AcmeTM products"),
        ([plain("under Rule 144(a) of the Act")], "under Rule 144(a) of the Act"),
        ([plain("see [***] below")], "see [***] below"),
    ],
)
def test_other_raised_and_lowered_text_stays(make_pdf: MakePdf, runs: list[Run], text: str) -> None:
    page = read_line(make_pdf, *runs)
    assert page.text == text
    assert page.marks == ()


def test_mark_that_is_drawn_apart_from_its_word_is_found(make_pdf: MakePdf) -> None:
    def draw(canvas: Canvas) -> None:
        for index, figure in enumerate(["1,234", "88", "140"]):
            draw_runs(canvas, 72, 700 - 20 * index, [plain(f"Row {index}")])
            draw_runs(canvas, 300, 700 - 20 * index, [plain(figure)])
        draw_runs(canvas, 300 + canvas.stringWidth("88", "Helvetica", 10) + 1, 680, [raised("5")])

    (page,) = parse_pdf(make_pdf(draw)).pages
    assert page.text == "Row 0\t1,234\nRow 1\t88\nRow 2\t140"
    assert marks_of(page) == [("88", "5")]


def test_small_figures_at_another_height_are_not_marks(make_pdf: MakePdf) -> None:
    def draw(canvas: Canvas) -> None:
        for index in range(5):
            draw_runs(canvas, 72, 700 - 20 * index, [plain(f"A label of row {index}")])
            draw_runs(canvas, 300, 702 - 20 * index, [(f"{index + 3}", 0.8, 0.0)])

    (page,) = parse_pdf(make_pdf(draw)).pages
    assert page.marks == ()
    assert [line.split("\t") for line in page.text.split("\n")] == [
        [f"A label of row {index}", f"{index + 3}"] for index in range(5)
    ]


WORDS = st.sampled_from(["Revenue", "$1,234", "(88)", "4.5", "12%", "EBITDA", "2023", "income"])
LABELS = st.sampled_from(["1", "12", "(1)", "(a)", "b", "*", "†", "(iv)", "[3]"])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    words=st.lists(st.tuples(WORDS, st.none() | LABELS, st.sampled_from([" ", "  "])), min_size=1, max_size=6),
    font=st.sampled_from(FONTS),
    size=st.floats(6, 14),
    scale=st.floats(0.5, 0.85),
    rise=st.floats(0.25, 0.55),
    gap=st.floats(0.0, 0.4),
)
def test_any_mark_leaves_the_text_and_is_kept(
    make_pdf: MakePdf,
    words: list[tuple[str, str | None, str]],
    font: str,
    size: float,
    scale: float,
    rise: float,
    gap: float,
) -> None:
    def draw(canvas: Canvas) -> None:
        x = 72.0
        for word, label, blank in words:
            draw_runs(canvas, x, 700, [plain(word)], font=font, size=size)
            x += canvas.stringWidth(word, font, size)
            if label:
                x += gap * size
                draw_runs(canvas, x, 700, [(label, scale, rise)], font=font, size=size)
                x += canvas.stringWidth(label, font, size * scale)
            x += max(canvas.stringWidth(blank, font, size), 0.3 * size)

    (page,) = parse_pdf(make_pdf(draw)).pages
    assert page.text.split() == [word for word, _, _ in words]
    assert [mark.text for mark in page.marks] == [label for _, label, _ in words if label]
