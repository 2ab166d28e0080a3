"""Fixtures: a running Footnote, its users, and headless Chromium."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from app.client.api import ApiClient
from app.commands.demo import make_samples
from app.core.principal import Role
from app.stack.founding import open_tenant_admin
from app.stack.supervisor import Stack
from tests.browser import open_chromium

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Site:
    """A tenant of a running Footnote, the API keys of its users, and two documents to upload. `key` is the key of an
    analyst, who owns a collection.
    """

    url: str
    key: str
    engineer_key: str
    admin_key: str
    documents: list[Path]


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return list(make_samples(tmp_path_factory.mktemp("samples")))


class SharedChromium:
    """The browser of all tests in this folder. Starting it takes four seconds of CPU. It is closed before tests of
    other folders run, because Playwright's event loop prevents other event loops while the browser is open.
    """

    def __init__(self) -> None:
        self._started = ExitStack()
        self._browser: Browser | None = None

    def open(self) -> Browser:
        if self._browser is None or not self._browser.is_connected():
            self.close()
            self._browser = self._started.enter_context(open_chromium())
        return self._browser

    def close(self) -> None:
        self._browser = None
        self._started.close()


_CHROMIUM = SharedChromium()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> Iterator[None]:
    try:
        return (yield)
    finally:
        if nextitem is None or FOLDER not in nextitem.path.parents:
            _CHROMIUM.close()


@pytest.fixture(scope="module")
def chromium() -> Browser:
    return _CHROMIUM.open()


@pytest.fixture(scope="module")
def site(running_footnote: Stack, samples: list[Path]) -> Site:
    """A new tenant for each module."""
    stack = running_footnote
    admin, database = open_tenant_admin(stack.database_url("owner"))
    tenant_id = admin.create_tenant(slug=f"web-{uuid4().hex}", name="Web")
    _, key = admin.create_user(tenant_id, email="mira@example.org", name="Mira", roles=[Role.ANALYST])
    _, engineer_key = admin.create_user(tenant_id, email="noor@example.org", name="Noor", roles=[Role.ENGINEER])
    _, admin_key = admin.create_user(tenant_id, email="access@example.org", name="Access", roles=[Role.ADMIN])
    database.close()
    with ApiClient(url=stack.url, key=key) as api:
        api.create_collection("Filings")
    return Site(
        url=stack.url,
        key=key,
        engineer_key=engineer_key,
        admin_key=admin_key,
        documents=samples,
    )


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page without a session. Any error on the browser's console fails the test."""
    with new_page(chromium) as opened:
        yield opened


@contextmanager
def new_page(chromium: Browser, *, expected: str | None = None) -> Iterator[Page]:
    """A page in a new browser context. The test fails if the browser's console shows an error without the text
    `expected`.
    """
    context: BrowserContext = chromium.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(60_000)
    opened = context.new_page()
    errors: list[str] = []
    opened.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    context.close()
    assert [error for error in errors if expected is None or expected not in error] == []


@pytest.fixture
def analyst_page(page: Page, site: Site) -> Page:
    """The home page with the analyst signed in."""
    return sign_in(page, site.url, site.key)


@pytest.fixture
def interrupted_page(chromium: Browser, site: Site) -> Iterator[Page]:
    """The home page with the analyst signed in. Its requests may fail."""
    with new_page(chromium, expected="Failed to load resource") as opened:
        yield sign_in(opened, site.url, site.key)


@pytest.fixture
def engineer_page(page: Page, site: Site) -> Page:
    """The home page with the engineer signed in."""
    return sign_in(page, site.url, site.engineer_key)


def sign_in(page: Page, url: str, key: str) -> Page:
    """Sign in without the form, and open the home page. (`test_sign_in_and_sign_out` uses the form.)"""
    answer = page.context.request.post(f"{url}/sign-in", form={"key": key}, max_redirects=0)
    assert answer.status == 303, answer.text()
    page.goto(url)
    page.locator("#files:enabled").wait_for(state="attached")
    return page
