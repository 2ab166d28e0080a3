"""Sign-in in headless Chromium, with a provider on another site than Footnote."""

import pytest
from playwright.sync_api import expect

from app.core.principal import Role
from tests.browser import open_chromium

pytestmark = pytest.mark.browser


@pytest.fixture
def page(site):
    """A browser page without a session. The test fails if one of Footnote's pages logs an error to the console."""
    errors: list[str] = []
    with open_chromium() as browser:
        context = browser.new_context(viewport={"width": 360, "height": 800})
        context.set_default_timeout(60_000)
        opened = context.new_page()
        opened.on(
            "console",
            lambda message: (
                errors.append(message.text) if message.type == "error" and opened.url.startswith(site.url) else None
            ),
        )
        yield opened
    assert errors == []


def test_user_signs_in_at_provider_and_out(page, site, tenant, provider):
    tenant.person("ana@example.com", Role.ANALYST)
    tenant.provide(provider.issuer, name="Staff directory", link_by="verified-email", email_domains=["example.com"])
    page.goto(site.url)
    page.get_by_label("Organisation").fill(tenant.slug)
    page.get_by_role("button", name="Continue").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("link", name="Staff directory").click()
    page.locator("#username").fill("ana")
    page.locator("#password").fill("pw")
    page.locator("#password").press("Enter")
    menu = page.locator(".narrow-only")
    menu.locator("summary").click()
    assert page.url == f"{site.url}/"
    expect(menu.locator(".who")).to_have_text("ana")
    (found,) = [cookie for cookie in page.context.cookies() if cookie["name"].startswith("footnote")]
    assert (found["name"], found["httpOnly"], found["sameSite"]) == ("footnote_session", True, "Strict")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("API key")).to_be_visible()
    page.goto(site.url)
    expect(page.get_by_label("API key")).to_be_visible()
