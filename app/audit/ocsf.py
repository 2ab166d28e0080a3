"""Print and parse events in the Open Cybersecurity Schema Framework (https://schema.ocsf.io/1.3.0). Log
analysis tools can read them.

Classes: Account Change 3001, Authentication 3002, Entity Management 3004, User Access Management 3005, Group Management
3006, API Activity 6003. Fields without an equivalent in the schema are under `unmapped`. The hashes of the chain are
also there, so that each line can be verified on its own (`parse_line`).
"""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from importlib.metadata import version
from typing import Any
from uuid import UUID

from app.audit.chain.hashing import Link, StoredEvent, microseconds, print_jsonb
from app.audit.errors import ExportFormatError

SCHEMA_VERSION = "1.3.0"
_INFORMATIONAL = 1  # severity_id
_SUCCESS, _FAILURE = 1, 2  # status_id
_OTHER = 99  # activity_id
_SEQUENCE_LIMIT = 2**63
_MAX_DIGITS = 4_000
_PARSE_ERRORS = (ValueError, ArithmeticError, KeyError, TypeError, AttributeError, RecursionError)

ACCOUNT, AUTHENTICATION, ENTITY, USER_ACCESS, GROUP, API = 3001, 3002, 3004, 3005, 3006, 6003

# Activities by verb: Create 1, Read 2, Update 3, Delete 4 (classes 3004 and 6003).
_CRUD = {
    1: "created added commented extracted uploaded published asked opened given granted imported founded rotated",
    2: "read evaluated viewed listed searched exported explained previewed sent",
    # Adding a label to an object, or removing it, updates the object.
    3: "edited renamed changed moved updated nested unnested linked unlinked merged split replaced set put taken "
    "replayed reembedded decided disabled read_published",
    4: "deleted removed revoked withdrawn ended",
}
_VERBS = {verb: activity for activity, verbs in _CRUD.items() for verb in verbs.split()}
_METHODS = {"POST": 1, "GET": 2, "HEAD": 2, "PUT": 3, "PATCH": 3, "DELETE": 4}
_ACCOUNTS = {"created": 1, "enabled": 2, "disabled": 5, "deleted": 6}
_MEMBERS = {"added": 3, "removed": 4}
_GRANTS = {"created": 1, "deleted": 2}
_OPENED = ("collection", "document", "pack")
_ENTITIES = ("access.", "identity.")
_FAILED = (".denied", ".refused")


@dataclass(frozen=True, slots=True)
class Shape:
    """An event's class and activity, which together form the schema's `type_uid`."""

    class_uid: int
    activity_id: int

    @property
    def category_uid(self) -> int:
        return self.class_uid // 1000


def shape_of(action: str, detail: dict[str, Any]) -> Shape:
    """Return the class and activity of an event."""
    if action == "access.request.denied":
        activity = _METHODS.get(str(detail.get("method")), _OTHER)
        return Shape(AUTHENTICATION, 1) if detail.get("status") == 401 else Shape(API, activity)
    noun, _, verb = action.partition(".")[2].partition(".")
    found = _shape_of_rights(action, noun, verb, detail)
    if found is None:
        found = Shape(ENTITY if action.startswith(_ENTITIES) else API, _VERBS.get(verb, _OTHER))
    return found


def _shape_of_rights(action: str, noun: str, verb: str, detail: dict[str, Any]) -> Shape | None:
    """Return the class and activity for sign-ins, accounts, group members and grants; None for other events."""
    about_user = _subject(detail, "user_id") is not None
    if action.startswith(("identity.session.", "identity.sign_in.")):
        return Shape(AUTHENTICATION, 1 if verb in ("opened", "refused") else 2)
    if action.startswith("identity.user."):
        return Shape(ACCOUNT, _ACCOUNTS.get(verb, _OTHER))
    if action.startswith("identity.member.") and verb in _MEMBERS and about_user:
        return Shape(GROUP, _MEMBERS[verb])
    if noun == "grant" and verb in _GRANTS and (about_user or _subject(detail, "group_id")):
        return Shape(USER_ACCESS if about_user else GROUP, _GRANTS[verb])
    return None


@cache
def _product_version() -> str:
    """Return the package's version, cached: reading the metadata takes longer than printing a line."""
    return version("footnote")


def print_line(event: StoredEvent, link: Link) -> str:
    """Return one line of an export, without the line break."""
    detail = json.loads(event.detail)
    shape = shape_of(event.action, detail)
    fields = {
        "activity_id": shape.activity_id,
        "category_uid": shape.category_uid,
        "class_uid": shape.class_uid,
        "type_uid": shape.class_uid * 100 + shape.activity_id,
        "severity_id": _INFORMATIONAL,
        "status_id": _FAILURE if event.action.endswith(_FAILED) else _SUCCESS,
        "time": microseconds(event.at) // 1000,
        "time_dt": f"{event.at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}",
        "metadata": _present(
            version=SCHEMA_VERSION,
            profiles=["datetime"],
            product={"name": "Footnote", "vendor_name": "Footnote", "version": _product_version()},
            log_name="audit",
            uid=str(event.id),
            sequence=link.sequence,
            tenant_uid=str(event.tenant_id),
            correlation_uid=event.request_id,
        ),
        "actor": {"user": _present(uid=str(event.actor_id), credential_uid=_text(event.key_id))},
        "src_endpoint": {"svc_name": "footnote"} if event.client is None else {"ip": event.client},
        **_about(shape, event, detail),
    }
    if "code" in detail:
        fields["status_code"] = detail["code"]
    unmapped = {
        "action": event.action,
        "object_type": event.object_type,
        "object_id": event.object_id,
        "event_hash": link.event_hash.hex(),
        "previous_hash": link.previous_hash.hex(),
        "hash": link.hash.hex(),
    }
    # Insert the text of the detail unchanged, because the hash depends on its number format.
    ending = f'{json.dumps(unmapped, ensure_ascii=False)[:-1]}, "detail": {event.detail}}}'
    return f'{json.dumps(fields, ensure_ascii=False)[:-1]}, "unmapped": {ending}}}'


def parse_line(line: str) -> tuple[Link, StoredEvent]:
    """Return the link and the event in a line. Raises ExportFormatError."""
    try:
        fields = _load(line)
        metadata, user, unmapped = fields["metadata"], fields["actor"]["user"], fields["unmapped"]
        key_id, sequence, detail = user.get("credential_uid"), metadata["sequence"], unmapped["detail"]
        if type(sequence) is not int or not 0 < sequence < _SEQUENCE_LIMIT:
            raise ExportFormatError
        if not isinstance(detail, dict) or not isinstance(metadata.get("product", {}), dict):
            raise ExportFormatError
        event = StoredEvent(
            tenant_id=UUID(metadata["tenant_uid"]),
            id=UUID(metadata["uid"]),
            at=datetime.strptime(fields["time_dt"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC),
            actor_id=UUID(user["uid"]),
            key_id=None if key_id is None else UUID(key_id),
            action=_require_text(unmapped["action"]),
            object_type=_require_text(unmapped["object_type"]),
            object_id=_require_text(unmapped["object_id"]),
            request_id=_optional_text(metadata.get("correlation_uid")),
            client=_optional_text(fields["src_endpoint"].get("ip")),
            detail=_require_text(print_jsonb(detail)),
        )
        link = Link(
            sequence=sequence,
            event_id=event.id,
            event_hash=bytes.fromhex(unmapped["event_hash"]),
            previous_hash=bytes.fromhex(unmapped["previous_hash"]),
            hash=bytes.fromhex(unmapped["hash"]),
        )
    except _PARSE_ERRORS as error:
        raise ExportFormatError from error
    return link, event


def has_unhashed_changes(line: str, link: Link, event: StoredEvent) -> bool:
    """Return whether a line differs from the line that is printed for its link and event, ignoring the product's
    version. Such a line has changes that its hashes do not cover.

    Raises ExportFormatError if the line is nested too deeply to compare.
    """
    try:
        actual, expected = _load(line), _load(print_line(event, link))
        for each in (actual, expected):
            each["metadata"].get("product", {}).pop("version", None)
        return bool(actual != expected)
    except _PARSE_ERRORS as error:
        raise ExportFormatError from error


def _load(line: str) -> Any:
    """Parse a line's JSON. Reject text that is not UTF-8, duplicate keys, NaN, infinity and extremely long numbers."""
    line.encode()
    return json.loads(line, parse_float=_parse_number, parse_constant=_reject_constant, object_pairs_hook=_unique_pairs)


def _parse_number(text: str) -> Decimal:
    number = Decimal(text)
    if abs(number.adjusted()) > _MAX_DIGITS:
        raise ValueError("the number has too many digits")
    return number


def _reject_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _unique_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Reject duplicate keys. Parsers disagree on which one wins, so another program could read a value that the hash
    does not cover.
    """
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate key")
    return found


def _require_text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not a string")
    value.encode()  # rejects a lone surrogate, which no database contains
    return value


def _optional_text(value: Any) -> str | None:
    return None if value is None else _require_text(value)


def _about(shape: Shape, event: StoredEvent, detail: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of the event's class that describe its object."""
    thing = {"uid": event.object_id, "type": event.object_type}
    user = {"uid": _subject(detail, "user_id") or str(event.actor_id)}
    if shape.class_uid in (USER_ACCESS, GROUP):
        return _about_rights(event, detail)
    by_class: dict[int, dict[str, Any]] = {
        ACCOUNT: {"user": {"uid": event.object_id}},
        AUTHENTICATION: {"user": user, "service": {"name": "Footnote"}},
        ENTITY: {"entity": thing},
        API: {"api": {"operation": event.action}, "resources": [thing]},
    }
    return by_class[shape.class_uid]


def _about_rights(event: StoredEvent, detail: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a membership (group, user) or of a grant (user or group, level, objects)."""
    user = _subject(detail, "user_id")
    if event.action.startswith("identity.member."):
        return {"group": {"uid": event.object_id}, "user": {"uid": user}}
    opened = ((kind, _subject(detail, f"{kind}_id")) for kind in _OPENED)
    resources = [{"uid": uid, "type": kind} for kind, uid in opened if uid is not None]
    grant = {"privileges": [str(_given(detail).get("level", "unknown"))], "resources": resources}
    return {"user": {"uid": user}, **grant} if user else {"group": {"uid": _subject(detail, "group_id")}, **grant}


def _given(detail: dict[str, Any]) -> dict[str, Any]:
    """Return the object's fields after the change, or before it if the object was deleted."""
    for part in (detail.get("after"), detail.get("before")):
        if isinstance(part, dict):
            return part
    return detail


def _subject(detail: dict[str, Any], name: str) -> str | None:
    found = _given(detail).get(name) or detail.get(name)
    return found if isinstance(found, str) and re.fullmatch(r"[0-9a-f-]{36}", found) else None


def _present(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)
