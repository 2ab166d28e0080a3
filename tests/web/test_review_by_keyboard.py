"""A filing of a real size is reviewed by keyboard alone."""

from collections.abc import Iterator
from statistics import median

import pytest
from playwright.sync_api import Page as BrowserPage
from playwright.sync_api import expect

from app.stack.supervisor import Stack
from tests.web.conftest import Site, sign_in
from tests.web.review_desk import Desk, fees, open_desk

pytestmark = pytest.mark.browser

SENTENCE = "The borrower delivers the certificates that the lenders require before any drawing is made. "
FILLING = f"<p>{SENTENCE * 12}</p>"
HEADS = "<tr><th>Tranche</th><th>Fee</th><th>Due</th></tr>"


def filing() -> str:
    """Return a filing of about 400,000 characters: for each tranche a section of text and a table with its fee."""
    sections = (
        f"<h2>Tranche {number}</h2>{FILLING * 12}"
        f"<table>{HEADS}<tr><td>Tranche {number}</td><td>USD {number},000,000</td><td>2031</td></tr>"
        f"<tr><td>Of it paid</td><td>USD {number}00,000</td><td>2030</td></tr></table>"
        for number in range(1, 31)
    )
    return f"<html><body><h1>Credit agreement</h1>{''.join(sections)}</body></html>"


@pytest.fixture(scope="module")
def desk(site: Site, running_footnote: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    agreement = tmp_path_factory.mktemp("desk") / "agreement.html"
    agreement.write_text(filing())
    with open_desk(running_footnote, [agreement]) as opened:
        yield opened


class Typist:
    """Presses keys on the page, and counts them."""

    def __init__(self, page: BrowserPage) -> None:
        self._page = page
        self.keys = 0

    def press(self, key: str) -> None:
        self._page.keyboard.press(key)
        self.keys += 1

    def type(self, text: str) -> None:
        for letter in text:
            self.press(letter)


def test_thirty_fields_are_reviewed_by_keyboard_alone(page, desk, site):
    """Most fields are right; the others need another value, words of the page, "not there" and an undo."""
    sign_in(page, site.url, desk.key)
    page.goto(f"{site.url}/review/tasks/{desk.task(fees(30))}")
    page.locator("#fields li[aria-current]").wait_for()
    hands = Typist(page)
    right = []
    for number in range(1, 31):
        expect(page.locator("#fields li[aria-current] .field-title")).to_have_text(f"Fee of tranche {number}")
        expect(page.locator("#sheet .now")).to_have_text(f"USD {number},000,000")
        before = hands.keys
        if number == 4:
            hands.press("e")
            page.locator("#value:focus").wait_for()
            hands.type("USD 4,500,000")
            hands.press("Enter")
        elif number == 9:
            hands.press("n")
        elif number == 14:
            hands.press("x")
            expect(page.locator("#progress")).to_have_text("14 of 30 fields decided")
            hands.press("z")
            expect(page.locator("#progress")).to_have_text("13 of 30 fields decided")
            hands.press("a")
        else:
            hands.press("a")
            right.append(hands.keys - before)
        expect(page.locator("#progress")).to_have_text(f"{number} of 30 fields decided")
    assert median(right) <= 2
    expect(page.locator("#fields .field-status.approved")).to_have_count(29)
    expect(page.locator("#fields .field-status.absent")).to_have_count(1)
    expect(page.locator("#fields li", has_text="Fee of tranche 4")).to_contain_text("USD 4,500,000")


def test_tables_of_the_page_are_tables_whose_cells_become_values(page, desk, site):
    sign_in(page, site.url, desk.key)
    page.goto(f"{site.url}/review/tasks/{desk.task(fees(2))}")
    cell = page.locator("#sheet td[data-cell]", has_text="USD 100,000")
    cell.dblclick()
    expect(page.locator("#take")).to_have_text("Use “USD 100,000”")
    page.keyboard.press("s")
    expect(page.locator("#fields li").first.locator(".field-value")).to_have_text("USD 100,000")
    expect(page.locator("#fields li").first.locator(".field-status")).to_have_text("approved")
    page.keyboard.press("k")
    page.get_by_role("button", name="As filed").click()
    page.frame_locator("#sheet iframe").locator("td mark", has_text="100,000").dblclick()
    expect(page.locator("#take")).to_have_text("Use “USD 100,000”")


def test_text_of_the_document_never_becomes_markup(page, desk, site, tmp_path, running_footnote):
    hostile = tmp_path / "hostile.html"
    hostile.write_text(
        "<p>&lt;img src=x onerror=alert(1)&gt; USD 1,000,000</p>"
        "<table><tr><td>&lt;script&gt;alert(1)&lt;/script&gt;</td><td>USD 2,000,000</td></tr>"
        "<tr><td>b</td><td>USD 3,000,000</td></tr></table>"
    )
    with open_desk(running_footnote, [hostile]) as other:
        sign_in(page, site.url, other.key)
        page.goto(f"{site.url}/review/tasks/{other.task(fees(3))}")
        expect(page.locator("#sheet .leaf")).to_contain_text("<img src=x onerror=alert(1)>")
        expect(page.locator("#sheet .leaf")).to_contain_text("<script>alert(1)</script>")
        expect(page.locator("#sheet img, #sheet script")).to_have_count(0)
