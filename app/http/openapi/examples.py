"""Examples for the OpenAPI document, generated from its schemas, so that every operation has current examples.

Examples come from the first of these sources that has one: the schema itself, the example values by field name
(`WORDS`), and a default value for the type.
"""

from collections.abc import Callable, Mapping
from typing import Any

from app.http.openapi.example_words import WORDS

Schema = Mapping[str, Any]
Keep = Callable[[str, Schema, Schema], bool]
"""Returns whether the example of an object includes a field.

The arguments are the field's name, the field's schema and the object's schema.
"""

_REF = "#/components/schemas/"
_ID = "0190c0de-7e57-7000-8000-00000000feed"
_BY_FORMAT = {"uuid": _ID, "date-time": "2026-02-27T14:05:00Z", "date": "2025-12-31", "uri": "https://example.com/"}
_MAX_DEPTH = 12


class Examples:
    """Makes examples; `schemas` are the targets of `$ref`."""

    def __init__(self, schemas: Mapping[str, Schema]) -> None:
        self._schemas = schemas

    def of_request(self, schema: Schema) -> Any:
        """Return an example request: optional fields are omitted unless they have an explicit example."""
        return self._make(
            schema, "", 0, lambda name, part, whole: name in whole.get("required", ()) or "examples" in part
        )

    def of_response(self, schema: Schema) -> Any:
        """Return an example response with all fields."""
        return self._make(schema, "", 0, lambda _name, _part, _whole: True)

    def _make(self, schema: Schema, name: str, depth: int, keep: Keep) -> Any:
        schema = self._resolve(schema)
        for known in self._list_candidates(schema, name):
            return known
        chosen = [part for key in ("anyOf", "oneOf") for part in schema.get(key, ()) if part.get("type") != "null"]
        if chosen:
            return self._make(chosen[0], name, depth, keep)
        if schema.get("type") == "object":
            return {
                field: self._make(part, f"{schema.get('title')}.{field}", depth + 1, keep)
                for field, part in schema.get("properties", {}).items()
                if depth < _MAX_DEPTH and keep(field, part, schema)
            }
        if schema.get("type") == "array":
            items = schema.get("items")
            return [self._make(items, name, depth + 1, keep)] if items and depth < _MAX_DEPTH else []
        return _plain(schema)

    def _list_candidates(self, schema: Schema, name: str) -> list[Any]:
        """List candidate examples, best first: the schema's examples, values of WORDS, constant or enum, default."""
        words = [WORDS[word] for word in (name, name.rpartition(".")[2]) if word in WORDS]
        known = [*schema.get("examples", ()), *(word for word in words if self._accepts(schema, word))]
        known += [schema["const"]] if "const" in schema else schema.get("enum", [])
        return [*known, *([schema["default"]] if schema.get("default") is not None else [])]

    def _resolve(self, schema: Schema) -> Schema:
        while "$ref" in schema:
            schema = self._schemas[schema["$ref"].removeprefix(_REF)]
        return schema

    def _accepts(self, schema: Schema, value: Any) -> bool:
        """Return whether an example value fits the schema: by its type, or as one of the values of an enumeration."""
        schema = self._resolve(schema)
        parts = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
        if parts:
            return any(self._accepts(part, value) for part in parts)
        if "enum" in schema:
            return value in schema["enum"]
        if "properties" in schema or schema.get("format") in _BY_FORMAT:
            return False
        return schema.get("type") in _TYPES[type(value)]


def _plain(schema: Schema) -> Any:
    """Return a default example for a schema of a simple type."""
    match schema.get("type"):
        case "integer":
            return max(int(schema.get("minimum", 1)), 1)
        case "number":
            return float(schema.get("minimum", 0.5))
        case "boolean":
            return True
        case "null":
            return None
        case _:
            return _BY_FORMAT.get(schema.get("format", ""), "text")


_TYPES: dict[type, tuple[str, ...]] = {
    str: ("string",),
    bool: ("boolean",),
    int: ("integer", "number"),
    float: ("number",),
    list: ("array",),
    dict: ("object",),
    type(None): ("null",),
}
