"""The home page while the server is unavailable. Routes of Playwright interrupt requests to the real server."""

import time
from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import Request, Route, expect

from tests.web.test_page import QUESTION, upload

pytestmark = pytest.mark.browser
UPLOADS, RUNS, QUESTIONS = "**/v1/documents", "**/v1/runs/*", "**/turns"
KEY = "idempotency-key"
GIVE_UP_AFTER, LONGEST_SILENCE = 120_000, 60_000


class Outage:
    """Handles each of the first requests by one of `steps`; later requests reach the server.

    With `until_shown`, it refuses all requests before these, until the test has called `outage_is_shown`.
    """

    def __init__(self, *steps: Callable[[Route], None], until_shown: bool = False) -> None:
        self._steps = iter(steps)
        self.is_awaited = until_shown
        self.requests: list[Request] = []
        self.times: list[float] = []

    def __call__(self, route: Route) -> None:
        self.requests.append(route.request)
        self.times.append(time.monotonic())
        step = refused if self.is_awaited else next(self._steps, Route.continue_)
        step(route)


def refused(route: Route) -> None:
    route.abort("connectionrefused")


def unavailable(route: Route) -> None:
    route.fulfill(status=503, headers={"Retry-After": "1"}, json={"code": "unavailable", "detail": "Try again."})


def rate_limited(route: Route) -> None:
    route.fulfill(status=429, headers={"Retry-After": "1"}, json={"code": "rate-limited", "detail": "Wait."})


def bad_gateway(route: Route) -> None:
    route.fulfill(status=502, body="<html>Bad gateway</html>", content_type="text/html")


def silent(route: Route) -> None:
    """Leave the request without a response."""


def broken_off(route: Route) -> None:
    """The server answers the question completely, but the browser does not receive the last event."""
    response = route.fetch()
    events = response.text().replace("\r\n", "\n")
    route.fulfill(response=response, body=events[: events.index("event: done")])


@pytest.fixture
def text_file(tmp_path):
    """A file with content that no other test uploads."""
    path = tmp_path / f"{uuid4().hex}.txt"
    path.write_text(f"Section 6.01. The agent's reference number is {uuid4().hex}.")
    return path


def start_upload(page, path):
    page.locator("#files").set_input_files(str(path))
    return page.locator("#uploads li", has_text=path.name)


def start_question(page):
    page.get_by_label("Ask about these documents").fill(QUESTION)
    page.get_by_role("button", name="Ask", exact=True).click()


def answer_is_complete(page):
    expect(page.locator("#answer")).to_have_attribute("aria-busy", "false")
    expect(page.locator("#answer .problem")).to_have_count(0)


def outage_is_shown(page, outage=None):
    expect(page.locator("#outage")).to_have_text("The server is not available. Trying again…")
    if outage is not None:
        outage.is_awaited = False


def test_upload_continues_after_a_restart_of_the_server(interrupted_page, text_file):
    uploads = Outage(bad_gateway, rate_limited, unavailable, until_shown=True)
    runs = Outage(refused, bad_gateway, unavailable)
    interrupted_page.route(UPLOADS, uploads)
    interrupted_page.route(RUNS, runs)
    row = start_upload(interrupted_page, text_file)
    outage_is_shown(interrupted_page, uploads)
    expect(row.locator(".ready")).to_be_visible()
    expect(interrupted_page.locator("#outage")).to_be_empty()
    assert len({request.headers[KEY] for request in uploads.requests}) == 1
    limited, refused_again, accepted = uploads.times[-3:]
    assert refused_again - limited >= 1.0
    assert accepted - refused_again >= 1.0
    assert len(runs.requests) >= 4


def test_interrupted_question_is_answered_once(interrupted_page, site):
    upload(interrupted_page, site)
    questions = Outage(broken_off, until_shown=True)
    interrupted_page.route(QUESTIONS, questions)
    with interrupted_page.expect_response(lambda response: "idempotent-replayed" in response.headers) as replayed:
        start_question(interrupted_page)
        outage_is_shown(interrupted_page, questions)
    answer_is_complete(interrupted_page)
    expect(interrupted_page.locator("#answer .claim")).to_have_count(len(replayed.value.json()["answer"]["claims"]))
    expect(interrupted_page.locator("#answer .cite").first).to_be_visible()
    assert len({request.headers[KEY] for request in questions.requests}) == 1


def test_documents_and_cited_page_appear_after_an_outage(interrupted_page, site):
    upload(interrupted_page, site)
    documents = Outage(unavailable, until_shown=True)
    interrupted_page.route("**/v1/documents?*", documents)
    interrupted_page.route("**/pages/*", Outage(refused))
    interrupted_page.route("**/image?*", Outage(refused, refused))
    interrupted_page.reload()
    outage_is_shown(interrupted_page, documents)
    expect(interrupted_page.locator("#documents li", has_text="10-K")).to_be_visible()
    start_question(interrupted_page)
    interrupted_page.locator(".claim .cite").first.click()
    expect(interrupted_page.locator("#sheet img")).to_have_js_property("naturalWidth", 935)  # 8.5 in at 110 dpi


def test_page_gives_up_and_reports_what_continues(interrupted_page, text_file):
    page = interrupted_page
    page.clock.install()
    page.route(RUNS, refused)
    row = start_upload(page, text_file)
    outage_is_shown(page)
    page.route("**/v1/**", refused)
    page.clock.fast_forward(GIVE_UP_AFTER)
    expect(row).to_contain_text("The file is stored, and the server goes on reading it in the background.")
    expect(page.locator("#outage")).to_be_empty()
    expect(page.locator("#documents .problem")).to_contain_text("Load this page again later to see the documents.")
    second = start_upload(page, text_file)
    expect(second.first).to_contain_text("If the server received this file, it reads it in the background")
    start_question(page)
    expect(page.locator("#answer .problem")).to_contain_text("The server has not been available for two minutes.")
    page.unroute_all()
    start_question(page)
    answer_is_complete(page)


def test_requests_without_a_response_are_repeated(interrupted_page, text_file):
    page = interrupted_page
    page.clock.install()
    for address in (UPLOADS, RUNS, QUESTIONS):
        page.route(address, Outage(silent))
    with page.expect_request(UPLOADS):
        row = start_upload(page, text_file)
    with page.expect_request(RUNS):
        page.clock.fast_forward(LONGEST_SILENCE)
    page.clock.fast_forward(LONGEST_SILENCE)
    expect(row.locator(".ready")).to_be_visible()
    with page.expect_request(QUESTIONS):
        start_question(page)
    page.clock.fast_forward(LONGEST_SILENCE)
    answer_is_complete(page)


def test_unreadable_file_is_not_reported_as_an_outage(interrupted_page, text_file):
    def removed(route: Route) -> None:
        text_file.unlink()
        route.abort()

    interrupted_page.route(UPLOADS, removed)
    row = start_upload(interrupted_page, text_file)
    expect(row.locator(".failed")).to_have_text("The file can't be read any more. Choose it again.")


def test_more_files_than_connections_are_all_sent(interrupted_page, tmp_path):
    paths = [tmp_path / f"{number}.txt" for number in range(9)]
    for path in paths:
        path.write_text(path.name)
    interrupted_page.route(UPLOADS, lambda route: route.fulfill(status=422, json={"detail": "Refused."}))
    interrupted_page.locator("#files").set_input_files([str(path) for path in paths])
    expect(interrupted_page.locator("#uploads .failed", has_text="Refused.")).to_have_count(len(paths))
