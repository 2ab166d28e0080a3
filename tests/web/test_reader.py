"""The reader in headless Chromium: keys, a quote in a filing's frame, and pages of a PDF, by keyboard alone."""

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
ROWS = "".join(
    f'<tr><td style="padding-left:12pt">Item {number}</td><td style="text-align:right">{number},417</td></tr>'
    for number in range(1, 60)
)
FILING = f"""<html><body style="font-family:serif"><p id="top"><b>Hallmark Mills Corporation</b>
<a href="#debt">Debt</a></p>
<table style="width:100%">{ROWS}</table><p>1</p><hr style="page-break-after:always">
<p id="debt">Debt is due in 2031.</p><script>document.title = "ran"</script></body></html>"""


@pytest.fixture
def filing(analyst_page: Page, tmp_path) -> str:
    """The address of the reader of a filing of two pages."""
    (tmp_path / "hallmark.html").write_text(FILING)
    analyst_page.locator("#files").set_input_files(str(tmp_path / "hallmark.html"))
    expect(analyst_page.locator("#uploads li", has_text="hallmark.html").locator(".ready")).to_be_visible()
    documents = analyst_page.evaluate("fetch('/v1/documents').then((answer) => answer.json())")["items"]
    found = next(each["id"] for each in documents if each["filename"] == "hallmark.html")
    return f"/documents/{found}/pages"


def test_reader_is_used_by_keys_and_shows_the_words_in_place(analyst_page, site, filing):
    page = analyst_page
    page.goto(f"{site.url}{filing}/1")
    frame = page.frame_locator("iframe.reader-frame")
    expect(frame.locator("b")).to_have_text("Hallmark Mills Corporation")
    page.keyboard.press("/")
    page.keyboard.type("58,417")
    page.keyboard.press("Enter")
    page.get_by_role("link", name=re.compile("58,417")).focus()
    page.keyboard.press("Enter")
    mark = frame.locator("mark#quote")
    expect(mark).to_have_text("58,417")
    expect(mark).to_be_in_viewport()
    page.keyboard.press("n")
    expect(frame.locator("p").last).to_have_text("Debt is due in 2031.")
    frame.locator("p").last.click()  # the keys also work while the frame has the focus
    page.keyboard.press("p")
    expect(page).to_have_url(re.compile("/pages/1"))
    frame.get_by_role("link", name="Debt").click()
    expect(page).to_have_url(re.compile("/pages/2"))
    assert "ran" not in (page.title(), page.evaluate("document.querySelector('iframe').contentDocument.title"))


@pytest.mark.parametrize("width", [360, 1440])
def test_reader_does_not_scroll_sideways(analyst_page, site, filing, width):
    analyst_page.set_viewport_size({"width": width, "height": 800})
    analyst_page.goto(f"{site.url}{filing}/1?find=item")
    assert analyst_page.evaluate("document.documentElement.scrollWidth") <= width
