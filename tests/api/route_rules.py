"""The operations of the API. A rule for each operation states which right a caller needs, and how to call it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256
from typing import Any, Protocol
from uuid import uuid4


class Decider(Enum):
    """What a caller needs besides the permission that the operation declares."""

    KEY = "any key: it concerns the caller only"
    PERMISSION = "the permission alone, in the caller's tenant"
    GRANT = "grants, labels and expiries"
    OWNER = "ownership by the caller"


class Names(Protocol):
    """Ids of objects, by parameter name. The objects may be absent."""

    def __getitem__(self, name: str) -> str: ...


Call = Callable[[Names], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Rule:
    """`status`: the status of the response to an authorised call. `call` returns the body and query of the request.

    `foreign`: the status of the response to a user who has the permission in another tenant. `shows`: the name of an
    object that a list contains for authorised users. `path` maps a path parameter to the name of its object, if the
    names differ.
    """

    decider: Decider
    status: int = 200
    call: Call = lambda _: {}
    foreign: int = 404
    shows: str | None = None
    path: Mapping[str, str] | None = None


def _json(**fields: Any) -> Call:
    return lambda _: {"json": fields}


def _file(_: Names) -> dict[str, Any]:
    return {"files": {"file": ("a.txt", uuid4().hex.encode())}}


def _words(_: Names) -> dict[str, Any]:
    return {"params": {"q": "net revenue"}}


def _made(call: Call) -> Rule:
    """Return the rule of an operation that creates an object in the caller's tenant and needs only the permission."""
    return Rule(Decider.PERMISSION, 201, call, foreign=201)


def _listed(decider: Decider, shows: str, call: Call = lambda _: {}, foreign: int = 200) -> Rule:
    return Rule(decider, call=call, foreign=foreign, shows=shows)


def _name(**more: Any) -> Call:
    return lambda _: {"json": {"name": f"made {uuid4().hex}", **more}}


KEY, PERMISSION, GRANT, OWNER = Decider.KEY, Decider.PERMISSION, Decider.GRANT, Decider.OWNER
_EVAL_RUN = {"run_id": "eval_run_id"}
_PROVIDER = {"issuer": "https://login.example.com", "client_id": "footnote", "link_by": "subject"}
_EXPLAINED: Call = lambda names: {"params": {"document": names["document_id"], "principal": names["user_id"]}}  # noqa: E731 - the other calls are lambdas too
_JOIN: Call = lambda names: {  # noqa: E731 - the other calls are lambdas too
    "json": {"changes": [{"change": "join", "user": names["user_id"], "into": names["group_id"]}]}
}
_SCHEMA = {"key": "other_schema_key"}
_DEFINED = {"definition": {"properties": {"fee": {"type": "string"}}}}
_BULK = _json(min_confidence=0.9, schema="notes-offering")
_NO_BULK = _json(min_confidence=0.9, schema="notes-offering", digest=sha256().hexdigest())
_WITH_TASK: Call = lambda names: {"params": {"schema": names["schema_key"]}}  # noqa: E731 - the other calls are lambdas too
_REVIEWED: Call = lambda names: {  # noqa: E731 - the other calls are lambdas too
    "json": {"document_id": names["document_id"], "schema": names["other_schema_key"]}
}
_OF_SCHEMA: Call = lambda names: {"json": {"schema": names["schema_key"]}}  # noqa: E731 - the other calls are lambdas too
_ASKED = _json(question="What was net revenue in fiscal 2022?")
_PAGE = "/pages/{number}"
_VERSION = "/v1/documents/{document_id}/versions/{version_id}"

RULES: dict[tuple[str, str], Rule] = {
    ("GET", "/v1/me"): Rule(KEY, foreign=200),
    # keys and sessions
    ("POST", "/v1/keys"): _made(_json(name="made")),
    ("GET", "/v1/keys"): _listed(OWNER, "key_id"),
    ("POST", "/v1/keys/{key_id}/rotate"): Rule(OWNER, 201, _json()),
    ("DELETE", "/v1/keys/{key_id}"): Rule(OWNER, 204),
    ("GET", "/v1/sessions"): _listed(OWNER, "session_id"),
    ("DELETE", "/v1/sessions/{session_id}"): Rule(OWNER, 204),
    # users and groups
    ("POST", "/v1/users"): _made(lambda _: {"json": {"email": f"{uuid4().hex}@example.com", "name": "Made"}}),
    ("POST", "/v1/service-accounts"): _made(_name()),
    ("GET", "/v1/users"): _listed(PERMISSION, "user_id"),
    ("GET", "/v1/users/{user_id}"): Rule(PERMISSION),
    ("PATCH", "/v1/users/{user_id}"): Rule(PERMISSION, call=_json(name="Renamed")),
    ("POST", "/v1/groups"): _made(_name()),
    ("GET", "/v1/groups"): _listed(PERMISSION, "group_id"),
    ("GET", "/v1/groups/{group_id}"): Rule(PERMISSION),
    ("PATCH", "/v1/groups/{group_id}"): Rule(PERMISSION, call=_name()),
    ("DELETE", "/v1/groups/{group_id}"): Rule(PERMISSION, 204),
    ("PUT", "/v1/groups/{group_id}/members/{user_id}"): Rule(PERMISSION, 204),
    ("DELETE", "/v1/groups/{group_id}/members/{user_id}"): Rule(PERMISSION, 204),
    ("PUT", "/v1/groups/{group_id}/groups/{member_group_id}"): Rule(PERMISSION, 204),
    ("DELETE", "/v1/groups/{group_id}/groups/{member_group_id}"): Rule(PERMISSION, 204),
    # sign-in providers
    ("POST", "/v1/identity-providers"): _made(
        lambda _: {"json": {**_PROVIDER, "name": "Made", "client_id": f"made-{uuid4().hex}"}}
    ),
    ("GET", "/v1/identity-providers"): _listed(PERMISSION, "provider_id"),
    ("GET", "/v1/identity-providers/{provider_id}"): Rule(PERMISSION),
    ("PATCH", "/v1/identity-providers/{provider_id}"): Rule(PERMISSION, call=_json(enabled=False)),
    ("DELETE", "/v1/identity-providers/{provider_id}"): Rule(PERMISSION, 204),
    ("GET", "/v1/identity-providers/{provider_id}/links"): Rule(PERMISSION),
    ("PUT", "/v1/identity-providers/{provider_id}/links/{user_id}"): Rule(PERMISSION, 200, _json(subject="1")),
    ("DELETE", "/v1/identity-providers/{provider_id}/links/{user_id}"): Rule(
        PERMISSION, 204, path={"user_id": "linked_user_id"}
    ),
    # collections and grants
    ("POST", "/v1/collections"): _made(_name()),
    ("GET", "/v1/collections"): _listed(GRANT, "collection_id"),
    ("GET", "/v1/collections/{collection_id}"): Rule(GRANT),
    ("PATCH", "/v1/collections/{collection_id}"): Rule(GRANT, call=_name()),
    ("PUT", "/v1/collections/{collection_id}/files/{filename}"): Rule(
        GRANT, 202, lambda _: {"content": uuid4().hex.encode()}
    ),
    ("POST", "/v1/grants"): Rule(
        GRANT, 201, lambda names: {"json": {"collection_id": names["collection_id"], "user_id": names["user_id"]}}
    ),
    ("GET", "/v1/grants"): _listed(GRANT, "grant_id"),
    ("DELETE", "/v1/grants/{grant_id}"): Rule(GRANT, 204),
    # the policy
    ("POST", "/v1/labels"): _made(_name()),
    ("GET", "/v1/labels"): _listed(OWNER, "cleared_label_id"),
    ("GET", "/v1/labels/{label_id}"): Rule(OWNER, path={"label_id": "cleared_label_id"}),
    ("PATCH", "/v1/labels/{label_id}"): Rule(PERMISSION, call=_name()),
    ("DELETE", "/v1/labels/{label_id}"): Rule(PERMISSION, 204),
    ("GET", "/v1/collections/{collection_id}/labels"): Rule(GRANT),
    ("PUT", "/v1/collections/{collection_id}/labels/{label_id}"): Rule(
        GRANT, 204, path={"label_id": "cleared_label_id"}
    ),
    ("DELETE", "/v1/collections/{collection_id}/labels/{label_id}"): Rule(
        PERMISSION, 204, path={"collection_id": "labelled_collection_id", "label_id": "barrier_id"}
    ),
    ("GET", "/v1/documents/{document_id}/labels"): Rule(GRANT),
    ("PUT", "/v1/documents/{document_id}/labels/{label_id}"): Rule(GRANT, 204, path={"label_id": "cleared_label_id"}),
    ("DELETE", "/v1/documents/{document_id}/labels/{label_id}"): Rule(
        PERMISSION, 204, path={"document_id": "labelled_document_id", "label_id": "barrier_id"}
    ),
    ("POST", "/v1/clearances"): Rule(
        PERMISSION, 201, lambda names: {"json": {"label_id": names["label_id"], "user_id": names["user_id"]}}
    ),
    ("GET", "/v1/clearances"): _listed(OWNER, "own_clearance_id"),
    ("DELETE", "/v1/clearances/{clearance_id}"): Rule(PERMISSION, 204),
    ("POST", "/v1/entitlement-packs"): _made(_name(document_types=["10-K"])),
    ("GET", "/v1/entitlement-packs"): _listed(PERMISSION, "pack_id"),
    ("GET", "/v1/entitlement-packs/{pack_id}"): Rule(PERMISSION),
    ("PATCH", "/v1/entitlement-packs/{pack_id}"): Rule(PERMISSION, call=_name()),
    ("DELETE", "/v1/entitlement-packs/{pack_id}"): Rule(PERMISSION, 204),
    ("POST", "/v1/exclusions"): Rule(
        GRANT, 201, lambda names: {"json": {"document_id": names["document_id"], "user_id": names["user_id"]}}
    ),
    ("GET", "/v1/exclusions"): _listed(GRANT, "exclusion_id"),
    ("DELETE", "/v1/exclusions/{exclusion_id}"): Rule(GRANT, 204),
    # access
    ("GET", "/v1/access/explain"): Rule(PERMISSION, call=_EXPLAINED),
    ("GET", "/v1/access/explain/at"): Rule(
        PERMISSION, call=lambda names: {"params": {**_EXPLAINED(names)["params"], "time": names["moment"]}}
    ),
    ("GET", "/v1/access/people/{user_id}"): Rule(PERMISSION),
    ("GET", "/v1/access/collections"): _listed(PERMISSION, "collection_id"),
    ("GET", "/v1/access/documents/{document_id}/readers"): Rule(PERMISSION),
    ("POST", "/v1/access/preview"): Rule(PERMISSION, call=_JOIN, foreign=422),
    ("POST", "/v1/access/import"): Rule(PERMISSION, call=_JOIN, foreign=422),
    # documents
    ("POST", "/v1/documents"): Rule(
        GRANT, 202, lambda names: {**_file(names), "data": {"collection": names["collection_id"]}}
    ),
    ("POST", "/v1/documents/{document_id}/versions"): Rule(GRANT, 202, _file),
    ("GET", "/v1/documents"): _listed(GRANT, "document_id"),
    ("GET", "/v1/documents/facets"): _listed(GRANT, "collection_id"),
    ("GET", "/v1/suggestions"): Rule(KEY, call=lambda _: {"params": {"q": "a"}}, foreign=200),
    ("GET", "/v1/documents/{document_id}"): Rule(GRANT),
    ("PATCH", "/v1/documents/{document_id}"): Rule(GRANT, call=_json(fiscal_year=2023)),
    ("DELETE", "/v1/documents/{document_id}"): Rule(GRANT, 204),
    ("GET", "/v1/documents/{document_id}/versions"): Rule(GRANT),
    ("GET", _VERSION): Rule(GRANT),
    ("GET", "/v1/documents/{document_id}/file"): Rule(GRANT),
    ("GET", f"{_VERSION}/file"): Rule(GRANT),
    ("GET", f"/v1/documents/{{document_id}}{_PAGE}"): Rule(GRANT),
    ("GET", f"{_VERSION}{_PAGE}"): Rule(GRANT),
    # A text file has no page images. Users who may read the file get 422.
    ("GET", f"/v1/documents/{{document_id}}{_PAGE}/image"): Rule(GRANT, 422),
    ("GET", f"{_VERSION}{_PAGE}/image"): Rule(GRANT, 422),
    # Nor is it shown as it was filed.
    ("GET", f"/v1/documents/{{document_id}}{_PAGE}/filed"): Rule(GRANT, 422),
    ("GET", f"{_VERSION}{_PAGE}/filed"): Rule(GRANT, 422),
    ("GET", f"/v1/documents/{{document_id}}{_PAGE}/overlay"): Rule(GRANT),
    ("GET", f"{_VERSION}{_PAGE}/overlay"): Rule(GRANT),
    ("GET", "/v1/documents/{document_id}/outline"): Rule(GRANT),
    ("GET", f"{_VERSION}/outline"): Rule(GRANT),
    ("GET", "/v1/documents/{document_id}/passages"): Rule(GRANT, call=_words),
    ("GET", f"{_VERSION}/passages"): Rule(GRANT, call=_words),
    ("GET", "/v1/documents/{document_id}/fields"): Rule(GRANT),
    ("GET", "/v1/documents/{document_id}/tables"): Rule(GRANT),
    ("GET", f"{_VERSION}/tables"): Rule(GRANT),
    ("GET", "/v1/documents/{document_id}/tables/{number}"): Rule(GRANT),
    ("GET", f"{_VERSION}/tables/{{number}}"): Rule(GRANT),
    # facts
    ("GET", "/v1/facts"): _listed(GRANT, "document_id"),
    ("GET", "/v1/issuers"): _listed(GRANT, "issuer_id"),
    ("GET", "/v1/issuers/{issuer_id}"): Rule(GRANT),
    ("POST", "/v1/issuers/{issuer_id}/preview"): Rule(GRANT, call=_json(name="Made")),
    ("PATCH", "/v1/issuers/{issuer_id}"): Rule(GRANT, call=_json(name="Made")),
    ("DELETE", "/v1/issuers/edits/{edit_id}"): Rule(GRANT),
    ("GET", "/v1/issuers/{issuer_id}/statements"): Rule(GRANT),
    ("GET", "/v1/watched-issuers"): Rule(KEY, foreign=200),
    ("PUT", "/v1/issuers/{issuer_id}/watch"): Rule(GRANT),
    ("DELETE", "/v1/issuers/{issuer_id}/watch"): Rule(GRANT, 204),
    ("GET", "/v1/issuers/{issuer_id}/profile"): Rule(GRANT),
    ("GET", "/v1/profiles"): Rule(GRANT, call=lambda names: {"params": {"issuer": names["issuer_id"]}}),
    ("GET", "/v1/formulas"): Rule(PERMISSION, foreign=200),
    ("POST", "/v1/formulas"): Rule(
        GRANT, call=lambda names: {"json": {"issuer": names["issuer_id"], "expression": "Revenue"}}
    ),
    ("GET", "/v1/runs"): _listed(GRANT, "run_id"),
    ("GET", "/v1/runs/{run_id}"): Rule(GRANT),
    ("GET", "/v1/runs/{run_id}/events"): Rule(GRANT),
    ("GET", "/v1/dead-letters"): _listed(GRANT, "dead_run_id"),
    ("POST", "/v1/dead-letters/replay"): Rule(PERMISSION, 202, _json(), foreign=202),
    ("POST", "/v1/dead-letters/{run_id}/replay"): Rule(GRANT, 202, path={"run_id": "dead_run_id"}),
    # questions
    ("POST", "/v1/questions"): Rule(PERMISSION, 201, _ASKED, foreign=201),
    ("GET", "/v1/questions"): _listed(OWNER, "question_id"),
    ("GET", "/v1/questions/{question_id}"): Rule(OWNER),
    ("GET", "/v1/questions/{question_id}/export"): Rule(OWNER),
    ("POST", "/v1/questions/{question_id}/feedback"): Rule(OWNER, 201, _json(verdict="wrong")),
    ("GET", "/v1/questions/{question_id}/feedback"): Rule(OWNER, path={"question_id": "judged_question_id"}),
    ("GET", "/v1/feedback"): _listed(PERMISSION, "feedback_id"),
    # the editors' desk
    ("GET", "/v1/schemas"): Rule(PERMISSION, foreign=200),
    ("POST", "/v1/schemas"): Rule(PERMISSION, 201, lambda _: {"json": {"key": f"s{uuid4().hex}", **_DEFINED}}, 201),
    ("GET", "/v1/schemas/{key}"): Rule(PERMISSION, path=_SCHEMA),
    ("PATCH", "/v1/schemas/{key}"): Rule(PERMISSION, call=_json(archived=True), path=_SCHEMA),
    ("GET", "/v1/schemas/{key}/versions"): Rule(PERMISSION, path=_SCHEMA),
    ("POST", "/v1/schemas/{key}/versions"): Rule(PERMISSION, 201, _json(**_DEFINED), path=_SCHEMA),
    ("GET", "/v1/schemas/{key}/reading"): Rule(PERMISSION, path=_SCHEMA),
    ("POST", "/v1/schemas/{key}/reading"): Rule(PERMISSION, 202, path=_SCHEMA),
    ("POST", "/v1/schemas/{key}/preview"): Rule(PERMISSION, call=_json(**_DEFINED), path=_SCHEMA),
    ("GET", "/v1/review/tasks"): _listed(GRANT, "task_id"),
    ("POST", "/v1/review/tasks"): Rule(GRANT, 201, _REVIEWED),
    ("POST", "/v1/review/tasks/claim-next"): _listed(GRANT, "task_id", _OF_SCHEMA, 404),
    ("GET", "/v1/review/tasks/{task_id}"): Rule(GRANT),
    ("POST", "/v1/review/tasks/{task_id}/claim"): Rule(GRANT),
    ("POST", "/v1/review/tasks/{task_id}/release"): Rule(GRANT),
    ("POST", "/v1/review/tasks/{task_id}/assign"): Rule(GRANT, call=_json(assignee=None)),
    ("POST", "/v1/review/tasks/{task_id}/retry"): Rule(GRANT, 409),
    ("GET", "/v1/review/tasks/{task_id}/fields"): Rule(GRANT),
    ("GET", "/v1/review/tasks/{task_id}/earlier"): Rule(GRANT),
    ("GET", "/v1/review/fields/{field_id}"): Rule(GRANT),
    ("GET", "/v1/review/fields/{field_id}/revisions"): Rule(GRANT),
    ("POST", "/v1/review/fields/{field_id}/revisions"): Rule(GRANT, 201, _json(action="absent")),
    ("POST", "/v1/review/fields/{field_id}/comments"): Rule(GRANT, 201, _json(body="See page 2.")),
    ("GET", "/v1/review/fields/{field_id}/comments"): Rule(GRANT),
    ("GET", "/v1/review/learnt"): Rule(PERMISSION, foreign=200),
    ("POST", "/v1/review/learnt/{field_id}/withdrawal"): Rule(GRANT, 409),
    ("GET", "/v1/review/mentions"): Rule(PERMISSION, foreign=200),
    ("POST", "/v1/review/mentions/{comment_id}/read"): Rule(OWNER, 404, path={"comment_id": "view_id"}),  # no mention
    ("POST", "/v1/review/bulk-approvals/preview"): Rule(PERMISSION, call=_BULK, foreign=200),
    ("POST", "/v1/review/bulk-approvals"): Rule(PERMISSION, 201, _NO_BULK, 201),
    ("GET", "/v1/review/bulk-approvals/{bulk_id}"): Rule(GRANT),
    ("POST", "/v1/review/bulk-approvals/{bulk_id}/reversal"): Rule(GRANT),
    ("GET", "/v1/review/views"): Rule(PERMISSION, foreign=200),
    ("POST", "/v1/review/views"): Rule(PERMISSION, 201, _json(name="Mine", filters={}), 201),
    ("PUT", "/v1/review/views/{view_id}"): Rule(OWNER, call=_json(name="Mine", filters={})),
    ("DELETE", "/v1/review/views/{view_id}"): Rule(OWNER, 204),
    ("GET", "/v1/review/policies"): Rule(PERMISSION, foreign=200),
    ("POST", "/v1/review/policies"): Rule(PERMISSION, 201, _json(policy="two", amount="9"), 201),
    ("POST", "/v1/review/policies/preview"): Rule(PERMISSION, call=_json(policy="two"), foreign=200),
    ("DELETE", "/v1/review/policies/{policy_id}"): Rule(PERMISSION, 204),
    ("GET", "/v1/review/progress"): _listed(GRANT, "collection_name", _WITH_TASK, 404),
    ("GET", "/v1/review/workload"): Rule(PERMISSION, foreign=200),
    ("GET", "/v1/review/agreement"): Rule(PERMISSION, foreign=200),
    ("GET", "/v1/review/mistakes"): Rule(PERMISSION, foreign=200),
    ("GET", "/v1/review/corrections"): Rule(PERMISSION, foreign=200),
    ("GET", "/v1/review/reviewers"): Rule(PERMISSION, foreign=200),
    ("GET", "/v1/changes"): _listed(GRANT, "field_id", lambda _: {"params": {"kind": "field.proposed"}}),
    ("GET", "/v1/exports"): Rule(GRANT, foreign=200, shows="field_id"),
    ("POST", "/v1/webhooks"): _made(_json(url="https://hooks.example.com/")),
    ("GET", "/v1/webhooks"): _listed(OWNER, "webhook_id"),
    ("GET", "/v1/webhooks/{webhook_id}"): Rule(OWNER),
    ("PATCH", "/v1/webhooks/{webhook_id}"): Rule(OWNER, call=_json(state="paused")),
    ("DELETE", "/v1/webhooks/{webhook_id}"): Rule(OWNER, 204),
    ("POST", "/v1/webhooks/{webhook_id}/rotate"): Rule(OWNER, 201, _json()),
    ("POST", "/v1/webhooks/{webhook_id}/test"): Rule(OWNER, 201),
    ("POST", "/v1/webhooks/{webhook_id}/replay"): Rule(OWNER, call=_json(since="2026-01-01T00:00:00Z")),
    ("GET", "/v1/webhooks/{webhook_id}/deliveries"): Rule(OWNER),
    # conversations
    ("POST", "/v1/conversations"): _made(_json()),
    ("GET", "/v1/conversations"): _listed(OWNER, "conversation_id"),
    ("GET", "/v1/conversations/{conversation_id}"): Rule(OWNER),
    ("PATCH", "/v1/conversations/{conversation_id}"): Rule(OWNER, call=_json(title="Renamed")),
    ("DELETE", "/v1/conversations/{conversation_id}"): Rule(OWNER, 204),
    ("GET", "/v1/conversations/{conversation_id}/turns"): Rule(OWNER),
    ("GET", "/v1/conversations/{conversation_id}/turns/{turn_id}"): Rule(OWNER),
    ("POST", "/v1/conversations/{conversation_id}/turns"): Rule(OWNER, 201, _ASKED),
    ("POST", "/v1/conversations/{conversation_id}/understandings"): Rule(OWNER, 200, _ASKED),
    # evaluations
    ("PUT", "/v1/eval-runs/{run_id}"): Rule(
        PERMISSION, 200, lambda names: {"json": names["eval_record"]}, path=_EVAL_RUN, foreign=201
    ),
    ("GET", "/v1/eval-runs"): _listed(PERMISSION, "eval_run_id"),
    ("GET", "/v1/eval-runs/{run_id}"): Rule(PERMISSION, path=_EVAL_RUN),
    ("GET", "/v1/eval-runs/{run_id}/cases"): Rule(PERMISSION, path=_EVAL_RUN),
    ("GET", "/v1/eval-runs/{run_id}/case"): Rule(PERMISSION, call=lambda _: {"params": {"id": "a"}}, path=_EVAL_RUN),
    ("GET", "/v1/eval-comparisons"): Rule(
        PERMISSION,
        call=lambda names: {"params": {"before": names["eval_run_id"], "after": names["eval_run_id"]}},
    ),
    # the audit log
    ("GET", "/v1/audit/events"): _listed(
        PERMISSION, "logged_user_id", lambda names: {"params": {"object_id": names["logged_user_id"]}}
    ),
    ("GET", "/v1/audit/export"): _listed(PERMISSION, "logged_user_id"),
}
