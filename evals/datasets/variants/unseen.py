"""Variants of text that nobody sees, and of pages with a second text layer."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from random import Random

from reportlab.lib.pagesizes import letter
from reportlab.pdfgen.canvas import Canvas

from evals.datasets.faults import Check, TextCheck
from evals.datasets.variants.issuers import draw_issuer, shown_day
from evals.datasets.variants.making import (
    HTML,
    MILLIONS,
    Report,
    Truth,
    Variant,
    all_checks,
    draw_rows,
    question,
    report_of,
    texts_of,
    years_of,
)
from evals.datasets.variants.sheets import INVISIBLE, LEFT, LINE, VISIBLE, PdfPages, Sheet

TITLE = "CONSOLIDATED STATEMENTS OF OPERATIONS"
_STYLES = (
    "display:none",
    "visibility:hidden",
    "font-size:0",
    "color:#ffffff",
    "color:white",
    "color:rgba(0,0,0,0)",
    "opacity:0",
    "height:0;overflow:hidden;display:block",
    "position:absolute;left:-9999px",
)
_SENTENCE = "Total borrowings under the revolving credit facility were ${} million at {}."


def hidden_text(source: Random, form: str) -> Variant:
    """Sentences that a page contains but does not show, beside one that it shows."""
    issuer = draw_issuer(source)
    day = shown_day(issuer.year_end)
    shown, *hidden = source.sample(range(101, 999), 4)
    report = report_of(issuer, source, form)
    years = years_of(issuer)
    rows = draw_rows(source, 2)
    report.sheet(Sheet(TITLE, source.choice(MILLIONS), years, texts_of(rows)))
    report.paragraph(_SENTENCE.format(shown, day))
    for value in hidden:
        sentence = _SENTENCE.format(value, day)
        if form == HTML:
            report.html(_hidden_html(source, sentence))
        else:
            report.draw(_hidden_drawing(source.choice(_DRAWINGS), sentence))
    report.paragraph("A visible line follows.")
    unwanted = tuple(f"${value} million" for value in hidden)
    checks: list[Check] = [
        *all_checks(rows, years),
        TextCheck(kind="text", must_contain=(_SENTENCE.format(shown, day),), must_not_contain=unwanted),
        question(f"What were {issuer.name}'s total borrowings at {day}?", "", None, Truth("", Decimal(shown)),
                 *map(str, hidden)),
    ]  # fmt: skip
    return _variant("text that nobody sees is read", report, checks)


def _hidden_html(source: Random, sentence: str) -> str:
    kind = source.randrange(3)
    style = source.choice(_STYLES)
    if kind == 0:
        name = f"c{source.randrange(1000)}"
        return f"<style>.{name} {{ {style} }}</style><p><span class='{name}'>{sentence}</span></p>"
    if kind == 1:
        return f"<p><span style='{style}'>{sentence}</span></p>"
    return f"<div style='{source.choice(_STYLES[:1])}'><p>{sentence}</p></div>"


def _invisible_mode(canvas: Canvas, y: float, sentence: str) -> None:
    text = canvas.beginText(LEFT, y)
    text.setTextRenderMode(3)
    text.textOut(sentence)
    canvas.drawText(text)


def _white(canvas: Canvas, y: float, sentence: str) -> None:
    canvas.setFillColorRGB(1, 1, 1)
    canvas.drawString(LEFT, y, sentence)


def _transparent(canvas: Canvas, y: float, sentence: str) -> None:
    canvas.setFillAlpha(0)
    canvas.drawString(LEFT, y, sentence)


def _tiny(canvas: Canvas, y: float, sentence: str) -> None:
    canvas.setFont("Helvetica", 0.1)
    canvas.drawString(LEFT, y, sentence)


def _outside(canvas: Canvas, y: float, sentence: str) -> None:
    canvas.drawString(letter[0] + 40, y, sentence)


def _covered(canvas: Canvas, y: float, sentence: str) -> None:
    canvas.drawString(LEFT, y, sentence)
    canvas.setFillColorRGB(1, 1, 1)
    canvas.rect(LEFT - 4, y - 4, 480, 14, stroke=0, fill=1)


def _clipped(canvas: Canvas, y: float, sentence: str) -> None:
    path = canvas.beginPath()
    path.rect(LEFT, y + 200, 10, 10)
    canvas.clipPath(path, stroke=0, fill=0)
    canvas.drawString(LEFT, y, sentence)


_DRAWINGS = (_invisible_mode, _white, _transparent, _tiny, _outside, _covered, _clipped)


def _hidden_drawing(drawing: Callable[[Canvas, float, str], None], sentence: str) -> Callable[[PdfPages], None]:
    def draw(pages: PdfPages) -> None:
        canvas = pages.canvas
        canvas.saveState()
        drawing(canvas, pages.y, sentence)
        canvas.restoreState()
        canvas.setFont("Helvetica", 10)
        pages.y -= LINE

    return draw


def two_layers(source: Random, form: str) -> Variant:
    """A page whose text is drawn twice: as it is seen, and as an invisible layer with mistakes of text recognition."""
    issuer = draw_issuer(source)
    years = years_of(issuer, outer=False)
    rows = draw_rows(source, 2)
    sheet = Sheet(TITLE, source.choice(MILLIONS), years, texts_of(rows))
    wrong = [(label.replace("m", "rn"), tuple(_misread(text) for text in texts)) for label, texts in sheet.rows]
    layer = replace(sheet, rows=tuple(wrong))
    shift, seed = source.uniform(0.0, 1.5), source.getrandbits(32)

    def draw(pages: PdfPages) -> None:
        top = pages.y
        pages.sheet(sheet, Random(seed))  # noqa: S311  no secret
        below, pages.y, pages.mode = pages.y, top - shift, INVISIBLE
        pages.sheet(layer, Random(seed))  # noqa: S311  no secret
        pages.y, pages.mode = below, VISIBLE

    report = report_of(issuer, source, form)
    report.draw(draw)
    visible = " ".join((*report.cover, *(text for _, texts in sheet.rows for text in texts)))
    unwanted = tuple(text for _, texts in wrong for text in texts if text not in visible)
    checks: list[Check] = [
        *all_checks(rows, years),
        TextCheck(kind="text", must_contain=tuple(label for label, _ in rows),
                  must_not_contain=tuple(dict.fromkeys((*unwanted, f"{rows[0][0]} {rows[0][0]}")))),
    ]  # fmt: skip
    return _variant("two text layers", report, checks)


def _misread(text: str) -> str:
    """Return the text as text recognition may misread it: the first 3, 1 or 5 becomes an 8, 7 or 6."""
    for digit, other in (("3", "8"), ("1", "7"), ("5", "6")):
        if digit in text:
            return text.replace(digit, other, 1)
    return text


def _variant(fault: str, report: Report, checks: list[Check]) -> Variant:
    return Variant(fault, {f"report.{report.format}": report.write()}, tuple(checks))
