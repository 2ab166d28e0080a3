"""Twenty tasks in Chromium, from the sign-in on, each with the pointer and with the keyboard alone.

docs/tasks.md has the number of steps of each.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from app.stack.supervisor import Stack
from tests.docs.guides import ROOT
from tests.web import analyst_tasks, staff_tasks
from tests.web.hands import Hands
from tests.web.task_site import WAYS, Sessions, TaskSite, open_task_site

pytestmark = pytest.mark.browser

Task = Callable[[Hands, TaskSite], None]
TASKS: dict[str, tuple[str, Task]] = {
    "find a filing and open its balance sheet": ("analyst", analyst_tasks.find_balance_sheet),
    "ask within one collection, follow up, open the cell, export": ("analyst", analyst_tasks.ask_in_a_collection),
    "find a past answer and the page that it cites": ("analyst", analyst_tasks.find_a_past_answer),
    "compare two issuers, open a figure and a formula": ("analyst", analyst_tasks.compare_two_issuers),
    "watch an issuer": ("analyst", analyst_tasks.watch_an_issuer),
    "find words in the text of all filings": ("analyst", analyst_tasks.find_words_of_a_filing),
    "replace a document by a new version": ("analyst", analyst_tasks.replace_a_document),
    "see why a document failed, and retry": ("analyst", analyst_tasks.retry_a_failed_document),
    "move a document": ("analyst", analyst_tasks.move_a_document),
    "delete a document": ("analyst", analyst_tasks.delete_a_document),
    "review three fields: approve, correct, absent": ("editor", staff_tasks.review_three_fields),
    "send a field back, with a reason": ("approver", staff_tasks.send_a_field_back),
    "make a schema version, after the preview of its cost": ("editor", staff_tasks.make_a_schema_version),
    "withdraw what was learnt from a correction": ("editor", staff_tasks.withdraw_what_was_learnt),
    "compare two runs and open the case that got worse": ("engineer", staff_tasks.compare_two_runs),
    "open the worst case of the newest run": ("engineer", staff_tasks.open_the_worst_case),
    "create a user, a group, a grant and a label, and see what they open": (
        "admin",
        staff_tasks.decide_what_a_user_opens,
    ),
    "create a service account with a key, and revoke the key": ("admin", staff_tasks.make_a_service_account),
    "look up usage and cost": ("admin", staff_tasks.look_up_usage),
    "read the audit of one document": ("auditor", staff_tasks.read_the_audit_of_a_document),
}
"""The role and the steps of each task."""

ROW = re.compile(r"^\| (.+?) \| (.+?) \| (\d+) \| (\d+) \|$", re.MULTILINE)


@pytest.fixture(scope="module")
def documented() -> dict[str, tuple[str, dict[str, int]]]:
    """The role and the numbers of steps of each task, as docs/tasks.md has them."""
    rows = ROW.findall((ROOT / "docs" / "tasks.md").read_text(encoding="utf-8"))
    return {task: (role, dict(zip(WAYS, map(int, steps), strict=True))) for role, task, *steps in rows}


@pytest.fixture(scope="module")
def task_site(
    running_footnote: Stack, samples: list[Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TaskSite]:
    with open_task_site(running_footnote, samples, tmp_path_factory.mktemp("tasks")) as site:
        yield site


@pytest.fixture(scope="module")
def sessions(task_site: TaskSite, chromium: Browser) -> Iterator[Sessions]:
    opened = Sessions(task_site, chromium)
    yield opened
    opened.close()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("task", TASKS)
def test_task_is_done_in_the_documented_steps(task, way, task_site, sessions, documented) -> None:
    role, perform = TASKS[task]
    hands = sessions.open(role, way)
    perform(hands, task_site)
    hands.page.close()
    assert (role, hands.steps) == (documented[task][0], documented[task][1][way])


def test_page_of_tasks_has_all_tasks(documented) -> None:
    assert list(documented) == list(TASKS)
