"""The pages of documents in Chromium: find a filing and its balance sheet, replace, retry, move and delete one.

One test does it by pointer, the other by keyboard alone. tests/api/test_document_pages.py checks what the pages say.
"""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from app.client.api import ApiClient
from app.client.ingestion import NoProgress, ingest_files
from tests.web.conftest import Site, new_page

Press = Callable[[Locator], None]


@pytest.fixture(scope="module")
def filed(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The site with a report that is ready and a PDF that is damaged. The analyst owns two collections."""
    broken = tmp_path_factory.mktemp("broken") / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7\n" + b"x" * 2_000)
    with ApiClient(url=site.url, key=site.key) as api:
        collections = {
            each.name: each.id for each in (api.create_collection("Archive"), api.ensure_collection("Filings"))
        }
        ingest_files(api, [site.documents[0], broken], collection=collections["Filings"], watcher=NoProgress())
    return site


def click(target: Locator) -> None:
    target.click()


def press_enter(target: Locator) -> None:
    target.focus()
    target.page.keyboard.press("Enter")


@pytest.mark.parametrize("press", [click, press_enter], ids=["pointer", "keyboard"])
def test_filing_is_found_and_its_balance_sheet_opened(chromium: Browser, filed: Site, press: Press) -> None:
    with new_page(chromium) as page:
        enter(page, filed)
        field = page.get_by_role("searchbox", name="Find a document").first
        field.focus()
        page.keyboard.type("tarnwick")
        page.keyboard.press("Enter")
        press(page.get_by_role("region", name="Documents").get_by_role("link", name=re.compile("Tarnwick")).first)
        press(page.get_by_role("link", name="Statements", exact=True))
        press(page.get_by_role("link", name="Balance sheet"))
        expect(page.get_by_role("rowheader", name=re.compile("Total assets")).first).to_be_visible()


def test_failed_file_is_explained_replaced_moved_and_deleted(chromium: Browser, filed: Site) -> None:
    with new_page(chromium) as page:
        enter(page, filed)
        page.goto(f"{filed.url}/documents?status=failed")
        page.get_by_role("link", name=re.compile("broken")).click()
        expect(page.get_by_text("What helps:")).to_be_visible()
        page.get_by_role("button", name="Retry").press("Enter")
        expect(page.get_by_text("The document is read again now.")).to_be_visible()
        page.get_by_role("link", name="Versions").press("Enter")
        page.get_by_label("File", exact=True).set_input_files(filed.documents[1])
        page.get_by_role("button", name="Upload the new version").press("Enter")
        expect(page.get_by_text("What helps:")).to_have_count(0)
        expect(page.get_by_role("link", name="Ask about this document")).to_be_visible()
        page.get_by_role("button", name="Move…").press("Enter")
        page.get_by_label("Into the collection").select_option(label="Archive")
        page.get_by_role("button", name="Move 1 document").press("Enter")
        expect(page.get_by_text("Archive").first).to_be_visible()
        title = page.get_by_role("heading", level=1).inner_text()
        page.get_by_role("link", name="Delete…").click()
        page.get_by_label("Type the name to confirm").fill(title)
        page.get_by_role("button", name="Delete the document").click()
        expect(page.get_by_text("1 document is deleted.")).to_be_visible()


def enter(page: Page, site: Site) -> None:
    page.goto(site.url)
    page.get_by_label("API key").fill(site.key)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_load_state()
