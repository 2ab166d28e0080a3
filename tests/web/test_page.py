"""The home page in headless Chromium, with the real API, worker and database."""

import re

import httpx
import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
QUESTION = "What were net sales in 2025?"


def upload(analyst_page, site):
    analyst_page.locator("#files").set_input_files([str(path) for path in site.documents])
    for path in site.documents:
        expect(analyst_page.locator("#uploads li", has_text=path.name).locator(".ready")).to_be_visible()


def ask(analyst_page):
    analyst_page.get_by_label("Ask about these documents").fill(QUESTION)
    analyst_page.get_by_role("button", name="Ask", exact=True).click()
    analyst_page.locator(".claim .cite").first.wait_for()


def test_question_about_one_document_is_asked_within_it(analyst_page, site):
    upload(analyst_page, site)
    analyst_page.goto(f"{site.url}/documents")
    link = analyst_page.locator("table.list tbody th a").first
    title, document = link.inner_text(), link.get_attribute("href").rpartition("/")[2]
    link.click()
    analyst_page.get_by_role("link", name="Ask about this document").click()
    analyst_page.get_by_label("Ask about these documents").fill(QUESTION)
    with analyst_page.expect_request("**/turns") as sent:
        analyst_page.get_by_role("button", name="Ask", exact=True).click()
    assert sent.value.post_data_json["scope"] == {"document_ids": [document]}
    expect(analyst_page.locator("#chips")).to_have_text(f"{title} ×")


def test_uploaded_file_is_cited_and_its_passage_highlighted(analyst_page, site):
    upload(analyst_page, site)
    expect(analyst_page.locator("#documents li")).to_have_count(len(site.documents))
    ask(analyst_page)
    analyst_page.locator(".claim .cite").first.click()
    expect(analyst_page.locator("#sheet img")).to_be_visible()
    expect(analyst_page.locator("#sheet rect").first).to_be_attached()
    shown = analyst_page.locator("#sheet img").bounding_box()
    mark = analyst_page.locator("#sheet rect").first.bounding_box()
    assert shown["x"] <= mark["x"] <= shown["x"] + shown["width"]
    assert shown["y"] <= mark["y"] <= shown["y"] + shown["height"]
    assert analyst_page.locator("#sheet img").evaluate("image => image.naturalWidth") > 500


def marks_of(analyst_page):
    return analyst_page.locator("#sheet rect").evaluate_all(
        "marks => marks.map((mark) => [mark.getAttribute('x'), mark.getAttribute('y')])"
    )


@pytest.mark.parametrize("is_kept", [True, False])
def test_quote_is_found_again_on_a_page_whose_text_has_changed(analyst_page, site, is_kept):
    """A version that is read again has new page texts, while the citations of old answers keep their offsets."""
    upload(analyst_page, site)
    ask(analyst_page)
    cite = analyst_page.locator(".claim .cite").first
    cite.click()
    expect(analyst_page.locator("#sheet rect").first).to_be_attached()
    before = marks_of(analyst_page)
    added = "Read again.\n"

    def change(route):
        read = route.fetch()
        page = read.json()
        page["text"] = added + (page["text"] if is_kept else page["text"].replace("Net sales", "Turnover!"))
        for word in page["words"]:
            word["start"] += len(added)
            word["end"] += len(added)
        route.fulfill(response=read, json=page)

    analyst_page.route(re.compile(r"/pages/\d+$"), change)
    cite.click()
    analyst_page.locator("#sheet img").wait_for()
    assert marks_of(analyst_page) == (before if is_kept else [])


def test_home_page_works_with_keyboard_only(analyst_page, site):
    upload(analyst_page, site)
    analyst_page.get_by_label("Ask about these documents").focus()
    analyst_page.keyboard.type(QUESTION)
    analyst_page.keyboard.press("Control+Enter")
    cite = analyst_page.locator(".claim .cite").first
    cite.wait_for()
    cite.focus()
    analyst_page.keyboard.press("Enter")
    expect(analyst_page.locator("#viewer")).to_be_focused()
    analyst_page.keyboard.press("Escape")
    expect(analyst_page.locator("#viewer")).to_be_hidden()
    expect(cite).to_be_focused()
    analyst_page.get_by_label("Ask about these documents").focus()
    analyst_page.keyboard.type("and the year before?")
    analyst_page.keyboard.press("Control+Enter")
    second = analyst_page.locator(".turn").nth(1)
    expect(second.locator(".understood")).to_contain_text("Understood as:")
    second.get_by_role("button", name="Right").focus()
    analyst_page.keyboard.press("Enter")
    expect(second.locator(".feedback")).to_contain_text("You said: right.")
    analyst_page.reload()
    expect(analyst_page.locator(".turn")).to_have_count(2)
    expect(analyst_page.locator(".turn .feedback").nth(1)).to_contain_text("You said: right.")
    second.get_by_role("button", name="Edit").press("Enter")
    analyst_page.keyboard.press("Control+A")
    analyst_page.keyboard.type(QUESTION)
    second.get_by_role("button", name="Ask this").press("Enter")
    expect(analyst_page.locator(".turn").nth(2).locator(".claim").first).to_be_visible()


def test_degraded_answer_says_what_is_missing(analyst_page, site):
    upload(analyst_page, site)
    notice = "The embedding endpoint is not responding: passages in other words are missing."

    def degrade(route):
        headers = {name: value for name, value in route.request.headers.items() if name != "accept"}
        answered = route.fetch(headers=headers)
        degraded = {"degraded": True, "degraded_reason": "embeddings-unavailable", "notice": notice}
        turn = answered.json()
        route.fulfill(response=answered, json={**turn, "answer": {**turn["answer"], **degraded}})

    analyst_page.route(re.compile(r"/turns$"), degrade)
    ask(analyst_page)
    expect(analyst_page.locator("#answer .note", has_text=notice)).to_be_visible()
    expect(analyst_page.locator("#answer .note", has_text="language model failed")).to_have_count(0)


@pytest.mark.parametrize("width", [360, 1440])
def test_home_page_does_not_scroll_sideways(analyst_page, site, width):
    analyst_page.set_viewport_size({"width": width, "height": 800})
    upload(analyst_page, site)
    ask(analyst_page)
    analyst_page.locator(".claim .cite").first.click()
    expect(analyst_page.locator("#sheet img")).to_be_visible()
    assert analyst_page.evaluate("document.documentElement.scrollWidth") <= width


def test_failed_upload_shows_its_reason(analyst_page, tmp_path):
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"PK\x03\x04 this is a zip despite its name")
    analyst_page.locator("#files").set_input_files(str(broken))
    failed = analyst_page.locator("#uploads .failed")
    expect(failed).to_be_visible()
    reason = failed.inner_text().strip()
    assert reason.endswith(".")
    expect(analyst_page.locator("#documents .failed")).to_have_text(reason)
    analyst_page.get_by_role("link", name="Failed documents").click()
    expect(analyst_page.locator(".runs .failed")).to_have_text(reason)
    analyst_page.get_by_role("button", name="Replay broken").click()
    expect(analyst_page.get_by_role("status")).to_have_text("1 document is being processed again.")


def test_sign_in_with_unknown_key_shows_an_error(page, site):
    refused = httpx.post(f"{site.url}/sign-in", data={"key": "fn_000000000000_" + "x" * 43})
    assert refused.status_code == 401
    assert "This key is unknown" in refused.text


def test_sign_in_and_sign_out(page, site):
    page.goto(site.url)
    page.get_by_label("API key").fill(site.key)
    page.get_by_role("button", name="Sign in").click()
    page.locator("#files:enabled").wait_for(state="attached")
    page.locator(".wide-only summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("API key")).to_be_visible()


def test_content_security_policy_allows_only_files_of_the_app(site):
    headers = httpx.get(site.url).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


def test_form_from_another_site_is_rejected(site):
    for origin in ("https://elsewhere.example", "http://[", "null"):
        refused = httpx.post(f"{site.url}/sign-in", data={"key": site.key}, headers={"Origin": origin})
        assert refused.status_code == 403
        assert refused.json()["code"] == "cross-site-request"


def test_session_cookie_is_httponly_and_same_site(site):
    signed_in = httpx.post(f"{site.url}/sign-in", data={"key": site.key})
    cookie = signed_in.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert site.key.lower() not in cookie


def test_api_write_with_a_cookie_requires_the_header_that_pages_send(site):
    with httpx.Client(base_url=site.url) as client:
        client.post("/sign-in", data={"key": site.key})
        refused = client.post("/v1/collections", json={"name": "Sneaked in"})
        assert refused.status_code == 403
        assert refused.json()["code"] == "cross-site-request"
