"""The editors' desk in Chromium: the queue, and the fields of a task beside the document's page."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from playwright.sync_api import Page as BrowserPage
from playwright.sync_api import expect
from sqlalchemy import create_engine

from app.client.api import ApiClient
from app.client.ingestion import NoProgress, ingest_files
from app.core.clock import SystemClock
from app.core.principal import Principal, Role
from app.db.session import Database, system_principal
from app.documents.models import Page
from app.review.evidence import evidence_at
from app.review.models import ReviewTask
from app.review.proposals import Proposal, ProposalState, ReadingMethod
from app.review.revisions.proposing import FieldWriter
from app.review.schemas.definition import parse_definition
from app.review.schemas.repository import SchemaRepository
from app.review.tasks.service import TaskService
from app.review.value_texts import parse_value
from app.stack.founding import open_tenant_admin
from app.stack.supervisor import Stack
from tests.web.conftest import Site, sign_in

pytestmark = pytest.mark.browser

LETTER = "<html><body><h1>Fee letter</h1>" + "".join(
    f"<p>Item {number}: the fee of tranche {number} is USD {number},000,000, due on {number} March 2031.</p>"
    for number in range(1, 31)
)
FIELDS = {
    "title": "Fees",
    "x-document-types": ["fee-letter"],
    "properties": {
        f"fee_{number}": {
            "title": f"Fee of tranche {number}", "type": "number", "x-field": {"importance": 3, "unit": "USD"},
        }
        for number in range(1, 31)
    },
}  # fmt: skip


@dataclass(frozen=True)
class Desk:
    """An editor of a tenant with a letter, and the databases of the running Footnote."""

    key: str
    editor: Principal
    document_id: UUID
    api: Database
    worker: Database

    def task(self) -> UUID:
        """Create an open task whose 30 fields the machine read right."""
        schema_key = f"fees-{uuid4().hex[:8]}"
        with self.api.transaction(self.editor) as session:
            schema = parse_definition(schema_key, FIELDS)
            schemas = SchemaRepository(session)
            schemas.add(schema, FIELDS, origin="tenant", principal=self.editor, now=SystemClock().now())
        view, _ = TaskService(database=self.api, clock=SystemClock()).create_task(
            self.editor, self.document_id, schema_key
        )
        with self.worker.transaction(system_principal(self.editor.tenant_id)) as session:
            task = session.get_one(ReviewTask, view.row.id)
            task.state = "open"
            text = session.get_one(Page, (task.version_id, 1)).text
            read = {}
            for number, spec in enumerate(schema.fields, start=1):
                start = text.index(f"USD {number},000,000")
                end = start + len(f"USD {number},000,000")
                value = parse_value(spec.kind, text[start:end], unit=spec.unit)
                quote = evidence_at(1, text, start, end)
                read[spec.key] = (
                    spec.digest,
                    Proposal(spec.key, ProposalState.FOUND, value, (quote,), ReadingMethod.RULE, 0.8),
                )
            FieldWriter(session, task, datetime.now(UTC)).write(schema, read)
        return view.row.id


@pytest.fixture(scope="module")
def desk(site: Site, running_footnote: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    stack = running_footnote
    admin, database = open_tenant_admin(stack.database_url("owner"))
    tenant_id = admin.create_tenant(slug=f"desk-{uuid4().hex}", name="Desk")
    user_id, key = admin.create_user(tenant_id, email="ana@example.org", name="Ana", roles=[Role.EDITOR])
    database.close()
    letter = tmp_path_factory.mktemp("desk") / "fee-letter.html"
    letter.write_text(LETTER)
    with ApiClient(url=stack.url, key=key) as api:
        collection = api.create_collection("Letters")
        ingest_files(api, [letter], collection=collection.id, watcher=NoProgress())
        (document,) = api.list_documents()
    engines = [create_engine(stack.database_url(role)) for role in ("api", "worker")]
    editor = Principal(tenant_id, user_id, frozenset({Role.EDITOR}), name="Ana")
    yield Desk(key, editor, UUID(str(document.id)), *(Database(engine=engine) for engine in engines))
    for engine in engines:
        engine.dispose()


@pytest.fixture
def task_page(page: BrowserPage, site: Site, desk: Desk) -> BrowserPage:
    sign_in(page, site.url, desk.key)
    page.goto(f"{site.url}/review/tasks/{desk.task()}")
    page.locator("#fields li[aria-current]").wait_for()
    return page


def test_next_task_opens_from_the_queue(page, desk, site):
    desk.task()
    sign_in(page, site.url, desk.key)
    page.get_by_role("link", name="Review").click()
    expect(page.get_by_role("row", name="Fees").first).to_contain_text("30 of 30")
    page.locator("#next:enabled").wait_for()
    page.keyboard.press("g")
    page.locator("#fields li[aria-current]").wait_for()
    assert "/review/tasks/" in page.url


def test_thirty_right_fields_take_one_key_each(task_page):
    for count in range(1, 31):
        task_page.keyboard.press("a")
        expect(task_page.locator("#progress")).to_have_text(f"{count} of 30 fields decided")
    expect(task_page.locator("#fields .field-status.approved")).to_have_count(30)
    task_page.reload()
    expect(task_page.locator("#fields .field-status.approved")).to_have_count(30)


def test_quote_and_field_lead_to_each_other(task_page):
    expect(task_page.locator("#sheet .now")).to_have_text("USD 1,000,000")
    task_page.keyboard.press("j")
    expect(task_page.locator("#sheet .now")).to_have_text("USD 2,000,000")
    task_page.locator("#sheet mark", has_text="USD 7,000,000").click()
    expect(task_page.locator("#fields li[aria-current]")).to_contain_text("Fee of tranche 7")


def test_words_of_the_page_become_the_value_by_keyboard(task_page):
    task_page.keyboard.press("/")
    task_page.keyboard.type("USD 9,000,000")
    task_page.keyboard.press("Enter")
    task_page.locator("#take:visible").wait_for()
    task_page.keyboard.press("Escape")
    task_page.keyboard.press("s")
    first = task_page.locator("#fields li").first
    expect(first.locator(".field-value")).to_contain_text("9,000,000")
    task_page.keyboard.press("z")
    expect(first.locator(".field-value")).to_contain_text("1,000,000")


def test_key_is_changed_in_the_dialog_of_keys(task_page):
    task_page.keyboard.press("?")
    task_page.get_by_role("button", name="Approve the value: a").click()
    task_page.keyboard.press("y")
    task_page.get_by_role("button", name="Close").click()
    task_page.keyboard.press("y")
    expect(task_page.locator("#progress")).to_have_text("1 of 30 fields decided")
