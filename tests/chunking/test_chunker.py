"""The content, the boundaries and the context line of chunks."""

import itertools
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.documents.content.chunks import ChunkDraft, ChunkKind
from app.documents.content.parsed import Block, BlockKind, Cell, ParsedDocument, ParsedPage, Row, Words
from app.documents.metadata import DocumentMetadata, DocumentType, FiscalPeriod
from workers.chunking.chunker import ChunkingParams, chunk_document
from workers.chunking.tokens import count_tokens

MakeDocument = Callable[..., ParsedDocument]
METADATA = DocumentMetadata(
    title="Example report",
    issuer="Example Holdings plc",
    document_type=DocumentType.FORM_10K,
    fiscal_year=2031,
    fiscal_period=FiscalPeriod.FY,
)
PARAMS = ChunkingParams()
SENTENCE = "The quick growth of deposits was offset by a slower release of working capital in the second half. "


def chunks_of(document: ParsedDocument, params: ChunkingParams = PARAMS) -> tuple[ChunkDraft, ...]:
    return chunk_document(document, METADATA, params=params)


def rows_of(count: int) -> list[list[str]]:
    return [
        ["", "2031", "2030"],
        *([f"Line item number {n} of the schedule", f"{n},{n % 1000:03d}", f"({n})"] for n in range(1, count)),
    ]


def test_chunk_names_issuer_type_period_and_section(make_document: MakeDocument) -> None:
    document = make_document([(1, "Item 7. Management’s Discussion"), (2, "Liquidity"), SENTENCE])
    (chunk,) = chunks_of(document)
    assert chunk.heading == "Example Holdings plc · 10-K · FY2031 · Item 7. Management’s Discussion > Liquidity"
    assert chunk.indexed_text().startswith(chunk.heading + "\n")


def test_context_shows_end_date_of_fiscal_year_that_ends_in_next_year(make_document: MakeDocument) -> None:
    metadata = DocumentMetadata(title="x", issuer="Example", fiscal_year=2030, period_end=date(2031, 1, 31))
    (chunk,) = chunk_document(make_document([SENTENCE]), metadata, params=PARAMS)
    assert chunk.heading == "Example · FY2030 (ended 2031-01-31)"


def test_section_continues_across_pages_until_the_next_heading(make_document: MakeDocument) -> None:
    document = make_document(
        [(1, "Item 7. Discussion"), (2, "Liquidity"), SENTENCE * 8],
        [SENTENCE * 8, (2, "Capital expenditure"), SENTENCE * 8],
    )
    second_page = [chunk for chunk in chunks_of(document) if chunk.page_number == 2]
    assert second_page[0].section_path == ("Item 7. Discussion", "Liquidity")
    assert second_page[-1].section_path == ("Item 7. Discussion", "Capital expenditure")


def test_new_item_ends_the_previous_items_sections(make_document: MakeDocument) -> None:
    document = make_document(
        [
            (2, "PART I"),
            (2, "ITEM 1. Business"),
            (3, "Customers"),
            SENTENCE * 10,
            (2, "ITEM 2. Properties"),
            SENTENCE * 10,
        ]
    )
    assert chunks_of(document)[-1].section_path == ("PART I", "ITEM 2. Properties")


def test_item_line_in_a_paragraph_is_a_heading(make_document: MakeDocument) -> None:
    document = make_document([f"Item 3. Legal Proceedings\n{SENTENCE}"])
    assert chunks_of(document)[0].section_path == ("Item 3. Legal Proceedings",)


def test_sentence_that_mentions_an_item_starts_no_section(make_document: MakeDocument) -> None:
    document = make_document(["Item 7 of this report discusses the results of operations.", SENTENCE])
    assert chunks_of(document)[0].section_path == ()


def test_statement_continued_on_the_next_page_keeps_its_title(make_document: MakeDocument) -> None:
    document = make_document(
        ["Consolidated Balance Sheets", "(in millions)", rows_of(12)], [rows_of(12), "See the accompanying notes."]
    )
    assert [chunk.section_path for chunk in chunks_of(document)] == [("Consolidated Balance Sheets",)] * 2


def test_section_name_omits_continued(make_document: MakeDocument) -> None:
    document = make_document([(2, "2. Leases (Continued)"), SENTENCE])
    assert chunks_of(document)[0].section_path == ("2. Leases",)


def test_running_heads_and_units_lines_start_no_section(make_document: MakeDocument) -> None:
    pages = [[(1, "Example Holdings Annual Report"), (2, "(Dollars in millions)"), SENTENCE * 3] for _ in range(8)]
    assert {chunk.section_path for chunk in chunks_of(make_document(*pages))} == {()}


def test_heading_begins_a_chunk(make_document: MakeDocument) -> None:
    document = make_document([SENTENCE * 10, (2, "Liquidity"), SENTENCE * 10])
    assert [chunk.text.split("\n")[0][:9] for chunk in chunks_of(document)] == ["The quick", "Liquidity"]


def test_small_neighbours_are_merged_into_one_chunk(make_document: MakeDocument) -> None:
    document = make_document([(2, "Risk one"), SENTENCE, (2, "Risk two"), SENTENCE, (2, "Risk three"), SENTENCE])
    assert len(chunks_of(document)) == 1


def test_table_that_fits_stays_whole_with_its_caption_and_units(make_document: MakeDocument) -> None:
    document = make_document(
        [SENTENCE * 10, "Debt maturities", "(in thousands, except percentages)", rows_of(15), SENTENCE * 10]
    )
    (table,) = [chunk for chunk in chunks_of(document) if chunk.kind is ChunkKind.TABLE]
    assert table.text.startswith(
        "Debt maturities\n\n(in thousands, except percentages)\n\n2031\t2030\nLine item number 1"
    )
    assert "Line item number 14" in table.text
    assert table.table_header == ""


def test_split_table_repeats_caption_and_header_rows(make_document: MakeDocument) -> None:
    document = make_document(["Debt maturities", "(in thousands)", rows_of(90)])
    chunks = chunks_of(document)
    assert len(chunks) > 2
    assert chunks[0].table_header == ""
    assert {chunk.table_header for chunk in chunks[1:]} == {"Debt maturities\n(in thousands)\n2031\t2030"}
    assert all(chunk.text.startswith("Line item") for chunk in chunks[1:])
    assert "2031\t2030\nLine item" in chunks[1].indexed_text()


def test_header_rows_marked_by_the_reader_are_repeated(make_document: MakeDocument) -> None:
    lines = ["Tranche A\tTranche B", *(f"Covenant {n}: the borrower keeps all its books\tyes" for n in range(80))]
    text = "\n".join(lines)
    rows, start = [], 0
    for index, line in enumerate(lines):
        rows.append(Row(start, start + len(line), (Cell(start, start + len(line), 0),), is_header=index == 0))
        start += len(line) + 1
    page = ParsedPage(1, text, 0, 0, Words.none(), (Block(BlockKind.TABLE, 0, len(text), rows=tuple(rows)),))
    chunks = chunks_of(ParsedDocument("text/html", "test", (page,)))
    assert [chunk.table_header for chunk in chunks] == ["", *["Tranche A\tTranche B"] * (len(chunks) - 1)]


def test_sentence_over_the_limit_is_cut_between_words(make_document: MakeDocument) -> None:
    document = make_document([("word " * 3000).strip()])
    chunks = chunks_of(document)
    assert all(chunk.token_count <= PARAMS.most for chunk in chunks)
    assert all(set(chunk.text.split()) == {"word"} for chunk in chunks)


def test_page_without_text_has_no_chunk(make_document: MakeDocument) -> None:
    assert chunks_of(make_document([], [SENTENCE], ["  "]))[0].page_number == 2


def test_text_outside_all_blocks_is_kept() -> None:
    text = "before\nblock\nafter"
    page = ParsedPage(1, text, 0, 0, Words.none(), (Block(BlockKind.PARAGRAPH, 7, 12),))
    (chunk,) = chunks_of(ParsedDocument("text/plain", "test", (page,)))
    assert chunk.text == text


def test_token_counts_match_the_encoding(make_document: MakeDocument) -> None:
    document = make_document([(2, "Liquidity"), SENTENCE * 5, rows_of(10), "<|endoftext|> is text here"])
    for chunk in chunks_of(document):
        assert abs(chunk.token_count - count_tokens(chunk.text)) <= 2


def test_impossible_sizes_are_rejected() -> None:
    with pytest.raises(ValueError, match="least"):
        ChunkingParams(target=100, least=200, most=300)


_WORDS = st.text(alphabet="abc de\nfg.\t1,2$()é漢🙂\u00a0\u2028\x0b", min_size=0, max_size=120)
_CELLS = st.lists(
    st.sampled_from(["", "Cash", "1,234", "(5)", "2031", "—", "12 %", "a longer label of a row"]),
    min_size=1,
    max_size=4,
)
_PARTS = st.one_of(_WORDS, st.tuples(st.integers(1, 6), _WORDS), st.lists(_CELLS, min_size=1, max_size=12))
_PAGES = st.lists(st.lists(_PARTS, max_size=6), min_size=1, max_size=4)
_SIZES = st.tuples(st.integers(16, 64), st.integers(1, 64), st.integers(1, 64)).map(sorted)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pages=_PAGES, sizes=_SIZES)
def test_chunks_contain_each_character_once_and_stay_within_the_limit(
    make_document: MakeDocument, pages: list[list[object]], sizes: list[int]
) -> None:
    least, target, most = sizes
    params = ChunkingParams(least=least, target=target, most=max(most, 16))
    document = make_document(*pages)
    chunks = chunks_of(document, params)
    assert chunks == chunks_of(document, params)
    assert [chunk.ordinal for chunk in chunks] == list(range(len(chunks)))
    for page in document.pages:
        own = [chunk for chunk in chunks if chunk.page_number == page.number]
        assert all(chunk.text == page.text[chunk.char_start : chunk.char_end] for chunk in own)
        assert all(first.char_end <= second.char_start for first, second in itertools.pairwise(own))
        assert "".join("".join(chunk.text.split()) for chunk in own) == "".join(page.text.split())
    for chunk in chunks:
        assert chunk.token_count <= params.most
        assert count_tokens(chunk.text) <= params.most
        assert chunk.table_header or chunk.token_count == count_tokens(chunk.text)
