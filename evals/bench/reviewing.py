"""Measures the review page in Chromium: 200 fields beside a filing of 300 pages.

Two figures as a user sees them: from the opening of the page until the first field's quote is marked on its page, and
from the key for the next field until that field's quote is marked. An editor looks at a field for a moment; meanwhile
the page loads what the next field needs.
"""

import re
import shutil
import statistics
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

from playwright.sync_api import Page as BrowserPage
from playwright.sync_api import sync_playwright
from sqlalchemy import create_engine, select

from app.client.api import ApiClient
from app.client.ingestion import NoProgress, ingest_files
from app.core.clock import SystemClock
from app.core.errors import UnavailableError
from app.core.ids import new_id
from app.core.principal import Principal, Role
from app.db.session import Database, system_principal
from app.documents.models import Document, Page
from app.review.evidence import evidence_at
from app.review.models import ReviewTask
from app.review.proposals import Proposal, ProposalState, ReadingMethod
from app.review.revisions.proposing import FieldWriter
from app.review.schemas.definition import Schema, parse_definition
from app.review.schemas.repository import OWN, SchemaRepository
from app.review.value_texts import parse_value
from app.stack.founding import open_tenant_admin
from app.stack.home import Home
from app.stack.supervisor import Stack
from evals.bench.ingesting import sha256_mib_per_second
from evals.environment.printing import PdfPrinter, find_chromium
from evals.environment.stacks import running_stack
from evals.running.engine import Case, SuiteResult

PAGES, FIELDS, OPENINGS = 300, 200, 7
LOOK = 400
"""Milliseconds that the editor looks at a field before going on: faster than people decide."""

_PARAGRAPHS = 14
_STEP = 7
"""How far apart the fields are, in paragraphs of the filing: every second one is on a new page."""

_AMOUNT = re.compile(r"USD\s[\d,]*\d")
_READY = """() => {
  const mark = document.querySelector('#sheet .now');
  const image = document.querySelector('#sheet img');
  return mark !== null && (image === null || (image.complete && image.naturalWidth > 0));
}"""
_NEXT = """key => new Promise((done) => {
  const shown = () => document.querySelector('#fields li[aria-current] cite, #fields li[aria-current] .cite');
  const number = () => /page (\\d+)/.exec(shown()?.textContent ?? '')?.[1];
  const before = document.querySelector('#fields li[aria-current]');
  const started = performance.now();
  const look = () => {
    const isNext = document.querySelector('#fields li[aria-current]') !== before;
    const image = document.querySelector('#sheet img');
    const isThere = image?.alt === `Page ${number()}` && image.complete && image.naturalWidth > 0;
    if (isNext && isThere && document.querySelector('#sheet .now')) {
      requestAnimationFrame(() => done(performance.now() - started));
    } else {
      requestAnimationFrame(look);
    }
  };
  document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true}));
  look();
})"""


def bench_reviewing(notify: Callable[[str], None]) -> SuiteResult:
    """Ingest a made filing, and measure its review page. Raises UnavailableError without Chromium."""
    chromium = find_chromium()
    if chromium is None:
        raise UnavailableError("Chromium is not installed: apt-get install chromium-headless-shell")
    folder = Path(tempfile.mkdtemp(prefix="footnote-reviewing-"))
    try:
        filing = folder / "filing.pdf"
        PdfPrinter(chromium).print_page(_filing().encode(), filing)
        with running_stack(Home.at(folder / "home"), notify=notify) as stack:
            notify(f"Ingesting a filing of {PAGES} pages")
            key, task_id, pages = _prepare(stack, filing)
            notify(f"Opening a task of {FIELDS} fields {OPENINGS} times, and walking through it")
            with _browser(chromium, stack.url, key) as page:
                return _measure(page, f"{stack.url}/review/tasks/{task_id}", pages)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _filing() -> str:
    """Return a filing as XHTML: a page of sentences for each page, with one amount in each paragraph."""
    paragraph = (
        "<p>Under paragraph {number}, the borrower shall pay a fee of USD {number:,},000,000 on the day that the agent "
        "names, and delivers the certificates that the lenders require before any drawing is made.</p>"
    )
    pages = [
        "".join(paragraph.format(number=100 + page * _PARAGRAPHS + line) for line in range(_PARAGRAPHS))
        for page in range(PAGES)
    ]
    style = "@page { size: A4; margin: 15mm } body { font: 10pt serif } section { break-after: page }"
    body = "".join(f"<section>{page}</section>" for page in pages)
    head = f"<head><title>Credit agreement</title><style>{style}</style></head>"
    return f'<html xmlns="http://www.w3.org/1999/xhtml">{head}<body>{body}</body></html>'


def _prepare(stack: Stack, filing: Path) -> tuple[str, UUID, int]:
    """Ingest the filing, and create its open task. Return the editor's key, the task, and the number of pages."""
    tenants, owner = open_tenant_admin(stack.database_url("owner"))
    tenant = tenants.create_tenant(slug=f"reviewing-{uuid4().hex}", name="Reviewing")
    user, key = tenants.create_user(tenant, email="ana@example.org", name="Ana", roles=[Role.EDITOR])
    owner.close()
    with ApiClient(url=stack.url, key=key) as api:
        collection = api.create_collection("Deal")
        ingest_files(api, [filing], collection=collection.id, watcher=NoProgress())
    engine = create_engine(stack.database_url("worker"))
    editor, worker = Principal(tenant, user, frozenset({Role.EDITOR})), Database(engine=engine)
    with worker.transaction(system_principal(tenant)) as session:
        document = session.scalars(select(Document)).one()
        texts = {page.number: page.text for page in session.scalars(select(Page))}
        schema = _schema()
        now = SystemClock().now()
        repository = SchemaRepository(session)
        repository.add(schema, _DEFINITION, origin=OWN, principal=editor, now=now)
        row = repository.find_row(schema.key)
        assert row is not None and document.current_version_id is not None
        task = ReviewTask(
            id=new_id(), tenant_id=tenant, document_id=document.id, version_id=document.current_version_id,
            schema_id=row.id, schema_version=1, state="open", available_at=now, called_at=now, created_by=user,
            created_at=now, changed_at=now,
        )  # fmt: skip
        session.add(task)
        session.flush()
        read = dict(_proposals(schema, texts))
        FieldWriter(session, task, datetime.now(UTC)).write(schema, read)
        task_id = task.id
    engine.dispose()
    return key, task_id, len(texts)


_DEFINITION = {
    "title": "Fees",
    "properties": {
        f"fee_{number}": {"title": f"Fee {number}", "type": "number", "x-field": {"unit": "USD"}}
        for number in range(FIELDS)
    },
}


def _schema() -> Schema:
    return parse_definition("fees", _DEFINITION)


def _proposals(schema: Schema, texts: dict[int, str]) -> Iterator[tuple[str, tuple[str, Proposal]]]:
    """Yield the reading of each field: an amount of the filing, each some paragraphs after the one before."""
    amounts = [
        (page, found.start(), found.end()) for page, text in sorted(texts.items()) for found in _AMOUNT.finditer(text)
    ]
    for number, spec in enumerate(schema.fields):
        page, start, end = amounts[number * _STEP % len(amounts)]
        quote = evidence_at(page, texts[page], start, end)
        value = parse_value(spec.kind, quote.quote, unit=spec.unit)
        yield spec.key, (spec.digest, Proposal(spec.key, ProposalState.FOUND, value, (quote,), ReadingMethod.RULE, 0.8))


@contextmanager
def _browser(chromium: str, url: str, key: str) -> Iterator[BrowserPage]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(url)
        page.get_by_label("API key").fill(key)
        page.get_by_role("button", name="Sign in").click()
        page.locator("#files:enabled").wait_for(state="attached")
        yield page
        browser.close()


def _measure(page: BrowserPage, address: str, pages: int) -> SuiteResult:
    opened = []
    for _ in range(OPENINGS):
        page.goto(address, wait_until="commit")
        page.wait_for_function(_READY, polling="raf")
        opened.append(float(page.evaluate("performance.now()")))
    turned = []
    for _ in range(FIELDS - 1):
        page.wait_for_timeout(LOOK)
        turned.append(float(page.evaluate(_NEXT, "j")))
    cases = [Case(f"next {number:03d}", each, f"{each:.0f} ms") for number, each in enumerate(turned, start=1)]
    return SuiteResult(
        metrics={
            "pages": float(pages),
            "fields": float(FIELDS),
            "open_first_ms": opened[0],
            "open_p50_ms": statistics.median(opened),
            "open_max_ms": max(opened),
            "next_p50_ms": statistics.median(turned),
            "next_p95_ms": statistics.quantiles(turned, n=20)[-1],
            "next_max_ms": max(turned),
            "reference_sha256_mib_per_second": sha256_mib_per_second(),
        },
        cases=cases,
    )
