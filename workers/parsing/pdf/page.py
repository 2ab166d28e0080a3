"""Composes a page's text, words and blocks from its columns.

A line of the page is a line of text. One tab separates the cells of a table's row. Inside a cell, "$" and "(" are
joined to the number after them, and ")" and "%" to the number before them, even if the page shows a gap. An empty line
separates blocks. All other displayed text is unchanged.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property

import numpy as np
import numpy.typing as npt

from app.documents.content.parsed import (
    Block,
    BlockKind,
    Box,
    Cell,
    DeletedText,
    Grid,
    GridCell,
    Mark,
    ParsedPage,
    Row,
    Words,
)
from app.documents.content.parsed_codec import BOX_STEP, MAX_POINTS
from workers.parsing.pdf.lines import read_columns
from workers.parsing.pdf.pieces import Line, Piece
from workers.parsing.pdf.row_kinds import join_signs
from workers.parsing.pdf.rules import Clues, ReadRules
from workers.parsing.pdf.tables import Prose, SplitTables, Table, split_tables
from workers.parsing.pdf.words import Beside, PageWords

_SIGNS_BEFORE, _SIGNS_AFTER = "$€£¥(", ")%"
_GLUED_BEFORE = re.compile(r"[-–—]?[$€£¥(]+")
_GLUED_AFTER = re.compile(r"[)%]+")


@dataclass(frozen=True, slots=True)
class LineStyle:
    """The style of a block, by which headings are found. `size` is the line height in points."""

    size: float
    bold: bool
    lines: int
    centred: bool


@dataclass(slots=True)
class PageDraft:
    """A page whose headings are not yet marked, because that requires all pages. `styles[i]` belongs to `blocks[i]`."""

    number: int
    text: str
    width: float
    height: float
    words: Words
    blocks: list[Block]
    styles: list[LineStyle]
    sizes: Counter[float]
    marks: tuple[Mark, ...] = ()
    deleted: tuple[DeletedText, ...] = ()


@dataclass(slots=True)
class _Writer:
    texts: list[str]
    parts: list[str] = field(default_factory=list)
    length: int = 0
    order: list[int] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)

    def put(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)

    def put_words(self, words: list[int], *, glued: bool) -> tuple[int, int]:
        """Write the words with blanks between them, and return the text's start and end.

        If `glued` is true, no blank separates "$", "(", ")" and "%" from their number.
        """
        texts, parts, starts = self.texts, self.parts, self.starts
        start = end = self.length
        self.order += words
        if not glued:
            found = [texts[index] for index in words]
            parts.append(" ".join(found))
            for text in found:
                starts.append(end)
                end += len(text) + 1
            self.length = end - 1
            return start, end - 1
        last = ""
        for index in words:
            text = texts[index]
            # Most words have no such sign. This test is faster than a pattern.
            if last and not (
                (last[-1] in _SIGNS_BEFORE and _GLUED_BEFORE.fullmatch(last))
                or (text[0] in _SIGNS_AFTER and _GLUED_AFTER.fullmatch(text))
            ):
                parts.append(" ")
                end += 1
            starts.append(end)
            parts.append(text)
            end += len(text)
            last = text
        self.length = end
        return start, end


@dataclass(frozen=True)
class _Details:
    """A page's words, bold words, and marks by word."""

    words: PageWords
    bold: Sequence[bool]
    marks: dict[int, list[str]]

    @cached_property
    def boxes(self) -> list[Box]:
        """The words' boxes with the precision of the stored document. Only tables need them."""
        steps = np.rint(np.clip(self.words.boxes.astype(np.float64), -MAX_POINTS, MAX_POINTS) / BOX_STEP)
        return list(zip(*(steps * BOX_STEP).T.tolist(), strict=True))

    def marks_of(self, pieces: list[Piece]) -> tuple[str, ...]:
        if not self.marks:
            return ()
        return tuple([mark for piece in pieces for word in piece.words for mark in self.marks.get(word, ())])


def _details_of(words: PageWords, bold: Sequence[bool]) -> _Details:
    marks: dict[int, list[str]] = {}
    for mark in words.marks:
        marks.setdefault(mark.word, []).append(mark.text)
    return _Details(words=words, bold=bold, marks=marks)


def compose_page(number: int, words: PageWords, read_rules: ReadRules, split: SplitTables = split_tables) -> PageDraft:
    """Compose the page's text and blocks. `read_rules` is called only if a table's headings require it."""
    writer = _Writer(words.texts)
    blocks: list[Block] = []
    styles: list[LineStyle] = []
    sizes: Counter[float] = Counter()
    bold: list[bool] = words.bold.tolist()
    columns = read_columns(words)
    details = _details_of(words, bold)
    clues = Clues(is_bold=lambda piece: bold[piece.words[0]], rules=cache(read_rules))

    for column in columns:
        left = min((line.x0 for line in column), default=0.0)
        right = max((line.x1 for line in column), default=0.0)
        for part in split(column, clues):
            if isinstance(part, Table):
                _separate(writer)
                blocks.append(_write_table(writer, part, details))
                styles.append(LineStyle(size=0, bold=False, lines=len(part.rows), centred=False))
                continue
            for paragraph, style in _paragraphs(part, bold, (left, right)):
                _separate(writer)
                blocks.append(_write_paragraph(writer, paragraph))
                styles.append(style)
                sizes[round(style.size * 2) / 2] += blocks[-1].end - blocks[-1].start
    lengths = np.array([len(words.texts[index]) for index in writer.order], np.int32)
    starts = np.array(writer.starts, np.int32)
    return PageDraft(
        number=number,
        text="".join(writer.parts),
        width=words.width,
        height=words.height,
        words=Words(
            spans=np.stack([starts, starts + lengths], axis=1).astype(np.int32),
            boxes=words.boxes[writer.order].astype(np.float32).reshape(-1, 4),
        ),
        blocks=blocks,
        styles=styles,
        sizes=sizes,
        marks=tuple(Mark(offset, text) for offset, text in _placed(words.marks, writer.order, starts, lengths)),
        deleted=tuple(
            DeletedText(offset, text) for offset, text in _placed(words.deleted, writer.order, starts, lengths)
        ),
    )


def _placed(
    items: Sequence[Beside], order: list[int], starts: npt.NDArray[np.int32], lengths: npt.NDArray[np.int32]
) -> list[tuple[int, str]]:
    """Return the offsets and texts of what is printed beside words, in order of the text."""
    if not items or not order:
        return [(0, item.text) for item in items]
    places = {word: place for place, word in enumerate(order)}
    found: list[tuple[int, str]] = []
    for item in items:
        place = places.get(item.word)
        if place is not None:
            found.append((int(starts[place] + (0 if item.before else lengths[place])), item.text))
    return sorted(found, key=lambda one: one[0])


def _is_bold(line: Line, bold: Sequence[bool]) -> bool:
    """Return whether the line's first and last words are bold."""
    return bold[line.pieces[0].words[0]] and bold[line.pieces[-1].words[-1]]


def finish_page(draft: PageDraft, blocks: list[Block]) -> ParsedPage:
    return ParsedPage(
        number=draft.number,
        text=draft.text,
        width=draft.width,
        height=draft.height,
        words=draft.words,
        blocks=tuple(blocks),
        marks=draft.marks,
        deleted=draft.deleted,
    )


def _separate(writer: _Writer) -> None:
    if writer.length:
        writer.put("\n\n")


def _write_table(writer: _Writer, table: Table, details: _Details) -> Block:
    start = writer.length
    rows: list[Row] = []
    spans: dict[int, tuple[int, int]] = {}
    for position, row in enumerate(table.rows):
        if position:
            writer.put("\n")
        row_start = writer.length
        cells: list[Cell] = []
        for piece, column in zip(row.cells, row.columns, strict=True):
            if cells:
                writer.put("\t")
            span = writer.put_words(piece.words, glued=piece.is_number)
            cells.append(Cell(*span, column))
            spans[id(piece)] = span
        rows.append(Row(row_start, writer.length, tuple(cells), is_header=row.is_header))
    return Block(BlockKind.TABLE, start, writer.length, rows=tuple(rows), grid=_grid(table, spans, details))


def _grid(table: Table, spans: dict[int, tuple[int, int]], details: _Details) -> Grid:
    left = min((part.pieces[0].x0 for part in table.parts if part.column == 0), default=0.0)
    cells = [
        GridCell(
            row=part.row,
            column=part.column,
            spans=tuple([spans[id(piece)] for piece in part.pieces]),
            row_span=part.row_span,
            column_span=part.column_span,
            box=_box(part.pieces, details.boxes),
            marks=details.marks_of(part.pieces),
            indent=round((part.pieces[0].x0 - left) / BOX_STEP) * BOX_STEP if part.column == 0 else 0.0,
            bold=details.bold[part.pieces[0].words[0]],
        )
        for part in table.parts
    ]
    return Grid(
        rows=max((part.row + part.row_span for part in table.parts), default=0),
        columns=table.columns,
        cells=tuple(sorted(cells, key=lambda cell: (cell.row, cell.column))),
    )


def _box(pieces: list[Piece], boxes: list[Box]) -> Box:
    """Return the box of the pieces' words on the displayed page."""
    found = [boxes[index] for piece in pieces for index in piece.words]
    if len(found) == 1:
        return found[0]
    return (
        min([box[0] for box in found]),
        min([box[1] for box in found]),
        max([box[2] for box in found]),
        max([box[3] for box in found]),
    )


def _write_paragraph(writer: _Writer, lines: list[Line]) -> Block:
    start = writer.length
    for position, line in enumerate(lines):
        if position:
            writer.put("\n")
        before: Piece | None = None
        for piece in join_signs(line.pieces):
            if before is not None:
                # A tab begins another cell, so the gap must be wider than the wide blanks of justified prose.
                writer.put("\t" if piece.x0 - before.x1 > 2 * line.size else " ")
            writer.put_words(piece.words, glued=piece.is_number)
            before = piece
    return Block(BlockKind.PARAGRAPH, start, writer.length)


def _paragraphs(prose: Prose, bold: Sequence[bool], edges: tuple[float, float]) -> list[tuple[list[Line], LineStyle]]:
    """Group lines with the same style and spacing into paragraphs. A short line does not by itself end a paragraph."""
    found: list[tuple[list[Line], LineStyle]] = []
    group: list[Line] = []
    is_bold = False
    for line in prose.lines:
        line_is_bold = _is_bold(line, bold)
        if group and _breaks(group, line, is_bold, line_is_bold):
            found.append((group, _style(group, is_bold, edges)))
            group = []
        if not group:
            is_bold = line_is_bold
        group.append(line)
    if group:
        found.append((group, _style(group, is_bold, edges)))
    return found


def _breaks(group: list[Line], line: Line, was_bold: bool, bold: bool) -> bool:
    last = group[-1]
    size = max(last.size, line.size)
    gap = line.y0 - last.y1
    pitch = group[-1].y0 - group[-2].y1 if len(group) > 1 else 0.25 * size
    starts_item = line.pieces[0].text[:1] in "•▪◦●➢☐☒" and line.pieces[0].text != ""
    return (
        bold != was_bold
        or abs(last.size - line.size) > 0.12 * size
        or gap > max(pitch, 0) + 0.35 * size
        or gap < -1.5 * size
        or starts_item
    )


def _style(lines: list[Line], bold: bool, edges: tuple[float, float]) -> LineStyle:
    left, right = edges
    first = lines[0]
    middle = abs((first.x0 + first.x1) - (left + right)) < 0.04 * (right - left)
    return LineStyle(
        size=first.size,
        bold=bold,
        lines=len(lines),
        centred=middle and first.x0 > left + 0.1 * (right - left),
    )
