"""Pages of HTML files as they were filed: their look stays, their places are known, and nothing else comes along."""

import re
from pathlib import Path

import pytest

from app.documents.markup.alignment import NOWHERE, align, squeeze
from app.documents.markup.drawing import draw_filing
from app.documents.markup.framing import Frame, Passage, clean, frame_page
from app.documents.markup.rendering import Filing, decode_filing, encode_filing
from workers.parsing.html.document import parse_html

STATEMENT = """<html><head><title>Annual report</title><style>.total td{border-top:1px solid black}</style></head><body>
<div style="font-family:'Times New Roman',serif;font-size:10pt">
<p style="text-align:center;font-weight:700">Hallmark Mills Corporation</p>
<p><a href="#debt">Debt</a> <a href="https://example.org/page">elsewhere</a></p>
<table style="border-collapse:collapse;width:100%" cellpadding="0">
<tr><td style="width:70%"></td><td></td><td></td></tr>
<tr><td style="padding-left:12pt">Net sales<sup>1</sup></td><td>$</td><td style="text-align:right">3,614.0</td></tr>
<tr class="total"><td><b>Operating profit</b></td><td colspan="2">(402.5)</td></tr></table>
<p>7</p><hr style="page-break-after:always">
<p id="debt">Debt is due in 2031 &amp; later.</p></div></body></html>"""


def draw(source: str | bytes, folder: Path) -> tuple[Filing, list[str]]:
    raw = source if isinstance(source, bytes) else source.encode()
    path = folder / "filing.html"
    path.write_bytes(raw)
    texts = [page.text for page in parse_html(path).pages]
    return decode_filing(encode_filing(draw_filing(raw, texts))), texts


def frame(source: str, folder: Path, quote: str = "", number: int = 1) -> Frame:
    filing, texts = draw(source, folder)
    text = texts[number - 1]
    start = text.index(quote)
    marks = [Passage(start, start + len(quote))] if quote else []
    return frame_page(filing.pages[number - 1], filing.sheet, text, marks, is_strict=filing.is_strict)


def marked(shown: Frame) -> list[str]:
    return re.findall(r"<mark[^>]*>(.*?)</mark>", shown.html, re.S)


def test_pages_end_where_the_stored_pages_end(tmp_path):
    first, second = frame(STATEMENT, tmp_path).html, frame(STATEMENT, tmp_path, number=2).html
    assert "Net sales" in first
    assert "Debt is due" not in first
    assert "Net sales" not in second
    assert "Debt is due in 2031 &amp; later." in second


def test_columns_indents_borders_and_bold_type_stay(tmp_path):
    html = frame(STATEMENT, tmp_path).html
    css = html[html.index("<style>") : html.index("</style>")]
    rules = dict(re.findall(r"\.(s\d+)\{(.*)\}", css))
    assert {"padding-left:12pt", "width:70%", "text-align:right", "border-top:1px solid black"} <= set(rules.values())
    assert "<b>Operating profit</b>" in html
    assert 'colspan="2"' in html
    assert 'cellpadding="0"' in html
    assert "style=" not in html


@pytest.mark.parametrize(
    ("quote", "expected"),
    [
        ("Net sales", ["Net sales"]),
        ("$3,614.0", ["$", "3,614.0"]),
        ("sales\t$", ["sales", "$"]),
        ("Operating profit\t(402.5)", ["Operating profit", "(402.5)"]),
    ],
)
def test_quotes_are_marked_in_place_also_across_cells(tmp_path, quote, expected):
    shown = frame(STATEMENT, tmp_path, quote)
    assert marked(shown) == expected
    assert shown.html.count('id="quote"') == 1


def test_first_passage_has_the_name_that_the_address_leads_to(tmp_path):
    filing, texts = draw(STATEMENT, tmp_path)
    later, earlier = texts[0].index("Operating"), texts[0].index("Net sales")
    passages = [Passage(later, later + 9), Passage(earlier, earlier + 9)]
    html = frame_page(filing.pages[0], filing.sheet, texts[0], passages, is_strict=False).html
    assert '<mark class="n-now" id="quote">Operating</mark>' in html
    assert "<mark>Net sales</mark>" in html


def test_every_stored_character_is_found_in_the_file(tmp_path):
    filing, texts = draw(STATEMENT, tmp_path)
    for page, text in zip(filing.pages, texts, strict=True):
        assert sorted(page.places[page.places != NOWHERE].tolist()) == list(range(len(squeeze(text))))


def test_links_lead_to_places_of_the_filing_only(tmp_path):
    first, second = frame(STATEMENT, tmp_path).html, frame(STATEMENT, tmp_path, number=2).html
    assert re.findall(r'href="([^"]*)"', first) == ["../2/filed#x0"]
    assert 'id="x0"' in second
    assert "example.org" not in first


UNWANTED = {
    "script": "<script>window.ran = 1</script>",
    "handler": '<p onclick="window.ran = 1">text</p>',
    "picture": '<img src="https://example.org/a.png" alt="A plant">',
    "font": "<style>@font-face{font-family:F;src:url(https://example.org/f.woff)} p{font-family:F}</style>",
    "import": '<style>@import "https://example.org/a.css"; p{color:red}</style>',
    "background": '<p style="background:#eee url(https://example.org/b.png)">text</p>',
    "content": "<style>p::before{content:url(https://example.org/c.png)}</style>",
    "sheet": '<link rel="stylesheet" href="https://example.org/a.css">',
    "form": '<form action="https://example.org/"><input name="a"><button>Send</button></form>',
    "refresh": '<meta http-equiv="refresh" content="0;url=https://example.org/">',
    "base": '<base href="https://example.org/">',
    "drawing": '<svg><image href="https://example.org/d.png"/><script>window.ran = 1</script></svg>',
    "link": '<a href="javascript:window.ran = 1">text</a>',
    "frame": '<iframe src="https://example.org/"></iframe><object data="https://example.org/"></object>',
    "fixed": '<p style="position:fixed;top:0">text</p>',
}


@pytest.mark.parametrize("kind", sorted(UNWANTED))
def test_nothing_of_a_file_is_executed_or_fetched(tmp_path, kind):
    source = f"<html><body><p>Words before.</p>{UNWANTED[kind]}<p>Words after.</p></body></html>"
    html = frame(source, tmp_path, "Words after.").html
    body = html[html.index("<body>") :]
    assert re.search(r"example\.org|javascript|window\.ran|url\(|@import|@font|position:fixed", html) is None
    assert re.search(r"<(?:script|style|link|meta|base|form|input|button|iframe|object|svg)\b| on\w+=", body) is None
    assert marked(frame(source, tmp_path, "Words after.")) == ["Words after."]


def test_pictures_inside_the_file_are_shown_and_others_are_named(tmp_path):
    dot = "data:image/gif;base64,R0lGODlhAQABAAAAACw="
    html = frame(f'<p>Words</p><img src="{dot}" width="4" alt="Dot"><img src="plant.jpg" alt="A plant">', tmp_path).html
    assert f'<img width="4" alt="Dot" src="{dot}">' in html
    assert '<span class="n-picture" title="A plant"></span>' in html


def test_hidden_parts_of_inline_xbrl_are_left_out(tmp_path):
    source = (
        "<html><body><div style='display:none'><ix:header><ix:hidden>4711</ix:hidden></ix:header></div>"
        "<p>Sales of <ix:nonfraction name='x:Sales'>512</ix:nonfraction> units</p></body></html>"
    )
    html = frame(source, tmp_path, "512").html
    assert "4711" not in html
    assert "Sales of <mark" in html
    assert "<ix:" not in html


def test_policy_allows_only_the_own_style_sheet(tmp_path):
    policy = frame(STATEMENT, tmp_path).policy
    sheet = re.search(r"style-src 'sha256-[A-Za-z0-9+/=]{44}'", policy)
    assert sheet is not None
    assert policy.replace(sheet.group(), "") == (
        "default-src 'none'; ; img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'; "
        "sandbox allow-same-origin"
    )


def test_sanitiser_changes_nothing_of_a_drawn_page(tmp_path):
    """What is drawn is harmless by itself; the sanitiser is a second check of it."""
    filing, _ = draw(STATEMENT, tmp_path)
    for page in filing.pages:
        markup = "".join(page.parts).replace("2031 & later", "2031 &amp; later")
        assert clean(markup) == re.sub(r"(<table[^>]*>)(<tr)", r"\1<tbody>\2", markup).replace(
            "</tr></table>", "</tr></tbody></table>"
        )


def test_sanitiser_removes_what_drawing_never_makes():
    made = '<p class="s1 other" id="top" style="color:red" onclick="x"><script>1</script>Words<em>!</em></p>'
    assert clean(made) == "<p>Words<em>!</em></p>"


def test_rows_of_a_table_that_goes_on_keep_their_columns(tmp_path):
    rows = "".join(f"<tr><td>Row {number} of the long table</td><td>{number}</td></tr>" for number in range(900))
    source = f"<html><body><table><tr><td style='width:80%'></td><td></td></tr>{rows}</table></body></html>"
    filing, texts = draw(source, tmp_path)
    assert len(texts) > 1
    width = re.search(r"\.(s\d+)\{width:80%\}", filing.sheet)
    assert width is not None
    for page in filing.pages:
        assert "".join(page.parts).count(f'class="{width.group(1)}"') == 1


def test_cells_of_several_lines_are_found_in_another_order():
    stored = ["Cash\t12\nand notes\t34\nTotal\t46"]
    source = squeeze("Cash and notes 12 34 Total 46")
    places = align(stored, source)
    whole = squeeze(stored[0])
    assert "".join(whole[place] for place in places) == source


def test_marks_and_deleted_words_of_the_file_have_no_place():
    source = squeeze("Net sales(1) were not 512 in 2031")
    places = align(["Net sales were 512 in 2031"], source)
    assert "".join(each for each, place in zip(source, places, strict=True) if place == NOWHERE) == "(1)not"
