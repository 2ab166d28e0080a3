"""An administrator creates a user, a group, a grant and a label, and sees what they open, by keyboard alone."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect

from app.client.api import ApiClient
from tests.web.conftest import Site, new_page

pytestmark = pytest.mark.browser


def press(page: Page, role: str, name: str) -> None:
    """Move the focus to a link or button, and press Enter."""
    control = page.get_by_role(role, name=name).first
    control.focus()
    expect(control).to_be_focused()
    with page.expect_navigation():
        page.keyboard.press("Enter")


def type_into(page: Page, label: str, text: str) -> None:
    box = page.get_by_label(label, exact=True).first
    box.focus()
    expect(box).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


@pytest.fixture
def refused_page(chromium: Browser) -> Iterator[Page]:
    """A page on which a form is refused."""
    with new_page(chromium, expected="422") as opened:
        yield opened


def test_user_group_grant_and_label_decide_what_opens(refused_page: Page, site: Site) -> None:
    page = refused_page
    with ApiClient(url=site.url, key=site.key) as api:
        api.upload_document(site.documents[0], collection="Filings")
    name, group, label = f"Ana {uuid4().hex[:6]}", f"Desk {uuid4().hex[:6]}", f"mnpi:{uuid4().hex[:6]}"
    email = f"{uuid4().hex[:8]}@example.org"
    page.goto(f"{site.url}/admin/people/new")
    type_into(page, "API key", site.admin_key)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    type_into(page, "Name", name)
    type_into(page, "E-mail address", "nobody")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("#email-problem")).to_be_visible()
    expect(page.get_by_label("Name", exact=True)).to_have_value(name)
    type_into(page, "E-mail address", email)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    expect(page.get_by_text("No document. Add a group, or grant a collection.")).to_be_visible()

    for place, new in (("/admin/groups", group), ("/admin/labels", label)):
        page.goto(f"{site.url}{place}")
        type_into(page, "Name", new)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        expect(page.locator(".list")).to_contain_text(new)

    page.goto(f"{site.url}/admin/groups")
    press(page, "link", group)
    type_into(page, "Add a person (e-mail)", email)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    press(page, "button", "Apply: join")

    page.goto(f"{site.url}/admin/collections")
    press(page, "link", "Filings")
    type_into(page, "or to a group", group)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("This would open")
    press(page, "button", "Apply: grant")

    page.goto(f"{site.url}/admin/people?q={email}")
    press(page, "link", name)
    expect(page.get_by_role("row", name="Filings")).to_contain_text("viewer")

    page.goto(f"{site.url}/admin/collections")
    press(page, "link", "Filings")
    page.get_by_label("Add the label").select_option(label)
    press(page, "button", "Preview label")
    expect(page.get_by_role("status")).to_contain_text("close")
    press(page, "button", "Apply: label")
    page.goto(f"{site.url}/admin/people?q={email}")
    press(page, "link", name)
    expect(page.get_by_text("No document. Add a group, or grant a collection.")).to_be_visible()
