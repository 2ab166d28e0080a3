"""Every operation of the API for every kind of asker, from the OpenAPI document: who is let in, and what all others are
told, which is the same as of things that are not there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from app.core.principal import PERMISSIONS, Permission, Role
from tests.api.rights_world import Nothing, Things, World
from tests.api.route_rules import RULES, Decider, Rule

PUBLIC = {("GET", "/livez"), ("GET", "/readyz"), ("GET", "/problems/{code}")}
HEADERS = {"If-Match": "*"}


@dataclass(frozen=True)
class Answer:
    """What was answered; of a stream of events only that it began."""

    status: int
    code: str
    text: str
    headers: Mapping[str, str]


def ask(client: httpx.Client, operation: tuple[str, str], names: Any) -> Answer:
    method, template = operation
    rule = RULES[operation]
    path = template
    for name in [part[1:-1] for part in template.split("/") if part.startswith("{")]:
        path = path.replace(f"{{{name}}}", str(names[(rule.path or {}).get(name, name)]))
    options = dict(rule.call(names))
    if rule.shows is not None:
        options["params"] = {"limit": 200, **options.get("params", {})}
    with client.stream(method, path, headers=HEADERS, **options) as response:
        kind = response.headers.get("content-type", "")
        content = "" if kind.startswith("text/event-stream") else response.read().decode(errors="replace")
        problem = response.json() if kind == "application/problem+json" else {}
        return Answer(response.status_code, problem.get("code", ""), content, dict(response.headers))


def told(answer: Answer) -> tuple[object, ...]:
    """All that an answer tells, but for its time, its request's own id, and how often one may ask again."""
    own = {"date", "x-request-id", "ratelimit", "ratelimit-policy"}
    headers = {name: value for name, value in answer.headers.items() if name not in own}
    request_id = answer.headers["x-request-id"]
    return answer.status, headers, answer.text.replace(request_id, "")


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


@pytest.fixture(scope="module")
def operations(server) -> dict[tuple[str, str], Permission | None]:
    """The permission that each operation of the document declares; None where any key will do."""
    found = {}
    for path, item in server.client().get("/openapi.json").json()["paths"].items():
        for method, operation in item.items():
            if (method.upper(), path) not in PUBLIC:
                declared = operation["x-permission"]
                found[method.upper(), path] = None if declared == "signed-in" else Permission(declared)
    return found


def test_every_operation_has_a_rule(operations):
    missing = sorted(operations.keys() - RULES.keys())
    assert not missing, (
        f"Say in tests/api/route_rules.py what decides of {missing}, and how a rightful call looks: "
        "RULES[method, path] = Rule(Decider.…, status, call)."
    )
    assert not RULES.keys() - operations.keys(), "these rules are of operations that are no more"


@pytest.mark.parametrize("operation", sorted(RULES), ids=" ".join)
def test_only_the_rightful_are_let_in(world, opened, closed, operations, operation):
    rule, permission = RULES[operation], operations[operation]
    assert_keys_come_first(world, operation, opened)
    if permission is not None:
        assert_permission_is_needed(world, operation, permission, opened)
    for client, names in who_may_not_know(world, rule, permission, opened, closed):
        assert_told_of_nothing(client, operation, names)
    assert_foreigners_learn_nothing(world, operation, permission, opened)
    for client in rightful(world, rule, permission):
        # What changes something is done to things of its own.
        names = opened if operation[0] == "GET" else Things(world)
        if rule.shows is not None:
            assert names[rule.shows], "made before the list is read"
        answer = ask(client, operation, names)
        assert answer.status == rule.status, (operation, answer)
        assert rule.shows is None or names[rule.shows] in answer.text, operation


def assert_keys_come_first(world: World, operation: tuple[str, str], names: Any) -> None:
    for client, code in (
        (world.keyless, "key-missing"),
        (world.malformed, "key-malformed"),
        (world.expired, "key-expired"),
    ):
        answer = ask(client, operation, names)
        assert (answer.status, answer.code) == (401, code), operation


def assert_permission_is_needed(
    world: World, operation: tuple[str, str], permission: Permission, names: Things
) -> None:
    owner = world.granted if permission in PERMISSIONS[Role.ANALYST] else world.holder(permission)
    for client in (world.powerless.http, world.scoped(owner, without=permission)):
        answer = ask(client, operation, names)
        assert (answer.status, answer.code) == (403, "permission-required"), operation


def who_may_not_know(
    world: World, rule: Rule, permission: Permission | None, opened: Things, closed: Things
) -> list[tuple[httpx.Client, Things]]:
    """Those of the tenant who have the permission, and no right to the thing."""
    if rule.decider is Decider.GRANT:
        return [
            (world.analyst.http, opened),
            (world.lapsed.http, opened),
            (world.granted.http, closed),
            (world.grouped.http, closed),
        ]
    return [(world.analyst.http, opened)] if rule.decider is Decider.OWNER else []


def assert_told_of_nothing(client: httpx.Client, operation: tuple[str, str], names: Things) -> None:
    answer = ask(client, operation, names)
    rule = RULES[operation]
    if rule.shows is not None:
        assert answer.status == rule.status, (operation, answer)
        assert names[rule.shows] not in answer.text, operation
    else:
        assert answer.status == 404, (operation, answer)
        assert told(answer) == told(ask(client, operation, Nothing())), operation


def assert_foreigners_learn_nothing(
    world: World, operation: tuple[str, str], permission: Permission | None, names: Things
) -> None:
    rule = RULES[operation]
    answer = ask(world.stranger.http, operation, names)
    assert answer.status == rule.foreign, (operation, answer)
    if rule.shows is not None:
        assert names[rule.shows] not in answer.text, operation
    elif rule.foreign >= 400:
        assert told(answer) == told(ask(world.stranger.http, operation, Nothing())), operation


def rightful(world: World, rule: Rule, permission: Permission | None) -> list[httpx.Client]:
    if rule.decider is Decider.GRANT:
        return [world.granted.http, world.grouped.http]
    if rule.decider is Decider.PERMISSION and permission is not None:
        return [world.holder(permission).http]
    return [world.granted.http]
