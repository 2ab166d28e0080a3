"""Calls every operation of the OpenAPI document as every kind of caller. Authorised callers succeed. Other callers get
the same response as for an absent object.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from app.core.principal import PERMISSIONS, Permission, Role
from tests.api.rights_world import AbsentObjects, Objects, World
from tests.api.route_rules import RULES, Decider, Rule

PUBLIC = {("GET", "/livez"), ("GET", "/readyz"), ("GET", "/problems/{code}")}
HEADERS = {"If-Match": "*"}


@dataclass(frozen=True)
class Response:
    """A response. The text of an event stream is not read."""

    status: int
    code: str
    text: str
    headers: Mapping[str, str]


def call(client: httpx.Client, operation: tuple[str, str], names: Any) -> Response:
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
        return Response(response.status_code, problem.get("code", ""), content, dict(response.headers))


def comparable(answer: Response) -> tuple[object, ...]:
    """Return (status, headers, text). Omit date, request id and rate limits, which differ between equal requests."""
    own = {"date", "x-request-id", "ratelimit", "ratelimit-policy"}
    headers = {name: value for name, value in answer.headers.items() if name not in own}
    request_id = answer.headers["x-request-id"]
    return answer.status, headers, answer.text.replace(request_id, "")


@pytest.fixture(scope="module")
def world(server) -> World:
    return World(server)


@pytest.fixture(scope="module")
def open_objects(world) -> Objects:
    """Objects for read-only calls."""
    objects = Objects(world)
    objects.expire_grant()
    return objects


@pytest.fixture(scope="module")
def closed_objects(world) -> Objects:
    """Objects hidden by a label for which no user has clearance."""
    objects = Objects(world)
    objects.label_collection()
    return objects


@pytest.fixture(scope="module")
def operations(server) -> dict[tuple[str, str], Permission | None]:
    """The permission that each operation declares, or None if any key is enough."""
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
        f"Add the rules of {missing} to tests/api/route_rules.py: RULES[method, path] = Rule(Decider.…, status, call)."
    )
    assert not RULES.keys() - operations.keys(), "remove the rules of operations that no longer exist"


@pytest.mark.parametrize("operation", sorted(RULES), ids=" ".join)
def test_only_authorised_calls_succeed(world, open_objects, closed_objects, operations, operation):
    rule, permission = RULES[operation], operations[operation]
    assert_key_required(world, operation, open_objects)
    if permission is not None:
        assert_permission_required(world, operation, permission, open_objects)
    for client, names in clients_without_access(world, rule, permission, open_objects, closed_objects):
        assert_hidden(client, operation, names)
    assert_hidden_from_other_tenant(world, operation, permission, open_objects)
    for client in authorised_clients(world, rule, permission):
        # Each call that changes an object gets new objects.
        names = open_objects if operation[0] == "GET" else Objects(world)
        if rule.shows is not None:
            assert names[rule.shows], "create the object before the call"
        answer = call(client, operation, names)
        assert answer.status == rule.status, (operation, answer)
        assert rule.shows is None or names[rule.shows] in answer.text, operation


def assert_key_required(world: World, operation: tuple[str, str], names: Any) -> None:
    for client, code in (
        (world.keyless, "key-missing"),
        (world.malformed, "key-malformed"),
        (world.expired, "key-expired"),
    ):
        answer = call(client, operation, names)
        assert (answer.status, answer.code) == (401, code), operation


def assert_permission_required(
    world: World, operation: tuple[str, str], permission: Permission, names: Objects
) -> None:
    owner = world.granted if permission in PERMISSIONS[Role.ANALYST] else world.holder(permission)
    for client in (world.powerless.http, world.scoped(owner, without=permission)):
        answer = call(client, operation, names)
        assert (answer.status, answer.code) == (403, "permission-required"), operation


def clients_without_access(
    world: World, rule: Rule, permission: Permission | None, open_objects: Objects, closed_objects: Objects
) -> list[tuple[httpx.Client, Objects]]:
    """Return pairs of a client and objects. The client's user has the permission in the tenant but no access to the
    objects.
    """
    if rule.decider is Decider.GRANT:
        return [
            (world.analyst.http, open_objects),
            (world.lapsed.http, open_objects),
            (world.granted.http, closed_objects),
            (world.grouped.http, closed_objects),
        ]
    return [(world.analyst.http, open_objects)] if rule.decider is Decider.OWNER else []


def assert_hidden(client: httpx.Client, operation: tuple[str, str], names: Objects) -> None:
    answer = call(client, operation, names)
    rule = RULES[operation]
    if rule.shows is not None:
        assert answer.status == rule.status, (operation, answer)
        assert names[rule.shows] not in answer.text, operation
    else:
        assert answer.status == 404, (operation, answer)
        assert comparable(answer) == comparable(call(client, operation, AbsentObjects())), operation


def assert_hidden_from_other_tenant(
    world: World, operation: tuple[str, str], permission: Permission | None, names: Objects
) -> None:
    rule = RULES[operation]
    answer = call(world.stranger.http, operation, names)
    assert answer.status == rule.foreign, (operation, answer)
    if rule.shows is not None:
        assert names[rule.shows] not in answer.text, operation
    elif rule.foreign >= 400:
        assert comparable(answer) == comparable(call(world.stranger.http, operation, AbsentObjects())), operation


def authorised_clients(world: World, rule: Rule, permission: Permission | None) -> list[httpx.Client]:
    if rule.decider is Decider.GRANT:
        return [world.granted.http, world.grouped.http]
    if rule.decider is Decider.PERMISSION and permission is not None:
        return [world.holder(permission).http]
    return [world.granted.http]
