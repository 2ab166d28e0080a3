"""Tasks of an analyst, from the home page on."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.web.hands import Hands
from tests.web.task_site import QUESTION, TaskSite


def link(place: Page | Locator, name: str | re.Pattern[str]) -> Locator:
    return place.get_by_role("link", name=name, exact=isinstance(name, str)).first


def button(place: Page | Locator, name: str) -> Locator:
    return place.get_by_role("button", name=name, exact=True).first


def find_document(hands: Hands, words: str, title: str) -> None:
    """Find a document with the search field at the top of each page, and open it."""
    page = hands.page
    box = page.get_by_role("searchbox", name="Find a document").first
    hands.type(box, words)
    with page.expect_navigation(wait_until="domcontentloaded"):
        hands.key("Enter")
    hands.follow(link(page.get_by_role("region", name="Documents"), re.compile(title)))


def find_balance_sheet(hands: Hands, site: TaskSite) -> None:
    page = hands.page
    find_document(hands, "tarnwick 10-K", "Tarnwick .* 10-K")
    hands.follow(link(page, "Statements"))
    hands.follow(link(page, "Balance sheet"))
    expect(page.get_by_role("rowheader", name=re.compile("Total assets")).first).to_be_visible()


def ask_in_a_collection(hands: Hands, site: TaskSite) -> None:
    """Ask, follow up, open the cited cell, and export."""
    page = hands.page
    question = page.get_by_label("Ask about these documents")
    hands.press(page.locator("#scope summary"))
    hands.pick(page.get_by_role("combobox", name="Collection", exact=True), "Filings")
    expect(page.locator("#chips")).to_have_text("Filings ×")
    hands.type(question, QUESTION)
    hands.shortcut("Control+Enter", button(page, "Ask"))
    first, second = page.locator(".turn").nth(0), page.locator(".turn").nth(1)
    expect(first).to_contain_text("Searched: Filings")
    first.get_by_role("link", name="CSV").wait_for()
    hands.type(question, "and the year before?")
    hands.shortcut("Control+Enter", button(page, "Ask"))
    expect(second).to_contain_text("Understood as:")
    second.get_by_role("link", name="CSV").wait_for()
    hands.press(second.locator(".claim .cite").first)
    expect(page.locator("#sheet rect, #sheet mark, #sheet iframe").first).to_be_attached()
    hands.shortcut("Escape", button(page, "Close"))
    assert "sales" in hands.download(second.get_by_role("link", name="CSV")).lower()


def find_a_past_answer(hands: Hands, site: TaskSite) -> None:
    """Find it by a word, and open the page that it cites."""
    page = hands.page
    hands.follow(link(page, "Find an earlier answer"))
    hands.find(page.get_by_role("searchbox", name=re.compile("Find words")), "net sales", button(page, "Search"))
    hands.follow(link(page, QUESTION))
    hands.press(page.locator(".claim .cite").first)
    expect(page.locator("#viewer-title")).to_contain_text("page")


def compare_two_issuers(hands: Hands, site: TaskSite) -> None:
    """Compare them, open the cell of a figure, and the formula of another."""
    page = hands.page
    hands.follow(link(page, "Issuers"))
    hands.follow(link(page, "Compare two"))
    hands.type(page.get_by_label("First issuer"), "Juniper Tool Works")
    hands.find(page.get_by_label("Second issuer"), "Tarnwick", button(page, "Compare"))
    row = page.get_by_role("row", name=re.compile("^Revenue [^g]"))
    hands.press(button(row, "4,210.0"))
    expect(page.locator("#viewer-title")).to_contain_text("page 1")
    hands.shortcut("Escape", button(page, "Close"))
    hands.follow(page.get_by_role("row", name="Revenue growth").get_by_role("link").last)
    expect(page.locator("#working")).to_contain_text("Formula:")


def watch_an_issuer(hands: Hands, site: TaskSite) -> None:
    page, name = hands.page, site.issuers[hands.name]
    hands.follow(link(page, "Issuers"))
    hands.find(page.get_by_role("searchbox", name=re.compile("Find an issuer")), name, button(page, "Search"))
    hands.follow(link(page.get_by_role("region", name="Issuers"), re.compile(name)))
    hands.follow(button(page, "Watch"))
    hands.follow(page.locator("a.brand"))
    expect(page.get_by_role("list", name="Watched issuers")).to_contain_text(name)


def find_words_of_a_filing(hands: Hands, site: TaskSite) -> None:
    """Search the text of all documents, and open the page with the words marked."""
    page = hands.page
    hands.follow(link(page, "Documents"))
    hands.pick(page.get_by_role("combobox", name="in", exact=True), "the text")
    words = page.get_by_role("search", name="Documents").get_by_role("searchbox")
    hands.find(words, "net leverage ratio", button(page, "Search"))
    hands.follow(link(page.get_by_role("list", name="Passages"), re.compile("page")))
    expect(page.locator("[data-quote]").first).to_be_attached()


def replace_a_document(hands: Hands, site: TaskSite) -> None:
    page = hands.page
    find_document(hands, f"replace-{hands.name}", f"replace-{hands.name}")
    hands.follow(link(page, "Replace…"))
    hands.attach(page.get_by_label("File", exact=True), site.folder / f"new-{hands.name}.html")
    hands.follow(button(page, "Upload the new version"))
    hands.follow(link(page, "Versions"))
    expect(page.get_by_role("region", name="Versions").get_by_role("row")).to_have_count(3)


def retry_a_failed_document(hands: Hands, site: TaskSite) -> None:
    """See why a document failed, and what helps."""
    page = hands.page
    hands.follow(link(page, "Failed documents"))
    hands.follow(link(page, re.compile(f"damaged-{hands.name}")))
    expect(page.get_by_text("What helps:")).to_be_visible()
    hands.follow(button(page, "Retry"))
    expect(page.get_by_text("The document is read again now.")).to_be_visible()


def move_a_document(hands: Hands, site: TaskSite) -> None:
    page = hands.page
    find_document(hands, f"move-{hands.name}", f"move-{hands.name}")
    hands.follow(button(page, "Move…"))
    hands.pick(page.get_by_label("Into the collection"), "Filed")
    hands.follow(button(page, "Move 1 document"))
    expect(page.get_by_text("Filed", exact=True).first).to_be_visible()


def delete_a_document(hands: Hands, site: TaskSite) -> None:
    page = hands.page
    find_document(hands, f"delete-{hands.name}", f"delete-{hands.name}")
    title = page.get_by_role("heading", level=1).inner_text()
    hands.follow(link(page, "Delete…"))
    name = page.get_by_label("Type the name to confirm")
    hands.find(name, title, button(page, "Delete the document"))
    expect(page.get_by_text("1 document is deleted.")).to_be_visible()
