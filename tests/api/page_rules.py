"""What opens each address that the OpenAPI document leaves out, and what a rightful request of it looks like."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.core.principal import Permission
from tests.api.route_rules import Call, Names

OPEN = {
    ("GET", "/openapi.json"): "the API's description, which tells nothing of any tenant",
    ("GET", "/docs"): "the same, drawn",
    ("GET", "/metrics"): "counts of requests by operation, for whoever watches the machine",
    ("GET", "/static"): "files that come with Footnote",
    ("GET", "/sign-in"): "the way in",
    ("POST", "/sign-in"): "the way in",
    ("GET", "/sign-in/oidc/{provider_id}"): "the way in: it leads to the provider, for whoever knows its id",
    ("GET", "/sign-in/oidc/{provider_id}/callback"): "the way in: only what the provider sealed leads further",
    ("POST", "/sign-out"): "the way out, of one's own session",
}
"""Addresses for everybody, and why: they show the same to all."""

SCIM = "/scim/v2"
"""Below it each address has its rule in tests/api/test_scim.py."""


@dataclass(frozen=True, slots=True)
class PageRule:
    """`permission` opens the page, together with grants where `by_grant`; without one any session does.

    `status` is what a rightful request is answered, `foreign` what somebody of another tenant is who has the permission
    there. `shows` is the thing that the page holds for whoever may know of it; `path` says which thing an id in the
    path is, where its name does not.
    """

    permission: Permission | None = None
    status: int = 200
    foreign: int = 404
    call: Call = lambda _: {}
    shows: str | None = None
    by_grant: bool = False
    path: Mapping[str, str] | None = None


def _join(names: Names) -> dict[str, str]:
    return {"change": "join", "user": names["user_id"], "into": names["group_id"]}


def _lines(names: Names) -> str:
    fields = _join(names)
    return f"{','.join(fields)}\n{','.join(fields.values())}\n"


_RUN = {"run_id": "eval_run_id"}

PAGES: dict[tuple[str, str], PageRule] = {
    ("GET", "/"): PageRule(foreign=200, shows="collection_name", by_grant=True),
    # who sees what
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
    # the audit log
    ("GET", "/audit"): PageRule(Permission.AUDIT_READ, foreign=200, shows="logged_user_id"),
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
