"""Encode and decode a ParsedDocument. The parse stage stores it, and a sandboxed reader sends it to its worker.

Format: 4 bytes magic `FNPD`, 1 byte version, then a zstd frame (RFC 8878) around one msgpack value. Arrays are
little-endian bytes. A page's words (`FNWB`), marks (`FNMK`) and deleted text (`FNDL`) also have separate encodings, for
the page's row in the database. Decoding checks every length and offset, because a malicious file may control the child
process that sends the bytes.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import msgpack
import numpy as np
import numpy.typing as npt
import zstandard

from app.core.errors import FootnoteError
from app.documents.content.parsed import (
    Block,
    BlockKind,
    Box,
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
from app.documents.content.tags_codec import pack_tags, unpack_tags

DOCUMENT_MAGIC = b"FNPD"
WORDS_MAGIC = b"FNWB"
MARKS_MAGIC = b"FNMK"
DELETED_MAGIC = b"FNDL"
VERSION = 3
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
        *([pack_tags(document.tags)] if document.tags else []),
    ]
    return _seal(DOCUMENT_MAGIC, msgpack.packb(value))


def decode_document(data: bytes) -> ParsedDocument:
    """Decode a document. Raises BadEncodingError."""
    try:
        media_type, reader, pages, outline, properties, warnings, *tags = msgpack.unpackb(_open(DOCUMENT_MAGIC, data))
        unpacked = tuple(_unpack_page(page) for page in pages)
        return ParsedDocument(
            media_type=_text(media_type),
            reader=_text(reader),
            pages=unpacked,
            outline=tuple(OutlineEntry(_text(title), int(page), int(level)) for title, page, level in outline),
            properties={_text(name): _text(value) for name, value in properties.items()},
            warnings=tuple(_text(warning) for warning in warnings),
            tags=unpack_tags(tags[0], {page.number: len(page.text) for page in unpacked}) if tags else (),
        )
    except (
        ValueError, TypeError, LookupError, AttributeError, OverflowError, msgpack.UnpackException
    ) as error:  # fmt: skip
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
        _pack_cells(page.blocks),
        [[mark.offset, mark.text] for mark in page.marks],
        [[deleted.offset, deleted.text] for deleted in page.deleted],
    ]


def _unpack_page(value: Any) -> ParsedPage:
    number, text, width, height, words, blocks, cells, marks, deleted = value
    return ParsedPage(
        number=int(number),
        text=_text(text),
        width=float(width),
        height=float(height),
        words=_unpack_words(words, limit=len(text)),
        blocks=_unpack_blocks(blocks, cells, len(text)),
        marks=tuple(Mark(_offset(offset, len(text)), _text(mark)) for offset, mark in marks),
        deleted=tuple(DeletedText(_offset(offset, len(text)), _text(struck)) for offset, struck in deleted),
    )


def _pack_block(block: Block) -> list[Any]:
    rows = [[row.start, row.end, row.is_header, len(row.cells)] for row in block.rows]
    grid = block.grid
    size = None if grid is None else [grid.rows, grid.columns, grid.caption, grid.continues, len(grid.cells)]
    return [block.kind.value, block.start, block.end, block.level, rows, size]


def _pack_cells(blocks: Sequence[Block]) -> list[Any] | None:
    """Pack the cells of a page's rows and grids in columns, which are checked as a whole when they are decoded."""
    of_rows = [(cell.start, cell.end, cell.column) for block in blocks for row in block.rows for cell in row.cells]
    cells = [cell for block in blocks if block.grid is not None for cell in block.grid.cells]
    if not of_rows and not cells:
        return None
    numbers = [
        (c.row, c.column, c.row_span, c.column_span, len(c.spans), c.box is not None, c.bold, c.is_heading)
        for c in cells
    ]
    return [
        _pack_columns(of_rows, 3),
        _pack_columns(numbers, 8),
        _pack_columns([span for cell in cells for span in cell.spans], 2),
        _pack_columns(_steps([cell.box for cell in cells if cell.box is not None]), 4),
        _pack_columns(_steps([cell.indent for cell in cells]), 1),
        [[at, *cell.marks] for at, cell in enumerate(cells) if cell.marks],
    ]


def _pack_columns(rows: npt.ArrayLike, width: int) -> bytes:
    """Pack rows of numbers as differences to the row before, column by column."""
    columns = np.asarray(rows, dtype="<i4").reshape(-1, width).T.copy()
    _to_differences(columns)
    return columns.tobytes()


def _to_differences(columns: npt.NDArray[np.int32]) -> None:
    """Replace each number of a row, except the first, by its difference to the number before."""
    columns[:, 1:] -= columns[:, :-1]


def _unpack_columns(raw: bytes, width: int) -> npt.NDArray[np.int64]:
    return np.frombuffer(raw, "<i4").reshape(width, -1).cumsum(axis=1, dtype=np.int64)


def _unpack_blocks(blocks: list[Any], cells: Any, limit: int) -> tuple[Block, ...]:
    of_rows: Iterator[Cell] = iter(())
    of_grids: Iterator[GridCell] = iter(())
    if cells is not None:
        of_rows = _unpack_row_cells(cells[0], limit)
        of_grids = _unpack_grid_cells(cells[1:], [size for *_, size in blocks if size is not None], limit)
    return tuple([_unpack_block(block, of_rows, of_grids, limit) for block in blocks])


def _unpack_block(value: Any, of_rows: Iterator[Cell], of_grids: Iterator[GridCell], limit: int) -> Block:
    kind, start, end, level, rows, size = value
    _check_span(start, end, limit)
    return Block(
        kind=BlockKind(kind),
        start=start,
        end=end,
        level=int(level),
        rows=tuple([_unpack_row(row, of_rows, limit) for row in rows]),
        grid=None if size is None else _unpack_grid(size, of_grids, limit),
    )


def _unpack_row(value: Any, of_rows: Iterator[Cell], limit: int) -> Row:
    start, end, is_header, count = value
    _check_span(start, end, limit)
    cells = tuple(islice(of_rows, count))
    if len(cells) != count:
        raise BadEncodingError
    return Row(start=start, end=end, cells=cells, is_header=bool(is_header))


def _unpack_grid(size: Any, of_grids: Iterator[GridCell], limit: int) -> Grid:
    rows, columns, caption, continues, count = size
    if caption is not None:
        start, end = caption
        _check_span(start, end, limit)
        caption = (start, end)
    cells = tuple(islice(of_grids, count))
    if len(cells) != count:
        raise BadEncodingError
    return Grid(rows=int(rows), columns=int(columns), cells=cells, caption=caption, continues=bool(continues))


def _unpack_row_cells(raw: bytes, limit: int) -> Iterator[Cell]:
    columns = _unpack_columns(raw, 3)
    _check_spans(columns, limit)
    return iter(list(map(Cell, *columns.tolist())))


def _unpack_grid_cells(value: Any, sizes: list[Any], limit: int) -> Iterator[GridCell]:
    """Unpack the cells of a page's grids, in order. `sizes` are the packed grids, without their cells."""
    raw_numbers, raw_spans, raw_boxes, raw_indents, marked = value
    numbers, spans = _unpack_columns(raw_numbers, 8), _unpack_columns(raw_spans, 2)
    boxes, indents = _unpack_columns(raw_boxes, 4) * BOX_STEP, _unpack_columns(raw_indents, 1)[0] * BOX_STEP
    _check_spans(spans, limit)
    starts, lengths, counts, is_set = numbers[:2], numbers[2:4], numbers[4], numbers[5:] != 0
    if (starts < 0).any() or (lengths < 1).any() or (starts + lengths > _ends(sizes, counts.size)).any():
        raise BadEncodingError
    wanted = (counts.size, counts.sum(), is_set[0].sum())
    if (counts < 0).any() or wanted != (indents.size, spans.shape[1], boxes.shape[1]):
        raise BadEncodingError
    marks = {at: tuple(map(_text, texts)) for at, *texts in marked}
    # Lists of numbers are made in a third of the time of a list of rows.
    places: Iterator[tuple[int, int]] = zip(*spans.tolist(), strict=True)
    edges: Iterator[Box] = zip(*boxes.tolist(), strict=True)
    rows = zip(*numbers[:5].tolist(), *is_set.tolist(), indents.tolist(), strict=True)
    return iter(
        [
            GridCell(
                row,
                column,
                tuple(islice(places, count)),
                row_span,
                column_span,
                next(edges) if has_box else None,
                marks.get(at, ()),
                indent,
                bold,
                is_heading,
            )
            for at, (row, column, row_span, column_span, count, has_box, bold, is_heading, indent) in enumerate(rows)
        ]
    )


def _ends(sizes: list[Any], cells: int) -> npt.NDArray[np.int64]:
    """Return the number of rows and of columns of each cell's grid."""
    counts = [size[4] for size in sizes]
    if sum(counts) != cells or min(counts, default=0) < 0:
        raise BadEncodingError
    ends = np.array([size[:2] for size in sizes], np.int64).reshape(-1, 2).T
    return np.repeat(ends, np.array(counts, np.int64), axis=1)


def _check_spans(columns: npt.NDArray[np.int64], limit: int) -> None:
    """Check that the first two columns are starts and ends of spans."""
    starts, ends = columns[0], columns[1]
    if starts.size and (starts.min() < 0 or ends.max() > limit or (ends < starts).any()):
        raise BadEncodingError


def _pack_words(words: Words) -> list[bytes]:
    # Columns of small differences compress several times better than rows of absolute values.
    columns = np.zeros((6, len(words.spans)), "<i4")
    columns[0] = words.spans[:, 0]
    columns[2:] = _steps(words.boxes).T
    _to_differences(columns)
    columns[1] = words.spans[:, 1] - words.spans[:, 0]
    return [columns.tobytes()]


def _steps(points: npt.ArrayLike) -> npt.NDArray[np.int32]:
    numbers = np.asarray(points)
    if not np.isfinite(numbers).all():
        numbers = np.nan_to_num(numbers)
    steps: npt.NDArray[np.float64] = np.rint(np.clip(numbers, -MAX_POINTS, MAX_POINTS) / BOX_STEP)
    return steps.astype("<i4")


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
