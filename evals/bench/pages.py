"""Measures every page of a tenant with 10,000 documents, 1,000 users and 5,000 questions.

The API runs in its own process. A user with every role, who owns all collections, opens each page: the time of the
response over HTTP, and the first contentful paint in headless Chromium, which a user sees. Each is the median of
several openings, after one that is not counted. Pages whose address has an object open one that exists.
"""

import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import httpx
from playwright.sync_api import Page as BrowserPage
from playwright.sync_api import sync_playwright
from sqlalchemy import text

from app.bootstrap import build_tenant_admin
from app.composition import build_database
from app.core.errors import UnavailableError
from app.core.principal import Role
from app.db.migrate import upgrade_to_head
from app.db.session import Database, system_principal
from app.settings import DatabaseSettings, Settings
from app.stack.servers.postgres import EmbeddedPostgres
from app.web.endpoints import list_pages
from evals.bench.page_data import write_tenant
from evals.bench.serving import run_api
from evals.environment.printing import find_chromium
from evals.running.engine import Case, SuiteResult

OPENINGS = 5
FIRST_PAINT_MS = 500.0
"""The limit of the first paint. A page above it is a fault."""

_LONG_MS = 600_000
_OBJECTS = {
    "document_id": "SELECT id FROM documents WHERE current_version_id IS NOT NULL ORDER BY id DESC LIMIT 1",
    "issuer_id": "SELECT issuer_id FROM documents WHERE issuer_id IS NOT NULL ORDER BY id DESC LIMIT 1",
    "user_id": "SELECT id FROM users WHERE email LIKE 'person%' ORDER BY email LIMIT 1",
    "group_id": "SELECT id FROM groups ORDER BY name LIMIT 1",
    "collection_id": "SELECT id FROM collections ORDER BY name LIMIT 1",
    "label_id": "SELECT id FROM labels ORDER BY name LIMIT 1",
    "question_id": "SELECT id FROM questions WHERE user_id = :me ORDER BY id LIMIT 1",
    "conversation_id": "SELECT id FROM conversations WHERE user_id = :me ORDER BY id LIMIT 1",
}
_ALSO = (
    "/documents?q=harbour+2019", "/documents?sort=title", "/documents?sort=-period&document_type=10-K",
    "/documents?issuer=Cedar+Mills+3", "/documents?status=failed", "/documents?label_id={label_id}",
)  # fmt: skip
_NO_PAGES = ("/static", "/sign-in", "/openapi", "/metrics", "/docs")
_PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? -1"
_PARAMETER = re.compile(r"\{(\w+)(?::\w+)?\}")


@dataclass(frozen=True, slots=True)
class _Site:
    port: int
    key: str
    objects: Mapping[str, str]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def bench_pages(notify: Callable[[str], None]) -> SuiteResult:
    """Run the benchmark with a temporary database and API.

    Raises ServerStartError, and UnavailableError without Chromium.
    """
    chromium = find_chromium()
    if chromium is None:
        raise UnavailableError("Chromium is not installed: apt-get install chromium-headless-shell")
    with _serve(notify) as site:
        addresses = list_addresses(site.objects)
        notify(f"Opening {len(addresses)} pages {OPENINGS} times, over HTTP and in Chromium")
        times = _measure_responses(site, addresses)
        paints = _measure_paints(site, chromium, [each for each in addresses if each in times])
    cases = [
        Case(each, None, f"response {times[each]:.0f} ms, first paint {paints[each]:.0f} ms")
        for each in sorted(paints, key=lambda each: -paints[each])
    ]
    slow = sorted(each for each in paints if paints[each] > FIRST_PAINT_MS)
    metrics = {
        "pages": float(len(paints)),
        "pages_without_response": float(len(addresses) - len(times)),
        "response_p50_ms": statistics.median(times.values()),
        "response_max_ms": max(times.values()),
        "first_paint_p50_ms": statistics.median(paints.values()),
        "first_paint_max_ms": max(paints.values()),
        "slower_than_500_ms": float(len(slow)),
    }
    for case in cases[:8]:
        notify(f"{case.id}: {case.reason}")
    return SuiteResult(metrics=metrics, cases=cases)


def list_addresses(objects: Mapping[str, str]) -> list[str]:
    """Return the addresses of all pages whose parameters are among the objects, with some filters of documents."""
    templates = [each for each in list_pages() if not each.startswith(_NO_PAGES)]
    return [
        _PARAMETER.sub(lambda match: objects.get(match.group(1), "1"), template)
        for template in dict.fromkeys([*templates, *_ALSO])
        if all(name in objects or name == "number" for name in _PARAMETER.findall(template))
    ]


@contextmanager
def _serve(notify: Callable[[str], None]) -> Iterator[_Site]:
    with tempfile.TemporaryDirectory(prefix="footnote-pages-") as name, EmbeddedPostgres(Path(name)) as postgres:
        postgres.databases.ensure_database()
        upgrade_to_head(postgres.url("owner"))
        databases = DatabaseSettings(owner_url=postgres.url("owner"), statement_timeout_ms=_LONG_MS)
        owner = build_database(databases, role="owner")
        admin = build_tenant_admin(Settings(database=databases))
        tenant = admin.create_tenant(slug="pages", name="Pages")
        roles = [role for role in Role if role is not Role.SYSTEM]
        user, key = admin.create_user(tenant, email="ana@example.org", name="Ana", roles=roles)
        write_tenant(owner, tenant, user, notify)
        objects = find_objects(owner, tenant, user)
        owner.close()
        with run_api(Path(name), postgres.url("api")) as port:
            yield _Site(port, key, objects)


def find_objects(owner: Database, tenant: UUID, user: UUID) -> dict[str, str]:
    """Return the ids of objects that the user may open, by the names of the parameters of addresses."""
    with owner.transaction(system_principal(tenant)) as session:
        return {
            name: str(session.scalar(text(query), {"me": user} if ":me" in query else {}))
            for name, query in _OBJECTS.items()
        }


def _measure_responses(site: _Site, addresses: list[str]) -> dict[str, float]:
    """Return the median times of the pages that respond with 200, in milliseconds; downloads are no pages."""
    times: dict[str, float] = {}
    with httpx.Client(base_url=site.url, trust_env=False, timeout=60) as http:
        http.post("/sign-in", data={"key": site.key})
        for address in addresses:
            taken = []
            for _ in range(OPENINGS + 1):
                began = time.perf_counter()
                answer = http.get(address)
                taken.append((time.perf_counter() - began) * 1000)
            is_page = answer.headers.get("Content-Type", "").startswith("text/html")
            if answer.status_code == httpx.codes.OK and is_page:
                times[address] = statistics.median(taken[1:])
    return times


def _measure_paints(site: _Site, chromium: str, addresses: list[str]) -> dict[str, float]:
    """Return the median times from the start of the navigation to the first contentful paint, in milliseconds."""
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        page.goto(site.url)
        page.get_by_label("API key").fill(site.key)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_load_state()
        paints = {address: _paint(page, f"{site.url}{address}") for address in addresses}
        browser.close()
    return paints


def _paint(page: BrowserPage, address: str) -> float:
    taken = []
    for _ in range(OPENINGS + 1):
        page.goto(address, wait_until="load")
        page.wait_for_function("() => performance.getEntriesByName('first-contentful-paint').length > 0")
        taken.append(float(page.evaluate(_PAINT)))
    return statistics.median(taken[1:])
