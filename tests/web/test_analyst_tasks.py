"""Tasks of an analyst in Chromium, by pointer and by keyboard alone: ask within a collection and follow up, find a past
answer, and compare two issuers.
"""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import find_faults
from tests.web.conftest import new_page, sign_in

pytestmark = pytest.mark.browser
QUESTION = "What were net sales in 2025?"
OTHER = """<html><body><p>Juniper Tool Works, Inc.</p><p>ANNUAL REPORT ON FORM 10-K</p>
<p>For the fiscal year ended December 31, 2025</p>
<p>CONSOLIDATED STATEMENTS OF INCOME</p><p>(In millions, except per share data)</p>
<table><tr><td>Year Ended December 31,</td><td>2025</td><td>2024</td></tr>
<tr><td>Net sales</td><td>$4,210</td><td>$3,985</td></tr><tr><td>Cost of sales</td><td>2,600</td><td>2,450</td></tr>
<tr><td>Gross profit</td><td>1,610</td><td>1,535</td></tr>
<tr><td>Selling, general and administrative expenses</td><td>910</td><td>875</td></tr>
<tr><td>Operating income</td><td>700</td><td>660</td></tr><tr><td>Net income</td><td>$493</td><td>$473</td></tr>
</table></body></html>"""


@pytest.fixture(scope="module")
def filed(chromium, site, tmp_path_factory):
    """The analyst's documents: the samples, and a report of another issuer."""
    other = tmp_path_factory.mktemp("other") / "juniper.html"
    other.write_text(OTHER)
    with new_page(chromium) as page:
        sign_in(page, site.url, site.key)
        page.locator("#files").set_input_files([*map(str, site.documents), str(other)])
        expect(page.locator("#uploads .ready")).to_have_count(len(site.documents) + 1)


@pytest.fixture(params=["pointer", "keyboard"])
def do(request, page, site, filed):
    """Returns a function that uses a control: with the pointer, or with the keyboard alone."""
    sign_in(page, site.url, site.key)

    def use(control):
        if request.param == "pointer":
            control.click()
        else:
            control.focus()
            page.keyboard.press("Enter")

    return use


def test_ask_in_a_collection_follow_up_open_the_cell_and_export(page, site, do):
    page.goto(f"{site.url}/ask")
    do(page.locator("#scope summary"))
    collection = page.get_by_label("Collection")
    collection.focus()
    collection.select_option("Filings")
    expect(page.locator("#chips")).to_contain_text("Filings")
    question = page.get_by_label("Ask about these documents")
    question.fill(QUESTION)
    do(page.get_by_role("button", name="Ask", exact=True))
    first, second = page.locator(".turn").nth(0), page.locator(".turn").nth(1)
    expect(first).to_contain_text("Searched: Filings")
    first.get_by_role("link", name="CSV").wait_for()
    question.fill("and the year before?")
    do(page.get_by_role("button", name="Ask", exact=True))
    expect(second).to_contain_text("Understood as:")
    do(second.locator(".claim .cite").first)
    expect(page.locator("#viewer")).to_be_visible()
    expect(page.locator("#sheet rect, #sheet mark").first).to_be_attached()
    with page.expect_download() as download:
        do(second.get_by_role("link", name="CSV"))
    assert "Net sales" in download.value.path().read_text()


def test_find_a_past_answer_and_open_it_as_it_was_answered(page, site, do):
    page.goto(f"{site.url}/ask")
    page.get_by_label("Ask about these documents").fill(QUESTION)
    page.keyboard.press("Control+Enter")
    page.get_by_role("link", name="CSV").wait_for()
    do(page.get_by_role("link", name="Find an earlier answer"))
    page.get_by_role("searchbox", name=re.compile("Find words")).fill("net sales")
    page.keyboard.press("Enter")
    do(page.get_by_role("link", name=QUESTION).first)
    expect(page.get_by_role("heading", name=QUESTION)).to_be_visible()
    do(page.locator(".claim .cite").first)
    expect(page.locator("#viewer-title")).to_contain_text("page")
    page.keyboard.press("Escape")
    do(page.get_by_role("link", name="Ask again"))
    expect(page.get_by_label("Ask about these documents")).to_have_value(QUESTION)


def test_compare_two_issuers_and_open_a_figure(page, site, do):
    page.goto(f"{site.url}/issuers")
    do(page.get_by_role("link", name="Compare two"))
    page.get_by_label("First issuer").fill("Juniper Tool Works")
    page.get_by_label("Second issuer").fill("Tarnwick")
    do(page.get_by_role("button", name="Compare", exact=True))
    row = page.get_by_role("row", name=re.compile("^Revenue [^g]"))
    do(row.get_by_role("button", name="4,210.0"))
    expect(page.locator("#viewer-title")).to_contain_text("page 1")
    page.keyboard.press("Escape")
    growth = page.get_by_role("row", name="Revenue growth")
    do(growth.get_by_role("link").last)
    expect(page.locator("#working")).to_contain_text("Formula:")


@pytest.mark.parametrize("path", ["/ask", "/questions", "/issuers", "/issuers/Juniper Tool Works"])
def test_pages_do_not_scroll_sideways_on_a_phone(page, site, filed, path):
    sign_in(page, site.url, site.key)
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{site.url}{path}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_cited_page_opens_over_the_claim_on_a_phone(page, site, filed):
    sign_in(page, site.url, site.key)
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{site.url}/ask")
    page.get_by_label("Ask about these documents").fill(QUESTION)
    page.get_by_role("button", name="Ask", exact=True).click()
    page.locator(".claim .cite").first.click()
    expect(page.locator("#viewer")).to_be_in_viewport()
    assert page.locator("#viewer").bounding_box()["y"] > 0


def test_pages_of_the_analyst_have_no_violation(chromium, site, filed):
    """WCAG 2.2 AA, by axe-core, on a phone and on a desk, in light and in dark."""
    context = chromium.new_context(reduced_motion="reduce", viewport={"width": 1440, "height": 900})
    page = sign_in(context.new_page(), site.url, site.key)
    found = {}
    for path in (
        "/",
        "/questions?q=sales",
        "/issuers",
        "/issuers/tarnwick?show=NetLeverage-2025",
        "/issuers/compare?a=juniper tool works&b=tarnwick",
        "/ask",
    ):
        page.goto(f"{site.url}{path}")
        if path == "/ask":
            page.get_by_label("Ask about these documents").fill(QUESTION)
            page.keyboard.press("Control+Enter")
            page.locator(".claim .cite").first.click()
            page.locator("#sheet rect, #sheet mark").first.wait_for(state="attached")
        found[path] = find_faults(page, (360, 1440))
    context.close()
    assert {place: problems for place, problems in found.items() if problems} == {}
