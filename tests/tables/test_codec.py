"""Tables are unchanged after encoding and decoding, and no bytes decode to a table with positions outside its pages."""

from dataclasses import replace
from decimal import Decimal

import msgpack
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from app.tables.codec import MAX_PATH, decode_table, encode_table
from app.tables.errors import TableEncodingError
from app.tables.model import Table
from tests.tables.made_tables import PAGE, make_statement, tables_with_texts


@given(tables_with_texts())
def test_table_is_unchanged_after_encoding_and_decoding(made):
    table, texts = made
    decoded = decode_table(encode_table(table, texts), texts)
    assert decoded == table
    # Decimals with different exponents are equal, so compare how they are written.
    assert [str(cell.value) for cell in decoded.cells] == [str(cell.value) for cell in table.cells]


def test_statement_is_unchanged_after_encoding_and_decoding():
    table = make_statement()
    assert decode_table(encode_table(table, {1: PAGE}), {1: PAGE}) == table


def test_part_of_a_table_has_the_cells_of_its_rows():
    table = make_statement()
    part = decode_table(encode_table(table, {1: PAGE}), {1: PAGE}, range(1, 3))
    assert part == replace(table, cells=tuple(cell for cell in table.cells if cell.row in (1, 2)))


def test_texts_of_the_page_and_digits_of_the_cells_are_not_stored_again():
    stored = encode_table(make_statement(), {1: PAGE})
    body = zstandard.ZstdDecompressor().decompress(stored.data[5:])
    for text in (b"Revenue", b"2031", b"1204", b"985", b"Adjusted"):
        assert text not in body, text


def test_innermost_entries_of_a_long_path_are_kept():
    table = make_statement()
    path = tuple(f"level {level}" for level in range(MAX_PATH + 5))
    long = replace(table, cells=(replace(table.cells[0], label_path=path),))
    assert decode_table(encode_table(long, {1: PAGE}), {1: PAGE}).cells[0].label_path == path[-MAX_PATH:]


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=80))
def test_random_bytes_are_rejected(data):
    stored = encode_table(make_statement(), {1: PAGE})
    for prefix in (b"", b"FNTB\x01", b"FNTB\x02"):
        with pytest.raises(TableEncodingError):
            decode_table(replace(stored, data=prefix + data), {1: PAGE})


def within(table: Table, texts: dict[int, str]) -> bool:
    return all(
        0 <= cell.row < cell.row + cell.row_span <= table.rows
        and 0 <= cell.column < cell.column + cell.column_span <= table.columns
        and cell.page in table.pages
        and all(0 <= start <= end <= len(texts[cell.page]) for start, end in cell.spans)
        and (cell.value is None or cell.value.value is None or cell.value.value.is_finite())
        for cell in table.cells
    )


_ODD = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**63), 2**64 - 1), st.floats(), st.text(max_size=3), st.just([]),
    st.just({}), st.just("NaN"), st.just("1E999999"),
)  # fmt: skip


def _places(value, at=()):
    """Yield the places of all values inside lists and maps."""
    inside = enumerate(value) if isinstance(value, list) else value.items() if isinstance(value, dict) else ()
    for key, each in inside:
        yield (*at, key)
        yield from _places(each, (*at, key))


@given(tables_with_texts(), st.data())
def test_changed_encoding_is_rejected_or_keeps_positions_within_table_and_page(made, data):
    table, texts = made
    stored = encode_table(table, texts)
    body = msgpack.unpackb(zstandard.ZstdDecompressor().decompress(stored.data[5:]), strict_map_key=False)
    *path, last = data.draw(st.sampled_from(list(_places(body))))
    inner = body
    for key in path:
        inner = inner[key]
    inner[last] = data.draw(_ODD)
    changed = stored.data[:5] + zstandard.ZstdCompressor().compress(msgpack.packb(body))
    try:
        decoded = decode_table(replace(stored, data=changed), texts)
    except TableEncodingError:
        return
    assert within(decoded, texts)


def test_table_is_rejected_with_texts_of_other_pages():
    stored = encode_table(make_statement(), {1: PAGE})
    for texts in ({1: PAGE[:40]}, {2: PAGE}, {}):
        with pytest.raises(TableEncodingError):
            decode_table(stored, texts)


def test_value_keeps_its_places_after_the_point():
    table = make_statement()
    values = [cell.value.value for cell in decode_table(encode_table(table, {1: PAGE}), {1: PAGE}).cells if cell.value]
    assert [str(value) for value in values] == ["1204.5", "-985", "None", "0", "1.20", "0.85"]
    assert Decimal("1.20") in values
