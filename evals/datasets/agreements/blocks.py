"""The parts of a made document, and how HTML and PDF print them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from io import BytesIO
from typing import Literal

from reportlab.lib.enums import TA_CENTER
from reportlab.lib.pagesizes import A4, LETTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageBreak, PageTemplate, Paragraph, Table, TableStyle

Kind = Literal["centred", "heading", "text", "table", "page"]

_HEAD = '<!DOCTYPE html><html><head><meta charset="utf-8"><title>document</title></head><body>\n'
_BODY = ParagraphStyle("body", fontName="Times-Roman", fontSize=10, leading=12.5, spaceAfter=7)
_CENTRED = ParagraphStyle("centred", parent=_BODY, fontName="Times-Bold", alignment=TA_CENTER)
_HEADING = ParagraphStyle("heading", parent=_BODY, fontName="Times-Bold", spaceBefore=5)
_CELL = ParagraphStyle("cell", parent=_BODY, fontSize=9, leading=11, spaceAfter=0)
_STYLES = {"centred": _CENTRED, "heading": _HEADING, "text": _BODY}


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a document. `text` may have "~~deleted~~" words; `rows` are a table's, `heads` of them headings."""

    kind: Kind
    text: str = ""
    rows: tuple[tuple[str, ...], ...] = ()
    heads: int = 1


def centred(*texts: str) -> list[Block]:
    return [Block("centred", text) for text in texts]


def heading(text: str) -> list[Block]:
    return [Block("heading", text)]


def paragraphs(*texts: str) -> list[Block]:
    return [Block("text", " ".join(text.split())) for text in texts]


def table(rows: Sequence[Sequence[str]], heads: int = 1) -> list[Block]:
    return [Block("table", rows=tuple(map(tuple, rows)), heads=heads)]


def new_page() -> list[Block]:
    return [Block("page")]


def print_html(blocks: Sequence[Block]) -> bytes:
    """Return the document as HTML; deleted words are struck through."""
    return (_HEAD + "\n".join(_html(block) for block in blocks) + "\n</body></html>").encode()


def _html(block: Block) -> str:
    match block.kind:
        case "page":
            return '<hr style="page-break-after:always">'
        case "table":
            rows = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in block.rows)
            return f'<table border="1">{rows}</table>'
        case "centred":
            return f'<p style="text-align:center;font-weight:bold">{escape(block.text)}</p>'
        case "heading":
            return f"<p><b>{escape(block.text)}</b></p>"
        case "text":
            return f"<p>{_struck(block.text)}</p>"


def _struck(text: str, before: str = "<strike>", after: str = "</strike>") -> str:
    """Return the text as markup, with its deleted words struck through. PDFs print them in red, as redlines do."""
    parts = escape(text).split("~~")
    return "".join(part if at % 2 == 0 else f"{before}{part}{after}" for at, part in enumerate(parts))


def print_pdf(blocks: Sequence[Block], *, footer: str, columns: int = 1, is_a4: bool = False) -> bytes:
    """Return the document as PDF with running footers, in one or two columns. Deleted words are struck through."""
    width, height = A4 if is_a4 else LETTER
    margin, gap = 62.0, 18.0
    frame_width = (width - 2 * margin - gap * (columns - 1)) / columns
    frames = [
        Frame(margin + (frame_width + gap) * at, margin, frame_width, height - 2 * margin, 0, 0, 0, 0)
        for at in range(columns)
    ]
    target = BytesIO()
    document = BaseDocTemplate(target, pagesize=(width, height), invariant=True)

    def print_footer(canvas: Canvas, _: BaseDocTemplate) -> None:
        canvas.setFont("Times-Roman", 8)
        canvas.drawString(margin, margin / 2, footer)
        canvas.drawRightString(width - margin, margin / 2, str(canvas.getPageNumber()))

    document.addPageTemplates([PageTemplate(frames=frames, onPage=print_footer)])
    document.build(list(_flowables(blocks, frame_width)))
    return target.getvalue()


def _flowables(blocks: Sequence[Block], width: float) -> Iterator[Flowable]:
    for block in blocks:
        if block.kind == "page":
            yield PageBreak()
        elif block.kind == "table":
            count = max(map(len, block.rows))
            rows = [[Paragraph(escape(cell), _CELL) for cell in row] + [""] * (count - len(row)) for row in block.rows]
            printed = Table(rows, colWidths=[width / count] * count, repeatRows=block.heads, spaceAfter=8)
            printed.setStyle(
                TableStyle([("LINEBELOW", (0, 0), (-1, -1), 0.5, "black"), ("VALIGN", (0, 0), (-1, -1), "TOP")])
            )
            yield printed
        else:
            yield Paragraph(_struck(block.text, '<font color="red"><strike>', "</strike></font>"), _STYLES[block.kind])
