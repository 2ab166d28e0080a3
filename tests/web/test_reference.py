"""The API's reference in headless Chromium."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [360, 1440])
def test_the_reference_fits_the_window_and_leads_to_each_call(page, site, width):
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{site.url}/docs")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("link", name="Ask a question").click()
    expect(page.locator("#ask_question h3")).to_be_in_viewport()
    problems = page.locator("#ask_question details").last
    problems.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(problems.get_by_text("question-too-long")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
