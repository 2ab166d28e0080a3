"""The pages of statements in Chromium: from a document to its issuer's figures, and from a figure to its cell."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
ANNUAL = """<html><body><p>Juniper Tool Works, Inc.</p><p>ANNUAL REPORT ON FORM 10-K</p>
<p>For the fiscal year ended December 31, 2031</p>
<p>CONSOLIDATED STATEMENTS OF INCOME</p><p>(In millions, except per share data)</p>
<table><tr><td>Year Ended December 31,</td><td>2031</td><td>2030</td></tr>
<tr><td>Net sales</td><td>$4,210</td><td>$3,985</td></tr><tr><td>Cost of sales</td><td>2,600</td><td>2,450</td></tr>
<tr><td>Gross profit</td><td>1,610</td><td>1,535</td></tr>
<tr><td>Selling, general and administrative expenses</td><td>910</td><td>875</td></tr>
<tr><td>Operating income</td><td>700</td><td>660</td></tr><tr><td>Net income</td><td>$493</td><td>$473</td></tr>
</table></body></html>"""
EARLIER = ANNUAL.replace("2030", "2029").replace("2031", "2030").replace("$4,210", "$3,990").replace("$3,985", "$3,700")


@pytest.fixture
def statement(analyst_page, tmp_path):
    """The income statement of an issuer, which two filings state."""
    for name, text in (("newer.html", ANNUAL), ("older.html", EARLIER)):
        (tmp_path / name).write_text(text)
        analyst_page.locator("#files").set_input_files(str(tmp_path / name))
        expect(analyst_page.locator("#uploads li", has_text=name).locator(".ready")).to_be_visible()
    analyst_page.reload()
    analyst_page.get_by_role("link", name="Statements of Juniper Tool Works").first.click()
    analyst_page.get_by_role("table").wait_for()
    return analyst_page


def test_figure_of_a_statement_opens_its_cell(statement):
    row = statement.get_by_role("row", name="Net sales")
    assert [text.split() for text in row.get_by_role("cell").all_inner_texts()] == [
        ["4,210"],
        ["3,985", "restated", "was", "3,990"],
        ["3,700"],
    ]
    row.get_by_role("button", name="was 3,990").click()
    marks = statement.frame_locator("#sheet iframe").locator("mark")
    expect(marks.last).to_have_text("$3,990")
    expect(marks.last).to_be_in_viewport()
    expect(statement.locator("#viewer-title")).to_contain_text("page 1")
    statement.keyboard.press("Escape")
    expect(statement.locator("#viewer")).to_be_hidden()


def test_statement_of_quarters_has_no_figures_and_says_so(statement):
    statement.get_by_role("link", name="Quarters").click()
    expect(statement.get_by_role("main")).to_contain_text("No document that you can read has this statement")


@pytest.mark.parametrize("width", [360, 1440])
def test_page_of_a_statement_does_not_scroll_sideways(statement, width):
    statement.set_viewport_size({"width": width, "height": 800})
    assert statement.evaluate("document.documentElement.scrollWidth") <= width


def test_headings_and_labels_stay_in_view_while_figures_scroll(statement):
    statement.set_viewport_size({"width": 360, "height": 320})
    region = statement.get_by_role("region", name="Income statement")
    region.evaluate("region => region.scrollTo(200, 200)")
    assert region.evaluate("region => [region.scrollLeft > 0, region.scrollTop > 0]") == [True, True]
    place = region.evaluate("region => { const at = region.getBoundingClientRect(); return [at.left, at.top]; }")
    corner = region.locator("thead th").first.evaluate(
        "cell => { const at = cell.getBoundingClientRect(); return [at.left, at.top]; }"
    )
    assert corner == pytest.approx(place, abs=2)


def test_issuers_and_downloads_are_reached_by_links(statement):
    with statement.expect_download() as download:
        statement.get_by_role("link", name="CSV").click()
    assert "Net sales" in download.value.path().read_text()
    statement.get_by_role("link", name="Issuers").first.click()
    expect(statement.get_by_label("Issuers")).to_contain_text("Juniper Tool Works")
