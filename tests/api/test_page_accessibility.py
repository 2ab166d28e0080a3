"""Every page against WCAG 2.2 AA, in light and in dark, at three widths, by axe-core in headless Chromium.

The pages are those of tests/api/page_rules.py, so that a new page is checked without another line here. Pages whose
content a script writes are also checked in the states that it makes: tests/web/test_review_accessibility.py.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, BrowserContext
from playwright.sync_api import Page as BrowserPage

from tests.api.page_rules import PAGES
from tests.api.rights_world import Objects, World
from tests.api.test_page_rights import Page, RecordedIds, authorised_users
from tests.browser import RULES_OF_COLOUR, find_violations, open_chromium

pytestmark = pytest.mark.browser

WIDTHS = (1440, 768, 360)
READ = sorted(page for page in PAGES if page[0] == "GET" and not page[1].endswith(".csv"))


@pytest.fixture(scope="module")
def world(server: Any) -> World:
    return World(server)


@pytest.fixture(scope="module")
def objects(world: World) -> Objects:
    return Objects(world)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with open_chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def context(chromium: Browser) -> Iterator[BrowserContext]:
    # With motion, axe would measure a colour on its way from one theme to the other.
    opened = chromium.new_context(viewport={"width": WIDTHS[0], "height": 900}, reduced_motion="reduce")
    opened.set_default_timeout(60_000)
    yield opened
    opened.close()


def address_of(world: World, page: Page, objects: Objects) -> str:
    """Return the page's path with its parameters, for objects that exist."""
    rule, asked, path = PAGES[page], RecordedIds(objects), page[1]
    for name in [part[1:-1] for part in path.split("/") if part.startswith("{")]:
        path = path.replace(f"{{{name}}}", str(asked[(rule.path or {}).get(name, name)]))
    if rule.shows is not None:
        assert objects[rule.shows], "create the object before the request"
    parameters = rule.call(asked).get("params", {})
    return f"{world.server.url}{path}" + (f"?{urlencode(parameters)}" if parameters else "")


def faults_of(opened: BrowserPage) -> list[str]:
    """Return the violations of the page at all widths in both themes, and the widths at which it scrolls sideways."""
    found = []
    for width in WIDTHS:
        opened.set_viewport_size({"width": width, "height": 900})
        if opened.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(f"{width}: the page scrolls sideways")
        opened.emulate_media(color_scheme="light")
        found += [f"{width} light: {each}" for each in find_violations(opened)]
        opened.emulate_media(color_scheme="dark")
        found += [f"{width} dark: {each}" for each in find_violations(opened, RULES_OF_COLOUR)]
    return found


@pytest.mark.parametrize("page", READ, ids=" ".join)
def test_page_has_no_violation(context: BrowserContext, world: World, objects: Objects, page: Page) -> None:
    visitor = world.page_of(authorised_users(world, PAGES[page])[0].http)
    cookie = world.server.app.state.session_cookie
    context.add_cookies([{"name": cookie, "value": visitor.cookies[cookie], "url": world.server.url}])
    assert_no_fault(context, address_of(world, page, objects))


def test_sign_in_page_has_no_violation(context: BrowserContext, world: World) -> None:
    context.clear_cookies()
    assert_no_fault(context, f"{world.server.url}/sign-in")


def assert_no_fault(context: BrowserContext, address: str) -> None:
    opened = context.new_page()
    errors: list[str] = []
    opened.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: errors.append(str(error)))
    answer = opened.goto(address)
    assert answer is not None
    assert answer.status == 200, address
    if answer.headers["content-type"].startswith("text/html"):
        assert faults_of(opened) == [], address
        assert opened.locator("h1").count() == 1, address
        assert opened.title(), address
    opened.close()
    # The documents of this world have no file, so that their pages cannot be drawn.
    assert [each for each in errors if "422" not in each] == []
