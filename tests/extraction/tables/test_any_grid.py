"""Laws of reading tables that hold for any grid."""

from hypothesis import given, settings
from hypothesis import strategies as st

from app.tables.codec import decode_table, encode_table
from tests.extraction.tables.grids import C, G, H, P, document
from workers.extraction.tables import read_tables

_TEXTS = (
    "|2024|2023|Net sales|$1,234|(12)|—|$|%|Total|(in millions)|Year ended December 31,|Note|5|3.2x|N/A|(1)|12%"
    "|Thereafter|Balance at December 31, 2023|Three months ended|2027|△5|Total assets:|per share|²|*|Q4 2024|-|("
    "|6 years|Shares (in thousands)"
)
TEXTS = st.sampled_from(_TEXTS.split("|"))
CELLS = st.builds(
    C,
    TEXTS,
    across=st.integers(1, 3),
    down=st.integers(1, 3),
    bold=st.booleans(),
    indent=st.sampled_from([0.0, 12.0]),
    marks=st.sampled_from([(), ("1",)]),
)
GRIDS = st.builds(G, st.lists(st.lists(CELLS, max_size=5), min_size=1, max_size=7), continues=st.booleans())
PARTS = st.one_of(GRIDS, st.builds(H, TEXTS.filter(bool)), st.builds(P, TEXTS.filter(bool)))


@given(st.lists(st.lists(PARTS, max_size=4), min_size=1, max_size=3), st.sampled_from([0.0, 612.0]))
def test_every_text_of_a_grid_is_a_cell_inside_its_table_and_can_be_stored(pages, width):
    parsed = document(*pages, width=width)
    texts = {page.number: page.text for page in parsed.pages}
    for table in read_tables(parsed):
        assert decode_table(encode_table(table, texts), texts) == table
        for cell in table.cells:
            assert cell.text
            assert cell.row + cell.row_span <= table.rows
            assert cell.column + cell.column_span <= table.columns
            assert cell.text == " ".join(texts[cell.page][start:end] for start, end in cell.spans)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 6), st.integers(1, 5), st.integers(0, 3))
def test_headings_reach_exactly_the_columns_they_span(groups, width, spacing):
    years = [str(2024 - n) for n in range(width)]
    names = [f"Segment {n}" for n in range(groups)]
    gap = [""] * spacing
    head = ["", *(part for name in names for part in (C(name, width), *gap))]
    leaves = ["", *(part for _ in names for part in (*years, *gap))]
    figures = [
        "Net sales",
        *(part for n in range(groups) for part in (*(f"{n + 1},{m:03}" for m in range(width)), *gap)),
    ]
    (table,) = read_tables(document((G([head, leaves, figures]),)))
    paths = [cell.header_path for cell in table.cells if cell.value is not None]
    assert paths == [(name, year) for name in names for year in years]


def test_hostile_tables_are_read_in_linear_time():
    wide = G([[C("2024", 900), *["x"] * 99]] * 300 + [[str(n) for n in range(900)]])
    deep = G([["Group:" * (n % 3)] + ["1"] * (n % 2) for n in range(4_000)])
    heads = G([["", "2024", "2023"], ["", C("Year ended", 2)]] * 1_500 + [["Net sales", "1", "2"]])
    tables = read_tables(document((wide,), (deep,), (heads,)))
    assert [table.rows for table in tables] == [301, 4_000, 3_001]
