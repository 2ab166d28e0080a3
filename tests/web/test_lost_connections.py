"""Forms while the server can't be reached, and a page whose session has ended: what was typed stays."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.conftest import Site, new_page

pytestmark = pytest.mark.browser


@pytest.fixture
def admin_page(chromium: Browser, site: Site) -> Iterator[Page]:
    """A page with an administrator signed in. Its requests may fail."""
    with new_page(chromium, expected="Failed to load resource") as opened:
        opened.context.request.post(f"{site.url}/sign-in", form={"key": site.admin_key})
        yield opened


def test_form_is_kept_until_the_server_can_be_reached(admin_page: Page, site: Site) -> None:
    page = admin_page
    page.goto(f"{site.url}/admin/labels")
    page.get_by_label("Name", exact=True).fill("mnpi:harbour")
    page.route("**/static/icon.svg", lambda route: route.abort("connectionrefused"))
    page.keyboard.press("Enter")
    expect(page.locator("#outage")).to_contain_text("What you entered is still here")
    expect(page.get_by_label("Name", exact=True)).to_have_value("mnpi:harbour")
    page.unroute_all()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="mnpi:harbour", exact=True)).to_be_visible()


def test_question_is_kept_when_the_session_has_ended(interrupted_page: Page, site: Site) -> None:
    page = interrupted_page
    page.get_by_label("Ask about these documents").fill("What were net sales?")
    page.context.clear_cookies()
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator("#outage")).to_contain_text("Your session has ended. What you entered is still here.")
    link = page.locator("#outage").get_by_role("link", name="Sign in again in a new tab")
    expect(link).to_have_attribute("target", "_blank")
    page.context.request.post(f"{site.url}/sign-in", form={"key": site.key})
    expect(page.get_by_label("Ask about these documents")).to_have_value("What were net sales?")
