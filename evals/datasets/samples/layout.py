"""Builds the parts of the sample documents: paragraphs, headings, statements in tables, and a running footer.

Each run writes the same bytes.
"""

from collections.abc import Sequence
from decimal import Decimal
from io import BytesIO

from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY
from reportlab.lib.pagesizes import LETTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import inch
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    KeepTogether,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

from evals.datasets.samples.figures import Line

_BODY = ParagraphStyle("body", fontName="Times-Roman", fontSize=10.5, leading=14, alignment=TA_JUSTIFY, spaceAfter=8)
_TITLE = ParagraphStyle("title", fontName="Times-Bold", fontSize=20, leading=26, alignment=TA_CENTER, spaceAfter=10)
_CENTRE = ParagraphStyle("centre", parent=_BODY, alignment=TA_CENTER)
_ITEM = ParagraphStyle("item", fontName="Times-Bold", fontSize=14, leading=18, spaceBefore=4, spaceAfter=8)
_SECTION = ParagraphStyle("section", fontName="Times-Bold", fontSize=11.5, leading=15, spaceBefore=6, spaceAfter=5)
_CELL = ParagraphStyle("cell", fontName="Times-Roman", fontSize=10, leading=12)


def title(text: str) -> Flowable:
    return Paragraph(text, _TITLE)


def centred(text: str) -> Flowable:
    return Paragraph(text, _CENTRE)


def item(text: str) -> Flowable:
    """Return a heading of the first level."""
    return Paragraph(text, _ITEM)


def section(text: str) -> Flowable:
    """Return a heading of the second level."""
    return Paragraph(text, _SECTION)


def paragraphs(*texts: str) -> list[Flowable]:
    return [Paragraph(" ".join(text.split()), _BODY) for text in texts]


def gap(inches: float = 0.15) -> Flowable:
    return Spacer(1, inches * inch)


def new_page() -> Flowable:
    return PageBreak()


def money(value: Decimal | None) -> str:
    """Format an amount as statements do: one decimal, thousands separators, negative in parentheses, zero as a dash."""
    if value is None or value == 0:
        return "\u2014"
    text = f"{abs(value):,.1f}"
    return f"({text})" if value < 0 else text


def statement(caption: str, columns: Sequence[str], lines: Sequence[Line]) -> Flowable:
    """Return a statement as a table.

    Amounts are in columns. Totals have a line above them. The first line and the totals have dollar signs.
    """
    rows = [[caption, *columns]]
    style = [
        ("FONT", (0, 0), (-1, 0), "Times-Bold", 9.5),
        ("FONT", (0, 1), (-1, -1), "Times-Roman", 10),
        ("ALIGN", (1, 0), (-1, -1), "RIGHT"),
        ("LINEBELOW", (0, 0), (-1, 0), 0.7, "black"),
        ("TOPPADDING", (0, 0), (-1, -1), 2.2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2.2),
    ]
    for number, line in enumerate(lines, start=1):
        sign = "$ " if line.is_total or number == 1 else ""
        texts = (money(amount) for amount in line.amounts)
        rows.append([line.label, *(text if text == "\u2014" else sign + text for text in texts)])
        if line.is_total:
            style.append(("FONT", (0, number), (-1, number), "Times-Bold", 10))
            style.append(("LINEABOVE", (1, number), (-1, number), 0.5, "black"))
    table = Table(rows, colWidths=[(6.5 - 1.05 * len(columns)) * inch, *[1.05 * inch] * len(columns)], repeatRows=1)
    table.setStyle(TableStyle(style))
    return KeepTogether([table, gap()])


def text_table(rows: Sequence[Sequence[str]], widths: Sequence[float]) -> Flowable:
    """Return a table of words whose first row is the heading. `widths` are inches."""
    cells = [
        [Paragraph(f"<b>{cell}</b>" if number == 0 else cell, _CELL) for cell in row] for number, row in enumerate(rows)
    ]
    table = Table(cells, colWidths=[width * inch for width in widths], repeatRows=1)
    table.setStyle(TableStyle([("LINEBELOW", (0, 0), (-1, 0), 0.7, "black"), ("VALIGN", (0, 0), (-1, -1), "TOP")]))
    return KeepTogether([table, gap()])


def render(
    story: Sequence[Flowable], *, name: str, subject: str, footer: str, author: str = "Tarnwick Packaging Corporation"
) -> bytes:
    """Return a PDF with the same bytes on every machine.

    The PDF contains no dates and no ids. It is not compressed, because builds of zlib produce different bytes.
    """
    target = BytesIO()

    def number_page(canvas: Canvas, document: BaseDocTemplate) -> None:
        canvas.saveState()
        canvas.setFont("Times-Roman", 8.5)
        canvas.drawString(inch, 0.6 * inch, footer)
        canvas.drawRightString(7.5 * inch, 0.6 * inch, str(document.page))
        canvas.restoreState()

    document = BaseDocTemplate(
        target, pagesize=LETTER, title=name, author=author, subject=subject, invariant=1, pageCompression=0
    )
    frame = Frame(inch, 0.9 * inch, 6.5 * inch, 9.2 * inch, leftPadding=0, rightPadding=0)
    document.addPageTemplates([PageTemplate(id="page", frames=[frame], onPage=number_page)])
    document.build(list(story))
    return target.getvalue()
