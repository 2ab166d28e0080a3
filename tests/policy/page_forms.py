"""Requests to the pages, with a payload in each text field of a form or query. The OpenAPI document omits pages."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tests.policy.payloads import PAYLOADS, SHARE, FilledRequest


@dataclass(frozen=True, slots=True)
class PageForm:
    """`fields`: the fields that get a payload. `kept`: the values of the other fields. `{name}` in a value stands for
    an id.
    """

    method: str
    path: str
    fields: tuple[str, ...]
    kept: Mapping[str, str] = field(default_factory=dict)

    def filled(self, ids: Mapping[str, str]) -> dict[str, str]:
        return {name: value.format_map(ids) for name, value in self.kept.items()}


_CHANGE = "/access/change"
_EXPLAINED = {"document": "{document_id}", "person": "{user_id}", "time": "2026-01-31T12:00Z"}
_CALLBACK = "/sign-in/oidc/{user_id}/callback"  # no provider has this id, but `state` is checked first

FORMS = (
    PageForm("post", "/sign-in", ("key",)),
    PageForm("get", "/sign-in", ("organisation",)),
    PageForm("get", _CALLBACK, ("state", "code", "error", "iss"), {"state": "a", "code": "b"}),
    PageForm("post", "/sign-out", ("form_token",)),
    PageForm("get", "/audit", ("action", "actor", "object_id", "cursor")),
    PageForm("get", "/evaluations", ("suite", "cursor")),
    PageForm("get", "/evaluations/compare", ("before", "after", "from"), {"before": "a", "after": "b"}),
    PageForm("get", "/evaluations/one", ("kind", "from")),
    PageForm("get", "/evaluations/one/case", ("case",)),
    PageForm("get", "/access/explain", ("document", "person", "time"), _EXPLAINED),
    PageForm("post", "/access/import", ("form_token", "act", "text"), {"text": "change,user\nleave,nobody"}),
    PageForm(
        "post",
        _CHANGE,
        ("form_token", "change", "act", "back", "user", "collection", "level", "expires_at"),
        {"change": "grant", "user": "{user_id}", "collection": "{collection_id}", "level": "viewer"},
    ),
    PageForm("post", _CHANGE, ("group", "pack"), {"change": "grant", "group": "{group_id}", "pack": "{pack_id}"}),
    PageForm("post", _CHANGE, ("label",), {"change": "clear", "label": "{label_id}", "user": "{user_id}"}),
    PageForm("post", _CHANGE, ("document",), {"change": "exclude", "document": "{document_id}", "user": "{user_id}"}),
    PageForm("post", _CHANGE, ("into",), {"change": "join", "user": "{user_id}", "into": "{group_id}"}),
)
"""The fields that app/web reads. The start page has none: it sends questions and uploads to the API."""


def form_requests(number: int, ids: Mapping[str, str], form_token: str) -> Iterator[FilledRequest]:
    """Yield a request for a `SHARE` of the text fields, with payload `number` in that field. If the number is even,
    requests preview a change. If it is odd, they apply the change.
    """
    payload, act = PAYLOADS[number], ("preview", "make")[number % 2]
    fields_of_forms = [(form, name) for form in FORMS for name in form.fields]
    for form, name in fields_of_forms[number % SHARE :: SHARE]:
        common = {"form_token": form_token, "act": act} if form.path.startswith("/access/") else {}
        values = (common if form.method == "post" else {}) | form.filled(ids) | {name: payload}
        query, fields = (values, None) if form.method == "get" else ({}, values)
        path = form.path.format_map(ids)
        yield FilledRequest(form.method, form.path, path, query, {}, fields=fields, sent=frozenset({name}))
