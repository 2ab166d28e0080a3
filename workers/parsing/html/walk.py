"""Walks an HTML tree in reading order, and finds paragraphs, headings, tables and page breaks."""

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from lxml import etree

from app.core.errors import MISTAKES
from app.documents.content.parsed import BlockKind
from workers.parsing.flow import FlowBlock, FlowText, PageBreak, join_texts
from workers.parsing.html.cascade import Cascade
from workers.parsing.html.cells import MAX_CELLS, read_caption, read_rows
from workers.parsing.html.runs import FIGURE, LINE_BREAK, Piece, compose, split_lines
from workers.parsing.html.styles import Style
from workers.parsing.html.tables import Printed, is_layout, print_table
from workers.parsing.html.tags import find_tag

_log = logging.getLogger(__name__)
_MAX_HEADING = 160
_ITEM = re.compile(r"(?i:item\s*\d+[A-C]?\.|note\s*\d+)")


class FlowReader:
    """Reads the blocks and page breaks of one tree, in source order."""

    def __init__(self, root: etree._Element, figures: Mapping[etree._Element, int]) -> None:
        """`figures` has the numbers of the elements that tag a figure."""
        self._root = root
        self._figures = figures
        self._cascade = Cascade(root)
        self._line: list[Piece] = []
        self._notes: list[FlowText] = []
        self._cells_left = MAX_CELLS
        self.flow: list[FlowBlock | PageBreak] = []

    def read(self) -> list[FlowBlock | PageBreak]:
        self._walk(self._root, Style())
        self._flush()
        self._end_notes()
        return self.flow

    def _end_notes(self) -> None:
        """Add the notes after the last text to its end."""
        for index in range(len(self.flow) - 1, -1, -1):
            block = self.flow[index]
            if isinstance(block, FlowBlock) and self._notes and not block.rows:
                content = join_texts([block.content, *self._notes], [""] * (len(self._notes) + 1))
                self.flow[index] = replace(block, content=content)
                return

    def _walk(self, element: etree._Element, outer: Style) -> None:
        tag = find_tag(element)
        if tag.is_dropped:
            return
        if tag.name == "br":
            self._line.append((LINE_BREAK, None, 0.0))
            return
        style, look = self._cascade.enter(element, tag, outer)
        if look.absent or look.unseen:
            return
        if tag.is_figure and element in self._figures:
            self._line.append((FIGURE, None, self._figures[element]))
        if tag.is_block:
            self._flush()
        if look.break_before:
            self._break()
        if tag.name == "table":
            self._table(element, style)
        else:
            self._children(element, style)
        if tag.is_block and not look.floated:
            self._flush()
        if look.break_after:
            self._break()

    def _children(self, element: etree._Element, style: Style) -> None:
        if element.text:
            self._line.append((element.text, style, 0.0))
        for child in element:
            self._walk(child, style)
            if child.tail:
                self._line.append((child.tail, style, 0.0))

    def _break(self) -> None:
        self._flush()
        self.flow.append(PageBreak())

    def _flush(self) -> None:
        if not self._line:
            return
        line, self._line = self._line, []
        lines = [found for found in map(compose, split_lines(line)) if found]
        if lines:
            content = join_texts(lines, ["\n"] * len(lines))
            level = _heading_level(content.text, line)
            if level and "\n" in content.text:
                content = replace(content, text=content.text.replace("\n", " "))
            self._add(FlowBlock(BlockKind.HEADING if level else BlockKind.PARAGRAPH, content, level))

    def _add(self, block: FlowBlock) -> None:
        """Add a block. Notes without a text wait for the next text, and in the end go to the last one."""
        if block.rows:
            self.flow.append(_noted_table(block, self._notes) if self._notes else block)
        elif block.content.text:
            content = join_texts([*self._notes, block.content], [""] * (len(self._notes) + 1))
            self.flow.append(FlowBlock(block.kind, content, block.level))
        else:
            self._notes.append(block.content)
            return
        self._notes = []

    def _table(self, table: etree._Element, style: Style) -> None:
        """Add a data table as one block, or the contents of a layout table's cells as blocks."""
        printed = self._printed(table, style)
        if printed is None or is_layout(printed):
            if printed is not None and any(len(row.cells) > 1 for row in printed.rows):
                self._marked_lines(printed)
            else:
                self._children(table, style)
                self._flush()
                return
        else:
            caption = read_caption(table, style, self._cascade, self._figures)
            if caption.text:
                self._add(FlowBlock(BlockKind.PARAGRAPH, caption))
            self._parts(printed, has_caption=bool(caption.text))
            self._cells_left -= sum(len(row.cells) for row in printed.rows)
        if printed.break_after:
            self._break()

    def _printed(self, table: etree._Element, style: Style) -> Printed | None:
        """Return the rows of a table; None if it has no rows, or cannot be read as a table after all."""
        try:
            rows = read_rows(table, style, self._cascade, self._figures, most=self._cells_left)
            return None if rows is None else print_table(rows)
        except MISTAKES as error:
            _log.warning("parsing.table.failed", exc_info=error)
            return None

    def _parts(self, printed: Printed, *, has_caption: bool) -> None:
        """Add a table, in parts if pages end within it."""
        start = 0
        for end in (*printed.breaks, len(printed.rows)):
            if start:
                self.flow.append(PageBreak())
            rows = printed.rows[start:end]
            self._add(
                FlowBlock(
                    BlockKind.TABLE,
                    rows=rows,
                    columns=printed.columns,
                    has_caption=has_caption and not start,
                    continues=start > 0,
                )
            )
            start = end
        self._notes.extend(printed.notes)

    def _marked_lines(self, printed: Printed) -> None:
        """Add one block per row. A row consists of a list mark ("•", "(1)", "Item 7.") and its text."""
        for row in printed.rows:
            content = join_texts([cell.content for cell in row.cells], [" "] * len(row.cells))
            is_heading = _ITEM.match(content.text) is not None and len(content.text) < _MAX_HEADING
            kind = BlockKind.HEADING if is_heading else BlockKind.PARAGRAPH
            self._add(FlowBlock(kind, content, 2 if is_heading else 0))
        self._notes.extend(printed.notes)


def _noted_table(block: FlowBlock, notes: Sequence[FlowText]) -> FlowBlock:
    """Return the table with notes before its first cell."""
    row = block.rows[0]
    first = replace(row.cells[0], content=join_texts([*notes, row.cells[0].content], [""] * (len(notes) + 1)))
    return replace(block, rows=(replace(row, cells=(first, *row.cells[1:])), *block.rows[1:]))


def _heading_level(text: str, line: Sequence[Piece]) -> int:
    """Return the heading level, 1 to 6, or 0 for other text.

    A heading tag determines the level. Without one, bold text has level 2 if it is centred or in capitals, otherwise
    level 3. Underlined text has level 4.
    """
    if not text:
        return 0
    tagged = next((style.level for part, style, _ in line if style and style.level and any(map(str.isalnum, part))), 0)
    if tagged:
        return tagged
    if len(text) > _MAX_HEADING or not any(map(str.isalpha, text)) or text.count("\n") > 2:
        return 0
    if text.endswith((".", ",", ";")) and len(text) > 60:
        return 0
    letters = bold = underlined = 0
    centred = False
    for part, style, _ in line:
        count = sum(map(str.isalnum, part)) if style and style.seen and not style.struck else 0
        if count and style:
            letters += count
            bold += count if style.bold else 0
            underlined += count if style.underlined else 0
            centred = style.centred
    if bold >= letters * 0.95:
        return 2 if centred or text.isupper() else 3
    return 4 if underlined >= letters * 0.95 and len(text) < 100 else 0
