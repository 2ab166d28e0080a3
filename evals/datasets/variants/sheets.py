"""A table as it is printed: headings over columns, rows with labels, title and units line; written as HTML or PDF."""

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from random import Random

from reportlab.pdfgen.canvas import Canvas

EMPTY = ""
SIGNS = "$€£¥"
_LAYOUTS = ("plain", "split", "spaced")
VISIBLE, INVISIBLE = 0, 3
"""Text render modes (PDF 32000-1, table 106)."""
LEFT, TOP, BOTTOM, LINE = 64.0, 728.0, 60.0, 14.0
_LAST_EDGE, _WIDTH, _GAP, _HEAD = 548.0, 88.0, 12.0, 9.0


@dataclass(frozen=True, slots=True)
class Column:
    """The headings over a column, outermost first, and the period of its figures in ISO 8601 ("" if it has none)."""

    path: tuple[str, ...]
    period: str = ""

    @property
    def label(self) -> str:
        return " | ".join(self.path)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: `rows` are labels with the texts of their cells. Texts and headings may have marks (`marked`)."""

    title: str
    units: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]

    def with_rows(self, *rows: tuple[str, tuple[str, ...]]) -> "Sheet":
        return replace(self, rows=(*self.rows, *rows))


def marked(text: str, mark: str) -> str:
    """Return a text with a raised mark after it."""
    return f"{text}\0{mark}\0"


def unmarked(text: str) -> str:
    """Return a text without its marks."""
    return "".join(text.split("\0")[::2])


def head_rows(columns: Sequence[Column]) -> Iterator[list[tuple[str, int]]]:
    """Yield the rows of headings: texts with the number of columns that they cover. Neighbours with one heading share
    its cell.
    """
    depth = max(len(column.path) for column in columns)
    for level in range(depth):
        prefixes = [column.path[: level + 1] if level < len(column.path) else ("",) for column in columns]
        if level == depth - 1:
            yield [(prefix[-1], 1) for prefix in prefixes]
        else:
            yield [(prefix[-1], len(list(group))) for prefix, group in groupby(prefixes)]


@dataclass(frozen=True, slots=True)
class HtmlStyle:
    """How a table is written: whether signs have cells of their own (`split`) or columns are parted by empty ones
    (`spaced`), the tag of headings, and the tag of the title.
    """

    layout: str
    heading: str
    title: str

    @staticmethod
    def draw(source: Random) -> "HtmlStyle":
        return HtmlStyle(source.choice(_LAYOUTS), source.choice(("td", "td", "th")), source.choice(("b", "h2", "h3")))


def sheet_as_html(sheet: Sheet, style: HtmlStyle, *, cell_tag: str = "td") -> str:
    """Return title, units line and table as HTML."""
    title = f"<p><b>{sheet.title}</b></p>" if style.title == "b" else f"<{style.title}>{sheet.title}</{style.title}>"
    units = f"<p>{escape(sheet.units)}</p>" if sheet.units else ""
    heads = "".join(_head_row(row, style) for row in head_rows(sheet.columns))
    body = "".join(
        f"<tr><{cell_tag}>{escape(label)}</{cell_tag}>{''.join(_figure_cells(text, style) for text in texts)}</tr>"
        for label, texts in sheet.rows
    )
    return f"{title if sheet.title else ''}{units}<table>{heads}{body}</table>"


def escape(text: str) -> str:
    """Return a text as HTML, with its marks raised."""
    parts = text.split("\0")
    return "".join(f"<sup>{html.escape(part)}</sup>" if at % 2 else html.escape(part) for at, part in enumerate(parts))


def _width(style: HtmlStyle) -> int:
    return {"plain": 1, "split": 3, "spaced": 1}[style.layout]


def _head_row(row: Sequence[tuple[str, int]], style: HtmlStyle) -> str:
    gap = "<td></td>" if style.layout == "spaced" else ""
    cells = []
    for text, span in row:
        width = span * _width(style) + (span - 1 if gap else 0)
        cells.append(f'{gap}<{style.heading} colspan="{width}">{escape(text)}</{style.heading}>')
    return f"<tr><td></td>{''.join(cells)}</tr>"


def _figure_cells(text: str, style: HtmlStyle) -> str:
    if style.layout == "plain":
        return f"<td>{escape(text)}</td>"
    if style.layout == "spaced":
        return f"<td></td><td>{escape(text)}</td>"
    sign, rest = (text[0], text[1:]) if text[:1] in tuple(SIGNS) and text[1:] else ("", text)
    closing = ""
    for end in (")%", ")", "%"):
        if rest.endswith(end):
            rest, closing = rest.removesuffix(end), end
            break
    return f"<td>{sign}</td><td>{escape(rest)}</td><td>{closing}</td>"


class PdfPages:
    """Draws lines and tables from top to bottom, on as many pages as are needed."""

    def __init__(self, canvas: Canvas, *, size: float = 10.0) -> None:
        self.canvas = canvas
        self._size = size
        self.y = TOP
        self.mode = VISIBLE

    def lines(self, texts: Sequence[str], *, bold: bool = False, gap: float = 6.0) -> None:
        for text in texts:
            self._make_room(LINE)
            self._draw(LEFT, self.y, text, size=self._size, bold=bold)
            self.y -= LINE
        self.y -= gap

    def sheet(self, sheet: Sheet, source: Random, *, heads: bool = True) -> None:
        """Draw a table. Signs may stand at the left edge of their column; rules or leader dots may be drawn."""
        if sheet.title:
            self.lines([sheet.title], bold=True, gap=0)
        if sheet.units:
            self.lines([sheet.units])
        apart, dots, rules = source.random() < 0.5, source.random() < 0.3, source.random() < 0.5
        edges = [_LAST_EDGE - _WIDTH * index for index in range(len(sheet.columns) - 1, -1, -1)]
        if heads:
            self._heads(sheet, edges, rules=rules)
        for label, texts in sheet.rows:
            self._make_room(LINE)
            self._row(label, texts, edges, apart=apart, dots=dots)
        self.y -= LINE

    def _heads(self, sheet: Sheet, edges: Sequence[float], *, rules: bool) -> None:
        """Draw the headings. One that is wider than its columns has two lines. A rule shows what a short one covers."""
        for row in head_rows(sheet.columns):
            parted = [_parted(text, span * _WIDTH - _GAP, self.canvas) for text, span in row]
            depth = max(map(len, parted))
            self._make_room(LINE * (depth + 1))
            at = 0
            for lines, (_, span) in zip(parted, row, strict=True):
                left, right = edges[at] - _WIDTH + _GAP, edges[at + span - 1]
                y = self.y - LINE * (depth - 1)
                for number, text in enumerate(reversed(lines)):
                    self._head(text, left, right, y + LINE * number, alone=span == 1)
                width = max(self.canvas.stringWidth(unmarked(text), "Helvetica-Bold", _HEAD) for text in lines)
                if span > 1 and width and self.mode == VISIBLE and (rules or width < (right - left) / 2):
                    self.canvas.line(left, y - 3, right, y - 3)
                at += span
            self.y -= LINE * depth

    def _head(self, text: str, left: float, right: float, y: float, *, alone: bool) -> None:
        if text and alone:
            self._draw(right, y, text, size=_HEAD, bold=True, align="right")
        elif text:
            self._draw((left + right) / 2, y, text, size=_HEAD, bold=True, align="centre")

    def _row(self, label: str, texts: Sequence[str], edges: Sequence[float], *, apart: bool, dots: bool) -> None:
        self._draw(LEFT, self.y, label, size=self._size)
        if dots:
            start = LEFT + self.canvas.stringWidth(unmarked(label), "Helvetica", self._size) + 6
            count = int((edges[0] - _WIDTH - start) / self.canvas.stringWidth(".", "Helvetica", self._size))
            self._draw(start, self.y, "." * max(count, 0), size=self._size)
        for text, edge in zip(texts, edges, strict=True):
            if not text:
                continue
            shown = text
            if apart and text[0] in SIGNS and len(text) > 1:
                self._draw(edge - 52, self.y, text[0], size=self._size)
                shown = text[1:]
            hangs = shown.endswith(")")  # closing brackets hang over the edge, so that digits are aligned
            over = self.canvas.stringWidth(")", "Helvetica", self._size) if hangs else 0.0
            self._draw(edge + over, self.y, shown, size=self._size, align="right")
        self.y -= LINE

    def _draw(self, x: float, y: float, text: str, *, size: float, bold: bool = False, align: str = "left") -> None:
        draw_marked(self.canvas, x, y, text, size=size, bold=bold, align=align, mode=self.mode)

    def new_page(self) -> None:
        self.canvas.showPage()
        self.y = TOP

    def _make_room(self, height: float) -> None:
        if self.y - height < BOTTOM:
            self.new_page()


def _parted(text: str, width: float, canvas: Canvas) -> list[str]:
    """Return a heading in one line, or in two lines if it is wider than `width`."""
    words = text.split(" ")
    if len(words) == 1 or canvas.stringWidth(unmarked(text), "Helvetica-Bold", _HEAD) <= width:
        return [text]
    half = min(range(1, len(words)), key=lambda at: abs(len(" ".join(words[:at])) - len(" ".join(words[at:]))))
    return [" ".join(words[:half]), " ".join(words[half:])]


def draw_marked(
    canvas: Canvas,
    x: float,
    y: float,
    text: str,
    *,
    size: float,
    bold: bool = False,
    align: str = "left",
    mode: int = VISIBLE,
) -> None:
    """Draw a text with its marks raised and smaller. `align` says what `x` is: the left edge, the right edge of the
    text without a mark at its end, or the middle.
    """
    font = "Helvetica-Bold" if bold else "Helvetica"
    body = canvas.stringWidth(unmarked(text), font, size)
    x -= {"left": 0.0, "right": body, "centre": body / 2}[align]
    for at, part in enumerate(text.split("\0")):
        raised = at % 2 == 1
        used = size * 0.62 if raised else size
        drawn = canvas.beginText(x, y + (size * 0.36 if raised else 0))
        drawn.setFont(font, used)
        drawn.setTextRenderMode(mode)
        drawn.textOut(part)
        canvas.drawText(drawn)
        x += canvas.stringWidth(part, font, used)
    canvas.setFont("Helvetica", size)
