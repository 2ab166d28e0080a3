"""The users and data of the tasks: documents, questions, runs, fields to review, and what corrections taught.

Each task that changes data has its own data for each way to use a page.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
from playwright.sync_api import Browser, BrowserContext

from app.client.api import ApiClient
from app.client.ingestion import NoProgress, ingest_files
from app.core.principal import Role
from app.stack.founding import open_tenant_admin
from app.stack.supervisor import Stack
from tests.waiting import wait_for
from tests.web.hands import Hands, Keyboard, Pointer
from tests.web.made_runs import make_run
from tests.web.review_desk import Desk, fees, open_desk

QUESTION = "What were net sales in 2025?"
WAYS: Mapping[str, type[Hands]] = {each.name: each for each in (Pointer, Keyboard)}
ROLES = (Role.ANALYST, Role.ENGINEER, Role.ADMIN, Role.AUDITOR)
LETTER = "".join(f"<p>The fee of tranche {number} is USD {number},000,000.</p>" for number in range(1, 5))
REPORT = """<html><body><p>SECURITIES AND EXCHANGE COMMISSION</p><p>FORM 10-K</p><p>ANNUAL REPORT</p>
<p>{name}</p><p>(Exact name of registrant as specified in its charter)</p>
<p>For the fiscal year ended December 31, 2025</p>
<p>CONSOLIDATED STATEMENTS OF INCOME</p><p>(In millions, except per share data)</p>
<table><tr><td>Year Ended December 31,</td><td>2025</td><td>2024</td></tr>
<tr><td>Net sales</td><td>$4,210</td><td>$3,985</td></tr><tr><td>Cost of sales</td><td>2,600</td><td>2,450</td></tr>
<tr><td>Gross profit</td><td>1,610</td><td>1,535</td></tr>
<tr><td>Selling, general and administrative expenses</td><td>910</td><td>875</td></tr>
<tr><td>Operating income</td><td>700</td><td>660</td></tr><tr><td>Net income</td><td>$493</td><td>$473</td></tr>
</table></body></html>"""
TAUGHT = {"pointer": "cost_of_revenue", "keyboard": "gross_profit"}
"""The field of the report that an editor said is absent, by the way to use a page."""


@dataclass(frozen=True)
class TaskSite:
    """A running Footnote with the data of the tasks, and the API key of a user of each role."""

    url: str
    keys: Mapping[str, str]
    folder: Path
    desk: Desk
    issuers: Mapping[str, str]

    def make_task(self, title: str, **more: Any) -> UUID:
        """Create a task with three fees to review."""
        return self.desk.task({**fees(3, **more), "title": title})

    def enter_fields(self, task: UUID) -> None:
        """Approve the values of a task as the editor, so that they wait for an approver."""
        with open_api(self.url, self.desk.key) as http:
            for field in http.get(f"/v1/review/tasks/{task}/fields").json()["items"]:
                decide(http, field, "approve")

    def open_session(self, chromium: Browser, role: str, way: str) -> tuple[BrowserContext, int]:
        """Sign in with the form. Return the session, and the steps that it took."""
        context = chromium.new_context(viewport={"width": 1440, "height": 900})
        context.set_default_timeout(30_000)
        page = context.new_page()
        page.goto(f"{self.url}/sign-in")
        hands = WAYS[way](page)
        hands.find(page.get_by_label("API key"), self.keys[role], page.get_by_role("button", name="Sign in"))
        page.close()
        return context, hands.steps


@contextmanager
def open_task_site(stack: Stack, samples: list[Path], folder: Path) -> Iterator[TaskSite]:
    admin, database = open_tenant_admin(stack.database_url("owner"))
    tenant_id = admin.create_tenant(slug=f"tasks-{uuid4().hex}", name="Tasks")
    made = {
        role: admin.create_user(tenant_id, email=f"{role}@example.org", name=f"The {role}", roles=[role])
        for role in ROLES
    }
    database.close()
    keys = {role.value: key for role, (_, key) in made.items()}
    _file_documents(stack.url, keys["analyst"], samples, folder, str(made[Role.AUDITOR][0]))
    _publish_runs(stack.url, keys["engineer"])
    report = _write(folder / "report.html", REPORT.format(name="Fernhollow Kilns, Inc."))
    with open_desk(stack, [_write(folder / "letter.html", LETTER), report]) as desk:
        _teach(stack.url, desk)
        yield TaskSite(
            stack.url, {**keys, "editor": desk.key, "approver": desk.approver_key}, folder, desk,
            {"pointer": "Juniper Tool Works", "keyboard": "Tarnwick"},
        )  # fmt: skip


def _write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def _file_documents(url: str, key: str, samples: list[Path], folder: Path, auditor: str) -> None:
    """File the samples, a report of another issuer, and for each way documents to replace, retry, move and delete."""
    files = [*samples, _write(folder / "juniper.html", REPORT.format(name="Juniper Tool Works, Inc."))]
    for way in WAYS:
        files += [
            _write(folder / f"{verb}-{way}.html", f"<p>A note to {verb}, {way}: the fee is USD 1,000,000.</p>")
            for verb in ("replace", "move", "delete")
        ]
        files.append(_write(folder / f"damaged-{way}.pdf", f"%PDF-1.7\n{way}" + "x" * 2_000))
        _write(folder / f"new-{way}.html", f"<p>The new note, {way}: the fee is USD 2,000,000.</p>")
    with ApiClient(url=url, key=key) as api:
        filings, _ = api.create_collection("Filings"), api.create_collection("Filed")
        api.grant(level="viewer", user_id=auditor, collection_id=str(filings.id))
        ingest_files(api, files, collection=filings.id, watcher=NoProgress())
        for way in WAYS:
            deal = _write(folder / f"deal-{way}.html", f"<p>The deal, {way}.</p>")
            api.upload_document(deal, collection=api.create_collection(f"Deal {way}").id)
        api.ask(QUESTION)


def _publish_runs(url: str, key: str) -> None:
    before = make_run("20260301-answers-before", {f"case-{number}": 1.0 for number in range(6)}, day=0)
    after = make_run("20260302-answers-after", {f"case-{number}": float(number != 3) for number in range(6)}, day=1)
    with ApiClient(url=url, key=key) as api:
        for run in (before, after):
            api.publish_run(run.manifest.id, run.model_dump(mode="json"))


def _teach(url: str, desk: Desk) -> None:
    """Say of two lines of the report, when the machine has read it, that they are absent."""
    with open_api(url, desk.key) as http:

        def list_tasks() -> list[dict[str, Any]]:
            found = http.get("/v1/review/tasks", params={"schema": "annual-report"}).json()["items"]
            return [each for each in found if each["state"] == "open"]

        task = wait_for(list_tasks, what="the fields of the report")[0]
        for field in http.get(f"/v1/review/tasks/{task['id']}/fields").json()["items"]:
            if field["key"] in TAUGHT.values():
                decide(http, field, "absent")


def open_api(url: str, key: str) -> httpx.Client:
    return httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=60)


def decide(http: httpx.Client, field: Mapping[str, Any], action: str) -> None:
    tag = {"If-Match": f'"{field["revision"]}"'}
    http.post(f"/v1/review/fields/{field['id']}/revisions", json={"action": action}, headers=tag).raise_for_status()


class Sessions:
    """The sessions of the tasks: one for each role and way."""

    def __init__(self, site: TaskSite, chromium: Browser) -> None:
        self._site, self._chromium = site, chromium
        self._opened: dict[tuple[str, str], tuple[BrowserContext, int]] = {}
        self._closing = ExitStack()

    def open(self, role: str, way: str) -> Hands:
        """Return hands on the home page of the role, after the sign-in, whose steps count."""
        if (role, way) not in self._opened:
            self._opened[role, way] = self._site.open_session(self._chromium, role, way)
            self._closing.callback(self._opened[role, way][0].close)
        context, steps = self._opened[role, way]
        page = context.new_page()
        page.goto(self._site.url, wait_until="domcontentloaded")
        return WAYS[way](page, steps)

    def close(self) -> None:
        self._closing.close()
