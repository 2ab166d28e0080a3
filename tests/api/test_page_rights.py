"""Every page for every kind of visitor, from the application's own routes: who is shown it, and what all others are
told, which is the same as of things that are not there. And what pages fetch by their session: files, pages, images.
"""

from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from fastapi.routing import iter_route_contexts

from app.core.principal import PERMISSIONS, Role
from app.identity.sessions.service import form_token
from tests.api.page_rules import OPEN, PAGES, SCIM, PageRule
from tests.api.rights_world import Nothing, Things, World
from tests.api.route_rules import RULES, Decider
from tests.api.test_route_rights import ask, assert_told_of_nothing, rightful, who_may_not_know

Page = tuple[str, str]
FETCHED = sorted(page for page, rule in RULES.items() if page[0] == "GET" and rule.decider is Decider.GRANT)


class Asked(dict[str, Any]):
    """Ids by name, kept as they are asked for."""

    def __init__(self, names: Any) -> None:
        super().__init__()
        self._names = names

    def __missing__(self, name: str) -> Any:
        self[name] = self._names[name]
        return self[name]


@dataclass(frozen=True)
class Shown:
    """What a page answered; each id that was asked for stands there as its name."""

    status: int
    text: str
    headers: dict[str, str]


def visit(world: World, client: httpx.Client, page: Page, names: Any) -> Shown:
    method, template = page
    rule, asked = PAGES[page], Asked(names)
    path = template
    for name in [part[1:-1] for part in template.split("/") if part.startswith("{")]:
        path = path.replace(f"{{{name}}}", str(asked[(rule.path or {}).get(name, name)]))
    options = dict(rule.call(asked))
    if method == "POST":
        token = client.cookies.get(world.server.app.state.session_cookie)
        options["data"] = {"form_token": form_token(token or ""), **options["data"]}
    answer = client.request(method, path, **options)
    own = {"date", "x-request-id", "ratelimit", "ratelimit-policy"}
    headers = {name: value for name, value in answer.headers.items() if name not in own}
    text = answer.text.replace(answer.headers["x-request-id"], "")
    for name, value in asked.items():
        text = text.replace(str(value), name)
    return Shown(answer.status_code, text, headers)


@pytest.fixture(scope="module")
def world(server) -> World:
    return World(server)


@pytest.fixture(scope="module")
def opened(world) -> Things:
    """Things that refusals leave as they are."""
    things = Things(world)
    things.lapse()
    return things


@pytest.fixture(scope="module")
def closed(world) -> Things:
    """The same behind a label that nobody is cleared for."""
    things = Things(world)
    things.close()
    return things


def test_every_address_that_the_document_leaves_out_has_a_rule(server):
    documented = server.client().get("/openapi.json").json()["paths"]
    found = {
        (method, route.path)
        for route in iter_route_contexts(server.app.routes)
        for method in sorted(route.methods or {"GET"})
        if route.path not in documented and not route.path.startswith(SCIM) and method != "HEAD"
    }
    missing = sorted(found - PAGES.keys() - OPEN.keys())
    assert not missing, (
        f"Say in tests/api/page_rules.py what opens {missing}, and how a rightful request looks: "
        "PAGES[method, path] = PageRule(Permission.…, status, foreign, call); OPEN says why one is for everybody."
    )
    assert found == PAGES.keys() | OPEN.keys(), "these rules are of pages that are no more"


@pytest.mark.parametrize("page", sorted(PAGES), ids=" ".join)
def test_only_the_rightful_are_shown_a_page(world, opened, closed, page):
    rule = PAGES[page]
    assert_sessions_come_first(world, page, opened)
    if rule.permission is not None:
        assert_permission_is_needed(world, page, opened)
    for user, names in who_may_not_see(world, rule, opened, closed):
        assert_shown_nothing(world, world.page_of(user.http), page, names, rule.status)
    assert_shown_nothing(world, world.page_of(world.stranger.http), page, opened, rule.foreign)
    for user in who_may_see(world, rule):
        names = opened if page[0] == "GET" else Things(world)
        if rule.shows is not None:
            assert names[rule.shows], "made before the page is shown"
        shown = visit(world, world.page_of(user.http), page, names)
        assert shown.status == rule.status, (page, shown)
        assert rule.shows is None or names[rule.shows] in shown.text, page


def assert_sessions_come_first(world: World, page: Page, names: Things) -> None:
    """Who has no session, or one that is over, is shown what everybody is: the way in."""
    answers = [visit(world, client, page, names) for client in (world.keyless, *world.ended_pages)]
    for shown in answers:
        if page == ("GET", "/"):
            assert shown.status == 200
            assert names["collection_name"] not in shown.text
        elif page[0] == "GET":
            assert (shown.status, shown.headers["location"]) == (303, "/")
        else:
            assert shown.status == (403 if shown is answers[0] else 303), page


def assert_permission_is_needed(world: World, page: Page, names: Things) -> None:
    permission = PAGES[page].permission
    assert permission is not None
    for client in (world.powerless.http, world.scoped(world.holder(permission), without=permission)):
        visitor = world.page_of(client)
        shown = visit(world, visitor, page, names)
        assert shown.status == 404, (page, shown)
        assert shown == visit(world, visitor, page, Nothing()), page


def who_may_not_see(world: World, rule: PageRule, opened: Things, closed: Things) -> list[tuple[Any, Things]]:
    """Those of the tenant who have the permission, and no right to the thing."""
    if not rule.by_grant:
        return []
    return [(world.analyst, opened), (world.lapsed, opened), (world.granted, closed), (world.grouped, closed)]


def who_may_see(world: World, rule: PageRule) -> list[Any]:
    if rule.permission is None:
        return [world.granted, world.grouped]
    roles = {
        Role.ENGINEER: world.engineer,
        Role.ADMIN: world.admin,
        Role.AUDITOR: world.auditor,
    }
    return [user for role, user in roles.items() if rule.permission in PERMISSIONS[role]]


def assert_shown_nothing(world: World, client: httpx.Client, page: Page, names: Things, status: int) -> None:
    rule = PAGES[page]
    shown = visit(world, client, page, names)
    assert shown.status == status, (page, shown)
    if rule.shows is not None:
        assert names[rule.shows] not in shown.text, page
    else:
        assert shown == visit(world, client, page, Nothing()), page


@pytest.mark.parametrize("operation", FETCHED, ids=" ".join)
def test_what_a_page_fetches_by_its_session_is_the_rightfuls_only(world, opened, closed, operation):
    rule = RULES[operation]
    for visitor in (world.keyless, *world.ended_pages):
        assert ask(visitor, operation, opened).status == 401
    for client, names in who_may_not_know(world, rule, None, opened, closed):
        assert_told_of_nothing(world.page_of(client), operation, names)
    stranger = world.page_of(world.stranger.http)
    if rule.shows is None:
        assert_told_of_nothing(stranger, operation, opened)
    else:
        assert opened[rule.shows] not in ask(stranger, operation, opened).text
    for client in rightful(world, rule, None):
        if rule.shows is not None:
            assert opened[rule.shows], "made before the list is read"
        answer = ask(world.page_of(client), operation, opened)
        assert answer.status == rule.status, (operation, answer)
        assert rule.shows is None or opened[rule.shows] in answer.text, operation


@pytest.mark.parametrize("path", ["/openapi.json", "/docs", "/sign-in", "/static/footnote.css"])
def test_what_is_open_to_everybody_is_the_same_for_all(world, path):
    visitors = (world.keyless, *map(world.page_of, (world.granted.http, world.admin.http, world.stranger.http)))
    answers = [visitor.get(path) for visitor in visitors]
    assert {answer.status_code for answer in answers} == {200}
    tokens = [form_token(visitor.cookies.get(world.server.app.state.session_cookie, "")) for visitor in visitors]
    assert len({answer.text.replace(token, "") for answer, token in zip(answers, tokens, strict=True)}) == 1
