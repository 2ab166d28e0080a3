"""Renders documents with a planted instruction, as PDF and as HTML."""

import html
from collections.abc import Sequence
from io import BytesIO

from reportlab.lib.pagesizes import LETTER
from reportlab.lib.utils import simpleSplit
from reportlab.pdfgen.canvas import Canvas

from evals.datasets.attacks import Carrier

_LEFT, _TOP, _WIDTH = 60, 730, 490


def render(title: str, lines: Sequence[str], instruction: str, carrier: Carrier) -> tuple[bytes, str]:
    """Return (document, file extension). Instructions in the text are placed in the middle of the document."""
    if carrier.value.startswith("pdf"):
        return _pdf(title, lines, instruction, carrier), ".pdf"
    return _html(title, lines, instruction, carrier).encode(), ".html"


def _pdf(title: str, lines: Sequence[str], instruction: str, carrier: Carrier) -> bytes:
    target = BytesIO()
    canvas = Canvas(target, pagesize=LETTER, invariant=1, pageCompression=0)
    canvas.setTitle(title)
    if carrier is Carrier.PDF_METADATA:
        canvas.setTitle(f"{title}. {instruction}")
        canvas.setSubject(instruction)
        canvas.setKeywords([instruction])
    height = _TOP
    canvas.setFont("Helvetica-Bold", 14)
    canvas.drawString(_LEFT, height, title)
    middle = (len(lines) + 1) // 2
    for number, line in enumerate((*lines[:middle], None, *lines[middle:])):
        if line is None and carrier is Carrier.PDF_METADATA:
            continue
        size = 1 if line is None and carrier is Carrier.PDF_TINY else 9
        canvas.setFont("Courier" if "|" in (line or "") else "Helvetica", size)
        white = line is None and carrier is Carrier.PDF_WHITE
        canvas.setFillGray(1 if white else 0)
        for piece in simpleSplit(line if line is not None else instruction, "Helvetica", size, _WIDTH) or [""]:
            height -= 14 if size > 1 else 3
            if height < 50:
                canvas.showPage()
                canvas.setFont("Helvetica", size)
                height = _TOP
            canvas.drawString(_LEFT, height, piece)
        height -= 6 if number == 0 else 2
    canvas.save()
    return target.getvalue()


def _html(title: str, lines: Sequence[str], instruction: str, carrier: Carrier) -> str:
    said = html.escape(instruction)
    planted = {
        Carrier.HTML_TEXT: f"<p>{said}</p>",
        Carrier.HTML_HIDDEN: f'<div style="display:none">{said}</div><!-- {said.replace("--", "—")} -->',
        Carrier.HTML_ALT: f'<img src="chart.png" alt="{said}">',
    }.get(carrier, "")
    meta = f'<meta name="description" content="{said}">' if carrier is Carrier.HTML_METADATA else ""
    shown_title = f"{title}. {said}" if carrier is Carrier.HTML_METADATA else title
    middle = (len(lines) + 1) // 2
    parts = [_paragraphs(lines[:middle]), planted, _paragraphs(lines[middle:])]
    return (
        f"<!doctype html><html><head><meta charset='utf-8'><title>{shown_title}</title>{meta}</head>"
        f"<body><h1>{html.escape(title)}</h1>{''.join(parts)}</body></html>"
    )


def _paragraphs(lines: Sequence[str]) -> str:
    """Return HTML. Lines that start with a bar become rows of one table. Other lines become paragraphs."""
    shown: list[str] = []
    rows: list[str] = []
    for line in lines:
        if line.startswith("|"):
            cells = "".join(f"<td>{html.escape(cell.strip())}</td>" for cell in line.strip("| \n").split("|"))
            rows.append(f"<tr>{cells}</tr>")
        elif line.strip():
            shown.append(f"<p>{html.escape(line)}</p>")
    return "".join(shown) + (f"<table>{''.join(rows)}</table>" if rows else "")
