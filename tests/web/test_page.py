"""The page in headless Chromium, over the real API, worker and database."""

import httpx
import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
QUESTION = "What were net sales in 2025?"


def upload(desk, site):
    desk.locator("#files").set_input_files([str(path) for path in site.documents])
    for path in site.documents:
        expect(desk.locator("#uploads li", has_text=path.name).locator(".ready")).to_be_visible(timeout=60_000)


def ask(desk):
    desk.get_by_label("Ask about these documents").fill(QUESTION)
    desk.get_by_role("button", name="Ask", exact=True).click()
    desk.locator(".claim .cite").first.wait_for()


def test_files_are_uploaded_asked_about_and_the_quote_is_marked_on_its_page(desk, site):
    upload(desk, site)
    expect(desk.locator("#documents li")).to_have_count(len(site.documents))
    ask(desk)
    desk.locator(".claim .cite").first.click()
    expect(desk.locator("#sheet img")).to_be_visible()
    expect(desk.locator("#sheet rect").first).to_be_attached()
    shown = desk.locator("#sheet img").bounding_box()
    mark = desk.locator("#sheet rect").first.bounding_box()
    assert shown["x"] <= mark["x"] <= shown["x"] + shown["width"]
    assert shown["y"] <= mark["y"] <= shown["y"] + shown["height"]
    assert desk.locator("#sheet img").evaluate("image => image.naturalWidth") > 500


def test_the_page_can_be_used_with_the_keyboard_alone(desk, site):
    upload(desk, site)
    desk.get_by_label("Ask about these documents").focus()
    desk.keyboard.type(QUESTION)
    desk.keyboard.press("Control+Enter")
    cite = desk.locator(".claim .cite").first
    cite.wait_for()
    cite.focus()
    desk.keyboard.press("Enter")
    expect(desk.locator("#viewer")).to_be_focused()
    desk.keyboard.press("Escape")
    expect(desk.locator("#viewer")).to_be_hidden()
    expect(cite).to_be_focused()


@pytest.mark.parametrize("width", [360, 1440])
def test_nothing_runs_out_of_the_window(desk, site, width):
    desk.set_viewport_size({"width": width, "height": 800})
    upload(desk, site)
    ask(desk)
    desk.locator(".claim .cite").first.click()
    expect(desk.locator("#sheet img")).to_be_visible()
    assert desk.evaluate("document.documentElement.scrollWidth") <= width


def test_a_failed_file_says_why(desk, tmp_path):
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"PK\x03\x04 this is a zip, whatever its name says")
    desk.locator("#files").set_input_files(str(broken))
    failed = desk.locator("#uploads .failed")
    expect(failed).to_be_visible()
    assert failed.inner_text().strip().endswith(".")


def test_a_wrong_key_is_refused_in_a_sentence(page, site):
    refused = httpx.post(f"{site.url}/sign-in", data={"key": "fn_000000000000_" + "x" * 43})
    assert refused.status_code == 401
    assert "This key is not known here" in refused.text


def test_signing_out_ends_the_session(desk, site):
    desk.get_by_role("button", name="Sign out").click()
    expect(desk.get_by_label("Your key")).to_be_visible()


def test_the_policy_allows_our_own_files_only(site):
    headers = httpx.get(site.url).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


def test_a_form_from_another_site_is_refused(site):
    for origin in ("https://elsewhere.example", "http://[", "null"):
        refused = httpx.post(f"{site.url}/sign-in", data={"key": site.key}, headers={"Origin": origin})
        assert refused.status_code == 403
        assert refused.json()["code"] == "cross-site-request"


def test_the_cookie_is_out_of_scripts_reach_and_stays_on_our_site(site):
    signed_in = httpx.post(f"{site.url}/sign-in", data={"key": site.key})
    cookie = signed_in.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert site.key.lower() not in cookie


def test_a_change_by_cookie_needs_the_pages_own_header(site):
    with httpx.Client(base_url=site.url) as client:
        client.post("/sign-in", data={"key": site.key})
        refused = client.post("/v1/collections", json={"name": "Sneaked in"})
        assert refused.status_code == 403
        assert refused.json()["code"] == "cross-site-request"
