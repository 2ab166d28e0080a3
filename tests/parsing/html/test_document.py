"""The HTML reader, on markup like that of real filings."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.errors import DocumentError
from app.documents.content.parsed import Block, BlockKind, ParsedDocument, ParsedPage
from app.documents.markup.tree import HtmlTooDeepError
from workers.parsing.errors import EmptyFileError, UnsupportedFormatError
from workers.parsing.html.document import HtmlUnreadableError

ReadHtml = Callable[[str | bytes], ParsedDocument]
BREAK = '<hr style="page-break-after:always"/>'


def body(inner: str) -> str:
    return f"<html><head><title>T</title></head><body>{inner}</body></html>"


def table_of(page: ParsedPage) -> Block:
    return next(block for block in page.blocks if block.kind is BlockKind.TABLE)


def grid_of(page: ParsedPage) -> list[list[tuple[int, str]]]:
    return [[(cell.column, page.text[cell.start : cell.end]) for cell in row.cells] for row in table_of(page).rows]


def test_paragraphs_are_blocks_separated_by_an_empty_line(read_html: ReadHtml) -> None:
    (page,) = read_html(body("<p>One\n  line</p><div>Two<br>lines</div>")).pages
    assert page.text == "One line\n\nTwo\nlines"
    assert [page.text[block.start : block.end] for block in page.blocks] == ["One line", "Two\nlines"]


def test_inline_xbrl_text_is_read_and_its_hidden_part_left_out(read_html: ReadHtml) -> None:
    source = """<?xml version="1.0" encoding="ASCII"?>
    <html xmlns="http://www.w3.org/1999/xhtml" xmlns:ix="http://www.xbrl.org/2013/inlineXBRL"><body>
    <div style="display:none"><ix:header><ix:hidden>
      <ix:nonNumeric name="dei:DocumentFiscalYearFocus" contextRef="c">2031</ix:nonNumeric>
      </ix:hidden></ix:header></div>
    <p>Net sales of $<ix:nonFraction name="us-gaap:Revenues" scale="6">1,234</ix:nonFraction> million</p>
    <p><ix:nonNumeric name="dei:EntityRegistrantName" contextRef="c">Example plc</ix:nonNumeric></p>
    <ix:continuation id="x"><p>went on</p></ix:continuation></body></html>"""
    document = read_html(source)
    assert document.pages[0].text == "Net sales of $1,234 million\n\nExample plc\n\nwent on"
    assert document.properties["dei:DocumentFiscalYearFocus"] == "2031"
    assert document.properties["dei:EntityRegistrantName"] == "Example plc"


def test_scripts_styles_and_hidden_text_are_left_out(read_html: ReadHtml) -> None:
    inner = '<script>evil()</script><style>p{}</style><p style="DISPLAY : none">x</p><p hidden>y</p><p>seen</p>'
    assert read_html(body(inner)).pages[0].text == "seen"


def test_signs_in_separate_cells_are_joined_to_their_number(read_html: ReadHtml) -> None:
    inner = """<table>
      <tr><td colspan="3"></td><td colspan="3">2031</td><td></td><td colspan="3">2030</td></tr>
      <tr><td colspan="3">Revenue</td><td>$</td><td>1,234</td><td></td><td></td><td>$</td><td>987</td><td></td></tr>
      <tr><td colspan="3">Loss</td><td></td><td>(56</td><td>)</td><td></td><td></td><td>(7</td><td>)</td></tr>
      <tr><td colspan="3">Margin</td><td></td><td>4.5</td><td>%</td><td></td><td></td><td>—</td><td></td></tr>
      </table>"""
    (page,) = read_html(body(inner)).pages
    assert page.text == "2031\t2030\nRevenue\t$1,234\t$987\nLoss\t(56)\t(7)\nMargin\t4.5%\t—"
    assert grid_of(page)[0] == [(1, "2031"), (2, "2030")]
    assert grid_of(page)[2] == [(0, "Loss"), (1, "(56)"), (2, "(7)")]
    assert [row.is_header for row in table_of(page).rows] == [True, False, False, False]


def test_dash_in_a_separate_cell_is_nil_not_a_minus_sign(read_html: ReadHtml) -> None:
    inner = """<table>
      <tr><td></td><td colspan="2">2031</td><td colspan="2">2030</td><td colspan="2">2029</td></tr>
      <tr><td>Bonds</td><td></td><td>—</td><td></td><td>5,228</td><td></td><td>—</td></tr>
      <tr><td>Notes</td><td>$</td><td>—</td><td></td><td>—</td><td></td><td>-</td></tr>
      </table>"""
    (page,) = read_html(body(inner)).pages
    assert page.text == "2031\t2030\t2029\nBonds\t—\t5,228\t—\nNotes\t$—\t—\t-"


def test_missing_value_leaves_its_column_empty(read_html: ReadHtml) -> None:
    inner = """<table><tr><td></td><td>2031</td><td>2030</td></tr><tr><td>A</td><td>1</td><td>2</td></tr>
      <tr><td>B</td><td></td><td>3</td></tr></table>"""
    (page,) = read_html(body(inner)).pages
    assert grid_of(page)[2] == [(0, "B"), (2, "3")]


def test_header_over_several_columns_is_in_the_first_one(read_html: ReadHtml) -> None:
    inner = """<table><tr><td></td><td colspan="2">2031</td><td colspan="2">2030</td></tr>
      <tr><td></td><td>Total</td><td>Part</td><td>Total</td><td>Part</td></tr>
      <tr><td>A</td><td>1</td><td>2</td><td>3</td><td>4</td></tr></table>"""
    (page,) = read_html(body(inner)).pages
    assert grid_of(page)[0] == [(1, "2031"), (3, "2030")]
    assert [row.is_header for row in table_of(page).rows] == [True, True, False]


def test_cell_spanning_rows_shifts_the_cells_beside_it(read_html: ReadHtml) -> None:
    inner = """<table><tr><td rowspan="2">Debt</td><td>Notes</td><td>10</td></tr>
      <tr><td>Loans</td><td>20</td></tr></table>"""
    (page,) = read_html(body(inner)).pages
    assert grid_of(page)[1] == [(1, "Loans"), (2, "20")]


def test_row_of_th_cells_is_a_header_row(read_html: ReadHtml) -> None:
    inner = (
        """<table><thead><tr><th>Rating</th><th>Outlook</th></tr></thead><tr><td>BBB</td><td>stable</td></tr></table>"""
    )
    (page,) = read_html(body(inner)).pages
    assert [row.is_header for row in table_of(page).rows] == [True, False]


def test_layout_table_becomes_paragraphs(read_html: ReadHtml) -> None:
    inner = "<table><tr><td>•</td><td>first point</td></tr><tr><td>•</td><td>second point</td></tr></table>"
    (page,) = read_html(body(inner)).pages
    assert page.text == "• first point\n\n• second point"
    assert {block.kind for block in page.blocks} == {BlockKind.PARAGRAPH}


def test_page_footer_becomes_a_paragraph(read_html: ReadHtml) -> None:
    (page,) = read_html(body("<table><tr><td>Form 10-K</td><td>17</td></tr></table>")).pages
    assert page.text == "Form 10-K 17"
    assert page.blocks[0].kind is BlockKind.PARAGRAPH


def test_table_inside_a_layout_table_is_a_table(read_html: ReadHtml) -> None:
    data = "<table><tr><td>Cash</td><td>1</td></tr><tr><td>Debt</td><td>2</td></tr></table>"
    inner = f"<table><tr><td>Before{data}</td></tr></table>"
    (page,) = read_html(body(inner)).pages
    assert page.text == "Before\n\nCash\t1\nDebt\t2"


def test_headings_are_recognised_by_tag_and_style(read_html: ReadHtml) -> None:
    inner = """<h2>Tagged</h2><div style="text-align:center"><span style="font-weight:700">PART I</span></div>
      <div><b>Liquidity and capital</b></div><div><u>Notes due</u></div><p>A <b>bold</b> word makes no heading.</p>"""
    (page,) = read_html(body(inner)).pages
    headings = [(page.text[b.start : b.end], b.level) for b in page.blocks if b.kind is BlockKind.HEADING]
    assert headings == [("Tagged", 2), ("PART I", 2), ("Liquidity and capital", 3), ("Notes due", 4)]


@pytest.mark.parametrize(
    "broken",
    [
        f"<p>one</p>{BREAK}<p>two</p>",
        '<p>one</p><div style="page-break-before: always"></div><p>two</p>',
        '<div style="page-break-after:always"><p>one</p></div><p>two</p>',
        '<p>one</p><p style="break-before:page">two</p>',
    ],
)
def test_pages_follow_the_files_page_breaks(read_html: ReadHtml, broken: str) -> None:
    assert [(page.number, page.text) for page in read_html(body(broken)).pages] == [(1, "one"), (2, "two")]


def test_file_without_page_breaks_is_cut_at_block_ends(read_html: ReadHtml) -> None:
    paragraph = "<p>" + "Sentence of the report. " * 20 + "</p>"
    pages = read_html(body((paragraph * 4 + "<h3>Title</h3>") * 12)).pages
    assert len(pages) > 4
    assert all(2000 < len(page.text) <= 4200 for page in pages[:-1])
    assert all(page.blocks[-1].kind is BlockKind.PARAGRAPH for page in pages[:-1])


def test_words_cover_the_text_and_have_no_boxes(read_html: ReadHtml) -> None:
    (page,) = read_html(body("<p>Cash of $5</p><table><tr><td>Debt</td><td>7</td><td>8</td></tr></table>")).pages
    words = [page.text[start:end] for start, end in page.words.spans]
    assert words == ["Cash", "of", "$5", "Debt", "7", "8"]
    assert not page.words.boxes.any()
    assert (page.width, page.height) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("\ufeff<html><p>naïve</p></html>".encode(), "naïve"),
        ("<html><p>€5 – “x”</p></html>".encode("cp1252"), "€5 – “x”"),
        (b'<html><meta charset="shift_jis"><p>\x93\xfa\x96{</p></html>', "日本"),
        ("<html><p>wide</p></html>".encode("utf-16"), "wide"),
        (b"<html><p>a\x00b\x07c</p></html>", "abc"),
    ],
)
def test_charset_is_detected_and_control_characters_are_dropped(read_html: ReadHtml, raw: bytes, text: str) -> None:
    assert read_html(raw).pages[0].text == text


def test_edgar_wrapper_is_removed(read_html: ReadHtml) -> None:
    document = read_html(
        "<DOCUMENT>\n<TYPE>EX-99.1\n<SEQUENCE>2\n<TEXT>\n<html><body><p>Release</p></body></html>\n</TEXT>\n</DOCUMENT>"
    )
    assert document.properties["edgar:type"] == "EX-99.1"
    assert document.pages[0].text == "Release"


def test_entities_declared_by_the_document_are_not_resolved(read_html: ReadHtml, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("do not show")
    bomb = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(9))
    source = f"""<?xml version="1.0"?><!DOCTYPE html [<!ENTITY x SYSTEM "{secret.as_uri()}"><!ENTITY e0 "boom">{bomb}]>
      <html><body><p>kept &x; &e9;</p></body></html>"""
    text = read_html(source).pages[0].text
    assert "kept" in text
    assert "do not show" not in text
    assert "boomboom" not in text


@pytest.mark.parametrize("tag", ["span", "b", 'font size="2"'])
def test_unclosed_style_tags_lose_no_text(read_html: ReadHtml, tag: str) -> None:
    pages = read_html(body(f"<p><{tag}>word</p>" * 3000 + "the end")).pages
    assert pages[-1].text.endswith("the end")


def test_nesting_within_the_parsers_limit_is_read_completely(read_html: ReadHtml) -> None:
    assert read_html(body("<div>" * 240 + "deep")).pages[0].text == "deep"
    assert read_html(body("<table><tr><td>" * 70 + "deep")).pages[0].text == "deep"


@pytest.mark.parametrize("tag", ["div", "table><tr><td", "ul><li"])
def test_endless_nesting_is_rejected(read_html: ReadHtml, tag: str) -> None:
    with pytest.raises(HtmlTooDeepError):
        read_html(body(f"<{tag}>" * 3000 + "deep"))


def test_extreme_spans_do_not_enlarge_the_table(read_html: ReadHtml) -> None:
    inner = '<table><tr><td colspan="999999999">a</td><td colspan="-3">1</td><td rowspan="x">2</td></tr></table>'
    assert read_html(body(inner)).pages[0].text == "a\t1\t2"


def test_empty_file_is_rejected(read_html: ReadHtml) -> None:
    with pytest.raises(EmptyFileError):
        read_html(b" \n ")


def test_binary_content_is_rejected(read_html: ReadHtml) -> None:
    with pytest.raises(UnsupportedFormatError):
        read_html(b"<html>" + bytes(range(32)) * 200)


def test_page_with_only_pictures_is_rejected(read_html: ReadHtml) -> None:
    with pytest.raises(HtmlUnreadableError):
        read_html(body('<img src="scan.png">'))


_PIECES = st.lists(
    st.sampled_from(
        ["<p>", "</p>", "<table>", "</table>", "<tr>", "</tr>", "<td colspan=3>", "<td>", "</td>", "<b>", "</b>",
         "$", "1,234", ")", "(", "%", "text", "<br>", "\t", "\n", "&nbsp;", "&amp;", "<!--", "-->", BREAK,
         "<ix:hidden>", "\u2028", "é", "<h1>", "<", ">"]
    ),
    max_size=40,
)  # fmt: skip


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pieces=_PIECES)
def test_parsed_text_matches_its_offsets(read_html: ReadHtml, pieces: list[str]) -> None:
    try:
        document = read_html("<html><body>" + "".join(pieces))
    except DocumentError:
        return
    for page in document.pages:
        assert page.text == page.text.strip()
        ends = [0]
        for block in page.blocks:
            assert ends[-1] <= block.start < block.end <= len(page.text)
            ends.append(block.end)
            for row in block.rows:
                texts = [page.text[cell.start : cell.end] for cell in row.cells]
                assert page.text[row.start : row.end] == "\t".join(texts)
                assert all(text.strip() for text in texts)
                columns = [cell.column for cell in row.cells]
                assert columns == sorted(set(columns))
