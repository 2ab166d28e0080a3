"""Encode and decode the cells of a table, for its row in the database and for the output of the extract stage.

Format: 4 bytes magic `FNTB`, 1 byte version, then a zstd frame (RFC 8878) around one msgpack value. Little is stored
twice: a cell's text is stored as spans of its pages' texts, a path as numbers of the cells and strings that it has, and
a figure's value as the place of the decimal point in the digits of its text. Decoding checks every number, because a
malicious file may control what was encoded.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgpack
import zstandard

from app.documents.content.parsed import Box
from app.documents.content.parsed_codec import BOX_STEP, MAX_POINTS
from app.tables.errors import TableEncodingError
from app.tables.model import Cell, CellKind, Footnote, ListedTable, Table
from app.tables.values_codec import pack_period, pack_value, unpack_period, unpack_value

MAGIC = b"FNTB"
VERSION = 1
MAX_DECODED_BYTES = 64 << 20
MAX_CELLS = 1 << 20
MAX_PATH = 64
"""Entries of a path. Of a longer path, the innermost entries are stored."""

_MAX_OFFSET = 2**31 - 1
_KINDS = tuple(CellKind)
_KIND_CODES = {kind: code for code, kind in enumerate(_KINDS)}
_NO_BOX: tuple[int, int, int, int] = (0, 0, 0, 0)
Texts = Mapping[int, str]
"""The texts of pages, by page number."""


@dataclass(frozen=True, slots=True)
class StoredTable:
    """A table as it is stored: what a list shows, and `data`, the encoded cells."""

    listed: ListedTable
    data: bytes


def encode_table(table: Table, texts: Texts) -> StoredTable:
    """Encode a table. `texts` has the texts of the table's pages."""
    listed = ListedTable(table.number, table.pages, table.title, table.units_line, table.rows, table.columns)
    body = msgpack.packb(_Packer(table, texts).pack())
    return StoredTable(listed, MAGIC + bytes([VERSION]) + zstandard.ZstdCompressor(level=3).compress(body))


def decode_table(stored: StoredTable, texts: Texts, rows: range | None = None) -> Table:
    """Decode a table, by default with all its cells, or only with those that begin in `rows`.

    `texts` has the texts of the table's pages. Raises TableEncodingError.
    """
    wanted = range(stored.listed.rows) if rows is None else rows
    try:
        body = msgpack.unpackb(_open(stored.data), strict_map_key=False)
        return _Unpacker(stored.listed, texts, wanted).unpack(body)
    except (ValueError, TypeError, KeyError, IndexError, ArithmeticError, msgpack.UnpackException) as error:
        raise TableEncodingError from error


def decoded_size(data: bytes) -> int:
    """Return the bytes of a table's msgpack value, about 15 to 30 per cell, without decoding it.

    Raises TableEncodingError.
    """
    if data[:4] != MAGIC or len(data) < 6 or data[4] != VERSION:
        raise TableEncodingError
    try:
        size = zstandard.frame_content_size(data[5:])
    except zstandard.ZstdError as error:
        raise TableEncodingError from error
    if not 0 <= size <= MAX_DECODED_BYTES:
        raise TableEncodingError
    return size


def _open(data: bytes) -> bytes:
    decoded_size(data)
    try:
        return zstandard.ZstdDecompressor().decompress(data[5:], max_output_size=MAX_DECODED_BYTES)
    except zstandard.ZstdError as error:
        raise TableEncodingError from error


class _Packer:
    """Packs one table. Strings that are no cell's text, paths, values and periods are stored once, and numbered."""

    def __init__(self, table: Table, texts: Texts) -> None:
        self._table = table
        self._texts = texts
        self._page_numbers = {page: index for index, page in enumerate(table.pages)}
        self._cell_numbers: dict[str, int] = {}
        self._strings: dict[str, int] = {}
        self._paths: dict[tuple[str, ...], int] = {(): 0}
        self._values: dict[tuple[object, ...] | None, int] = {None: 0}
        self._periods: dict[tuple[int | None, int] | None, int] = {None: 0}

    def pack(self) -> list[Any]:
        table = self._table
        for number, cell in enumerate(table.cells):
            self._cell_numbers.setdefault(cell.text, number)
        cells = self._pack_cells(table.cells)
        around = [
            [self._string(line) for line in table.lines_above],
            None if table.caption is None else self._string(table.caption),
            [self._pack_footnote(note) for note in table.footnotes],
        ]
        paths = [[self._text(entry) for entry in path] for path in list(self._paths)[1:]]
        values, periods = list(self._values)[1:], list(self._periods)[1:]
        return [list(self._strings), paths, values, periods, *cells, *around]

    def _pack_cells(self, cells: Sequence[Cell]) -> list[Any]:
        numbers: list[tuple[int, ...]] = []
        spans: list[int] = []
        boxes: list[tuple[int, int, int, int]] = []
        own_texts: dict[int, int] = {}
        marks: dict[int, list[int]] = {}
        for index, cell in enumerate(cells):
            if not self._is_spanned(cell):
                own_texts[index] = self._string(cell.text)
            if cell.marks:
                marks[index] = [self._string(mark) for mark in cell.marks]
            value = None if cell.value is None else pack_value(cell.value, cell.text)
            numbers.append(
                (
                    cell.row,
                    cell.column,
                    cell.row_span,
                    cell.column_span,
                    _KIND_CODES[cell.kind],
                    self._page_numbers[cell.page],
                    len(cell.spans),
                    _number(self._paths, cell.header_path[-MAX_PATH:]),
                    _number(self._paths, cell.label_path[-MAX_PATH:]),
                    _number(self._values, value),
                    _number(self._periods, None if cell.period is None else pack_period(cell.period)),
                )
            )
            for start, end in cell.spans:
                spans += (start, end)
            boxes.append(_NO_BOX if cell.box is None else _steps(cell.box))
        columns = [list(column) for column in zip(*numbers, strict=True)] or [[] for _ in range(11)]
        columns[0] = _differences(columns[0])
        boxed = _pack_boxes(boxes, columns[1]) if any(box != _NO_BOX for box in boxes) else None
        return [columns, _differences(spans), boxed, own_texts, marks]

    def _is_spanned(self, cell: Cell) -> bool:
        return cell.text == _spanned(self._texts[cell.page], cell.spans)

    def _pack_footnote(self, note: Footnote) -> list[Any]:
        # The reader of a table has the texts of its own pages only.
        spanned = note.page in self._page_numbers and note.text == _spanned(self._texts[note.page], note.spans)
        text = None if spanned else self._string(note.text)
        return [self._string(note.mark), note.page, [edge for span in note.spans for edge in span], text]

    def _text(self, text: str) -> int:
        """Return the number of a cell with this text, or a number after those of the cells for a string."""
        number = self._cell_numbers.get(text)
        return len(self._table.cells) + self._string(text) if number is None else number

    def _string(self, text: str) -> int:
        return _number(self._strings, text)


class _Unpacker:
    """Unpacks one table, and checks every number."""

    def __init__(self, listed: ListedTable, texts: Texts, rows: range) -> None:
        self._listed = listed
        self._rows = rows
        self._texts = texts

    def unpack(self, body: list[Any]) -> Table:
        strings, paths, values, periods, columns, spans, boxes, own_texts, marks, lines, caption, notes = body
        listed = self._listed
        self._strings: list[str] = [_checked_text(each) for each in strings]
        differences, column, row_spans, column_spans, *coded = map(_checked_numbers, columns)
        rows = _sums(differences)
        kinds, pages, counts, header_paths, label_paths, of_values, of_periods = map(_checked_indexes, coded)
        if len(rows) > MAX_CELLS or any(len(each) != len(rows) for each in columns):
            raise TableEncodingError
        placed = self._unpack_spans(pages, counts, _sums(_checked_numbers(spans)))
        cell_texts = [
            self._string(own_texts[index]) if index in own_texts else _spanned(self._texts[page], parts)
            for index, (page, parts) in enumerate(placed)
        ]
        self._known = [*cell_texts, *self._strings]
        known_paths = [(), *map(self._unpack_path, paths)]
        known_periods = [None, *map(unpack_period, periods)]
        known_values: list[Any] = [None, *values]
        boxed = [None] * len(rows) if boxes is None else _unpack_boxes(boxes, column)
        cells = []
        for index, (page, parts) in enumerate(placed):
            row, at, tall, wide = rows[index], column[index], row_spans[index], column_spans[index]
            if not (0 <= row < row + tall <= listed.rows and 0 <= at < at + wide <= listed.columns):
                raise TableEncodingError
            if row not in self._rows:
                continue
            value = known_values[of_values[index]]
            cells.append(
                Cell(
                    row=row,
                    column=at,
                    row_span=tall,
                    column_span=wide,
                    text=cell_texts[index],
                    page=page,
                    spans=parts,
                    kind=_KINDS[kinds[index]],
                    box=boxed[index],
                    marks=tuple(map(self._string, marks[index])) if index in marks else (),
                    header_path=known_paths[header_paths[index]],
                    label_path=known_paths[label_paths[index]],
                    value=None if value is None else unpack_value(value, cell_texts[index]),
                    period=known_periods[of_periods[index]],
                )
            )
        return Table(
            number=listed.number,
            pages=listed.pages,
            rows=listed.rows,
            columns=listed.columns,
            cells=tuple(cells),
            title=listed.title,
            lines_above=tuple(map(self._string, lines)),
            units_line=listed.units_line,
            caption=None if caption is None else self._string(caption),
            footnotes=tuple(map(self._unpack_footnote, notes)),
        )

    def _unpack_spans(
        self, pages: list[int], counts: list[int], edges: list[int]
    ) -> list[tuple[int, tuple[tuple[int, int], ...]]]:
        placed = []
        at = 0
        limits = [(page, len(self._texts[page])) for page in self._listed.pages]
        for index, count in zip(pages, counts, strict=True):
            page, limit = limits[index]
            parts = _pairs(edges[at : at + 2 * count], limit)
            if len(parts) != count:
                raise TableEncodingError
            placed.append((page, parts))
            at += 2 * count
        return placed

    def _unpack_path(self, path: list[int]) -> tuple[str, ...]:
        if len(path) > MAX_PATH:
            raise TableEncodingError
        return tuple(self._known[_checked_index(entry)] for entry in path)

    def _unpack_footnote(self, value: list[Any]) -> Footnote:
        mark, page, edges, text = value
        page_text = self._texts[page] if page in self._listed.pages else None
        spans = _pairs(_checked_numbers(edges), _MAX_OFFSET if page_text is None else len(page_text))
        own = self._string(text) if page_text is None or text is not None else _spanned(page_text, spans)
        return Footnote(mark=self._string(mark), text=own, page=_checked_index(page), spans=spans)

    def _string(self, number: int) -> str:
        return self._strings[_checked_index(number)]


def _spanned(text: str, spans: Sequence[tuple[int, int]]) -> str:
    return " ".join([text[start:end] for start, end in spans])


def _pairs(edges: list[int], limit: int) -> tuple[tuple[int, int], ...]:
    spans = tuple(zip(edges[::2], edges[1::2], strict=True))
    for start, end in spans:
        if not 0 <= start <= end <= limit:
            raise TableEncodingError
    return spans


def _number(known: dict[Any, int], value: Any) -> int:
    """Return the number of a value. A new value gets the next number."""
    return known.setdefault(value, len(known))


def _differences(numbers: Sequence[int]) -> list[int]:
    return [number - before for number, before in zip(numbers, [0, *numbers], strict=False)]


def _sums(differences: list[int]) -> list[int]:
    total = 0
    return [total := total + difference for difference in differences]


def _steps(box: Box) -> tuple[int, int, int, int]:
    x0, y0, x1, y1 = (round(min(max(edge, -MAX_POINTS), MAX_POINTS) / BOX_STEP) for edge in box)
    return x0, y0, x1, y1


def _pack_boxes(boxes: Sequence[tuple[int, int, int, int]], columns: Sequence[int]) -> list[list[int]]:
    """Store edges as differences: x from the previous cell of the column, y from the previous cell."""
    packed = [
        tuple(edge - before for edge, before in zip(box, last, strict=True))
        for box, last in zip(boxes, _references(boxes, columns), strict=True)
    ]
    return [list(edges) for edges in zip(*packed, strict=True)]


def _references(
    boxes: Sequence[tuple[int, int, int, int]], columns: Sequence[int]
) -> Iterator[tuple[int, int, int, int]]:
    """Yield the edges before each box. `boxes` may grow while the caller reads."""
    by_column: dict[int, tuple[int, int, int, int]] = {}
    previous = _NO_BOX
    for index, column in enumerate(columns):
        beside = by_column.get(column, previous)
        yield beside[0], previous[1], beside[2], previous[3]
        previous = by_column[column] = boxes[index]


def _unpack_boxes(packed: list[list[int]], columns: Sequence[int]) -> list[Box | None]:
    edges = list(zip(*map(_checked_numbers, packed), strict=True))
    if len(edges) != len(columns) or len(packed) != 4:
        raise TableEncodingError
    boxes: list[tuple[int, int, int, int]] = []
    for (x0, y0, x1, y1), last in zip(edges, _references(boxes, columns), strict=True):
        boxes.append((x0 + last[0], y0 + last[1], x1 + last[2], y1 + last[3]))
    return [
        None if box == _NO_BOX else (box[0] * BOX_STEP, box[1] * BOX_STEP, box[2] * BOX_STEP, box[3] * BOX_STEP)
        for box in boxes
    ]


def _checked_numbers(numbers: Any) -> list[int]:
    if not isinstance(numbers, list) or not {int}.issuperset(map(type, numbers)):
        raise TableEncodingError
    return numbers


def _checked_indexes(numbers: list[int]) -> list[int]:
    """Return indexes. A negative one would count from the end."""
    if min(numbers, default=0) < 0:
        raise TableEncodingError
    return numbers


def _checked_index(number: Any) -> int:
    """Return an index. A negative one would count from the end."""
    if type(number) is not int or number < 0:
        raise TableEncodingError
    return number


def _checked_text(text: Any) -> str:
    if not isinstance(text, str):
        raise TableEncodingError
    return text
