"""Walks an HTML tree in reading order, and finds paragraphs, headings, tables and page breaks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from app.documents.content.parsed import BlockKind
from workers.parsing.flow import FlowBlock, FlowRow, PageBreak
from workers.parsing.html.tables import Grid, is_layout, table_rows

_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "center",
        "dd",
        "details",
        "dialog",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "header",
        "hgroup",
        "html",
        "legend",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_DROPPED = frozenset(
    {
        "script",
        "style",
        "head",
        "noscript",
        "template",
        "svg",
        "iframe",
        "object",
        "select",
        "textarea",
        "math",
        "audio",
        "video",
        "canvas",
    }
)
_XBRL_DROPPED = frozenset({"hidden", "header", "resources", "references"})
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
_BREAK_BEFORE = re.compile(r"(?:page-)?break-before\s*:\s*(?:always|page|left|right)", re.I)
_BREAK_AFTER = re.compile(r"(?:page-)?break-after\s*:\s*(?:always|page|left|right)", re.I)
_BOLD = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]\d\d)|font\s*:[^;]*\bbold\b", re.I)
_NOT_BOLD = re.compile(r"font-weight\s*:\s*(?:normal|[1-5]\d\d)", re.I)
_CENTRED = re.compile(r"text-align\s*:\s*center", re.I)
_UNDERLINED = re.compile(r"text-decoration\s*:\s*underline", re.I)
_FLOATED = re.compile(r"float\s*:\s*left", re.I)
_SPACE = re.compile(r"[ \t\n\r\xa0\u2000-\u200a\u202f\u3000]+")
_MAX_HEADING = 160
_MAX_DEPTH = 150
"""Elements nested deeper than this are read as plain text, so that no file exhausts the stack."""


@dataclass(frozen=True, slots=True)
class _Style:
    bold: bool = False
    italic: bool = False
    centred: bool = False
    underlined: bool = False
    level: int = 0


@dataclass(slots=True)
class _Line:
    """The text of a block that is being read, with the numbers of its bold and underlined characters."""

    parts: list[str] = field(default_factory=list)
    letters: int = 0
    bold: int = 0
    underlined: int = 0
    centred: bool = False
    level: int = 0

    def add(self, text: str, style: _Style) -> None:
        letters = sum(map(str.isalnum, text))
        self.parts.append(text)
        self.letters += letters
        self.bold += letters if style.bold else 0
        self.underlined += letters if style.underlined else 0
        if letters:
            self.centred = style.centred
            self.level = self.level or style.level


def local_name(element: etree._Element) -> str:
    """Return the element's lower-case name without namespace or prefix: `nonfraction` for `ix:nonFraction`."""
    tag = element.tag
    name = tag if isinstance(tag, str) else ""
    return name.rpartition("}")[2].rpartition(":")[2].lower()


def _is_xbrl(element: etree._Element) -> bool:
    tag = element.tag
    return isinstance(tag, str) and (tag.lower().startswith("ix:") or "inlineXBRL" in tag)


class FlowReader:
    """Reads the blocks and page breaks of one tree, in source order."""

    def __init__(self) -> None:
        self._line = _Line()

    def read(self, root: etree._Element) -> Iterator[FlowBlock | PageBreak]:
        yield from self._walk(root, _Style(), 0)
        yield from self._flush()

    def _walk(self, element: etree._Element, outer: _Style, depth: int) -> Iterator[FlowBlock | PageBreak]:
        name = local_name(element)
        css = element.get("style") or ""
        if _skipped(element, name, css):
            return
        if depth > _MAX_DEPTH:
            self._line.add(" ".join(map(str, element.itertext())), outer)
            return
        if name == "br":
            self._line.parts.append("\n")
            return
        breaks_after = "break" in css and _BREAK_AFTER.search(css)
        is_block = name in _BLOCKS or name in _HEADINGS or name == "hr"
        if is_block:
            yield from self._flush()
        if "break" in css and _BREAK_BEFORE.search(css):
            yield from self._flush()
            yield PageBreak()
        style = _styled(name, css, element, outer)
        if name == "table":
            yield from self._table(element, style, depth)
        else:
            if element.text:
                self._line.add(element.text, style)
            for child in element:
                yield from self._walk(child, style, depth + 1)
                if child.tail:
                    self._line.add(child.tail, style)
        if is_block and not _FLOATED.search(css):
            yield from self._flush()
        if breaks_after:
            yield from self._flush()
            yield PageBreak()

    def _flush(self) -> Iterator[FlowBlock]:
        line, self._line = self._line, _Line()
        text = "\n".join(filter(None, (_SPACE.sub(" ", part).strip() for part in _lines(line.parts))))
        if not text:
            return
        level = _heading_level(text, line)
        yield FlowBlock(
            BlockKind.HEADING if level else BlockKind.PARAGRAPH, text.replace("\n", " ") if level else text, level
        )

    def _table(self, table: etree._Element, style: _Style, depth: int) -> Iterator[FlowBlock | PageBreak]:
        """Return a data table as one block, or the contents of a layout table's cells as blocks."""
        if next(_inner_tables(table), None) is not None:
            yield from self._cells_as_blocks(table, style, depth)
            return
        grid = _grid(table)
        rows = table_rows(grid)
        if is_layout(rows):
            if any(len(row.cells) > 1 for row in rows):
                yield from _marked_lines(rows)
            else:
                yield from self._cells_as_blocks(table, style, depth)
        else:
            yield FlowBlock(BlockKind.TABLE, rows=rows)
        if any(
            "break" in (row.get("style") or "") and _BREAK_AFTER.search(row.get("style") or "") for row in table.iter()
        ):
            yield PageBreak()

    def _cells_as_blocks(self, table: etree._Element, style: _Style, depth: int) -> Iterator[FlowBlock | PageBreak]:
        for child in table:
            yield from self._walk(child, style, depth + 1)
        yield from self._flush()


def _lines(parts: list[str]) -> Iterator[str]:
    """Split the text at line breaks. A part "\\n" is a line break. A line end inside another part is white space."""
    held: list[str] = []
    for part in parts:
        if part == "\n" and len(part) == 1:
            yield "".join(held)
            held = []
        else:
            held.append(part)
    yield "".join(held)


def _skipped(element: etree._Element, name: str, css: str) -> bool:
    if not name or name in _DROPPED:
        return True
    if _is_xbrl(element):
        return name in _XBRL_DROPPED
    return bool(css and _HIDDEN.search(css)) or element.get("hidden") is not None


def _styled(name: str, css: str, element: etree._Element, outer: _Style) -> _Style:
    bold = outer.bold or name in ("b", "strong", "th") or name in _HEADINGS
    if css:
        bold = bool(_BOLD.search(css)) or (bold and not _NOT_BOLD.search(css))
    return _Style(
        bold=bold,
        italic=outer.italic or name in ("i", "em"),
        centred=outer.centred
        or name == "center"
        or (element.get("align") or "").lower() == "center"
        or bool(css and _CENTRED.search(css)),
        underlined=outer.underlined or name == "u" or bool(css and _UNDERLINED.search(css)),
        level=_HEADINGS.get(name, outer.level),
    )


def _heading_level(text: str, line: _Line) -> int:
    """Return the heading level, 1 to 6, or 0 for other text.

    A heading tag determines the level. Without one, bold text has level 2 if it is centred or in capitals, otherwise
    level 3. Underlined text has level 4.
    """
    if line.level:
        return line.level
    if not line.letters or len(text) > _MAX_HEADING or not any(map(str.isalpha, text)) or text.count("\n") > 2:
        return 0
    if text.endswith((".", ",", ";")) and len(text) > 60:
        return 0
    if line.bold >= line.letters * 0.95:
        return 2 if line.centred or text.isupper() else 3
    return 4 if line.underlined >= line.letters * 0.95 and len(text) < 100 else 0


def _inner_tables(table: etree._Element) -> Iterator[etree._Element]:
    return (element for element in table.iter(etree.Element) if element is not table and local_name(element) == "table")


def _grid(table: etree._Element) -> Grid:
    grid = Grid()
    for row in table.iter(etree.Element):
        css = row.get("style") or ""
        if local_name(row) != "tr" or (css and _HIDDEN.search(css)):
            continue
        grid.open_row()
        parent = row.getparent()
        in_head = parent is not None and local_name(parent) == "thead"
        for cell in row:
            name = local_name(cell)
            if name in ("td", "th") and not _skipped(cell, name, cell.get("style") or ""):
                grid.add(
                    _cell_text(cell),
                    colspan=_span(cell.get("colspan")),
                    rowspan=_span(cell.get("rowspan")),
                    is_head=name == "th" or in_head,
                )
    return grid


def _span(value: str | None) -> int:
    return int(value) if value and value.strip().isdecimal() and len(value) < 6 else 1


def _cell_text(cell: etree._Element) -> str:
    parts: list[str] = []
    _collect(cell, parts, 0)
    return _SPACE.sub(" ", "".join(parts)).strip()


def _collect(element: etree._Element, parts: list[str], depth: int) -> None:
    name = local_name(element)
    if _skipped(element, name, element.get("style") or ""):
        return
    if depth > _MAX_DEPTH:
        parts.extend(map(str, element.itertext()))
        return
    apart = name in _BLOCKS or name == "br" or name in _HEADINGS
    if apart:
        parts.append(" ")
    if element.text:
        parts.append(element.text)
    for child in element:
        _collect(child, parts, depth + 1)
        if child.tail:
            parts.append(child.tail)
    if apart:
        parts.append(" ")


def _marked_lines(rows: tuple[FlowRow, ...]) -> Iterator[FlowBlock]:
    """Yield one block per row. A row consists of a list mark ("•", "(1)", "Item 7.") and its text."""
    for row in rows:
        text = " ".join(text for _, text in row.cells)
        is_heading = re.match(r"(?i:item\s*\d+[A-C]?\.|note\s*\d+)", text) is not None and len(text) < _MAX_HEADING
        yield FlowBlock(BlockKind.HEADING if is_heading else BlockKind.PARAGRAPH, text, 2 if is_heading else 0)
