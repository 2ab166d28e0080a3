"""Every page against WCAG 2.2 AA, in light and in dark, at three widths, by axe-core in headless Chromium.

The pages are those of tests/api/page_rules.py, so that a new page is checked without another line here. Pages whose
content a script writes are also checked in the states that it makes: tests/web/test_review_accessibility.py.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.api.page_rules import PAGES
from tests.api.rights_world import Objects, World
from tests.api.test_page_rights import Page, RecordedIds, authorised_users
from tests.browser import find_faults, open_chromium

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


@pytest.mark.parametrize("page", READ, ids=" ".join)
def test_page_has_no_violation(context: BrowserContext, world: World, objects: Objects, page: Page) -> None:
    visitor = world.page_of(authorised_users(world, PAGES[page])[0].http)
    cookie = world.server.app.state.session_cookie
    context.add_cookies([{"name": cookie, "value": visitor.cookies[cookie], "url": world.server.url}])
    assert_no_fault(context, address_of(world, page, objects))


def test_sign_in_page_has_no_violation(context: BrowserContext, world: World) -> None:
    context.clear_cookies()
    assert_no_fault(context, f"{world.server.url}/sign-in")


FAULTY = """<!doctype html><html lang="en"><title>Faulty</title><meta name="viewport" content="width=device-width">
<style>
:root { color-scheme: light dark; color: light-dark(#000, #fff); background: light-dark(#fff, #000); }
h1 { color: light-dark(#000, #222); }
.narrow { display: none; }
@media (max-width: 400px) { .narrow { display: block; } }
@media (min-width: 1000px) { p { color: #777; background: #888; } }
.wide { width: 700px; }
</style>
<main><h1>Dark</h1><button class="narrow"></button><p>Grey</p><div class="wide">Wide</div></main></html>"""


def test_faults_of_one_theme_or_one_width_are_found(context: BrowserContext) -> None:
    opened = context.new_page()
    opened.set_content(FAULTY)
    found = [each.split(" Fix any")[0].split(": [")[0] for each in find_faults(opened, WIDTHS)]
    opened.close()
    assert found == [
        "1440 light: color-contrast",  # the paragraph
        "1440 dark: color-contrast",  # the heading
        "1440 dark: color-contrast",
        "768 dark: color-contrast",
        "360: the page scrolls sideways",
        "360 light: button-name",
        "360 dark: color-contrast",
    ]


def assert_no_fault(context: BrowserContext, address: str) -> None:
    opened = context.new_page()
    errors: list[str] = []
    opened.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: errors.append(str(error)))
    answer = opened.goto(address)
    assert answer is not None
    assert answer.status == 200, address
    if answer.headers["content-type"].startswith("text/html"):
        assert find_faults(opened, WIDTHS) == [], address
        assert opened.locator("h1").count() == 1, address
        assert opened.title(), address
    opened.close()
    # The documents of this world have no file, so that their pages cannot be drawn.
    assert [each for each in errors if "422" not in each] == []
