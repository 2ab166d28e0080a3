"""Events in the Open Cybersecurity Schema Framework (https://schema.ocsf.io/1.3.0), for whatever reads logs.

Classes: Account Change 3001, Authentication 3002, Entity Management 3004, User Access Management 3005, Group Management
3006, API Activity 6003. What the schema has no field for is under `unmapped`, with the chain's hashes, so that a line
can be verified by itself (`parse_line`).
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

from app.audit.chain.hashing import Link, ToldEvent, microseconds, print_jsonb
from app.audit.errors import ExportFormatError

SCHEMA_VERSION = "1.3.0"
_INFORMATIONAL = 1  # severity_id
_SUCCESS, _FAILURE = 1, 2  # status_id
_OTHER = 99  # activity_id
_ENDLESS = 2**63
_MOST_DIGITS = 4_000
_NOT_OURS = (ValueError, ArithmeticError, KeyError, TypeError, AttributeError, RecursionError)

ACCOUNT, AUTHENTICATION, ENTITY, USER_ACCESS, GROUP, API = 3001, 3002, 3004, 3005, 3006, 6003

# Activities by verbs: Create 1, Read 2, Update 3, Delete 4 (classes 3004 and 6003).
_CRUD = {
    1: "created added uploaded published asked opened given granted imported founded rotated",
    2: "read viewed listed exported explained previewed",
    # A label is put on an object and taken off it: the object is changed, not made or deleted.
    3: "edited renamed changed moved updated nested unnested linked unlinked replaced set put taken",
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
    """An event's class and activity; `type_uid` of the schema is made of both."""

    class_uid: int
    activity_id: int

    @property
    def category_uid(self) -> int:
        return self.class_uid // 1000


def shape_of(action: str, detail: dict[str, Any]) -> Shape:
    """The class and activity of an event."""
    if action == "access.request.denied":
        activity = _METHODS.get(str(detail.get("method")), _OTHER)
        return Shape(AUTHENTICATION, 1) if detail.get("status") == 401 else Shape(API, activity)
    noun, _, verb = action.partition(".")[2].partition(".")
    found = _shape_of_rights(action, noun, verb, detail)
    if found is None:
        found = Shape(ENTITY if action.startswith(_ENTITIES) else API, _VERBS.get(verb, _OTHER))
    return found


def _shape_of_rights(action: str, noun: str, verb: str, detail: dict[str, Any]) -> Shape | None:
    """Of sign-ins, accounts, members of groups, and grants."""
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
    """Looked up once: to read a package's metadata takes longer than to print the line."""
    return version("footnote")


def print_line(event: ToldEvent, link: Link) -> str:
    """One line of an export (without its end)."""
    detail = json.loads(event.detail)
    shape = shape_of(event.action, detail)
    told = {
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
        told["status_code"] = detail["code"]
    unmapped = {
        "action": event.action,
        "object_type": event.object_type,
        "object_id": event.object_id,
        "event_hash": link.event_hash.hex(),
        "previous_hash": link.previous_hash.hex(),
        "hash": link.hash.hex(),
    }
    # The detail as the database prints it, so that its hash can be made again whatever its numbers look like.
    ending = f'{json.dumps(unmapped, ensure_ascii=False)[:-1]}, "detail": {event.detail}}}'
    return f'{json.dumps(told, ensure_ascii=False)[:-1]}, "unmapped": {ending}}}'


def parse_line(line: str) -> tuple[Link, ToldEvent]:
    """What a line tells and its hash covers. Raises ExportFormatError."""
    try:
        told = _load(line)
        metadata, user, unmapped = told["metadata"], told["actor"]["user"], told["unmapped"]
        key_id, sequence, detail = user.get("credential_uid"), metadata["sequence"], unmapped["detail"]
        if type(sequence) is not int or not 0 < sequence < _ENDLESS:
            raise ExportFormatError
        if not isinstance(detail, dict) or not isinstance(metadata.get("product", {}), dict):
            raise ExportFormatError
        event = ToldEvent(
            tenant_id=UUID(metadata["tenant_uid"]),
            id=UUID(metadata["uid"]),
            at=datetime.strptime(told["time_dt"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC),
            actor_id=UUID(user["uid"]),
            key_id=None if key_id is None else UUID(key_id),
            action=_told_text(unmapped["action"]),
            object_type=_told_text(unmapped["object_type"]),
            object_id=_told_text(unmapped["object_id"]),
            request_id=_found_text(metadata.get("correlation_uid")),
            client=_found_text(told["src_endpoint"].get("ip")),
            detail=_told_text(print_jsonb(detail)),
        )
        link = Link(
            sequence=sequence,
            event_id=event.id,
            event_hash=bytes.fromhex(unmapped["event_hash"]),
            previous_hash=bytes.fromhex(unmapped["previous_hash"]),
            hash=bytes.fromhex(unmapped["hash"]),
        )
    except _NOT_OURS as error:
        raise ExportFormatError from error
    return link, event


def tells_otherwise(line: str, link: Link, event: ToldEvent) -> bool:
    """Whether a line says more, or other, than follows from what its hash covers (but for the product's version).

    Raises ExportFormatError for what is nested too deep to be compared.
    """
    try:
        told, meant = _load(line), _load(print_line(event, link))
        for each in (told, meant):
            each["metadata"].get("product", {}).pop("version", None)
        return bool(told != meant)
    except _NOT_OURS as error:
        raise ExportFormatError from error


def _load(line: str) -> Any:
    """A line's JSON: in UTF-8, with no name twice in an object, and with no number that is none or endless."""
    line.encode()
    return json.loads(line, parse_float=_parse_number, parse_constant=_refuse_constant, object_pairs_hook=_pairs_once)


def _parse_number(text: str) -> Decimal:
    number = Decimal(text)
    if abs(number.adjusted()) > _MOST_DIGITS:
        raise ValueError("longer, written out, than any number of ours")
    return number


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _pairs_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Readers differ in which of two same names they take, so that a hash could cover what others don't read."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name twice")
    return found


def _told_text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    value.encode()  # half a surrogate pair is in no database
    return value


def _found_text(value: Any) -> str | None:
    return None if value is None else _told_text(value)


def _about(shape: Shape, event: ToldEvent, detail: dict[str, Any]) -> dict[str, Any]:
    """What the event's class tells of the object."""
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


def _about_rights(event: ToldEvent, detail: dict[str, Any]) -> dict[str, Any]:
    """Of whom, and to what."""
    user = _subject(detail, "user_id")
    if event.action.startswith("identity.member."):
        return {"group": {"uid": event.object_id}, "user": {"uid": user}}
    opened = ((kind, _subject(detail, f"{kind}_id")) for kind in _OPENED)
    resources = [{"uid": uid, "type": kind} for kind, uid in opened if uid is not None]
    told = {"privileges": [str(_given(detail).get("level", "unknown"))], "resources": resources}
    return {"user": {"uid": user}, **told} if user else {"group": {"uid": _subject(detail, "group_id")}, **told}


def _given(detail: dict[str, Any]) -> dict[str, Any]:
    """What a change tells of its object: as it is now, or, where it is no more, as it was."""
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
