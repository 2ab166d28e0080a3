"""Parse and check providers' requests: sizes, schemas and valid text (RFC 7644 §3.3, §3.5)."""

import json
import re
import unicodedata
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from scim2_models import (
    Context,
    InvalidSyntaxException,
    InvalidValueException,
    PatchOp,
    PatchOperation,
    PayloadTooLargeException,
    SearchRequest,
)

from app.identity.scim import resources as scim
from app.identity.scim.dialects import read_filter, read_operations

_ADDRESS = re.compile(r"[!-?A-~]{1,64}@[A-Za-z0-9.-]{1,190}")
_LONGEST_TEXT = 255  # characters
_LONGEST_FILTER = 2_000  # characters
_DEEPEST = 16  # levels of nested lists and objects; valid resources need at most half as many
_NAMED_MEMBER = re.compile(r'(?:urn:[^\[]*:)?members\[\s*value eq "([^"\\]*)"\s*\]', re.IGNORECASE)
_MEMBERS = re.compile(r"(?:urn:.*:)?members\b.*", re.IGNORECASE | re.DOTALL)

Payload = dict[str, Any]


def parse_payload(body: bytes) -> Payload:
    """Parse a request's JSON object. Raises InvalidSyntaxException."""
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InvalidSyntaxException(detail="The body is not a JSON object.") from error
    if not isinstance(payload, dict):
        raise InvalidSyntaxException(detail="The body is not a JSON object.")
    _check_depth(payload)
    return payload


def _check_depth(payload: Payload) -> None:
    """Limit the depth of a payload, so that recursive functions don't exceed the recursion limit. Raises
    InvalidSyntaxException.
    """
    level: list[Any] = [payload]
    for _ in range(_DEEPEST):
        parts = [each.values() if isinstance(each, dict) else each for each in level]
        level = [value for part in parts for value in part if isinstance(value, (dict, list))]
    if level:
        raise InvalidSyntaxException(
            detail=f"The body nests lists and objects more than {_DEEPEST} deep: send fewer levels."
        )


def parse_user(payload: Payload, context: Context, *, active: bool) -> scim.User:
    """Parse the requested user; `active` is used if the request omits that attribute.

    Raises ValidationError, InvalidValueException, PayloadTooLargeException.
    """
    _check_changes(payload)
    if not any(name.lower() == "active" for name in payload):
        payload = {**payload, "active": active}
    user = scim.User.model_validate(payload, scim_ctx=context, scim_policy=scim.LENIENT)
    check_user(user)
    return user


def check_user(user: scim.User) -> None:
    """Check rules that the schema can't express. Raises InvalidValueException."""
    _check_text(user.model_dump(scim_ctx=Context.DEFAULT, exclude={"groups", "meta", "id"}))
    emails = user.emails or []
    if not (user.user_name or "").strip():
        raise InvalidValueException(detail="userName must not be blank.")
    if sum(1 for email in emails if email.primary) > 1:
        raise InvalidValueException(detail="At most one address may be primary.")
    for email in emails:
        if _ADDRESS.fullmatch(email.value or "") is None:
            raise InvalidValueException(detail="emails.value must be an e-mail address.")


def parse_group(payload: Payload, context: Context) -> scim.Group:
    """Parse the requested group. Raises ValidationError, InvalidValueException, PayloadTooLargeException."""
    _check_changes(payload)
    group = scim.Group.model_validate(payload, scim_ctx=context, scim_policy=scim.LENIENT)
    check_group(group)
    return group


def check_group(group: scim.Group) -> None:
    """Check rules that the schema can't express. Raises InvalidValueException."""
    _check_text([group.display_name, group.external_id])
    if not (group.display_name or "").strip():
        raise InvalidValueException(detail="displayName must not be blank.")


def parse_user_patch(payload: Payload) -> PatchOp[scim.User]:
    """Parse the operations of a PATCH. Raises ValidationError, PayloadTooLargeException."""
    _check_changes(payload)
    return PatchOp[scim.User].model_validate(
        read_operations(payload), scim_ctx=Context.RESOURCE_PATCH_REQUEST, scim_policy=scim.LENIENT
    )


def parse_group_patch(payload: Payload) -> PatchOp[scim.Group]:
    """Parse the operations of a PATCH. Raises ValidationError, PayloadTooLargeException."""
    _check_changes(payload)
    return PatchOp[scim.Group].model_validate(
        read_operations(payload), scim_ctx=Context.RESOURCE_PATCH_REQUEST, scim_policy=scim.LENIENT
    )


def parse_search(kind: type[scim.User | scim.Group], parameters: Mapping[str, str]) -> SearchRequest[Any]:
    """Parse the query of a list. Raises ValidationError, InvalidValueException."""
    if any(len(value) > _LONGEST_FILTER for value in parameters.values()):
        raise InvalidValueException(detail=f"A parameter may have at most {_LONGEST_FILTER} characters.")
    _check_text(dict(parameters), longest=_LONGEST_FILTER)
    request: Any = SearchRequest.__class_getitem__(kind)
    read = {name: read_filter(value) if name == "filter" else value for name, value in parameters.items()}
    parsed: SearchRequest[Any] = request.model_validate(read, scim_ctx=Context.SEARCH_REQUEST, scim_policy=scim.LENIENT)
    return parsed


def find_named_members(patch: PatchOp[scim.Group]) -> frozenset[UUID] | None:
    """Return the IDs of the members that a group's PATCH names; None if it may change members that it does not name.

    With these IDs, the caller can add a member without reading thousands of other members.
    """
    named: set[str] = set()
    for operation in patch.operations or ():
        found = _named_by(operation)
        if found is None:
            return None
        named |= found
    return frozenset(parse_id(text) for text in named)


def _named_by(operation: PatchOperation[scim.Group]) -> set[str] | None:
    path, value = str(operation.path or ""), operation.value
    if not path:
        given = [part for name, part in value.items() if _MEMBERS.fullmatch(name)] if isinstance(value, dict) else []
        if given and operation.op is not PatchOperation.Op.add:
            return None
        value = given[0] if given else []
    elif found := _NAMED_MEMBER.fullmatch(path):
        return {found[1]}
    elif not _MEMBERS.fullmatch(path):
        return set()
    elif "[" in path or operation.op is PatchOperation.Op.replace_ or value is None:
        return None
    entries = value if isinstance(value, list) else [value]
    if not all(isinstance(entry, dict) and isinstance(entry.get("value"), str) for entry in entries):
        return None
    return {entry["value"] for entry in entries}


def parse_id(text: str | None) -> UUID:
    """Parse the ID of a user or group. Raises InvalidValueException."""
    try:
        return UUID(text or "")
    except ValueError as error:
        raise InvalidValueException(detail="A member's value must be the ID of a user or group.") from error


def _check_changes(payload: Payload) -> None:
    if _count_values(payload) > scim.MAX_CHANGES:
        raise PayloadTooLargeException(
            detail=f"One request may change at most {scim.MAX_CHANGES} values: send several requests."
        )


def _count_values(part: Any) -> int:
    """Return the number of entries in a payload's lists, including the entries of nested lists."""
    if isinstance(part, dict):
        return sum(_count_values(value) for name, value in part.items() if name.lower() != "schemas")
    if isinstance(part, list):
        return sum(max(1, _count_values(value)) for value in part)
    return 0


def _check_text(part: Any, *, longest: int = _LONGEST_TEXT) -> None:
    if isinstance(part, dict):
        for value in part.values():
            _check_text(value, longest=longest)
    elif isinstance(part, list):
        for value in part:
            _check_text(value, longest=longest)
    elif isinstance(part, str):
        if any(unicodedata.category(character) in {"Cc", "Cs"} for character in part):
            raise InvalidValueException(detail="Control characters and broken Unicode are not allowed.")
        if len(part) > longest:
            raise InvalidValueException(detail=f"A text may have at most {longest} characters.")
