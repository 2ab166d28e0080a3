"""Writes a filing as HTML, as filing agents do: currency signs and closing brackets stand in cells of their own."""

from html import escape

from evals.datasets.newcomer.markup import Filing, Row, Table, Text

NOTICE = "Made for testing software. The company, its people and its figures are fictional."
_BREAK = '<hr style="page-break-after:always">'
_STYLES = {
    "title": "text-align:center;font-size:16pt;font-weight:bold",
    "item": "font-size:12pt;font-weight:bold",
    "section": "font-weight:bold;font-style:italic",
    "centred": "text-align:center",
    "small": "font-size:8pt",
    "body": "text-align:justify",
}


def write_html(filing: Filing) -> bytes:
    """Return the filing as HTML. Each run returns the same bytes."""
    pages = []
    for number, page in enumerate(filing.pages, start=1):
        parts = [_text(Text("small", filing.head))] if number > 1 else []
        parts += [_table(part, filing.currency) if isinstance(part, Table) else _text(part) for part in page]
        if number == len(filing.pages):
            parts.append(_text(Text("small", NOTICE)))
        parts.append(_text(Text("centred", f"{filing.foot} — {number}")))
        pages.append("\n".join(parts))
    body = f"\n{_BREAK}\n".join(pages)
    head = f'<meta charset="utf-8"><title>{escape(filing.name)}</title>'
    style = "font-family:'Times New Roman',serif;font-size:10pt"
    return f'<!DOCTYPE html><html><head>{head}</head><body style="{style}">\n{body}\n</body></html>\n'.encode()


def _text(part: Text) -> str:
    tag = "div" if part.style in ("centred", "title") else "p"
    return f'<{tag} style="{_STYLES[part.style]}">{escape(part.text)}</{tag}>'


def _table(table: Table, currency: str) -> str:
    rows = []
    if table.headings:
        first, *others = table.headings
        span = "" if table.is_words else ' colspan="3"'
        cells = "".join(f'<td{span} style="font-weight:bold;text-align:center">{escape(text)}</td>' for text in others)
        rows.append(f'<tr><td style="font-weight:bold">{escape(first)}</td>{cells}</tr>')
    for number, row in enumerate(table.rows):
        if table.is_words or not table.headings:
            cells = "".join(f"<td>{escape(cell)}</td>" for cell in row.cells)
        else:
            shows = bool(currency) and (number == 0 or row.is_total)
            cells = "".join(_figure(cell, currency if shows else "", row) for cell in row.cells)
        rows.append(f'<tr><td style="text-align:left">{escape(row.label)}</td>{cells}</tr>')
    return '<table style="width:100%;border-collapse:collapse">\n' + "\n".join(rows) + "\n</table>"


def _figure(cell: str, sign: str, row: Row) -> str:
    """Return the three cells of a figure: the currency sign, the number, and the closing bracket or percent sign."""
    line = "border-top:1px solid black;" if row.is_total and cell else ""
    if cell.startswith("$"):
        sign, cell = "$", cell[1:]
    closing = cell[-1] if cell.endswith((")", "%")) else ""
    number = cell.removesuffix(closing)
    if not any(map(str.isdigit, number)):
        sign = ""
    return (
        f'<td style="{line}">{sign}</td><td style="{line}text-align:right">{escape(number)}</td>'
        f'<td style="text-align:left">{closing}</td>'
    )
