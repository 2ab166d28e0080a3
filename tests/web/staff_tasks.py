"""Tasks of editors, engineers, administrators and auditors, from the home page on."""

import json
import re

from playwright.sync_api import expect

from tests.web.analyst_tasks import button, find_document, link
from tests.web.hands import Hands
from tests.web.review_desk import fees
from tests.web.task_site import TAUGHT, TaskSite

NOTHING = "No document. Add a group, or grant a collection."


def _open_task(hands: Hands, title: str) -> None:
    """Open the task with the title from the queue."""
    page = hands.page
    hands.follow(link(page, "Review"))
    hands.follow(page.get_by_role("row", name=title).locator("a.task"))
    page.locator("#fields li[aria-current]").wait_for()


def review_three_fields(hands: Hands, site: TaskSite) -> None:
    """Approve one, correct one, and say of one that the document does not state it."""
    page, title = hands.page, f"Fees to review, {hands.name}"
    site.make_task(title)
    _open_task(hands, title)
    progress, here = page.locator("#progress"), page.locator("#fields li[aria-current]")
    hands.shortcut("a", button(here, "Approve a"))
    expect(progress).to_have_text("1 of 3 fields decided")
    hands.type_after("e", page.locator("#value"), "USD 2,500,000")
    expect(progress).to_have_text("2 of 3 fields decided")
    hands.shortcut("n", button(here, "Absent n"))
    expect(progress).to_have_text("3 of 3 fields decided")


def send_a_field_back(hands: Hands, site: TaskSite) -> None:
    page, title = hands.page, f"Fees to send back, {hands.name}"
    site.enter_fields(site.make_task(title, policy="two"))
    _open_task(hands, title)
    here = page.locator("#fields li[aria-current]")
    hands.shortcut("b", button(here, "Send back b"))
    hands.type(page.get_by_label("Why do you send it back?"), "Is it with the agent's fee?")
    hands.send(button(here, "Send"))
    expect(page.locator("#fields .field-status.sent-back")).to_have_count(1)


def make_a_schema_version(hands: Hands, site: TaskSite) -> None:
    """See what a new field would cost to read, before the version is stored."""
    page, title = hands.page, f"Fees of a schema, {hands.name}"
    site.make_task(title)
    hands.follow(link(page, "Review"))
    hands.follow(link(page, "Schemas"))
    hands.follow(link(page, title))
    page.locator("button[data-scripted]:enabled").wait_for()
    hands.type(page.locator("#definition"), json.dumps({**fees(4), "title": title}))
    hands.press(button(page, "Preview"))
    expect(page.locator("#effect .verdict")).to_have_text("Reads 1 field again: 1 task with 1 page.")
    expect(page.locator("#effect dl")).to_contain_text("fee_4")
    hands.follow(button(page, "Add this version"))
    expect(link(page, "Version 2")).to_have_attribute("aria-current", "page")


def withdraw_what_was_learnt(hands: Hands, site: TaskSite) -> None:
    page = hands.page
    hands.follow(link(page, "Review"))
    hands.follow(link(page, "Learnt"))
    row = page.get_by_role("row", name=re.compile(TAUGHT[hands.name]))
    hands.follow(row.get_by_role("button"))
    expect(row).to_contain_text("withdrawn")


def compare_two_runs(hands: Hands, site: TaskSite) -> None:
    """Compare them, and open the case that got worse."""
    page = hands.page
    hands.follow(link(page, "Evaluations"))
    hands.mark(page.locator("input[name=before]"), 1)
    hands.mark(page.locator("input[name=after]"), 0)
    hands.follow(button(page, "Compare selected runs"))
    expect(page.locator(".verdict")).to_be_visible()
    hands.follow(link(page, "Full case case-3, after"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("case-3")


def open_the_worst_case(hands: Hands, site: TaskSite) -> None:
    """Open the newest run, and the case with the lowest score."""
    page = hands.page
    hands.follow(link(page, "Evaluations"))
    hands.follow(link(page, "20260302-answers-after"))
    hands.follow(link(page, re.compile("case-3")))
    expect(page.get_by_role("heading", level=1)).to_contain_text("case-3")


def decide_what_a_user_opens(hands: Hands, site: TaskSite) -> None:
    """Create a user, a group, a grant and a label, and see what they open."""
    page, email = hands.page, f"ana-{hands.name}@example.org"
    name, group, label = f"Ana {hands.name}", f"Desk {hands.name}", f"mnpi:{hands.name}"
    hands.follow(link(page, "Administration"))
    hands.follow(link(page, "People"))
    hands.follow(link(page, "New person or service account"))
    hands.type(page.get_by_label("Name", exact=True), name)
    hands.find(page.get_by_label("E-mail address"), email, button(page, "Create"))
    expect(page.get_by_text(NOTHING)).to_be_visible()
    for place, new in (("Groups", group), ("Labels", label)):
        hands.follow(link(page, "Administration"))
        hands.follow(link(page, place))
        hands.find(page.get_by_label("Name", exact=True), new, button(page, "Create"))
    hands.follow(link(page, "Groups"))
    hands.follow(link(page, group))
    hands.find(page.get_by_label("Add a person (e-mail)"), email, button(page, "Preview member"))
    hands.follow(button(page, "Apply: join"))
    _open_collection(hands)
    hands.find(page.get_by_label("or to a group"), group, button(page, "Preview grant"))
    expect(page.get_by_role("status")).to_contain_text("This would open")
    hands.follow(button(page, "Apply: grant"))
    _open_person(hands, name)
    expect(page.get_by_role("row", name=f"Deal {hands.name}")).to_contain_text("viewer")
    _open_collection(hands)
    hands.pick(page.get_by_label("Add the label"), label)
    hands.follow(button(page, "Preview label"))
    expect(page.get_by_role("status")).to_contain_text("close")
    hands.follow(button(page, "Apply: label"))
    _open_person(hands, name)
    expect(page.get_by_text(NOTHING)).to_be_visible()


def _open_collection(hands: Hands) -> None:
    hands.follow(link(hands.page, "Administration"))
    hands.follow(link(hands.page, "Collections"))
    hands.follow(link(hands.page, f"Deal {hands.name}"))


def _open_person(hands: Hands, name: str) -> None:
    hands.follow(link(hands.page, "Administration"))
    hands.follow(link(hands.page, "People"))
    hands.follow(link(hands.page, name))


def make_a_service_account(hands: Hands, site: TaskSite) -> None:
    """Create it with a key, and revoke the key."""
    page, key = hands.page, f"export-{hands.name}"
    hands.follow(link(page, "Administration"))
    hands.follow(link(page, "People"))
    hands.follow(link(page, "New person or service account"))
    hands.pick(page.get_by_label("Kind"), "Service account (a program, which signs in with keys only)")
    hands.find(page.get_by_label("Name", exact=True), f"Exporter {hands.name}", button(page, "Create"))
    hands.press(page.get_by_text("New key", exact=True))
    hands.find(page.get_by_label("Name of the key"), key, button(page, "Create the key"))
    expect(page.locator(".once code")).to_have_text(re.compile(".{20,}"))
    hands.follow(button(page, f"Revoke {key}"))
    expect(page.get_by_role("listitem").filter(has_text=key)).to_contain_text("revoked")


def look_up_usage(hands: Hands, site: TaskSite) -> None:
    page = hands.page
    hands.follow(link(page, "Administration"))
    hands.follow(link(page, "Usage"))
    expect(page.get_by_role("region", name="Usage by month").get_by_role("row").nth(1)).to_be_visible()


def read_the_audit_of_a_document(hands: Hands, site: TaskSite) -> None:
    page = hands.page
    find_document(hands, "juniper", "Juniper")
    hands.follow(link(page, "Activity"))
    expect(page.get_by_role("rowheader", name="documents.version.uploaded")).to_be_visible()
