"""The review page when others work on the task, when it is not open, and on a narrow screen."""

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, expect

from app.stack.supervisor import Stack
from tests.web.conftest import Site, new_page, sign_in
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
def others_page(chromium: Browser, site: Site, desk: Desk):
    """A page whose requests may be rejected: somebody else was first."""
    with new_page(chromium, expected="Failed to load resource") as opened:
        yield sign_in(opened, site.url, desk.key)


def approver(site: Site, desk: Desk) -> httpx.Client:
    return httpx.Client(base_url=site.url, headers={"Authorization": f"Bearer {desk.approver_key}"}, timeout=60)


def open_task(page, site, task):
    page.goto(f"{site.url}/review/tasks/{task}")
    page.locator("#fields li[aria-current]").wait_for()


def test_lost_claim_is_explained_and_can_be_taken_again(others_page, desk, site):
    task = desk.task(fees(4))
    open_task(others_page, site, task)
    others_page.keyboard.press("C")
    expect(others_page.locator("#claim-text")).to_contain_text("You work on this task until")
    with approver(site, desk) as cleo:
        cleo.post(f"/v1/review/tasks/{task}/release", json={}).raise_for_status()
        cleo.post(f"/v1/review/tasks/{task}/claim", json={}).raise_for_status()
        fields = cleo.get(f"/v1/review/tasks/{task}/fields").json()["items"]
        decided = cleo.post(
            f"/v1/review/fields/{fields[1]['id']}/revisions",
            json={"action": "approve"},
            headers={"If-Match": f'"{fields[1]["revision"]}"'},
        )
        decided.raise_for_status()
        others_page.keyboard.press("a")
        expect(others_page.locator("#claim-text")).to_contain_text("Cleo Ware works on this task until")
        expect(others_page.locator("#fields li").nth(1).locator(".field-status")).to_have_text("approved")
        cleo.post(f"/v1/review/tasks/{task}/release", json={}).raise_for_status()
    others_page.get_by_role("button", name="Claim the task").click()
    expect(others_page.locator("#claim-text")).to_contain_text("You work on this task until")
    others_page.keyboard.press("a")
    expect(others_page.locator("#progress")).to_have_text("2 of 4 fields decided")


def test_field_that_changed_meanwhile_is_shown_as_it_is_now(others_page, desk, site):
    task = desk.task(fees(4))
    open_task(others_page, site, task)
    with httpx.Client(base_url=site.url, headers={"Authorization": f"Bearer {desk.key}"}, timeout=60) as same_user:
        field = same_user.get(f"/v1/review/tasks/{task}/fields").json()["items"][0]
        same_user.post(
            f"/v1/review/fields/{field['id']}/revisions",
            json={"action": "correct", "text": "USD 7,000,000"},
            headers={"If-Match": f'"{field["revision"]}"'},
        ).raise_for_status()
    others_page.keyboard.press("n")
    expect(others_page.locator("#problem")).to_contain_text("Somebody else changed “Fee of tranche 1” meanwhile")
    expect(others_page.locator("#fields li").first.locator(".field-value")).to_have_text("USD 7,000,000")


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("failed", "The document could not be read: The file has no text."),
        ("superseded", "The document has a newer version"),
    ],
)
def test_state_of_a_task_is_said(page, desk, site, state, words):
    sign_in(page, site.url, desk.key)
    task = desk.task(fees(2))
    desk.set_state(task, state, "The file has no text." if state == "failed" else None)
    page.goto(f"{site.url}/review/tasks/{task}")
    expect(page.locator(".state").first).to_contain_text(words)


def test_suggestion_never_looks_decided(page, desk, site):
    sign_in(page, site.url, desk.key)
    open_task(page, site, desk.task(fees(4)))
    first = page.locator("#fields li").first
    expect(first.locator(".field-status")).to_have_text("proposed, 80 %")
    expect(first.locator(".field-value.machine")).to_have_text("USD 1,000,000")
    page.keyboard.press("a")
    expect(first.locator(".field-status")).to_have_text("approved")
    expect(first.locator(".field-value.machine")).to_have_count(0)
    expect(page.locator("#progress")).to_have_text("1 of 4 fields decided")
    page.keyboard.press("z")
    expect(first.locator(".field-status")).to_have_text("proposed, 80 %")
    expect(first.locator(".field-value.machine")).to_have_text("USD 1,000,000")


def test_blind_reading_stays_with_its_reader(page, desk, site):
    sign_in(page, site.url, desk.key)
    task = desk.task(fees(2, policy="blind"))
    open_task(page, site, task)
    expect(page.locator("#fields li[aria-current] .blind")).to_contain_text("each without the other's reading")
    page.keyboard.press("a")
    expect(page.locator("#progress")).to_have_text("1 of 2 fields decided")
    page.keyboard.press("k")
    first = page.locator("#fields li[aria-current]")
    expect(first.locator(".field-status")).to_have_text("read by you")
    expect(first.locator(".blind")).to_contain_text("Only you see your reading")
    with approver(site, desk) as cleo:
        field = cleo.get(f"/v1/review/tasks/{task}/fields").json()["items"][0]
    assert (field["status"], field["my_reading"], field["readings"]) == ("proposed", None, [])


def test_narrow_screen_shows_one_field_with_its_page_below(page, desk, site):
    page.set_viewport_size({"width": 390, "height": 844})
    sign_in(page, site.url, desk.key)
    open_task(page, site, desk.task(fees(4)))
    expect(page.locator("#fields li:visible")).to_have_count(1)
    field, sheet = page.locator("#fields li:visible").bounding_box(), page.locator("#sheet").bounding_box()
    assert sheet["y"] > field["y"] + field["height"] - 1
    page.get_by_role("button", name="Next field").click()
    expect(page.locator("#fields li:visible .field-title")).to_have_text("Fee of tranche 2")
    expect(page.locator("#place")).to_have_text("2 of 4")
    page.get_by_role("button", name="Approve").click()
    expect(page.locator("#fields li:visible .field-title")).to_have_text("Fee of tranche 3")
    page.get_by_role("button", name="All fields").click()
    expect(page.locator("#fields li:visible")).to_have_count(4)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_first_decision_claims_a_task_and_release_frees_it(page, desk, site):
    sign_in(page, site.url, desk.key)
    task = desk.task(fees(2))
    open_task(page, site, task)
    with approver(site, desk) as cleo:
        assert cleo.get(f"/v1/review/tasks/{task}").json()["claim"] is None, "looking claims nothing"
        page.keyboard.press("a")
        expect(page.locator("#progress")).to_have_text("1 of 2 fields decided")
        assert cleo.get(f"/v1/review/tasks/{task}").json()["claim"]["by"] == str(desk.editor.user_id)
        page.get_by_role("button", name="Release").click()
        page.wait_for_url("**/review")
        assert cleo.get(f"/v1/review/tasks/{task}").json()["claim"] is None
