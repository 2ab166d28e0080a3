"""The routes that the OpenAPI document omits. A rule for each route states who may request it, and how."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.core.principal import Permission
from tests.api.route_rules import Call, Names

OPEN = {
    ("GET", "/openapi.json"): "the description of the API, without data of any tenant",
    ("GET", "/docs"): "the description of the API, as a page",
    ("GET", "/metrics"): "counts of requests by operation, for monitoring",
    ("GET", "/static"): "files that come with Footnote",
    ("GET", "/sign-in"): "sign-in",
    ("POST", "/sign-in"): "sign-in",
    ("GET", "/sign-in/oidc/{provider_id}"): "sign-in: redirects to the provider with this id",
    ("GET", "/sign-in/oidc/{provider_id}/callback"): "sign-in: needs the state that the sign-in started with",
    ("POST", "/theme"): "the browser's choice between light and dark",
    ("POST", "/sign-out"): "sign-out of the caller's own session",
}
"""The public routes, with the reasons why they are public. They send the same response to all callers."""

SCIM = "/scim/v2"
"""Path prefix of the SCIM routes, which tests/api/test_scim.py tests."""


@dataclass(frozen=True, slots=True)
class PageRule:
    """`permission`: the permission that the page requires. It is None if every session is enough.

    `by_grant`: whether the page also requires a grant; without it, a page that shows no object responds with 404.
    `is_own`: whether only the user who made the object sees the page.
    `status`: the status of the response to an authorised user. `foreign`: the status of the response to a user who has
    the permission in another tenant. `call` returns the options of the request. `shows`: the name of an object whose id
    or name the page shows to authorised users. `path` maps a path parameter to the name of its object, if the names
    differ.
    """

    permission: Permission | None = None
    status: int = 200
    foreign: int = 404
    call: Call = lambda _: {}
    shows: str | None = None
    by_grant: bool = False
    is_own: bool = False
    path: Mapping[str, str] | None = None


def _join(names: Names) -> dict[str, str]:
    return {"change": "join", "user": names["user_id"], "into": names["group_id"]}


def _lines(names: Names) -> str:
    fields = _join(names)
    return f"{','.join(fields)}\n{','.join(fields.values())}\n"


def _refused_name(permission: Permission) -> PageRule:
    """The rule of a form with an empty name: it is refused, and creates nothing."""
    return PageRule(permission, 422, 422, call=lambda _: {"data": {"name": ""}})


_FIRST = {"revision": "1"}


def _named(place: str, name: str, permission: Permission) -> dict[tuple[str, str], PageRule]:
    """The rules of the pages that rename and delete an object. Their forms are refused, and change nothing."""
    path = f"/admin/{place}/{{object_id}}"
    refused = PageRule(permission, 422, call=lambda _: {"data": {**_FIRST, "name": ""}}, path={"object_id": name})
    page = PageRule(permission, path={"object_id": name})
    return {
        ("GET", path): page,
        ("POST", path): refused,
        ("GET", f"{path}/delete"): page,
        ("POST", f"{path}/delete"): refused,
    }


_RUN = {"run_id": "eval_run_id"}

PAGES: dict[tuple[str, str], PageRule] = {
    ("GET", "/"): PageRule(foreign=200, shows="collection_name", by_grant=True),
    ("GET", "/ask"): PageRule(Permission.QUESTIONS_ASK, foreign=200),
    ("GET", "/questions"): PageRule(Permission.QUESTIONS_READ, foreign=200),
    ("GET", "/questions/{question_id}"): PageRule(Permission.QUESTIONS_READ, is_own=True),
    # access
    ("GET", "/access"): PageRule(Permission.ACCESS_EXPLAIN, foreign=200, shows="collection_name"),
    ("GET", "/access/people/{user_id}"): PageRule(Permission.ACCESS_EXPLAIN),
    ("GET", "/access/groups/{group_id}"): PageRule(Permission.GROUPS_MANAGE),
    ("GET", "/access/collections/{collection_id}"): PageRule(Permission.ACCESS_MANAGE),
    ("GET", "/access/explain"): PageRule(
        Permission.ACCESS_EXPLAIN,
        foreign=200,
        call=lambda names: {"params": {"document": names["document_id"], "person": names["user_id"]}},
    ),
    ("POST", "/access/change"): PageRule(
        Permission.ACCESS_MANAGE, 303, 422, call=lambda names: {"data": {"act": "make", **_join(names)}}
    ),
    ("GET", "/access/import"): PageRule(Permission.ACCESS_MANAGE, foreign=200),
    ("POST", "/access/import"): PageRule(
        Permission.ACCESS_MANAGE, 303, 200, call=lambda names: {"data": {"act": "make", "text": _lines(names)}}
    ),
    # administration
    ("GET", "/admin"): PageRule(Permission.USERS_MANAGE, foreign=200),
    ("GET", "/admin/usage"): PageRule(Permission.OPERATIONS_READ, foreign=200),
    ("GET", "/admin/people"): PageRule(Permission.USERS_MANAGE, foreign=200, shows="user_id"),
    ("GET", "/admin/people/new"): PageRule(Permission.USERS_MANAGE, foreign=200),
    ("POST", "/admin/people/new"): PageRule(
        Permission.USERS_MANAGE, 422, 422, call=lambda _: {"data": {"kind": "person", "name": "", "roles": "analyst"}}
    ),
    ("GET", "/admin/people/{user_id}"): PageRule(Permission.USERS_MANAGE),
    ("POST", "/admin/people/{user_id}"): PageRule(
        Permission.USERS_MANAGE, 422, call=lambda _: {"data": {**_FIRST, "name": "", "roles": "analyst"}}
    ),
    ("GET", "/admin/keys"): PageRule(
        Permission.KEYS_MANAGE, foreign=200, call=lambda _: {"params": {"q": "own"}}, shows="key_id"
    ),
    ("POST", "/admin/keys/{key_id}/revoke"): PageRule(Permission.KEYS_MANAGE, 303, call=lambda _: {"data": {}}),
    ("GET", "/admin/keys/{key_id}/rotate"): PageRule(Permission.KEYS_MANAGE),
    ("POST", "/admin/keys/{key_id}/rotate"): PageRule(
        Permission.KEYS_MANAGE, 422, call=lambda _: {"data": {"overlap_seconds": "no"}}
    ),
    ("GET", "/admin/groups"): PageRule(Permission.GROUPS_MANAGE, foreign=200, shows="group_id"),
    ("POST", "/admin/groups"): _refused_name(Permission.GROUPS_MANAGE),
    ("GET", "/admin/collections"): PageRule(Permission.ACCESS_MANAGE, foreign=200, shows="collection_id"),
    ("POST", "/admin/collections"): _refused_name(Permission.ACCESS_MANAGE),
    ("GET", "/admin/labels"): PageRule(Permission.ACCESS_MANAGE, foreign=200),
    ("POST", "/admin/labels"): _refused_name(Permission.ACCESS_MANAGE),
    ("GET", "/admin/packs"): PageRule(Permission.ACCESS_MANAGE, foreign=200),
    ("POST", "/admin/packs"): _refused_name(Permission.ACCESS_MANAGE),
    ("GET", "/admin/providers"): PageRule(Permission.USERS_MANAGE, foreign=200),
    ("POST", "/admin/providers"): PageRule(
        Permission.USERS_MANAGE, 422, 422, call=lambda _: {"data": {"name": "A", "issuer": "b", "client_id": "c"}}
    ),
    ("GET", "/admin/providers/{provider_id}"): PageRule(Permission.USERS_MANAGE),
    ("POST", "/admin/providers/{provider_id}"): PageRule(
        Permission.USERS_MANAGE, 303, call=lambda _: {"data": {**_FIRST, "act": "enable"}}
    ),
    ("GET", "/admin/providers/{provider_id}/delete"): PageRule(Permission.USERS_MANAGE),
    ("POST", "/admin/providers/{provider_id}/delete"): PageRule(
        Permission.USERS_MANAGE, 422, call=lambda _: {"data": {**_FIRST, "name": "no"}}
    ),
    ("GET", "/admin/collections/{collection_id}"): PageRule(Permission.ACCESS_MANAGE),
    ("POST", "/admin/collections/{collection_id}"): PageRule(
        Permission.ACCESS_MANAGE, 422, call=lambda _: {"data": {**_FIRST, "name": ""}}
    ),
    **_named("groups", "group_id", Permission.GROUPS_MANAGE),
    **_named("labels", "label_id", Permission.ACCESS_MANAGE),
    **_named("packs", "pack_id", Permission.ACCESS_MANAGE),
    # the audit log
    ("GET", "/audit"): PageRule(Permission.AUDIT_READ, foreign=200, shows="logged_user_id"),
    # the reader
    ("GET", "/documents/{document_id}/pages"): PageRule(Permission.DOCUMENTS_READ, 303, by_grant=True),
    ("GET", "/documents/{document_id}/pages/{number}"): PageRule(Permission.DOCUMENTS_READ, by_grant=True),
    # statements
    ("GET", "/issuers"): PageRule(Permission.DOCUMENTS_READ, foreign=200, shows="issuer_id", by_grant=True),
    ("GET", "/issuers/compare"): PageRule(
        Permission.DOCUMENTS_READ,
        call=lambda names: {"params": {"a": names["issuer_id"], "b": names["issuer_id"]}},
        by_grant=True,
    ),
    ("GET", "/issuers/{issuer_id}"): PageRule(Permission.DOCUMENTS_READ, by_grant=True),
    ("GET", "/issuers/{issuer_id}/measures.csv"): PageRule(Permission.DOCUMENTS_READ, by_grant=True),
    ("POST", "/issuers/{issuer_id}/watch"): PageRule(
        Permission.DOCUMENTS_READ, 303, call=lambda _: {"data": {"act": "watch"}}, by_grant=True
    ),
    ("GET", "/issuers/{issuer_id}/statements"): PageRule(Permission.DOCUMENTS_READ, by_grant=True),
    # the editors' desk
    ("GET", "/review"): PageRule(Permission.DOCUMENTS_READ, foreign=200, shows="task_id", by_grant=True),
    ("GET", "/review/progress"): PageRule(Permission.DOCUMENTS_READ, foreign=200, shows="collection_id", by_grant=True),
    ("GET", "/review/tasks/{task_id}"): PageRule(Permission.DOCUMENTS_READ, by_grant=True),
    ("GET", "/review/learnt"): PageRule(Permission.DOCUMENTS_READ, foreign=200),
    ("POST", "/review/learnt/{field_id}/withdrawal"): PageRule(
        Permission.REVIEW_WRITE, 409, call=lambda _: {"data": {}}, by_grant=True
    ),
    ("GET", "/review/mentions"): PageRule(Permission.DOCUMENTS_READ, foreign=200),
    ("POST", "/review/mentions"): PageRule(Permission.DOCUMENTS_READ, 303, 303, call=lambda _: {"data": {}}),
    ("GET", "/review/open"): PageRule(Permission.REVIEW_WRITE, foreign=200),
    ("POST", "/review/open"): PageRule(
        Permission.REVIEW_WRITE, 422, 422, call=lambda _: {"data": {"document_id": "x"}}
    ),
    ("GET", "/review/policies"): PageRule(Permission.DOCUMENTS_READ, foreign=200),
    ("POST", "/review/policies"): PageRule(
        Permission.REVIEW_APPROVE, 422, 422, call=lambda _: {"data": {"policy": "x"}}
    ),
    ("POST", "/review/policies/{policy_id}/delete"): PageRule(
        Permission.REVIEW_APPROVE, 303, call=lambda _: {"data": {}}
    ),
    ("POST", "/review/schemas/{key}/reading"): PageRule(
        Permission.SCHEMAS_WRITE, 303, call=lambda _: {"data": {}}, path={"key": "other_schema_key"}
    ),
    ("GET", "/review/schemas"): PageRule(Permission.DOCUMENTS_READ, foreign=200, shows="schema_key"),
    ("GET", "/review/schemas/{key}"): PageRule(Permission.DOCUMENTS_READ, path={"key": "schema_key"}),
    # failed documents
    ("GET", "/dead-letters"): PageRule(Permission.DOCUMENTS_READ, foreign=200, shows="dead_run_id", by_grant=True),
    ("POST", "/dead-letters/replay"): PageRule(
        Permission.DOCUMENTS_WRITE, 303, call=lambda names: {"data": {"run_id": names["dead_run_id"]}}, by_grant=True
    ),
    # documents
    ("GET", "/documents"): PageRule(Permission.DOCUMENTS_READ, foreign=200, shows="document_id", by_grant=True),
    ("POST", "/documents/selected"): PageRule(
        Permission.DOCUMENTS_WRITE,
        foreign=200,
        call=lambda names: {"data": {"act": "move", "document": names["document_id"]}},
        shows="collection_name",
        by_grant=True,
    ),
    ("GET", "/documents/{document_id}"): PageRule(Permission.DOCUMENTS_READ, by_grant=True),
    **{
        ("GET", f"/documents/{{document_id}}/{tab}"): PageRule(Permission.DOCUMENTS_READ, by_grant=True)
        for tab in ("outline", "tables", "statements", "fields", "versions", "runs")
    },
    ("GET", "/documents/{document_id}/access"): PageRule(Permission.ACCESS_EXPLAIN),
    ("GET", "/documents/{document_id}/activity"): PageRule(Permission.AUDIT_READ),
    ("GET", "/documents/{document_id}/edit"): PageRule(Permission.DOCUMENTS_WRITE, by_grant=True),
    ("POST", "/documents/{document_id}/edit"): PageRule(
        Permission.DOCUMENTS_WRITE, 303, call=lambda _: {"data": {"revision": "1", "title": "New"}}, by_grant=True
    ),
    ("POST", "/documents/{document_id}/retry"): PageRule(
        Permission.DOCUMENTS_WRITE, 303, call=lambda _: {"data": {}}, by_grant=True
    ),
    ("GET", "/documents/{document_id}/delete"): PageRule(Permission.DOCUMENTS_WRITE, by_grant=True),
    ("POST", "/documents/{document_id}/delete"): PageRule(
        Permission.DOCUMENTS_WRITE, 422, call=lambda _: {"data": {"name": "no"}}, by_grant=True
    ),
    # evaluations
    ("GET", "/evaluations"): PageRule(Permission.EVALS_READ, foreign=200, shows="eval_run_id"),
    ("GET", "/evaluations/compare"): PageRule(
        Permission.EVALS_READ,
        call=lambda names: {"params": {"before": names["eval_run_id"], "after": names["eval_run_id"]}},
    ),
    ("GET", "/evaluations/{run_id}"): PageRule(Permission.EVALS_READ, path=_RUN),
    ("GET", "/evaluations/{run_id}/case"): PageRule(
        Permission.EVALS_READ, call=lambda _: {"params": {"case": "a"}}, path=_RUN
    ),
}
