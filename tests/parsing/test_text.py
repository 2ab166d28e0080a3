"""The readers of plain text and Markdown."""

from collections.abc import Callable
from pathlib import Path

import pytest

from app.documents.content.parsed import BlockKind, ParsedDocument
from workers.parsing.errors import EmptyFileError, UnsupportedFormatError
from workers.parsing.markdown import parse_markdown
from workers.parsing.text import parse_text

Read = Callable[[str | bytes], ParsedDocument]


@pytest.fixture
def read_text(tmp_path: Path) -> Read:
    def read(source: str | bytes) -> ParsedDocument:
        path = tmp_path / "file.txt"
        path.write_bytes(source if isinstance(source, bytes) else source.encode())
        return parse_text(path)

    return read


@pytest.fixture
def read_markdown(tmp_path: Path) -> Read:
    def read(source: str | bytes) -> ParsedDocument:
        path = tmp_path / "file.md"
        path.write_bytes(source if isinstance(source, bytes) else source.encode())
        return parse_markdown(path)

    return read


def blocks_of(document: ParsedDocument) -> list[tuple[str, str]]:
    return [(block.kind.value, page.text[block.start : block.end]) for page in document.pages for block in page.blocks]


def test_empty_lines_separate_paragraphs(read_text: Read) -> None:
    assert blocks_of(read_text("One\r\ntwo\r\n\r\n  \r\nthree")) == [("paragraph", "One\ntwo"), ("paragraph", "three")]


def test_form_feeds_and_page_tags_break_pages(read_text: Read) -> None:
    document = read_text("first\fsecond\n<PAGE>   3\nthird")
    assert [page.text for page in document.pages] == ["first", "second", "third"]


def test_lines_of_labels_and_numbers_form_a_table(read_text: Read) -> None:
    (page,) = read_text(
        "               2031     2030\nRevenue     $  1,234   $   987\nLoss           (56)      (7)"
    ).pages
    assert page.text == "2031\t2030\nRevenue\t$1,234\t$987\nLoss\t(56)\t(7)"
    assert page.blocks[0].kind is BlockKind.TABLE
    assert [row.is_header for row in page.blocks[0].rows] == [True, False, False]


def test_empty_cells_of_a_text_table_stay_in_their_column(read_text: Read) -> None:
    (page,) = read_text(
        "                          Year ended\n"
        "                        2031      2030\n"
        "                       ------    ------\n"
        "Revenue ............  $ 1,234   $   987\n"
        "  A label over all the figures\n"
        "    of the table                    (56)\n"
        "Gain                       12"
    ).pages
    grid = page.blocks[0].grid
    assert grid is not None
    assert grid.columns == 3
    assert [(c.row, c.column, c.column_span, page.text[slice(*c.spans[0])]) for c in grid.cells] == [
        (0, 1, 2, "Year ended"),
        (1, 1, 1, "2031"), (1, 2, 1, "2030"),
        (2, 0, 1, "Revenue"), (2, 1, 1, "$1,234"), (2, 2, 1, "$987"),
        (3, 0, 1, "A label over all the figures"),
        (4, 0, 1, "of the table"), (4, 2, 1, "(56)"),
        (5, 0, 1, "Gain"), (5, 1, 1, "12"),
    ]  # fmt: skip
    assert [cell.indent for cell in grid.cells if cell.column == 0] == [0, 2, 4, 0]


def test_columns_of_tabbed_lines_are_counted_by_their_tabs(read_text: Read) -> None:
    (page,) = read_text("\t2031\t2030\nRevenue\t1\t2\nA much longer label\t\t3").pages
    assert page.text == "2031\t2030\nRevenue\t1\t2\nA much longer label\t3"
    assert [cell.column for cell in page.blocks[0].rows[2].cells] == [0, 2]


def test_line_of_capitals_is_a_heading(read_text: Read) -> None:
    assert blocks_of(read_text("RISK FACTORS\n\nMany."))[0] == ("heading", "RISK FACTORS")


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"\xef\xbb\xbfna\xc3\xafve", "naïve"),
        (b"\x8050 \x93x\x94", "€50 “x”"),
        ("wide".encode("utf-16"), "wide"),
        (b"a\x00b\x1bc", "abc"),
    ],
)
def test_charset_is_detected_and_control_characters_are_dropped(read_text: Read, raw: bytes, text: str) -> None:
    assert read_text(raw).pages[0].text == text


def test_long_text_is_cut_into_pages(read_text: Read) -> None:
    pages = read_text(("A paragraph of words. " * 30 + "\n\n") * 30).pages
    assert len(pages) > 3
    assert [page.number for page in pages] == list(range(1, len(pages) + 1))
    assert all(len(page.text) <= 4200 for page in pages)


def test_very_long_line_is_cut_between_words(read_text: Read) -> None:
    pages = read_text("word " * 20_000).pages
    assert {word for page in pages for word in page.text.split()} == {"word"}
    assert sum(len(page.text.split()) for page in pages) == 20_000


def test_empty_file_is_rejected(read_text: Read) -> None:
    with pytest.raises(EmptyFileError):
        read_text(b"\xef\xbb\xbf \x00\n")


def test_binary_content_is_rejected(read_text: Read) -> None:
    with pytest.raises(UnsupportedFormatError):
        read_text(bytes(range(256)) * 50)


def test_markdown_headings_tables_and_paragraphs_are_recognised(read_markdown: Read) -> None:
    source = """# Report #

First **bold** line,
[linked](https://example.org) second.

Liquidity
---------

| Item | 2031 |
|:-----|-----:|
| Cash | 1,234 |
| A \\| B | |

```
# no heading
```
"""
    document = read_markdown(source)
    assert blocks_of(document) == [
        ("heading", "Report"),
        ("paragraph", "First bold line,\nlinked second."),
        ("heading", "Liquidity"),
        ("table", "Item\t2031\nCash\t1,234\nA | B"),
        ("paragraph", "# no heading"),
    ]
    levels = [block.level for block in document.pages[0].blocks if block.kind is BlockKind.HEADING]
    assert levels == [1, 2]
    assert [row.is_header for row in document.pages[0].blocks[3].rows] == [True, False, False]


def test_pipe_in_a_sentence_makes_no_table(read_markdown: Read) -> None:
    assert blocks_of(read_markdown("a | b\nc")) == [("paragraph", "a | b\nc")]


def test_unclosed_fence_keeps_its_text(read_markdown: Read) -> None:
    assert blocks_of(read_markdown("```\nleft open")) == [("paragraph", "left open")]


def test_markdown_tables_have_grids_with_their_heading_cells(read_markdown: Read) -> None:
    (page,) = read_markdown(
        "| | 2031 | 2030[^1] |\n|---|---|---|\n| Sales | ~~5~~6 | |\n| Costs<sup>2</sup> | | 7 |"
    ).pages
    grid = page.blocks[0].grid
    assert grid is not None
    assert (grid.rows, grid.columns) == (3, 3)
    assert [(page.text[slice(*c.spans[0])], c.row, c.column, c.marks, c.is_heading) for c in grid.cells] == [
        ("2031", 0, 1, (), True),
        ("2030", 0, 2, ("1",), True),
        ("Sales", 1, 0, (), False),
        ("6", 1, 1, (), False),
        ("Costs", 2, 0, ("2",), False),
        ("7", 2, 2, (), False),
    ]
    assert [deleted.text for deleted in page.deleted] == ["5"]


def test_marks_and_deleted_text_of_markdown_are_not_in_its_text(read_markdown: Read) -> None:
    (page,) = read_markdown("Debt of $4[^1] is ~~small~~ **large**.\n\n[^1]: As restated.").pages
    assert page.text == "Debt of $4 is large.\n\nAs restated."
    assert [(mark.text, page.text[mark.offset :][:3]) for mark in page.marks] == [("1", " is"), ("1", "As ")]
    assert [deleted.text for deleted in page.deleted] == ["small"]
