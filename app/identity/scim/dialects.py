"""Translate requests of Entra that violate RFC 7644 into valid ones. `resources.LENIENT` accepts smaller deviations."""

import re
from typing import Any

_VALUE = r'"(?:[^"\\]|\\.)*"|[A-Za-z0-9.+-]+'
# `emails[type eq "work"].value eq "ana@example.com"`: in a filter, RFC 7644 allows nothing after the bracket.
_CHOSEN = re.compile(
    rf"(?P<attribute>[A-Za-z]\w*)\[(?P<choice>[^\[\]]*)\]\.(?P<part>[A-Za-z$]\w*)\s+"
    rf"(?:(?P<pr>pr)\b|(?P<op>[A-Za-z]{{2}})\s+(?P<value>{_VALUE}))"
)
# `roles[primary eq "True"].value`: the path that Entra uses if it sends only one application role.
_ONE_ROLE = re.compile(r'roles\[\s*primary\s+eq\s+"?true"?\s*\](?:\.value)?', re.IGNORECASE)


def read_filter(text: str) -> str:
    """If a condition follows the brackets of a filter, move it into the brackets."""

    def put_inside(found: re.Match[str]) -> str:
        compared = "pr" if found["pr"] else f"{found['op']} {found['value']}"
        return f"{found['attribute']}[({found['choice']}) and {found['part']} {compared}]"

    return _CHOSEN.sub(put_inside, text)


def read_operations(payload: dict[str, Any]) -> dict[str, Any]:
    """Translate the operations of a PATCH. A primary role replaces all roles. In operations that remove values, each
    value keeps only its `value` field.
    """
    return {
        name: [_read_operation(operation) if isinstance(operation, dict) else operation for operation in value]
        if name.lower() == "operations" and isinstance(value, list)
        else value
        for name, value in payload.items()
    }


def _read_operation(operation: dict[str, Any]) -> dict[str, Any]:
    removes = str(operation.get("op", "")).lower() == "remove"
    value = operation.get("value")
    if _ONE_ROLE.fullmatch(str(operation.get("path", ""))):
        if removes:
            return {"op": "remove", "path": "roles"}
        return {"op": "replace", "path": "roles", "value": [value if isinstance(value, dict) else {"value": value}]}
    if removes and isinstance(value, list):
        # Entra adds a null `$ref` or a possibly outdated display name.
        return {**operation, "value": [_only_value(entry) for entry in value]}
    return operation


def _only_value(entry: Any) -> Any:
    return {"value": entry["value"]} if isinstance(entry, dict) and "value" in entry else entry
