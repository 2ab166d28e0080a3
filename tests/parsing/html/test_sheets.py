"""Style sheets in HTML files: what they hide, raise or strike through."""

from collections.abc import Callable

import pytest

from app.documents.content.parsed import ParsedDocument
from app.documents.markup.sheets import HtmlSheetsTooLargeError
from tests.speed import within_cpu_seconds

ReadHtml = Callable[[str], ParsedDocument]


def page(css: str, body: str, *, head: str = "") -> str:
    return f"<html><head>{head}<style>{css}</style></head><body>{body}</body></html>"


@pytest.mark.parametrize(
    "rule",
    [
        ".x{display:none}",
        "p .x { visibility : hidden }",
        "div > p > span.x{opacity:0}",
        "#one, .y{font-size:0}",
        "b + span{color:#fff}",
        "i ~ .x{color:rgba(0,0,0,0)}",
        "span[class='x']{position:absolute;left:-5000px}",
        "span:not(.y){width:0;height:0;overflow:hidden}",
        "@media screen{.x{display:none}}",
        ".x{dis\\70lay:none}",
        "/* a */ .x/**/{display:/**/none !important}",
        "<!-- .x{display:none} -->",
        "div div p span{display:none}",
    ],
)
@pytest.mark.parametrize("head", ["", "<style>p{margin:0} .x{font-family:serif;margin:0}</style>"])
def test_text_hidden_by_a_rule_is_not_read(read_html: ReadHtml, rule: str, head: str) -> None:
    body = "<div><div><p>seen<i></i><b></b><span class='x' id='one'>$777</span></p></div><p>end</p></div>"
    document = read_html(page(rule, body, head=head))
    assert document.pages[0].text == "seen\n\nend"


@pytest.mark.parametrize(
    "rule",
    [
        "@media print{.x{display:none}}",
        ".y{display:none}",
        "p > .z > .x{display:none}",
        ".x::before{display:none}",
        ".x{display:none} span.x{display:inline}",
        ".x:hover{display:none}",
        "@import 'x.css'; .x{color:red}",
    ],
)
def test_text_that_no_rule_hides_is_read(read_html: ReadHtml, rule: str) -> None:
    assert read_html(page(rule, "<p>a <span class='x'>$777</span></p>")).pages[0].text == "a $777"


def test_own_declarations_win_over_rules_unless_these_are_important(read_html: ReadHtml) -> None:
    body = "<p class='x' style='display:block'>one</p><p class='y' style='display:block'>two</p>"
    assert read_html(page(".x{display:none} .y{display:none!important}", body)).pages[0].text == "one"


def test_rules_strike_raise_and_indent(read_html: ReadHtml) -> None:
    css = ".del{text-decoration:line-through} .ref{vertical-align:super;font-size:70%} td.in{padding-left:12px}"
    css += " .b{font-weight:bold}"
    table = "<table><tr><td>Cash</td><td>1</td></tr><tr><td class='in b'>Loans</td><td>2</td></tr></table>"
    document = read_html(page(css, f"<p>5<span class='del'>6</span> of<span class='ref'>1</span> them</p>{table}"))
    (found,) = document.pages
    assert found.text == "5 of them\n\nCash\t1\nLoans\t2"
    assert ([m.text for m in found.marks], [d.text for d in found.deleted]) == (["1"], ["6"])
    grid = found.blocks[1].grid
    assert grid is not None
    assert [(cell.indent, cell.bold) for cell in grid.cells if cell.column == 0] == [(0, False), (12, True)]


def test_rules_apply_to_xhtml(read_html: ReadHtml) -> None:
    source = """<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><style>p.x{display:none}</style></head>
      <body><p class="x">no</p><p>yes</p></body></html>"""
    assert read_html(source).pages[0].text == "yes"


@pytest.mark.parametrize("selector", ["div " * 8, "div > " * 7 + "div", "div ~ " * 7 + "div", "*" + ":not(a)" * 90])
def test_endless_combinations_end_soon(read_html: ReadHtml, selector: str) -> None:
    body = "<div>" * 120 + "deep" + "</div>" * 120 + "<div></div>" * 2000
    markup = page(f"{selector} .x{{display:none}} {selector}{{float:none}}", body)
    assert "deep" in within_cpu_seconds(5, lambda: read_html(markup)).pages[0].text


def test_sheets_that_would_take_all_the_time_are_rejected(read_html: ReadHtml, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.documents.markup.selectors.MAX_TESTS", 10_000)
    with pytest.raises(HtmlSheetsTooLargeError):
        read_html(page("*{display:block}" * 100, "<p>word</p>" * 200))


@pytest.mark.parametrize(
    "css",
    [
        "}",
        "{",
        "@media{",
        "a{",
        "a{display:none",
        "[",
        "a[b",
        ":not(",
        "::",
        "*|*{color:red}",
        "\\",
        '"',
        "a{color:" + "(" * 9_000,
        ":not(" * 9_000 + "a{color:red}",
    ],
)
def test_broken_sheets_hide_nothing_and_stop_nothing(read_html: ReadHtml, css: str) -> None:
    assert read_html(page(css, "<p>word</p>")).pages[0].text == "word"
