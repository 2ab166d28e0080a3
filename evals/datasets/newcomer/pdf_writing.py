"""Writes a filing as PDF, with running titles and page numbers. A page of the markup is a page of the PDF."""

from html import escape
from io import BytesIO

from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY
from reportlab.lib.pagesizes import A4, LETTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import inch
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageBreak, PageTemplate, Paragraph, Spacer, TableStyle
from reportlab.platypus import Table as PdfTable

from evals.datasets.newcomer.html_writing import NOTICE
from evals.datasets.newcomer.markup import Filing, Table, Text

WIDTH = 6.6 * inch
_BODY = ParagraphStyle("body", fontName="Helvetica", fontSize=9, leading=11.4, alignment=TA_JUSTIFY, spaceAfter=5)
_STYLES = {
    "body": _BODY,
    "title": ParagraphStyle("title", parent=_BODY, fontName="Helvetica-Bold", fontSize=16, leading=20,
                            alignment=TA_CENTER),
    "item": ParagraphStyle("item", parent=_BODY, fontName="Helvetica-Bold", fontSize=12, leading=15, spaceBefore=4),
    "section": ParagraphStyle("section", parent=_BODY, fontName="Helvetica-Bold", fontSize=9.5, spaceBefore=3),
    "centred": ParagraphStyle("centred", parent=_BODY, alignment=TA_CENTER, spaceAfter=3),
    "small": ParagraphStyle("small", parent=_BODY, fontSize=7, leading=8.5),
}  # fmt: skip
_CELL = ParagraphStyle("cell", parent=_BODY, fontSize=8.5, leading=10, alignment=0, spaceAfter=0)


def write_pdf(filing: Filing) -> bytes:
    """Return the filing as PDF. Each run returns the same bytes."""
    target = BytesIO()
    size = LETTER if filing.currency == "$" else A4

    def furnish(canvas: Canvas, document: BaseDocTemplate) -> None:
        canvas.saveState()
        canvas.setFont("Helvetica", 7.5)
        if document.page > 1:
            canvas.drawString(0.9 * inch, size[1] - 0.55 * inch, filing.head)
        canvas.drawString(0.9 * inch, 0.5 * inch, filing.foot)
        canvas.drawRightString(0.9 * inch + WIDTH, 0.5 * inch, str(document.page))
        canvas.restoreState()

    document = BaseDocTemplate(
        target, pagesize=size, title=filing.name, author=filing.issuer, invariant=1, pageCompression=0
    )
    frame = Frame(0.9 * inch, 0.7 * inch, WIDTH, size[1] - 1.35 * inch, leftPadding=0, rightPadding=0)
    document.addPageTemplates([PageTemplate(id="page", frames=[frame], onPage=furnish)])
    document.build(_story(filing))
    return target.getvalue()


def _story(filing: Filing) -> list[Flowable]:
    story: list[Flowable] = []
    for page in filing.pages:
        for part in page:
            if isinstance(part, Table):
                story += [_table(part, filing.currency), Spacer(1, 6)]
            else:
                story.append(_text(part))
        story.append(PageBreak())
    return [*story[:-1], _text(Text("small", NOTICE))]


def _text(part: Text) -> Flowable:
    return Paragraph(escape(part.text), _STYLES[part.style])


def _table(table: Table, currency: str) -> Flowable:
    count = max(len(table.headings), *(1 + len(row.cells) for row in table.rows))
    if table.is_words or not table.headings:
        rows = [[Paragraph(escape(cell), _CELL) for cell in (row.label, *row.cells)] for row in table.rows]
        headings = [Paragraph(f"<b>{escape(cell)}</b>", _CELL) for cell in table.headings]
        words = PdfTable([headings, *rows] if headings else rows, colWidths=[WIDTH / count] * count)
        words.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("TOPPADDING", (0, 0), (-1, -1), 1)]))
        return words
    heading = ParagraphStyle("heading", parent=_CELL, fontName="Helvetica-Bold", fontSize=7.5, leading=9, alignment=2)
    lines: list[list[object]] = [[Paragraph(escape(text), heading) for text in table.headings]]
    lines[0][0] = Paragraph(f"<b>{escape(table.headings[0])}</b>", _CELL)
    style: list[tuple[object, ...]] = [
        ("FONT", (0, 1), (-1, -1), "Helvetica", 8.5),
        ("ALIGN", (1, 0), (-1, -1), "RIGHT"),
        ("LINEBELOW", (1, 0), (-1, 0), 0.6, "black"),
        ("TOPPADDING", (0, 0), (-1, -1), 0.8),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 0.8),
    ]
    for number, row in enumerate(table.rows, start=1):
        sign = f"{currency} " if currency and (number == 1 or row.is_total) else ""
        cells = [f"{sign}{cell}" if cell[:1].isdigit() or cell[:1] == "(" else cell for cell in row.cells]
        lines.append([row.label, *cells, *[""] * (count - 1 - len(cells))])
        if row.is_total:
            style += [("LINEABOVE", (1, number), (-1, number), 0.4, "black"),
                      ("FONT", (0, number), (-1, number), "Helvetica-Bold", 8.5)]  # fmt: skip
    wide = max(0.75 * inch, min(1.05 * inch, 4.4 * inch / (count - 1)))
    figures = PdfTable(lines, colWidths=[WIDTH - wide * (count - 1), *[wide] * (count - 1)])
    figures.setStyle(TableStyle(style))
    return figures
