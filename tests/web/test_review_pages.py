"""The editors' desk in Chromium: the queue, and the fields of a task beside the document's page."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page as BrowserPage
from playwright.sync_api import expect

from app.stack.supervisor import Stack
from tests.web.conftest import Site, sign_in
from tests.web.review_desk import Desk, fees, open_desk

pytestmark = pytest.mark.browser

LETTER = "<html><body><h1>Fee letter</h1>" + "".join(
    f"<p>Item {number}: the fee of tranche {number} is USD {number},000,000, due on {number} March 2031.</p>"
    for number in range(1, 31)
)


@pytest.fixture(scope="module")
def desk(site: Site, running_footnote: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    letter = tmp_path_factory.mktemp("desk") / "fee-letter.html"
    letter.write_text(LETTER)
    with open_desk(running_footnote, [letter]) as opened:
        yield opened


@pytest.fixture
def task_page(page: BrowserPage, site: Site, desk: Desk) -> BrowserPage:
    sign_in(page, site.url, desk.key)
    page.goto(f"{site.url}/review/tasks/{desk.task(fees(30))}")
    page.locator("#fields li[aria-current]").wait_for()
    return page


def test_next_task_opens_from_the_queue(page, desk, site):
    desk.task(fees(30))
    sign_in(page, site.url, desk.key)
    page.get_by_role("link", name="Review").click()
    expect(page.get_by_role("row", name="Fees").first).to_contain_text("30 of 30")
    page.locator("#next:enabled").wait_for()
    page.keyboard.press("g")
    page.locator("#fields li[aria-current]").wait_for()
    assert "/review/tasks/" in page.url


def test_thirty_right_fields_take_one_key_each(task_page):
    for count in range(1, 31):
        task_page.keyboard.press("a")
        expect(task_page.locator("#progress")).to_have_text(f"{count} of 30 fields decided")
    expect(task_page.locator("#fields .field-status.approved")).to_have_count(30)
    task_page.reload()
    expect(task_page.locator("#fields .field-status.approved")).to_have_count(30)


def test_words_are_selected_on_the_page_as_it_was_filed(task_page):
    task_page.get_by_role("button", name="As filed").click()
    filed = task_page.frame_locator("#sheet iframe")
    expect(filed.locator("mark#quote")).to_have_text("USD 1,000,000")
    expect(filed.locator("mark#quote")).to_be_in_viewport()
    ninth = filed.locator("p", has_text="Item 9:")
    ninth.evaluate(
        """(paragraph) => {
            const text = paragraph.querySelector("mark").firstChild;
            getSelection().setBaseAndExtent(text, 0, text, text.length);
        }""".replace("getSelection", "paragraph.ownerDocument.getSelection")
    )
    expect(task_page.locator("#take")).to_have_text("Use “USD 9,000,000”")
    ninth.press("s")
    first = task_page.locator("#fields li").first
    expect(first.locator(".field-value")).to_contain_text("9,000,000")
    expect(first.locator(".field-status")).to_have_text("approved")


def test_quote_and_field_lead_to_each_other(task_page):
    expect(task_page.locator("#sheet .now")).to_have_text("USD 1,000,000")
    task_page.keyboard.press("j")
    expect(task_page.locator("#sheet .now")).to_have_text("USD 2,000,000")
    task_page.locator("#sheet mark", has_text="USD 7,000,000").click()
    expect(task_page.locator("#fields li[aria-current]")).to_contain_text("Fee of tranche 7")


def test_words_of_the_page_become_the_value_by_keyboard(task_page):
    task_page.keyboard.press("/")
    task_page.keyboard.type("USD 9,000,000")
    task_page.keyboard.press("Enter")
    task_page.locator("#take:visible").wait_for()
    task_page.keyboard.press("Escape")
    task_page.keyboard.press("s")
    first = task_page.locator("#fields li").first
    expect(first.locator(".field-value")).to_contain_text("9,000,000")
    task_page.keyboard.press("z")
    expect(first.locator(".field-value")).to_contain_text("1,000,000")


def test_key_is_changed_in_the_dialog_of_keys(task_page):
    task_page.keyboard.press("?")
    task_page.get_by_role("button", name="Approve the value: a").click()
    task_page.keyboard.press("y")
    task_page.get_by_role("button", name="Close").click()
    task_page.keyboard.press("y")
    expect(task_page.locator("#progress")).to_have_text("1 of 30 fields decided")
