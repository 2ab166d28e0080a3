"""The desk's pages against WCAG 2.2 AA, in light and in dark, at three widths, by axe-core."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from app.stack.supervisor import Stack
from tests.browser import find_faults
from tests.web.conftest import Site, sign_in
from tests.web.review_desk import Desk, fees, open_desk

pytestmark = pytest.mark.browser

WIDTHS = (390, 800, 1440)
REPORT = "<table><tr><th></th><th>2026</th></tr><tr><td>Fee</td><td>USD 2,000,000</td></tr></table>"
LETTER = f"<html><body><h1>Fee letter</h1><p>The fee is USD 1,000,000.</p>{REPORT}</body></html>"


@pytest.fixture(scope="module")
def desk(site: Site, running_footnote: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    letter = tmp_path_factory.mktemp("desk") / "fee-letter.html"
    letter.write_text(LETTER)
    with open_desk(running_footnote, [letter]) as opened:
        yield opened


DIALOG = "dialog[open]"


def views(desk: Desk) -> Iterator[tuple[str, str, str | None, str]]:
    """Each page of the desk: its path, what shows that it is ready, a key to press then, and the part that is checked.
    A field's history stands within the page.
    """
    task = desk.task(fees(3, policy="blind"))
    failed = desk.task(fees(2))
    desk.set_state(failed, "failed", "The document has no text.")
    yield f"/review/tasks/{task}", "#fields li[aria-current]", "h", "html"
    yield f"/review/tasks/{task}", "#fields li[aria-current]", "?", DIALOG
    yield f"/review/tasks/{failed}", "#retry:enabled", None, "html"
    yield "/review", "#next:enabled", None, "html"
    yield "/review", "#next:enabled", "B", DIALOG
    yield "/review/progress", "h1", None, "html"
    yield "/review/schemas", "button[data-scripted]:enabled", None, "html"
    yield "/review/schemas/contract", "button[data-scripted]:enabled", None, "html"


def test_pages_of_the_desk_have_no_violation(chromium: Browser, site: Site, desk: Desk) -> None:
    context = chromium.new_context(reduced_motion="reduce", viewport={"width": WIDTHS[-1], "height": 900})
    page = sign_in(context.new_page(), site.url, desk.key)
    found = {}
    for path, ready, key, part in views(desk):
        page.goto(f"{site.url}{path}")
        page.locator(ready).wait_for()
        if key is not None:
            page.keyboard.press(key)
            page.locator(".beside-field h3" if part == "html" else DIALOG).first.wait_for()
        found[path, key] = find_faults(page, WIDTHS, within=part)
    context.close()
    assert {place: each for place, each in found.items() if each} == {}
