from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
from app.documents.content.parsed_codec import (
    BadEncodingError,
    decode_deleted,
    decode_document,
    decode_marks,
    decode_words,
    encode_deleted,
    encode_document,
    encode_marks,
    encode_words,
)

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@st.composite
def words(draw: st.DrawFn, limit: int) -> Words:
    edges = sorted(draw(st.lists(st.integers(0, limit), max_size=12)))
    spans = np.array(list(zip(edges[::2], edges[1::2], strict=False)), np.int32).reshape(-1, 2)
    steps = draw(st.lists(st.tuples(*[st.integers(-400_000, 400_000)] * 4), min_size=len(spans), max_size=len(spans)))
    return Words(spans=spans, boxes=(np.array(steps, np.float64).reshape(-1, 4) * 0.05).astype(np.float32))


@st.composite
def spans(draw: st.DrawFn, limit: int) -> tuple[int, int]:
    start, end = sorted((draw(st.integers(0, limit)), draw(st.integers(0, limit))))
    return start, end


STEPS = st.integers(-400_000, 400_000).map(lambda steps: steps * 0.05)


@st.composite
def grid_cells(draw: st.DrawFn, rows: int, columns: int, limit: int) -> GridCell:
    row, column = draw(st.integers(0, rows - 1)), draw(st.integers(0, columns - 1))
    return GridCell(
        row=row,
        column=column,
        spans=tuple(draw(st.lists(spans(limit), max_size=3))),
        row_span=draw(st.integers(1, rows - row)),
        column_span=draw(st.integers(1, columns - column)),
        box=draw(st.none() | st.tuples(STEPS, STEPS, STEPS, STEPS)),
        marks=tuple(draw(st.lists(TEXT, max_size=2))),
        indent=draw(STEPS),
        bold=draw(st.booleans()),
        is_heading=draw(st.booleans()),
    )


@st.composite
def grids(draw: st.DrawFn, limit: int) -> Grid:
    rows, columns = draw(st.integers(1, 9)), draw(st.integers(1, 9))
    return Grid(
        rows=rows,
        columns=columns,
        cells=tuple(draw(st.lists(grid_cells(rows, columns, limit), max_size=4))),
        caption=draw(st.none() | spans(limit)),
        continues=draw(st.booleans()),
    )


@st.composite
def blocks(draw: st.DrawFn, limit: int) -> Block:
    start, end = sorted((draw(st.integers(0, limit)), draw(st.integers(0, limit))))
    cells = (Cell(start, end, draw(st.integers(0, 30))),) if draw(st.booleans()) else ()
    rows = (Row(start, end, cells, is_header=draw(st.booleans())),) if draw(st.booleans()) else ()
    grid = draw(st.none() | grids(limit))
    return Block(draw(st.sampled_from(BlockKind)), start, end, level=draw(st.integers(0, 6)), rows=rows, grid=grid)


@st.composite
def documents(draw: st.DrawFn) -> ParsedDocument:
    pages = []
    for number in range(1, draw(st.integers(0, 3)) + 1):
        text = draw(TEXT)
        pages.append(
            ParsedPage(
                number=number,
                text=text,
                width=draw(st.floats(0, 2000, width=32)),
                height=draw(st.floats(0, 2000, width=32)),
                words=draw(words(len(text))),
                blocks=tuple(draw(st.lists(blocks(len(text)), max_size=3))),
            )
        )
    return ParsedDocument(
        media_type="application/pdf",
        reader="pdfium",
        pages=tuple(pages),
        outline=tuple(draw(st.lists(st.builds(OutlineEntry, TEXT, st.integers(1, 9), st.integers(1, 4)), max_size=3))),
        properties=draw(st.dictionaries(TEXT, TEXT, max_size=3)),
        warnings=tuple(draw(st.lists(TEXT, max_size=2))),
    )


def same(one: Words, other: Words) -> bool:
    return np.array_equal(one.spans, other.spans) and np.array_equal(one.boxes, other.boxes)


@settings(max_examples=60, deadline=None)
@given(documents())
def test_document_is_unchanged_after_encoding_and_decoding(document: ParsedDocument) -> None:
    decoded = decode_document(encode_document(document))
    assert (decoded.media_type, decoded.reader) == (document.media_type, document.reader)
    assert (decoded.outline, decoded.properties, decoded.warnings) == (
        document.outline,
        document.properties,
        document.warnings,
    )
    assert len(decoded.pages) == len(document.pages)
    for one, other in zip(decoded.pages, document.pages, strict=True):
        assert (one.number, one.text, one.width, one.height, one.blocks) == (
            other.number,
            other.text,
            other.width,
            other.height,
            other.blocks,
        )
        assert same(one.words, other.words)


@settings(max_examples=60, deadline=None)
@given(words(5000))
def test_words_are_unchanged_after_encoding_and_decoding(found: Words) -> None:
    decoded = decode_words(encode_words(found))
    assert same(decoded, found)
    assert (decoded.spans.dtype, decoded.boxes.dtype) == (np.int32, np.float32)


PLACED = st.lists(st.tuples(st.integers(0, 60), TEXT), min_size=1, max_size=5)


@settings(max_examples=60, deadline=None)
@given(PLACED)
def test_marks_and_deleted_text_are_unchanged_after_encoding_and_decoding(placed: list[tuple[int, str]]) -> None:
    marks, deleted = tuple(Mark(*each) for each in placed), tuple(DeletedText(*each) for each in placed)
    assert decode_marks(encode_marks(marks), 60) == marks
    assert decode_deleted(encode_deleted(deleted), 60) == deleted
    last = max(offset for offset, _ in placed)
    for wrong in (lambda: decode_marks(encode_marks(marks), last - 1), lambda: decode_deleted(encode_marks(marks), 60)):
        with pytest.raises(BadEncodingError):
            wrong()


def test_page_without_marks_and_deleted_text_stores_neither() -> None:
    assert (encode_marks(()), encode_deleted(())) == (None, None)
    assert (decode_marks(None, 0), decode_deleted(None, 0)) == ((), ())


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=80))
def test_random_bytes_are_rejected(data: bytes) -> None:
    for decode in (decode_document, decode_words):
        for prefix in (b"", b"FNPD\x03", b"FNWB\x03"):
            with pytest.raises(BadEncodingError):
                decode(prefix + data)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_damaged_encoding_is_rejected_or_keeps_offsets_within_the_text(data: st.DataObject) -> None:
    document = data.draw(documents())
    encoded = bytearray(encode_document(document))
    encoded[data.draw(st.integers(0, len(encoded) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    try:
        decoded = decode_document(bytes(encoded))
    except BadEncodingError:
        return
    for page in decoded.pages:
        limit = len(page.text)
        assert all(0 <= block.start <= block.end <= limit for block in page.blocks)
        for grid in filter(None, (block.grid for block in page.blocks)):
            assert all(0 <= start <= end <= limit for cell in grid.cells for start, end in cell.spans)


CELL = GridCell(row=1, column=1, spans=((0, 5),), row_span=2, column_span=2)


@pytest.mark.parametrize(
    "grid",
    [
        Grid(rows=2, columns=3, cells=(CELL,)),
        Grid(rows=3, columns=2, cells=(CELL,)),
        Grid(rows=3, columns=3, cells=(replace(CELL, row=-1),)),
        Grid(rows=3, columns=3, cells=(replace(CELL, column_span=0),)),
        Grid(rows=3, columns=3, cells=(replace(CELL, spans=((0, 6),)),)),
        Grid(rows=3, columns=3, cells=(replace(CELL, spans=((3, 2),)),)),
        Grid(rows=3, columns=3, cells=(CELL,), caption=(0, 6)),
    ],
)
def test_grid_with_cells_outside_it_or_the_text_is_rejected(grid: Grid) -> None:
    def encoded(grid: Grid) -> bytes:
        page = ParsedPage(1, "Total", 0, 0, Words.none(), (Block(BlockKind.TABLE, 0, 5, grid=grid),))
        return encode_document(ParsedDocument("text/html", "html", (page,)))

    assert decode_document(encoded(Grid(3, 3, (CELL,)))).pages[0].blocks[0].grid == Grid(3, 3, (CELL,))
    with pytest.raises(BadEncodingError):
        decode_document(encoded(grid))


@pytest.mark.parametrize("box", [[np.nan, 0, 1, 1], [np.inf, -np.inf, 1e30, 1]])
def test_boxes_that_are_not_finite_are_stored_as_finite_numbers(box: list[float]) -> None:
    found = Words(spans=np.array([[0, 1]], np.int32), boxes=np.array([box], np.float32))
    assert np.isfinite(decode_words(encode_words(found)).boxes).all()


def test_encoded_words_take_less_than_8_bytes_each() -> None:
    count = 600
    starts = np.arange(count, dtype=np.int32) * 6
    column, line = np.arange(count) % 12, np.arange(count) // 12
    boxes = np.stack([72 + column * 38.4, 80 + line * 12, 100 + column * 38.4, 90 + line * 12], axis=1)
    blob = encode_words(Words(np.stack([starts, starts + 5], axis=1).astype(np.int32), boxes.astype(np.float32)))
    assert len(blob) < 8 * count
