"""Draw a page's words, tables and cells as SVG, over the page's image: this shows where Footnote misread a page.

A page without positions (HTML, text) is drawn as lines of its text instead, and below them each table in the rows and
columns that were read. Pointing at a cell shows what was read of it.
"""

import base64
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from app.documents.content.parsed import Box, DeletedText, Mark, Words
from app.tables.model import Cell, CellKind, Table
from app.tables.overlay_text import TextLayout, place_in_grid

COLOURS = {
    CellKind.HEADING: "#E69F00",
    CellKind.LABEL: "#009E73",
    CellKind.FIGURE: "#0072B2",
    CellKind.NOTE: "#CC79A7",
}
"""Colours that differ for people with any colour vision (Okabe and Ito 2008)."""

_WORD, _TABLE, _CHANGE = "#888888", "#000000", "#D55E00"
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class DrawnPage:
    """What an overlay shows of a page. `width` and `height` are in points; `image` is a PNG, or None."""

    text: str
    width: float
    height: float
    image: bytes | None
    words: Words
    marks: tuple[Mark, ...] = ()
    deleted: tuple[DeletedText, ...] = ()


def draw_overlay(page: DrawnPage, number: int, tables: Sequence[Table], *, dpi: int) -> bytes:
    """Return the SVG. `tables` are the tables on page `number`."""
    if page.image is None:
        layout = TextLayout.of(page.text)
        width, height = layout.width, layout.height
        body = [_line(text, place) for text, place in layout.list_lines()]
        body += [*_draw_changes(page, layout)]
        boxes = [(table, _place_in_text(table, number, layout)) for table in tables]
        for table in tables:
            grid = place_in_grid(table, number, top=height)
            boxes.append((table, grid.cells))
            body += [_line(text, place) for text, place in grid.lines]
            width, height = max(width, grid.right), grid.bottom
    else:
        width, height = page.width, page.height
        body = [_image(page.image, width, height), *_draw_words(page.words)]
        boxes = [(table, _place_on_page(table, number)) for table in tables]
    for table, placed in boxes:
        body += _draw_table(table, placed)
    scale = dpi / 72
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width * scale:.0f}" height="{height * scale:.0f}" '
        f'viewBox="0 0 {width:.1f} {height:.1f}" font-family="monospace">'
    )
    return "\n".join([opening, *body, "</svg>\n"]).encode("utf-8", "replace")


_Placed = list[tuple[Cell, Box]]


def _place_on_page(table: Table, number: int) -> _Placed:
    return [(cell, cell.box) for cell in table.cells if cell.page == number and cell.box is not None]


def _place_in_text(table: Table, number: int, layout: TextLayout) -> _Placed:
    cells = [cell for cell in table.cells if cell.page == number]
    return [(cell, box) for cell in cells for start, end in cell.spans for box in layout.boxes(start, end)]


def _draw_table(table: Table, placed: _Placed) -> Iterator[str]:
    """Yield the table's frame and number, and its cells with what was read of them."""
    if not placed:
        return
    x0, y0 = (min(box[edge] for _, box in placed) - 2 for edge in (0, 1))
    x1, y1 = (max(box[edge] for _, box in placed) + 2 for edge in (2, 3))
    yield f"<g><title>{_text(_describe_table(table))}</title>{_rectangle((x0, y0, x1, y1), _TABLE, 0.8)}"
    yield f'<text x="{x0:.1f}" y="{y0 - 1:.1f}" font-size="6" fill="{_TABLE}">table {table.number}</text></g>'
    for cell, box in placed:
        colour = COLOURS[cell.kind]
        yield f"<g><title>{_text(_describe_cell(cell))}</title>{_rectangle(box, colour, 0.6, filled=True)}</g>"


def _describe_table(table: Table) -> str:
    lines = [f"table {table.number}: {table.rows} rows, {table.columns} columns", table.title, table.units_line]
    return "\n".join(line for line in (*lines, *table.lines_above) if line)


def _describe_cell(cell: Cell) -> str:
    value, period = cell.value, cell.period
    lines = [
        f"{cell.kind} at row {cell.row}, column {cell.column}, over {cell.row_span} × {cell.column_span}",
        cell.text,
        " | ".join(cell.header_path),
        " | ".join(cell.label_path),
    ]
    if value is not None:
        scale = "unknown" if value.scale is None else str(value.scale)
        lines.append(f"{value.kind} {value.value} {value.unit or 'no unit'}, scale {scale}")
    if period is not None:
        lines.append(str(period))
    if cell.marks:
        lines.append(f"marks: {', '.join(cell.marks)}")
    return "\n".join(line for line in lines if line)


def _draw_words(words: Words) -> Iterator[str]:
    """Yield one path with the frames of all words."""
    frames = [f"M{x0:.1f} {y0:.1f}H{x1:.1f}V{y1:.1f}H{x0:.1f}Z" for x0, y0, x1, y1 in words.boxes.tolist()]
    if frames:
        yield f'<path d="{"".join(frames)}" fill="none" stroke="{_WORD}" stroke-width="0.3"/>'


def _draw_changes(page: DrawnPage, layout: TextLayout) -> Iterator[str]:
    """Yield the marks and the deleted text at their places."""
    changes: list[Mark | DeletedText] = [*page.marks, *page.deleted]
    for change in changes:
        line = ' text-decoration="line-through"' if isinstance(change, DeletedText) else ""
        shown = _text(change.text if len(change.text) < 20 else f"{change.text[:20]}…")
        for x, y, _, _ in layout.boxes(change.offset, change.offset + 1):
            yield (
                f"<g><title>{_text(change.text)}</title>"
                f'<text x="{x:.1f}" y="{y + 3:.1f}" font-size="5" fill="{_CHANGE}"{line}>{shown}</text></g>'
            )


def _line(text: str, place: Box) -> str:
    """Draw one line of text, as wide as its box."""
    x0, y0, x1, _ = place
    wide = f'textLength="{x1 - x0:.1f}" lengthAdjust="spacingAndGlyphs"'
    return f'<text x="{x0:.1f}" y="{y0 + 9:.1f}" font-size="10" xml:space="preserve" {wide}>{_text(text)}</text>'


def _rectangle(box: Box, colour: str, width: float, *, filled: bool = False) -> str:
    x0, y0, x1, y1 = box
    fill = f'fill="{colour}" fill-opacity="0.15"' if filled else 'fill="none"'
    size = f'width="{max(x1 - x0, 0.1):.1f}" height="{max(y1 - y0, 0.1):.1f}"'
    return f'<rect x="{x0:.1f}" y="{y0:.1f}" {size} {fill} stroke="{colour}" stroke-width="{width}"/>'


def _image(png: bytes, width: float, height: float) -> str:
    address = quoteattr(f"data:image/png;base64,{base64.b64encode(png).decode()}")
    return f'<image width="{width:.1f}" height="{height:.1f}" preserveAspectRatio="none" href={address}/>'


def _text(text: str) -> str:
    return escape(_NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text))
