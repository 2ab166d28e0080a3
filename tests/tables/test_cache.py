"""Decoded tables are kept by content."""

from dataclasses import replace
from uuid import uuid4

import pytest

from app.tables.cache import TableCache
from app.tables.codec import StoredTable, decode_table, encode_table
from app.tables.errors import TableEncodingError
from app.tables.rows import list_figure_rows
from tests.answers.tables import make_table

PAGE = "For the years ended June 30,\t2022\t2021\nNet revenue\t$4,210\t$3,900\nGross profit\t1,730\t1,590\n"
TEXTS = {1: PAGE}
VERSION = uuid4()


def stored(page: str = PAGE) -> StoredTable:
    return encode_table(make_table(page, number=1), {1: page})


def test_same_content_is_decoded_once() -> None:
    cache = TableCache()
    table = cache.decode(VERSION, stored(), TEXTS)
    assert table == decode_table(stored(), TEXTS)
    assert cache.decode(VERSION, stored(), dict(TEXTS)) is table


def test_other_version_text_or_data_is_decoded_anew() -> None:
    cache = TableCache()
    first = cache.decode(VERSION, stored(), TEXTS)
    changed = PAGE.replace("4,210", "5,210")
    assert cache.decode(uuid4(), stored(), TEXTS) is not first
    assert cache.decode(VERSION, stored(), {1: changed}).cells != first.cells
    titled = StoredTable(replace(stored().listed, title="Other"), stored().data)
    assert cache.decode(VERSION, titled, TEXTS).title == "Other"


def test_tables_used_longest_ago_are_dropped() -> None:
    one = stored()
    cells = len(decode_table(one, TEXTS).cells)
    cache = TableCache(max_cells=4 * cells)
    versions = [uuid4() for _ in range(5)]
    kept = [cache.decode(version, one, TEXTS) for version in versions[:4]]
    assert cache.decode(versions[0], one, TEXTS) is kept[0]
    cache.decode(versions[4], one, TEXTS)
    assert len(cache) == 4
    assert cache.decode(versions[0], one, TEXTS) is kept[0]
    assert cache.decode(versions[1], one, TEXTS) is not kept[1]


def test_large_table_is_not_kept() -> None:
    cache = TableCache(max_cells=4)
    cache.decode(VERSION, stored(), TEXTS)
    assert len(cache) == 0


def test_damaged_table_raises_each_time() -> None:
    cache = TableCache()
    damaged = StoredTable(stored().listed, stored().data[:-3])
    for _ in range(2):
        with pytest.raises(TableEncodingError):
            cache.decode(VERSION, damaged, TEXTS)


def test_rows_are_read_once() -> None:
    table = make_table(PAGE, number=1)
    assert list_figure_rows(table) is list_figure_rows(table)
    assert list_figure_rows(replace(table, number=2))[0].table.number == 2
