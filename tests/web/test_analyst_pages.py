"""The pages of the analyst in Chromium: on a phone, and with axe-core in the states that scripts make.

tests/web/test_tasks.py has the tasks of the analyst.
"""

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
