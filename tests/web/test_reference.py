"""The API reference in headless Chromium. A test fails if the browser's console shows an error, such as a refused
script or style.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from app.client.api import ApiClient
from tests.web.conftest import Site, new_page, sign_in

pytestmark = pytest.mark.browser

MANY = 20
"""A search for one operation finds fewer operations than this number. The whole reference has many more."""

SCROLL = """async () => {
  const found = new Map();
  const drawn = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  for (let top = 0; top <= document.documentElement.scrollHeight; top += window.innerHeight / 2) {
    window.scrollTo(0, top);
    await drawn();
    for (const one of document.querySelectorAll(".opblock")) {
      const call = [one.querySelector(".opblock-summary-method").textContent,
                    one.querySelector(".opblock-summary-path").dataset.path];
      found.set(call.join(" "), call);
    }
  }
  return [...found.values()];
}"""
"""Scrolls through the page. With 150 rows or more, Swagger UI draws only those in view."""


@pytest.fixture(scope="module")
def hosts() -> set[str]:
    """The hosts to which the fixture `reference` sends requests."""
    return set()


@pytest.fixture(scope="module")
def reference(chromium: Browser, site: Site, hosts: set[str]) -> Iterator[Page]:
    """A reference page of a signed-in analyst. Tests share it, because Swagger UI takes seconds to draw all
    operations.
    """
    with new_page(chromium) as page:
        page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
        sign_in(page, site.url, site.key)
        page.goto(f"{site.url}/docs")
        page.locator(".opblock").first.wait_for()
        yield page


def search(page: Page, phrase: str) -> None:
    page.get_by_label("Search the operations").fill(phrase)


def open_operation(page: Page, tag: str, operation_id: str) -> Locator:
    operation = page.locator(f"#operations-{tag}-{operation_id}")
    operation.locator(".opblock-summary-control").click()
    operation.locator(".opblock-body").wait_for()
    return operation


def try_out(page: Page, tag: str, operation_id: str, *, call: str) -> Locator:
    """Prepare the operation for execution and return its element. A search hides most other operations, so that clicks
    are fast.
    """
    search(page, call)
    expect(page.locator(".opblock").nth(MANY)).to_have_count(
        0
    )  # before this, a click could open a row that Swagger UI then redraws
    operation = open_operation(page, tag, operation_id)
    operation.get_by_role("button", name="Try it out").click()
    return operation


def execute(operation: Locator) -> tuple[int, str]:
    """Return the status and the body of the response, as the page shows them."""
    operation.get_by_role("button", name="Execute").click()
    response = operation.locator(".live-responses-table tr.response")
    status = response.locator(".response-col_status").inner_text()
    return int(status.split()[0]), response.locator(".highlight-code pre").first.inner_text()


def authorise(page: Page, key: str) -> None:
    page.locator(".auth-wrapper > .authorize").first.click()
    dialog = page.locator(".modal-ux")
    dialog.locator("input").fill(key)
    dialog.get_by_role("button", name="Apply credentials").click()
    dialog.locator("button.btn-done").click()


def test_reference_shows_every_operation_and_requests_no_other_host(
    reference: Page, site: Site, hosts: set[str]
) -> None:
    search(reference, "")
    document = reference.request.get(f"{site.url}/openapi.json").json()
    described = {(method.upper(), path) for path, item in document["paths"].items() for method in item}
    shown = reference.evaluate(SCROLL)
    assert {tuple(call) for call in shown} == described
    assert reference.locator(".opblock-tag").last.get_attribute("data-tag") == "operations"
    assert hosts - {""} == {urlsplit(site.url).netloc}


@pytest.mark.parametrize("phrase", ["Ask Question", "question-too-long", "POST /v1/questions"])
def test_search_finds_an_operation_by_words_path_or_problem_code(reference: Page, phrase: str) -> None:
    search(reference, "GET /v1/me")  # drawing all operations takes a second
    expect(reference.locator("#operations-identity-get_me")).to_be_visible()
    expect(reference.locator("#operations-questions-ask_question")).to_have_count(0)
    search(reference, phrase)
    expect(reference.locator("#operations-identity-get_me")).to_have_count(0)
    expect(reference.locator("#operations-questions-ask_question")).to_be_visible()


@pytest.mark.parametrize("width", [360, 1440])
def test_reference_fits_the_window_and_shows_problem_codes(reference: Page, width: int) -> None:
    reference.set_viewport_size({"width": width, "height": 800})
    operation = reference.locator("#operations-questions-ask_question")
    if not operation.locator(".opblock-body").is_visible():
        open_operation(reference, "questions", "ask_question")
    expect(operation.locator("option[value=question-too-long]")).to_be_attached()
    assert reference.evaluate("document.documentElement.scrollWidth") <= width


def test_executing_uses_the_session_of_the_signed_in_user(reference: Page) -> None:
    status, body = execute(try_out(reference, "identity", "get_me", call="GET /v1/me"))
    assert (status, json.loads(body)["name"]) == (200, "Mira")


def test_unchanged_examples_can_be_executed_with_a_key(reference: Page, site: Site, tmp_path: Path) -> None:
    page = reference
    page.context.clear_cookies()  # end the session, so that only the key authorises requests
    document = tmp_path / "annual-report-2025.pdf"
    document.write_bytes(b"%PDF-1.7 of a kind")
    with ApiClient(url=site.url, key=site.key) as api:
        collection = str(api.ensure_collection("Filings").id)
    authorise(page, site.key)
    for tag, operation_id, call in [
        ("identity", "create_key", "POST /v1/keys"),
        ("collections", "create_collection", "POST /v1/collections"),
    ]:
        status, body = execute(try_out(page, tag, operation_id, call=call))
        assert status == 201, body
    upload = try_out(page, "documents", "upload_document", call="POST /v1/documents")
    upload.locator("input[type=file]").set_input_files(document)
    status, body = execute(upload)
    assert status in {200, 202}, body
    put = try_out(page, "documents", "put_file", call="PUT /v1/collections")
    put.locator("[data-param-name=collection_id] input").fill(collection)
    put.locator("[data-param-name=filename] input").fill(document.name)
    put.locator("input[type=file]").set_input_files(document)
    status, body = execute(put)
    assert status in {200, 202}, body
