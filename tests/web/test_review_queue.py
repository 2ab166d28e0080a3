"""The queue in Chromium: bulk approval, saved views, progress; comments and history of a field."""

from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import expect

from app.stack.supervisor import Stack
from tests.web.conftest import Site, sign_in
from tests.web.review_desk import Desk, fees, open_desk

pytestmark = pytest.mark.browser

LETTER = "".join(f"<p>The fee of tranche {number} is USD {number},000,000.</p>" for number in range(1, 5))


@pytest.fixture(scope="module")
def desk(site: Site, running_footnote: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    letter = tmp_path_factory.mktemp("desk") / "fee-letter.html"
    letter.write_text(LETTER)
    with open_desk(running_footnote, [letter]) as opened:
        yield opened


@pytest.fixture
def queue(page, site: Site, desk: Desk):
    """The queue with the editor signed in, and a function that opens it."""
    sign_in(page, site.url, desk.key)

    def show(path: str = "/review"):
        page.goto(f"{site.url}{path}")
        page.locator("#next:enabled").wait_for()
        return page

    return show


def open_task(page, site, task):
    page.goto(f"{site.url}/review/tasks/{task}")
    page.locator("#fields li[aria-current]").wait_for()
    page.locator("#keys-button:enabled").wait_for()


def test_bulk_approval_is_previewed_made_and_reversed_by_key(queue, desk, site):
    task = desk.task(fees(4), confidence=0.99)
    page = queue(f"/review?schema={desk.schema_of(task)}")
    page.keyboard.press("B")
    page.locator("#bulk-confidence:focus").wait_for()
    page.keyboard.press("Enter")
    expect(page.locator("#bulk-result")).to_contain_text("4 values are approved, in 1 document.")
    page.locator("#bulk-step:focus").wait_for()
    page.keyboard.press("a")
    expect(page.locator("#bulk-result .verdict")).to_have_text("4 values decided.")
    page.locator("#bulk-step:focus").wait_for()
    page.keyboard.press("z")
    expect(page.locator("#bulk-result .verdict")).to_contain_text("All of it is undone.")
    open_task(page, site, task)
    expect(page.locator("#progress")).to_have_text("0 of 4 fields decided")
    page.keyboard.press("h")
    expect(page.locator(".revisions li")).to_have_count(3)
    expect(page.locator(".revisions")).to_contain_text("in bulk")


def test_bulk_approval_warns_before_it_replaces_an_answer(queue, desk, site):
    task = desk.task(fees(4, policy="two"), confidence=0.99)
    page = queue()
    open_task(page, site, task)
    page.keyboard.press("e")
    page.locator("#value:focus").wait_for()
    page.keyboard.type("USD 9,000,000")
    page.keyboard.press("Enter")
    expect(page.locator("#fields li").first).to_contain_text("USD 9,000,000")
    page.keyboard.press("B")
    page.locator("#bulk-confidence:focus").wait_for()
    page.keyboard.press("Enter")
    expect(page.locator("#bulk-result .check")).to_contain_text("Leaves out 1 fields to which persons gave another")
    page.get_by_label("also replace other answers that people gave").check()
    expect(page.locator("#bulk-result")).to_be_empty()
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#bulk-result .check")).to_contain_text("Replaces 1 answers that persons gave")


def test_bulk_approval_on_a_task_shows_its_fields_anew(queue, desk, site):
    page = queue()
    open_task(page, site, desk.task(fees(4), confidence=0.99))
    page.keyboard.press("B")
    page.locator("#bulk-confidence:focus").wait_for()
    page.keyboard.press("Enter")
    page.locator("#bulk-step:focus").wait_for()
    page.keyboard.press("a")
    expect(page.locator("#progress")).to_have_text("4 of 4 fields decided")


def test_entered_value_waits_for_an_approver(queue, desk, site):
    task = desk.task(fees(1, policy="two"))
    page = queue()
    open_task(page, site, task)
    page.keyboard.press("a")
    expect(page.locator("#fields .field-status")).to_have_text("entered")
    expect(page.locator("#progress")).to_have_text("0 of 1 fields decided")


def test_view_is_saved_and_deleted(queue, desk):
    desk.task(fees(1))
    name = f"Mine {uuid4().hex[:6]}"
    page = queue()
    page.get_by_label("Whose").select_option("mine")
    page.get_by_role("button", name="Show").click()
    page.get_by_label("Save these filters as").fill(name)
    page.locator("#view-form button:enabled").click()
    page.get_by_role("link", name=name).wait_for()
    queue()
    page.get_by_role("link", name=name).click()
    expect(page.get_by_label("Whose")).to_have_value("mine")
    page.locator("#view-delete:enabled").click()
    expect(page.get_by_role("link", name=name)).to_have_count(0)


def test_progress_of_a_deal_and_of_people_is_on_a_page(queue, desk, site):
    task = desk.task(fees(4))
    page = queue()
    open_task(page, site, task)
    page.keyboard.press("a")
    expect(page.locator("#progress")).to_have_text("1 of 4 fields decided")
    with httpx.Client(base_url=site.url, headers={"Authorization": f"Bearer {desk.key}"}) as ana:
        (deal,) = ana.get("/v1/review/progress").json()["items"]
    counted = f"{deal['fields_total'] - deal['fields_open']} of {deal['fields_total']}"
    page.goto(f"{site.url}/review/progress")
    expect(page.get_by_role("row", name="Letters")).to_contain_text(counted)
    expect(page.get_by_role("row", name="Ana Field")).to_be_visible()
    page.get_by_role("link", name="Letters").click()
    expect(page.locator(".deal")).to_contain_text(f"{counted} fields decided")


def test_history_and_comments_stand_under_the_field(queue, desk, site):
    task = desk.task(fees(2))
    page = queue()
    open_task(page, site, task)
    page.keyboard.press("c")
    page.locator("#reason:focus").wait_for()
    page.keyboard.type("Please check, @Cl")
    page.get_by_role("button", name="@Cleo Ware").wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".beside-field .revisions")).to_contain_text("Please check, @Cleo Ware")
    with httpx.Client(base_url=site.url, headers={"Authorization": f"Bearer {desk.approver_key}"}) as cleo:
        assert [each["body"] for each in cleo.get("/v1/review/mentions").json()["items"]] == [
            "Please check, @Cleo Ware"
        ]
    page.get_by_role("button", name="Close", exact=True).first.click()
    page.keyboard.press("h")
    expect(page.locator(".revisions li")).to_have_count(1)
    expect(page.locator(".revisions li")).to_contain_text("proposed USD 1,000,000 by the machine")
