"""What a reader can't see isn't read, and what a reader sees is."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject
from reportlab.lib.colors import Color, black, white
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from workers.parsing.pdf.document import parse_pdf

MakePdf = Callable[..., Path]
ChangePdf = Callable[[Path, Callable[[PdfWriter], None]], Path]
Draw = Callable[[Canvas, float, float, str], None]
SEEN = "Net sales rose to $120 million."
SECRET = "Debt was $501 million."


def write(canvas: Canvas, x: float, y: float, text: str, *, mode: int = 0) -> None:
    line = canvas.beginText(x, y)
    line.setTextRenderMode(mode)
    line.textOut(text)
    line.setTextRenderMode(0)
    canvas.drawText(line)


def noise(width: int, height: int) -> ImageReader:
    """Return a picture with dark lines, as a scan of text has."""
    picture = Image.new("L", (width, height), 250)
    draw = ImageDraw.Draw(picture)
    for y in range(0, height, 6):
        draw.line([(0, y), (width, y)], fill=20, width=2)
    return ImageReader(picture)


def invisible(canvas: Canvas, x: float, y: float, text: str) -> None:
    write(canvas, x, y, text, mode=3)


def as_clip(canvas: Canvas, x: float, y: float, text: str) -> None:
    canvas.saveState()
    write(canvas, x, y, text, mode=7)
    canvas.restoreState()


def painted_white(canvas: Canvas, x: float, y: float, text: str) -> None:
    canvas.setFillColor(white)
    canvas.drawString(x, y, text)


def transparent(canvas: Canvas, x: float, y: float, text: str) -> None:
    canvas.setFillColor(Color(0, 0, 0, alpha=0))
    canvas.drawString(x, y, text)


def under_a_box(canvas: Canvas, x: float, y: float, text: str) -> None:
    canvas.drawString(x, y, text)
    canvas.setFillColor(Color(0.9, 0.95, 1))
    canvas.rect(x - 4, y - 4, 200, 16, stroke=0, fill=1)


def under_a_picture(canvas: Canvas, x: float, y: float, text: str) -> None:
    canvas.drawString(x, y, text)
    canvas.drawImage(noise(60, 8), x - 4, y - 4, 200, 16)


def in_its_boxs_colour(canvas: Canvas, x: float, y: float, text: str) -> None:
    canvas.setFillColor(Color(0.1, 0.2, 0.4))
    canvas.rect(x - 4, y - 4, 200, 16, stroke=0, fill=1)
    canvas.drawString(x, y, text)


def clipped(canvas: Canvas, x: float, y: float, text: str) -> None:
    path = canvas.beginPath()
    path.rect(x, y + 30, 200, 8)
    canvas.clipPath(path, stroke=0, fill=0)
    canvas.drawString(x, y, text)


def tiny(canvas: Canvas, x: float, y: float, text: str) -> None:
    canvas.setFontSize(0.4)
    canvas.drawString(x, y, text)


def scaled_to_nothing(canvas: Canvas, x: float, y: float, text: str) -> None:
    canvas.translate(x, y)
    canvas.scale(0.02, 0.02)
    canvas.drawString(0, 0, text)


def outside(canvas: Canvas, x: float, y: float, text: str) -> None:
    canvas.drawString(x + 700, y, text)


HIDDEN: list[Draw] = [
    invisible,
    as_clip,
    painted_white,
    transparent,
    under_a_box,
    under_a_picture,
    in_its_boxs_colour,
    clipped,
    tiny,
    scaled_to_nothing,
    outside,
]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    hide=st.sampled_from(HIDDEN),
    x=st.integers(60, 330),
    y=st.integers(60, 700),
    size=st.floats(7, 12),
    in_form=st.booleans(),
    is_first=st.booleans(),
)
def test_hidden_text_is_not_read(
    make_pdf: MakePdf, hide: Draw, x: int, y: int, size: float, in_form: bool, is_first: bool
) -> None:
    assume(not (in_form and hide is transparent))  # reportlab's forms have no transparency

    def draw_secret(canvas: Canvas) -> None:
        canvas.saveState()
        canvas.setFont("Helvetica", size)
        hide(canvas, x, y, SECRET)
        canvas.restoreState()

    def draw(canvas: Canvas) -> None:
        if in_form:
            canvas.beginForm("form")
            draw_secret(canvas)
            canvas.endForm()
        canvas.setFont("Helvetica", size)
        for is_now in (is_first, not is_first):
            if not is_now:
                canvas.drawString(72, 740, SEEN)
            elif in_form:
                canvas.doForm("form")
            else:
                draw_secret(canvas)
        canvas.drawString(72, 30, "The end.")

    (page,) = parse_pdf(make_pdf(draw)).pages
    assert page.text.split() == [*SEEN.split(), "The", "end."]


@pytest.mark.parametrize("share", [0.2, 0.4, 0.6, 0.85])
def test_a_line_cut_by_the_page_end_is_read_on_the_page_that_has_its_letters(make_pdf: MakePdf, share: float) -> None:
    top, bottom, size = 760, 30, 10
    low = bottom + (0.925 * share - 0.718) * size  # `share` of the height of Helvetica is above the page's end
    lost, whole = "t t 3 456 0 40", "Net income 3,456 0.40"

    def part(canvas: Canvas, text: str, at: float) -> None:
        canvas.saveState()
        path = canvas.beginPath()
        path.rect(28, bottom, 556, top - bottom)
        canvas.clipPath(path, stroke=0, fill=0)
        canvas.setFont("Helvetica", size)
        canvas.drawString(72, at, text)
        canvas.restoreState()

    def draw(canvas: Canvas) -> None:
        canvas.drawString(72, 400, "Revenues 10 20")
        part(canvas, whole if share > 0.8 else lost, low)
        canvas.showPage()
        part(canvas, lost if share > 0.8 else whole, low + top - bottom)
        canvas.drawString(72, 400, "Total 40 60")

    first, second = parse_pdf(make_pdf(draw)).pages
    assert " ".join(f"{first.text} {second.text}".split()) == f"Revenues 10 20 {whole} Total 40 60"


@pytest.mark.parametrize("hide", [invisible, painted_white, transparent])
def test_hidden_end_of_a_figure_is_not_read(make_pdf: MakePdf, hide: Draw) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(72, 700, "Debt was $120")
        x = 72 + canvas.stringWidth("Debt was $120", "Helvetica", 12)
        canvas.saveState()
        hide(canvas, x, 700, "99")
        canvas.restoreState()

    (page,) = parse_pdf(make_pdf(draw)).pages
    assert page.text == "Debt was $120"


def on_a_dark_box(canvas: Canvas, x: float, y: float, text: str) -> None:
    canvas.setFillColor(black)
    canvas.rect(x - 4, y - 4, 250, 16, stroke=0, fill=1)
    canvas.setFillColor(white)
    canvas.drawString(x, y, text)


def on_a_picture(canvas: Canvas, x: float, y: float, text: str) -> None:
    canvas.drawInlineImage(Image.new("L", (8, 8), 40), x - 4, y - 4, 250, 16)
    canvas.setFillColor(white)
    canvas.drawString(x, y, text)


def on_a_box_inside_a_box(canvas: Canvas, x: float, y: float, text: str) -> None:
    canvas.rect(x - 8, y - 8, 270, 26, stroke=0, fill=1)
    canvas.setFillColor(white)
    canvas.rect(x - 4, y - 4, 250, 16, stroke=0, fill=1)
    canvas.setFillColor(black)
    canvas.drawString(x, y, text)


def under_a_tint(canvas: Canvas, x: float, y: float, text: str) -> None:
    canvas.drawString(x, y, text)
    canvas.setFillColor(Color(1, 1, 0, alpha=0.4))
    canvas.rect(x - 4, y - 4, 250, 16, stroke=0, fill=1)


def in_a_frame(canvas: Canvas, x: float, y: float, text: str) -> None:
    canvas.drawString(x, y, text)
    canvas.rect(x - 4, y - 4, 250, 16, stroke=1, fill=0)


def outlined(canvas: Canvas, x: float, y: float, text: str) -> None:
    canvas.setFillColor(white)
    write(canvas, x, y, text, mode=2)


def in_grey(canvas: Canvas, x: float, y: float, text: str) -> None:
    canvas.setFillColor(Color(0.75, 0.75, 0.75))
    canvas.drawString(x, y, text)


@pytest.mark.parametrize(
    "show", [on_a_dark_box, on_a_picture, on_a_box_inside_a_box, under_a_tint, in_a_frame, outlined, in_grey]
)
def test_visible_text_is_read(make_pdf: MakePdf, show: Draw) -> None:
    (page,) = parse_pdf(make_pdf(lambda canvas: show(canvas, 72, 700, SEEN))).pages
    assert page.text == SEEN


@pytest.mark.parametrize("is_under", [False, True])
def test_text_layer_of_a_scan_is_read(make_pdf: MakePdf, is_under: bool) -> None:
    def draw_layer(canvas: Canvas) -> None:
        for index in range(12):
            write(canvas, 72, 700 - 20 * index, f"Line {index} of a scanned page.", mode=0 if is_under else 3)

    def draw(canvas: Canvas) -> None:
        if is_under:
            draw_layer(canvas)
        canvas.drawImage(noise(306, 396), 0, 0, 612, 792)
        if not is_under:
            draw_layer(canvas)
        canvas.drawString(250, 20, "Exhibit 10.1")

    (page,) = parse_pdf(make_pdf(draw)).pages
    assert page.text.replace("\n\n", "\n").split("\n") == [
        *[f"Line {index} of a scanned page." for index in range(12)],
        "Exhibit 10.1",
    ]


def test_words_of_a_text_layer_are_not_taken_for_marks(make_pdf: MakePdf) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawImage(noise(306, 396), 0, 0, 612, 792)
        for index in range(12):
            x = 72.0
            for word, size, rise in [("In", 12, 0), ("a", 8, 2), ("year", 9, 1), ("3", 7, 3), ("times.", 12, 0)]:
                canvas.setFont("Helvetica", size)
                write(canvas, x, 700 - 20 * index + rise, word, mode=3)
                x += canvas.stringWidth(f"{word} ", "Helvetica", 12)

    (page,) = parse_pdf(make_pdf(draw)).pages
    assert page.marks == ()
    assert sorted(page.text.split()) == sorted(["In", "a", "year", "3", "times."] * 12)


def test_text_layer_of_a_picture_on_a_page_is_read(make_pdf: MakePdf) -> None:
    def draw(canvas: Canvas) -> None:
        for index in range(6):
            canvas.drawString(72, 740 - 14 * index, f"Visible line {index} of the page.")
        canvas.drawImage(noise(200, 60), 72, 500, 400, 120)
        write(canvas, 80, 560, "Words in the picture", mode=3)

    (page,) = parse_pdf(make_pdf(draw)).pages
    assert "Words in the picture" in page.text


@pytest.mark.parametrize("shift", [0.0, 1.5])
def test_second_text_layer_is_not_read(make_pdf: MakePdf, shift: float) -> None:
    lines = ["Net sales $2,310", "Operating income 210", "Net income (14)"]
    copies = ["Net sales $2,810", "Operating income 210", "Net incorne (14)"]

    def draw(canvas: Canvas) -> None:
        canvas.drawImage(noise(306, 396), 0, 0, 612, 792)
        canvas.setFillColor(white)
        canvas.rect(60, 640, 300, 100, stroke=0, fill=1)
        canvas.setFillColor(black)
        for index, line in enumerate(lines):
            canvas.drawString(72, 720 - 20 * index, line)
        for index, line in enumerate(copies):
            write(canvas, 72 + shift, 720 - 20 * index + shift, line, mode=3)

    (page,) = parse_pdf(make_pdf(draw)).pages
    assert page.text.split() == " ".join(lines).split()


def test_optional_content_that_is_off_is_not_read(make_pdf: MakePdf, change_pdf: ChangePdf) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(72, 740, SEEN)
        canvas._code.append("/OC /Draft BDC")
        canvas.drawString(72, 700, SECRET)
        canvas._code.append("EMC")

    def hide(writer: PdfWriter) -> None:
        group = writer._add_object(
            DictionaryObject({NameObject("/Type"): NameObject("/OCG"), NameObject("/Name"): TextStringObject("Draft")})
        )
        writer.root_object[NameObject("/OCProperties")] = DictionaryObject(
            {
                NameObject("/OCGs"): ArrayObject([group]),
                NameObject("/D"): DictionaryObject({NameObject("/OFF"): ArrayObject([group])}),
            }
        )
        resources = writer.pages[0]["/Resources"].get_object()
        assert isinstance(resources, DictionaryObject)
        resources[NameObject("/Properties")] = DictionaryObject({NameObject("/Draft"): group})

    path = make_pdf(draw)
    assert parse_pdf(path).pages[0].text.split() == [*SEEN.split(), *SECRET.split()]
    assert parse_pdf(change_pdf(path, hide)).pages[0].text == SEEN


def test_file_whose_text_is_all_invisible_is_read_with_a_warning(make_pdf: MakePdf) -> None:
    document = parse_pdf(make_pdf(lambda canvas: write(canvas, 72, 700, "Text of a lost picture", mode=3)))
    assert document.pages[0].text == "Text of a lost picture"
    assert any("invisible" in warning for warning in document.warnings)
