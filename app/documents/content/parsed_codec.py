"""Encode and decode a ParsedDocument. The parse stage stores it, and a sandboxed reader sends it to its worker.

Format: 4 bytes magic `FNPD`, 1 byte version, then a zstd frame (RFC 8878) around one msgpack value. Arrays are
little-endian bytes. A page's words (`FNWB`), marks (`FNMK`) and deleted text (`FNDL`) also have separate encodings, for
the page's row in the database. Decoding checks every length and offset, because a malicious file may control the child
process that sends the bytes.
"""

from collections.abc import Sequence
from typing import Any

import msgpack
import numpy as np
import zstandard

from app.core.errors import FootnoteError
from app.documents.content.parsed import (
    Block,
    BlockKind,
    Cell,
    DeletedText,
    Grid,
    GridCell,
    Mark,
    OutlineEntry,
    ParsedDocument,
    ParsedPage,
    Row,
    Words,
)

DOCUMENT_MAGIC = b"FNPD"
WORDS_MAGIC = b"FNWB"
MARKS_MAGIC = b"FNMK"
DELETED_MAGIC = b"FNDL"
VERSION = 2
MAX_DECODED_BYTES = 192 << 20
BOX_STEP = 0.05
"""Boxes are stored in steps of 1/20 point, which is less than a pixel at 200 dpi (0.36 pt)."""

MAX_POINTS = 1e6
"""Coordinates are clipped to this value. It is 70 times the largest page size in ISO 32000-1 annex C."""


class BadEncodingError(FootnoteError):
    """The bytes are not an encoded document or encoded words, or have an unknown version."""

    code = "bad-encoding"
    title = "The stored parse of this document can't be decoded: parse the document again."


def encode_document(document: ParsedDocument) -> bytes:
    """Encode a document, to about a quarter of the size of its text and words."""
    value = [
        document.media_type,
        document.reader,
        [_pack_page(page) for page in document.pages],
        [[entry.title, entry.page, entry.level] for entry in document.outline],
        dict(document.properties),
        list(document.warnings),
    ]
    return _seal(DOCUMENT_MAGIC, msgpack.packb(value))


def decode_document(data: bytes) -> ParsedDocument:
    """Decode a document. Raises BadEncodingError."""
    try:
        media_type, reader, pages, outline, properties, warnings = msgpack.unpackb(_open(DOCUMENT_MAGIC, data))
        return ParsedDocument(
            media_type=_text(media_type),
            reader=_text(reader),
            pages=tuple(_unpack_page(page) for page in pages),
            outline=tuple(OutlineEntry(_text(title), int(page), int(level)) for title, page, level in outline),
            properties={_text(name): _text(value) for name, value in properties.items()},
            warnings=tuple(_text(warning) for warning in warnings),
        )
    except (ValueError, TypeError, KeyError, AttributeError, msgpack.UnpackException) as error:
        raise BadEncodingError from error


def encode_words(words: Words) -> bytes:
    """Encode one page's words, in about 5 bytes per word. A word's start and box are stored as differences from the
    previous word. Boxes are in steps of 1/20 point.
    """
    return _seal(WORDS_MAGIC, msgpack.packb(_pack_words(words)))


def decode_words(data: bytes) -> Words:
    """Decode a page's words. Raises BadEncodingError."""
    try:
        return _unpack_words(msgpack.unpackb(_open(WORDS_MAGIC, data)))
    except (ValueError, TypeError, msgpack.UnpackException) as error:
        raise BadEncodingError from error


def encode_marks(marks: Sequence[Mark]) -> bytes | None:
    """Encode one page's marks; None if it has none."""
    return _seal(MARKS_MAGIC, msgpack.packb([[mark.offset, mark.text] for mark in marks])) if marks else None


def decode_marks(data: bytes | None, limit: int) -> tuple[Mark, ...]:
    """Decode the marks of a page with `limit` characters. Raises BadEncodingError."""
    return () if data is None else tuple(Mark(*each) for each in _unpack_placed(_open(MARKS_MAGIC, data), limit))


def encode_deleted(deleted: Sequence[DeletedText]) -> bytes | None:
    """Encode one page's deleted text; None if it has none."""
    return _seal(DELETED_MAGIC, msgpack.packb([[each.offset, each.text] for each in deleted])) if deleted else None


def decode_deleted(data: bytes | None, limit: int) -> tuple[DeletedText, ...]:
    """Decode the deleted text of a page with `limit` characters. Raises BadEncodingError."""
    if data is None:
        return ()
    return tuple(DeletedText(*each) for each in _unpack_placed(_open(DELETED_MAGIC, data), limit))


def _unpack_placed(data: bytes, limit: int) -> list[tuple[int, str]]:
    try:
        return [(_offset(offset, limit), _text(text)) for offset, text in msgpack.unpackb(data)]
    except (ValueError, TypeError, msgpack.UnpackException) as error:
        raise BadEncodingError from error


def _seal(magic: bytes, body: bytes) -> bytes:
    return magic + bytes([VERSION]) + zstandard.ZstdCompressor(level=3).compress(body)


def _open(magic: bytes, data: bytes) -> bytes:
    if data[:4] != magic or len(data) < 6 or data[4] != VERSION:
        raise BadEncodingError
    try:
        size = zstandard.frame_content_size(data[5:])
        if not 0 <= size <= MAX_DECODED_BYTES:
            raise BadEncodingError
        return zstandard.ZstdDecompressor().decompress(data[5:], max_output_size=MAX_DECODED_BYTES)
    except zstandard.ZstdError as error:
        raise BadEncodingError from error


def _pack_page(page: ParsedPage) -> list[Any]:
    return [
        page.number,
        page.text,
        page.width,
        page.height,
        _pack_words(page.words),
        [_pack_block(block) for block in page.blocks],
        [[mark.offset, mark.text] for mark in page.marks],
        [[deleted.offset, deleted.text] for deleted in page.deleted],
    ]


def _unpack_page(value: Any) -> ParsedPage:
    number, text, width, height, words, blocks, marks, deleted = value
    return ParsedPage(
        number=int(number),
        text=_text(text),
        width=float(width),
        height=float(height),
        words=_unpack_words(words, limit=len(text)),
        blocks=tuple(_unpack_block(block, len(text)) for block in blocks),
        marks=tuple(Mark(_offset(offset, len(text)), _text(mark)) for offset, mark in marks),
        deleted=tuple(DeletedText(_offset(offset, len(text)), _text(struck)) for offset, struck in deleted),
    )


def _pack_block(block: Block) -> list[Any]:
    rows = [
        [row.start, row.end, row.is_header, [number for c in row.cells for number in (c.start, c.end, c.column)]]
        for row in block.rows
    ]
    grid = None if block.grid is None else _pack_grid(block.grid)
    return [block.kind.value, block.start, block.end, block.level, rows, grid]


def _unpack_block(value: Any, limit: int) -> Block:
    kind, start, end, level, rows, grid = value
    _check_span(start, end, limit)
    return Block(
        kind=BlockKind(kind),
        start=start,
        end=end,
        level=int(level),
        rows=tuple(_unpack_row(row, limit) for row in rows),
        grid=None if grid is None else _unpack_grid(grid, limit),
    )


def _unpack_row(value: Any, limit: int) -> Row:
    start, end, is_header, numbers = value
    _check_span(start, end, limit)
    cells = []
    for index in range(0, len(numbers), 3):
        cell = Cell(*numbers[index : index + 3])
        _check_span(cell.start, cell.end, limit)
        cells.append(cell)
    return Row(start=start, end=end, cells=tuple(cells), is_header=bool(is_header))


def _pack_grid(grid: Grid) -> list[Any]:
    return [grid.rows, grid.columns, grid.caption, grid.continues, [_pack_cell(cell) for cell in grid.cells]]


def _pack_cell(cell: GridCell) -> list[Any]:
    spans = [offset for span in cell.spans for offset in span]
    box = None if cell.box is None else [round(edge / BOX_STEP) for edge in cell.box]
    return [
        cell.row,
        cell.column,
        cell.row_span,
        cell.column_span,
        spans,
        box,
        list(cell.marks),
        round(cell.indent / BOX_STEP),
        cell.bold,
        cell.is_heading,
    ]


def _unpack_grid(value: Any, limit: int) -> Grid:
    rows, columns, caption, continues, cells = value
    rows, columns = int(rows), int(columns)
    if caption is not None:
        start, end = caption
        _check_span(start, end, limit)
        caption = (start, end)
    return Grid(
        rows=rows,
        columns=columns,
        cells=tuple(_unpack_cell(cell, rows, columns, limit) for cell in cells),
        caption=caption,
        continues=bool(continues),
    )


def _unpack_cell(value: Any, rows: int, columns: int, limit: int) -> GridCell:
    row, column, row_span, column_span, offsets, box, marks, indent, bold, is_heading = value
    if not (0 <= row < row + row_span <= rows and 0 <= column < column + column_span <= columns):
        raise BadEncodingError
    spans = tuple(zip(offsets[::2], offsets[1::2], strict=True))
    for start, end in spans:
        _check_span(start, end, limit)
    if box is not None:
        x0, y0, x1, y1 = (int(edge) * BOX_STEP for edge in box)
        box = (x0, y0, x1, y1)
    return GridCell(
        row=int(row),
        column=int(column),
        spans=spans,
        row_span=int(row_span),
        column_span=int(column_span),
        box=box,
        marks=tuple(_text(mark) for mark in marks),
        indent=int(indent) * BOX_STEP,
        bold=bool(bold),
        is_heading=bool(is_heading),
    )


def _pack_words(words: Words) -> list[bytes]:
    # Columns of small differences compress several times better than rows of absolute values.
    spans = words.spans.astype("<i4", copy=False)
    boxes = np.rint(np.clip(np.nan_to_num(words.boxes), -MAX_POINTS, MAX_POINTS) / BOX_STEP).astype("<i4")
    starts = np.diff(spans[:, 0], prepend=np.int32(0))
    lengths = spans[:, 1] - spans[:, 0]
    columns = np.stack([starts, lengths, *np.diff(boxes, axis=0, prepend=0).T]).astype("<i4")
    return [columns.tobytes()]


def _unpack_words(value: Any, limit: int | None = None) -> Words:
    (raw,) = value
    if len(raw) % 24:
        raise BadEncodingError
    columns = np.frombuffer(raw, "<i4").reshape(6, -1)
    starts = np.cumsum(columns[0], dtype=np.int64)
    spans = np.stack([starts, starts + columns[1]], axis=1)
    if spans.size and (
        spans.min() < 0 or columns[1].min() < 0 or spans.max() > (2**31 - 1 if limit is None else limit)
    ):
        raise BadEncodingError
    boxes = np.cumsum(columns[2:], axis=1, dtype=np.int64).T * BOX_STEP
    return Words(spans=spans.astype(np.int32), boxes=np.ascontiguousarray(boxes, dtype=np.float32))


def _check_span(start: object, end: object, limit: int) -> None:
    if not (isinstance(start, int) and isinstance(end, int) and 0 <= start <= end <= limit):
        raise BadEncodingError


def _offset(value: object, limit: int) -> int:
    if not (isinstance(value, int) and 0 <= value <= limit):
        raise BadEncodingError
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise BadEncodingError
    return value
