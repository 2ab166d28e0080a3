"""Makes documents of pages whose tables are written as lines with tabs."""

import tempfile
from collections.abc import Sequence
from datetime import date
from html import escape
from pathlib import Path

from app.documents.content.parsed import ParsedDocument
from app.documents.metadata import DocumentMetadata, DocumentType, FiscalPeriod
from app.tables.model import Table
from workers.extraction.tables import read_tables
from workers.parsing.html.document import parse_html

METADATA = DocumentMetadata(
    title="",
    document_type=DocumentType.FORM_10K,
    fiscal_year=2031,
    fiscal_period=FiscalPeriod.FY,
    period_end=date(2031, 12, 31),
    currency="USD",
)


def read_pages(pages: Sequence[str]) -> tuple[ParsedDocument, tuple[Table, ...]]:
    """Return the document with these pages, and its tables. Lines with tabs are rows; other lines are paragraphs."""
    parts = [f'<div style="page-break-after: always">{_page(page)}</div>' for page in pages]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.html"
        path.write_text(f"<html><body>{''.join(parts)}</body></html>", encoding="utf-8")
        parsed = parse_html(path)
    return parsed, read_tables(parsed, METADATA)


def _page(page: str) -> str:
    html, rows = [], list[list[str]]()
    for line in [*page.split("\n"), ""]:
        if "\t" in line or (rows and line.strip().endswith(":")):
            rows.append(line.split("\t"))
            continue
        if rows:
            html.append(_table(rows))
            rows = []
        html.append(f"<p>{escape(line)}</p>")
    return "".join(html)


def _table(rows: Sequence[Sequence[str]]) -> str:
    """Write the rows. A heading over several columns spans as many as the row needs."""
    width = max(map(len, rows))
    lines = []
    for row in rows:
        span = 1 if not row[1:] or row[0] else (width - 1) // (len(row) - 1)
        cells = [f"<td>{escape(row[0])}</td>", *(f'<td colspan="{span}">{escape(cell)}</td>' for cell in row[1:])]
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return f"<table>{''.join(lines)}</table>"
