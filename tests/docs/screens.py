"""`python -m tests.docs.screens`: take screens of all pages in Chromium, wide and narrow, in light and in dark.

The documents are the fictional filings of evals/datasets, and the users and their work are made up here.
"""

import sys
import tempfile
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from app.client.api import ApiClient
from app.client.ingestion import NoProgress, ingest_files
from app.core.principal import Role
from app.stack.founding import open_tenant_admin
from app.stack.supervisor import Stack
from evals.datasets.agreements.making import write_agreements
from evals.datasets.newcomer.writing import write_newcomer
from evals.datasets.samples.writing import write_samples
from evals.environment.printing import find_chromium
from tests.docs.guides import ROOT
from tests.running import run_footnote
from tests.waiting import wait_for
from tests.web.made_runs import HOSTILE, make_run

SCREENS = ROOT / "docs" / "screens"
SIZES = {1440: (1440, 900), 390: (390, 900)}
SHOWN = {1440: 720, 390: 195}
"""The width of a screen in the picture of its page, by the width of the window."""
GAP, PAPER = 8, "#8a939b"
LARGEST = 3_000_000
STAFF = {
    "mira": ("Mira Aldana", [Role.ANALYST, Role.EDITOR, Role.APPROVER, Role.ENGINEER, Role.ADMIN, Role.AUDITOR]),
    "jonas": ("Jonas Whitcombe-Adeyemi", [Role.EDITOR]),
    "analyst": ("Priya Raman", [Role.ANALYST]),
    "editor": ("Tomás Ferreira", [Role.EDITOR]),
    "engineer": ("Noor Haddad", [Role.ENGINEER]),
    "admin": ("Ines Oyelaran", [Role.ADMIN]),
}
QUESTIONS = (
    "What was Kestrelby's revenue in fiscal 2024?",
    "What net leverage ratio does Marlowe's credit agreement permit?",
    "Who is the administrative agent of the Cindercone credit agreement?",
    "What is the gross margin of Ravenscar in 2023?",
    "What did Pinegrove pay in dividends in 2031?",
)


class Shelf:
    """A tenant with filings, people, access rules, questions, runs and fields to review."""

    def __init__(self, stack: Stack, folder: Path) -> None:
        self.url, self.keys = stack.url, dict[str, str]()
        tenants, database = open_tenant_admin(stack.database_url("owner"))
        tenant_id = tenants.create_tenant(slug="screens", name="Harbour Credit Partners")
        ids = {}
        for name, (full, roles) in STAFF.items():
            ids[name], self.keys[name] = tenants.create_user(
                tenant_id, email=f"{name}@harbour.example", name=full, roles=roles
            )
        database.close()
        self.http = httpx.Client(
            base_url=self.url, headers={"Authorization": f"Bearer {self.keys['mira']}"}, timeout=120
        )
        self.ids: dict[str, str] = {"user_id": str(ids["jonas"]), "mira": str(ids["mira"])}
        self._file(folder, {name: str(each) for name, each in ids.items()})
        self._administrate()
        self._publish_runs()
        self._review()

    def _file(self, folder: Path, ids: Mapping[str, str]) -> None:
        filings = sorted(path for path in write_newcomer(folder / "n").rglob("*") if path.suffix in (".html", ".pdf"))
        agreements = write_agreements(folder / "a", seeds=(3,))
        (folder / "s").mkdir()
        broken = folder / "Cindercone compliance certificate, third quarter of fiscal 2024.pdf"
        broken.write_bytes(b"%PDF-1.7\n" + b"x" * 2_000)
        shelves = {
            "Public filings": [*filings, *write_samples(folder / "s")],
            "Project Heron: second-lien term loan, lender side": [*agreements[:8:3], broken],
        }
        with ApiClient(url=self.url, key=self.keys["mira"]) as api:
            for name, files in shelves.items():
                collection = api.create_collection(name)
                self.ids.setdefault("collection_id", str(collection.id))
                for other in ("jonas", "analyst", "editor", "engineer"):
                    api.grant(level="editor", user_id=ids[other], collection_id=str(collection.id))
                ingest_files(api, files, collection=collection.id, watcher=NoProgress())
            for key in ("mira", "analyst"):
                with ApiClient(url=self.url, key=self.keys[key]) as other_api:
                    asked = [other_api.ask(question) for question in QUESTIONS]
            self.ids["question_id"] = str(self.http.get("/v1/questions").json()["items"][-1]["id"]) if asked else ""
            named = {each.name: each.id for each in api.list_issuers()}
            names = sorted(named)
            self.ids["issuer_id"] = str(named[next(n for n in names if n.startswith("Ravenscar"))])
            self.ids["other_issuer"] = str(named[next(n for n in names if n.startswith("Kestrelby"))])
            for issuer in list(named.values())[:3]:
                api.watch_issuer(str(issuer))
            documents = {each.filename: str(each.id) for each in api.list_documents()}
            self.ids["document_id"] = next(documents[n] for n in documents if n.startswith("ravenscar-10k-2023"))
            self.ids["failed_id"] = documents[broken.name]

    def _administrate(self) -> None:
        post = self._post
        self.ids["group_id"] = post("/v1/groups", name="Leveraged finance, London")["id"]
        for name in ("Credit desk", "Compliance", "Special situations and distressed debt research"):
            post("/v1/groups", name=name)
        self.http.put(f"/v1/groups/{self.ids['group_id']}/members/{self.ids['user_id']}")
        self.ids["label_id"] = post("/v1/labels", name="mnpi:project-heron")["id"]
        post("/v1/labels", name="restricted")
        post("/v1/entitlement-packs", name="Annual and quarterly reports", document_types=["10-K", "10-Q"])
        with ApiClient(url=self.url, key=self.keys["mira"]) as api:
            api.grant(level="viewer", group_id=self.ids["group_id"], collection_id=self.ids["collection_id"])
        for name in ("Nightly export to the data warehouse", "Excel add-in"):
            owner = post("/v1/service-accounts", name=name, roles=["analyst"])["id"]
            key = self.http.post(f"/v1/users/{owner}/keys", json={"name": name.split(maxsplit=1)[0].lower()})
            if key.is_success:
                self.ids["key_id"] = key.json()["id"]
        self.ids.setdefault("key_id", self.http.get("/v1/keys").json()["items"][0]["id"])

    def _post(self, path: str, **body: Any) -> dict[str, Any]:
        answer = self.http.post(path, json=body)
        answer.raise_for_status()
        return dict(answer.json())

    def _publish_runs(self) -> None:
        scores = {f"figures-{number:03}": float(number % 5 != 0) for number in range(48)}
        before = make_run("20260914-answers-7f3a", scores, day=0)
        after = make_run("20260921-answers-c41e", {name: float(i % 7 != 0) for i, name in enumerate(scores)}, day=7)
        for run in (before, after):
            text = (
                run.model_dump_json()
                .replace(f" {HOSTILE}", "")
                .replace("an-annual-report-of-a-rather-long-name", "report")
            )
            headers = {"Content-Type": "application/json"}
            self.http.put(f"/v1/eval-runs/{run.manifest.id}", content=text, headers=headers)
        self.ids |= {"run_id": after.manifest.id, "before": before.manifest.id}

    def _find_read_tasks(self) -> list[dict[str, Any]]:
        """Return the tasks, or none as long as a worker still reads some of the documents."""
        tasks: list[dict[str, Any]] = self.http.get("/v1/review/tasks", params={"limit": 50}).json()["items"]
        return tasks if len(tasks) >= 6 and all(each["state"] == "open" for each in tasks) else []

    def _review(self) -> None:
        """Wait until the fields of the documents are read, and decide some."""
        tasks = wait_for(self._find_read_tasks, seconds=120, what="the reading of all fields")
        reports = [each for each in tasks if each["schema"]["key"] == "annual-report"] or tasks
        task = next((each for each in reports if each["document"]["id"] == self.ids["document_id"]), reports[0])
        self.ids["task_id"] = task["id"]
        fields = self.http.get(f"/v1/review/tasks/{task['id']}/fields").json()["items"]
        for number, field in enumerate(fields[:6]):
            tag = {"If-Match": f'"{field["revision"]}"'}
            action = "absent" if number == 3 else "approve"
            self.http.post(f"/v1/review/fields/{field['id']}/revisions", json={"action": action}, headers=tag)
        self.http.post(f"/v1/review/tasks/{task['id']}/release", json={})


def list_screens(ids: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Return the user and the address of each screen, by its name."""
    document, issuer = f"/documents/{ids['document_id']}", f"/issuers/{ids['issuer_id']}"
    tabs = ("outline", "tables", "statements", "fields", "versions", "runs", "access", "activity", "edit", "delete")
    explain = urlencode({"document": ids["document_id"], "person": ids["user_id"]})
    runs = urlencode({"before": ids["before"], "after": ids["run_id"]})
    pages = {
        **{f"home-{role}": "/" for role in ("analyst", "editor", "engineer", "admin")},
        "ask": f"/ask?{urlencode({'question': QUESTIONS[0]})}",
        "questions": "/questions",
        "question": f"/questions/{ids['question_id']}",
        "documents": "/documents",
        "documents-found": "/documents?q=net+leverage&in=text",
        "documents-none": "/documents?q=no+such+words",
        "document": document,
        "document-failed": f"/documents/{ids['failed_id']}",
        **{f"document-{tab}": f"{document}/{tab}" for tab in tabs},
        "document-pages": f"{document}/pages/2",
        "failed-documents": "/dead-letters",
        "issuers": "/issuers",
        "issuer": issuer,
        "issuer-statements": f"{issuer}/statements",
        "issuers-compared": f"/issuers/compare?a={ids['issuer_id']}&b={ids['other_issuer']}",
        "review": "/review",
        "review-task": f"/review/tasks/{ids['task_id']}",
        **{f"review-{page}": f"/review/{page}" for page in ("progress", "learnt", "mentions", "open", "policies")},
        "review-schemas": "/review/schemas",
        "review-schema": "/review/schemas/credit-agreement",
        "evaluations": "/evaluations",
        "evaluation": f"/evaluations/{ids['run_id']}",
        "evaluation-case": f"/evaluations/{ids['run_id']}/case?case=figures-007",
        "evaluations-compared": f"/evaluations/compare?{runs}",
        **{
            f"admin-{page}": f"/admin/{page}"
            for page in ("usage", "people", "keys", "groups", "collections", "labels", "packs", "providers")
        },
        "admin": "/admin",
        "admin-person-new": "/admin/people/new",
        "admin-person": f"/admin/people/{ids['user_id']}",
        "admin-group": f"/admin/groups/{ids['group_id']}",
        "admin-label": f"/admin/labels/{ids['label_id']}",
        "admin-collection": f"/admin/collections/{ids['collection_id']}",
        "admin-key": f"/admin/keys/{ids['key_id']}/rotate",
        "access": "/access",
        "access-person": f"/access/people/{ids['user_id']}",
        "access-group": f"/access/groups/{ids['group_id']}",
        "access-collection": f"/access/collections/{ids['collection_id']}",
        "access-explained": f"/access/explain?{explain}",
        "access-import": "/access/import",
        "audit": "/audit",
        "reference": "/docs",
        "unknown-address": "/no-such-page",
    }
    return {
        name: (name.removeprefix("home-") if name.startswith("home-") else "mira", at) for name, at in pages.items()
    }


class Camera:
    """Takes the four screens of a page: wide and narrow, in light and in dark."""

    def __init__(self, browser: Browser, shelf: Shelf) -> None:
        self._browser, self._shelf = browser, shelf
        self._pages: dict[str, Page] = {}

    def take(self, user: str, address: str) -> dict[tuple[int, str], Image.Image]:
        if user not in self._pages:
            page = self._browser.new_page(reduced_motion="reduce")
            answer = page.request.post(
                f"{self._shelf.url}/sign-in", form={"key": self._shelf.keys[user]}, max_redirects=0
            )
            assert answer.status == 303, answer.text()
            self._pages[user] = page
        page, taken = self._pages[user], {}
        for width, (wide, high) in SIZES.items():
            page.set_viewport_size({"width": wide, "height": high})
            for theme in ("light", "dark"):
                page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
                if theme == "light":
                    page.goto(f"{self._shelf.url}{address}", wait_until="networkidle")
                    if address.startswith("/ask?"):
                        page.get_by_role("button", name="Ask", exact=True).click()
                        page.locator(".claim .cite").first.click()
                        page.locator("#sheet mark, #sheet rect, #sheet iframe").first.wait_for(state="attached")
                        if page.locator("#sheet iframe").count():
                            page.frame_locator("#sheet iframe").locator("mark").first.wait_for()
                    elif address == "/docs":
                        page.locator(".opblock").first.wait_for()
                with Image.open(BytesIO(page.screenshot())) as shot:
                    taken[width, theme] = shot.convert("RGB")
        return taken


def join(taken: Mapping[tuple[int, str], Image.Image]) -> Image.Image:
    """Put the four screens of a page beside each other, smaller."""
    small = [
        shot.resize((SHOWN[width], SHOWN[width] * shot.height // shot.width), Image.Resampling.LANCZOS)
        for (width, _), shot in sorted(taken.items(), key=lambda each: (each[0][1] == "dark", -each[0][0]))
    ]
    joined = Image.new(
        "RGB", (sum(each.width + GAP for each in small) + GAP, max(each.height for each in small) + 2 * GAP), PAPER
    )
    left = GAP
    for each in small:
        joined.paste(each, (left, GAP))
        left += each.width + GAP
    return joined


def main(wanted: Sequence[str]) -> None:
    chromium = find_chromium()
    if chromium is None:
        sys.exit("Chromium is not installed: apt-get install chromium-headless-shell")
    SCREENS.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        run_footnote(Path(folder) / "home") as stack,
        sync_playwright() as playwright,
    ):
        shelf = Shelf(stack, Path(folder))
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        camera = Camera(browser, shelf)
        for name, (user, address) in list_screens(shelf.ids).items():
            if not wanted or name in wanted:
                join(camera.take(user, address)).save(SCREENS / f"{name}.webp", quality=60, method=6)
        browser.close()
    size = sum(path.stat().st_size for path in SCREENS.glob("*.webp"))
    if size > LARGEST:
        sys.exit(f"The screens have {size} bytes: {LARGEST} at most.")


if __name__ == "__main__":
    main(sys.argv[1:])
