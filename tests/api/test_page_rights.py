"""Requests every page as every kind of visitor. Authorised visitors see the page. Other visitors get the same response
as for an absent object. The tests also make the API requests that pages make with the visitor's session.
"""

from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from fastapi.routing import iter_route_contexts

from app.core.principal import PERMISSIONS, Role
from app.identity.sessions.service import form_token
from tests.api.page_rules import OPEN, PAGES, SCIM, PageRule
from tests.api.rights_world import AbsentObjects, Objects, World
from tests.api.route_rules import RULES, Decider
from tests.api.test_route_rights import assert_hidden, authorised_clients, call, clients_without_access

Page = tuple[str, str]
SESSION_READS = sorted(page for page, rule in RULES.items() if page[0] == "GET" and rule.decider is Decider.GRANT)


class RecordedIds(dict[str, Any]):
    """The ids that a request uses, by name. Each id is recorded when the request first uses it."""

    def __init__(self, names: Any) -> None:
        super().__init__()
        self._names = names

    def __missing__(self, name: str) -> Any:
        self[name] = self._names[name]
        return self[name]


@dataclass(frozen=True)
class PageResponse:
    """The response to a page request. Its text contains names instead of the request's ids."""

    status: int
    text: str
    headers: dict[str, str]


def request_page(world: World, client: httpx.Client, page: Page, names: Any) -> PageResponse:
    method, template = page
    rule, asked = PAGES[page], RecordedIds(names)
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
    return PageResponse(answer.status_code, text, headers)


@pytest.fixture(scope="module")
def world(server) -> World:
    return World(server)


@pytest.fixture(scope="module")
def open_objects(world) -> Objects:
    """Objects for read-only requests."""
    objects = Objects(world)
    objects.expire_grant()
    return objects


@pytest.fixture(scope="module")
def closed_objects(world) -> Objects:
    """Objects hidden by a label for which no user has clearance."""
    objects = Objects(world)
    objects.label_collection()
    return objects


def test_every_route_outside_the_openapi_document_has_a_rule(server):
    documented = server.client().get("/openapi.json").json()["paths"]
    found = {
        (method, route.path)
        for route in iter_route_contexts(server.app.routes)
        for method in sorted(route.methods or {"GET"})
        if route.path not in documented and not route.path.startswith(SCIM) and method != "HEAD"
    }
    missing = sorted(found - PAGES.keys() - OPEN.keys())
    assert not missing, (
        f"Add the rules of {missing} to tests/api/page_rules.py: "
        "PAGES[method, path] = PageRule(Permission.…, status, foreign, call), or OPEN with a reason."
    )
    assert found == PAGES.keys() | OPEN.keys(), "remove the rules of pages that no longer exist"


@pytest.mark.parametrize("page", sorted(PAGES), ids=" ".join)
def test_only_authorised_users_see_a_page(world, open_objects, closed_objects, page):
    rule = PAGES[page]
    assert_session_required(world, page, open_objects)
    if rule.permission is not None:
        assert_permission_required(world, page, open_objects)
    for user, names in users_without_access(world, rule, open_objects, closed_objects):
        status = 404 if rule.shows is None else rule.status
        assert_hidden_page(world, world.page_of(user.http), page, names, status)
    assert_hidden_page(world, world.page_of(world.stranger.http), page, open_objects, rule.foreign)
    for user in authorised_users(world, rule):
        names = open_objects if page[0] == "GET" else Objects(world)
        if rule.shows is not None:
            assert names[rule.shows], "create the object before the request"
        shown = request_page(world, world.page_of(user.http), page, names)
        assert shown.status == rule.status, (page, shown)
        assert rule.shows is None or names[rule.shows] in shown.text, page


def assert_session_required(world: World, page: Page, names: Objects) -> None:
    """Check that visitors without a valid session see no objects. The start page hides its objects, other pages
    redirect to the sign-in, which leads back, and forms are refused.
    """
    answers = [request_page(world, client, page, names) for client in (world.keyless, *world.ended_pages)]
    for shown in answers:
        if page == ("GET", "/"):
            assert shown.status == 200
            assert names["collection_name"] not in shown.text
        elif page[0] == "GET":
            assert shown.status == 303
            assert shown.headers["location"].startswith("/sign-in?back=%2F"), page
        else:
            assert shown.status == 401, page


def assert_permission_required(world: World, page: Page, names: Objects) -> None:
    permission = PAGES[page].permission
    assert permission is not None
    for client in (world.powerless.http, world.scoped(world.holder(permission), without=permission)):
        visitor = world.page_of(client)
        shown = request_page(world, visitor, page, names)
        assert shown.status == 404, (page, shown)
        assert shown == request_page(world, visitor, page, AbsentObjects()), page


def users_without_access(
    world: World, rule: PageRule, open_objects: Objects, closed_objects: Objects
) -> list[tuple[Any, Objects]]:
    """Return pairs of a user and objects. The user has the permission in the tenant but no access to the objects."""
    if rule.is_own:
        return [(world.analyst, open_objects), (world.grouped, open_objects)]
    if not rule.by_grant:
        return []
    return [
        (world.analyst, open_objects),
        (world.lapsed, open_objects),
        (world.granted, closed_objects),
        (world.grouped, closed_objects),
    ]


def authorised_users(world: World, rule: PageRule) -> list[Any]:
    if rule.is_own:
        return [world.granted]
    if rule.permission is None or rule.by_grant:
        return [world.granted, world.grouped]
    roles = {
        Role.APPROVER: world.analyst,
        Role.ENGINEER: world.engineer,
        Role.ADMIN: world.admin,
        Role.AUDITOR: world.auditor,
    }
    return [user for role, user in roles.items() if rule.permission in PERMISSIONS[role]]


def assert_hidden_page(world: World, client: httpx.Client, page: Page, names: Objects, status: int) -> None:
    rule = PAGES[page]
    shown = request_page(world, client, page, names)
    assert shown.status == status, (page, shown)
    if rule.shows is not None:
        assert names[rule.shows] not in shown.text, page
    else:
        assert shown == request_page(world, client, page, AbsentObjects()), page


@pytest.mark.parametrize("operation", SESSION_READS, ids=" ".join)
def test_reads_with_a_session_are_for_authorised_users_only(world, open_objects, closed_objects, operation):
    rule = RULES[operation]
    for visitor in (world.keyless, *world.ended_pages):
        assert call(visitor, operation, open_objects).status == 401
    for client, names in clients_without_access(world, rule, None, open_objects, closed_objects):
        assert_hidden(world.page_of(client), operation, names)
    stranger = world.page_of(world.stranger.http)
    if rule.shows is None:
        assert_hidden(stranger, operation, open_objects)
    else:
        assert open_objects[rule.shows] not in call(stranger, operation, open_objects).text
    for client in authorised_clients(world, rule, None):
        if rule.shows is not None:
            assert open_objects[rule.shows], "create the object before the request"
        answer = call(world.page_of(client), operation, open_objects)
        assert answer.status == rule.status, (operation, answer)
        assert rule.shows is None or open_objects[rule.shows] in answer.text, operation


@pytest.mark.parametrize("path", ["/openapi.json", "/docs", "/sign-in", "/static/tokens.css"])
def test_public_pages_are_the_same_for_all(world, path):
    visitors = (world.keyless, *map(world.page_of, (world.granted.http, world.admin.http, world.stranger.http)))
    answers = [visitor.get(path) for visitor in visitors]
    assert {answer.status_code for answer in answers} == {200}
    tokens = [form_token(visitor.cookies.get(world.server.app.state.session_cookie, "")) for visitor in visitors]
    assert len({answer.text.replace(token, "") for answer, token in zip(answers, tokens, strict=True)}) == 1
