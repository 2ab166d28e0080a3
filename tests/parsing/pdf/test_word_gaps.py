"""Words are parted by the gaps that the page shows, also if the file has no blanks or spaces its letters."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas

from workers.parsing.pdf.document import parse_pdf

MakePdf = Callable[..., Path]
SENTENCE = "The Company had total debt of $412 million at December 31, 2024 and $398 million in 2023."


def draw_words(canvas: Canvas, words: list[str], *, font: str, size: float, gap: float, tracking: float = 0.0) -> None:
    """Draw words without blanks. `gap` is between words, and `tracking` between letters, relative to the size."""
    x = 60.0
    canvas.setFont(font, size)
    for word in words:
        for char in word if tracking else [word]:
            canvas.drawString(x, 700, char)
            x += canvas.stringWidth(char, font, size) + tracking * size
        x += gap * size


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    font=st.sampled_from(["Helvetica", "Times-Roman", "Courier", "Helvetica-Bold"]),
    size=st.floats(7, 11),
    gap=st.floats(0.12, 0.4),
)
def test_words_are_parted_by_narrow_gaps(make_pdf: MakePdf, font: str, size: float, gap: float) -> None:
    words = SENTENCE.split()
    (page,) = parse_pdf(make_pdf(lambda canvas: draw_words(canvas, words, font=font, size=size, gap=gap))).pages
    assert page.text.split() == words


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.sampled_from(["Acme Holdings", "LIQUIDITY AND CAPITAL", "NOTES"]),
    size=st.floats(8, 14),
    tracking=st.one_of(st.floats(0.05, 0.12), st.floats(0.28, 0.45)),
)
def test_letter_spaced_words_are_whole(make_pdf: MakePdf, text: str, size: float, tracking: float) -> None:
    gap = 0.3 + tracking
    path = make_pdf(
        lambda canvas: draw_words(canvas, text.split(), font="Helvetica", size=size, gap=gap, tracking=tracking)
    )
    assert parse_pdf(path).pages[0].text.split() == text.split()


@pytest.mark.parametrize(
    "text", ["iPhone and eBay", "Section 401(k) plan", "$1,234.5 or 10th", "A B C D E", "e-mail to a@example.com"]
)
def test_other_words_stay_whole(make_pdf: MakePdf, text: str) -> None:
    (page,) = parse_pdf(make_pdf(lambda canvas: canvas.drawString(72, 700, text))).pages
    assert page.text == text
