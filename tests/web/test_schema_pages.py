"""The pages of schemas in Chromium: a new schema. tests/web/test_tasks.py makes a new version of one."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from app.stack.supervisor import Stack
from tests.web.conftest import Site, sign_in
from tests.web.review_desk import Desk, open_desk

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def desk(site: Site, running_footnote: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    letter = tmp_path_factory.mktemp("desk") / "fee-letter.html"
    letter.write_text("<p>The fee is USD 1,000,000.</p>")
    with open_desk(running_footnote, [letter]) as opened:
        yield opened


def test_schema_is_made_on_the_page(page, desk, site):
    sign_in(page, site.url, desk.key)
    page.goto(f"{site.url}/review/schemas")
    page.locator("button[data-scripted]:enabled").wait_for()
    page.get_by_label("Key").fill(f"letters-{uuid4().hex[:8]}")
    page.get_by_role("button", name="Add the schema").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Fee letter")
    expect(page.get_by_role("row", name="Fee", exact=False).last).to_contain_text("an editor, then an approver")


def test_text_that_is_no_json_is_explained(page, desk, site):
    sign_in(page, site.url, desk.key)
    page.goto(f"{site.url}/review/schemas")
    page.locator("button[data-scripted]:enabled").wait_for()
    page.get_by_label("Key").fill("letters")
    page.locator("#definition").fill("{")
    page.get_by_role("button", name="Add the schema").click()
    expect(page.locator("#problem")).to_contain_text("not JSON")
