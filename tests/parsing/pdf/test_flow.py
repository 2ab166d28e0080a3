"""Pages that pdfium takes for vertical text are read like others."""

from collections.abc import Callable
from pathlib import Path

import pypdfium2 as pdfium
from reportlab.pdfgen.canvas import Canvas

from workers.parsing.pdf.document import parse_pdf

PLACES = ("Ashby Station", "Cold Hollow", "Farrow Bay", "Ivy Creek", "Mossy Point", "Vale Park")
ROWS = [
    (f"{place} {number}", f"{97 + 13 * number}", f"{4_100 + 37 * number:,}") for number in range(4) for place in PLACES
]


def draw(canvas: Canvas) -> None:
    canvas.setFont("Times-Roman", 10)
    for number, row in enumerate([("Property", "Units", "Book value"), *ROWS]):
        for left, text in zip((36, 250, 420), row, strict=True):
            x = float(left)
            for character in text:  # each in a text object of its own, as browsers write them
                canvas.drawString(x, 745 - 10 * number, character)
                x += canvas.stringWidth(character)


def test_a_close_table_high_on_a_page_is_read_by_words(make_pdf: Callable[..., Path]) -> None:
    path = make_pdf(draw)
    with pdfium.PdfDocument(path) as document:
        assert document[0].get_textpage().get_text_range(0, 7) == "P\r\nr\r\no", "pdfium takes the page for vertical"
    (page,) = parse_pdf(path).pages
    assert page.text.splitlines() == ["Property\tUnits\tBook value", *("\t".join(row) for row in ROWS)]
