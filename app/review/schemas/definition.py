"""The definition of a schema: a JSON Schema (2020-12) of an object, whose properties are the fields to extract.

Each property has a `title`, a `description` (the instructions to whoever reads the field: editor, rule or model), a
`type` with a `format`, and `x-field`, what JSON Schema has no word for:

    kind        the kind of the value (`FieldKind`); without it, type and format decide
    items       the kind of a list's items (text by default)
    importance  1 (nice to know) to 5 (the deal depends on it); 3 by default
    rule        the name of the rule that reads the field, or null for the general reader
    words       synonyms to look for
    unit        the unit of a number whose words say none, such as "USD" or "%"
    policy      who must agree: one (an editor), two (maker and checker), blind (two readings and an adjudication), or
                sample (one editor, and a check of a sample after release)

`x-document-types` of the schema are the types of documents that it is for.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from typing import Any, Final

import yaml

from app.review.errors import SchemaInvalidError
from app.review.values import FieldKind

MAX_FIELDS: Final = 400
MAX_DEFINITION: Final = 512 * 1024
"""Limits of a schema: fields, and bytes of its definition as JSON."""

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
KEY_PATTERN: Final = r"^[a-z][a-z0-9_-]{0,62}$"
_KEY: Final = re.compile(KEY_PATTERN.strip("^$"))
_TYPE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9/_ -]{0,62}")
_MAX_TITLE: Final = 200
_MAX_INSTRUCTIONS: Final = 4_000
_MAX_WORDS: Final = 60
_MAX_WORD: Final = 120
_MAX_UNIT: Final = 12
_MAX_DEPTH: Final = 8

_OF_SCHEMA: Final = frozenset(
    {"$schema", "$id", "title", "description", "type", "properties", "required", "additionalProperties"}
    | {"x-document-types"}
)
_OF_FIELD: Final = frozenset({"kind", "items", "importance", "rule", "words", "unit", "policy"})
_TYPES_OF_KIND: Final[dict[FieldKind, frozenset[str]]] = {
    FieldKind.TEXT: frozenset({"string"}),
    FieldKind.TERM: frozenset({"string"}),
    FieldKind.QUANTITY: frozenset({"number", "integer", "string"}),
    FieldKind.DATE: frozenset({"string"}),
    FieldKind.DURATION: frozenset({"string"}),
    FieldKind.PARTY: frozenset({"string", "object"}),
    FieldKind.YES_NO: frozenset({"boolean"}),
    FieldKind.LIST: frozenset({"array"}),
    FieldKind.TABLE: frozenset({"array", "object"}),
}
_KIND_OF_TYPE: Final = {
    ("string", "date"): FieldKind.DATE,
    ("string", "duration"): FieldKind.DURATION,
    ("string", None): FieldKind.TEXT,
    ("number", None): FieldKind.QUANTITY,
    ("integer", None): FieldKind.QUANTITY,
    ("boolean", None): FieldKind.YES_NO,
    ("array", None): FieldKind.LIST,
}


class FieldPolicy(StrEnum):
    """Who must agree before a value is approved."""

    ONE = "one"
    TWO = "two"
    BLIND = "blind"
    SAMPLE = "sample"


_STRICTNESS: Final = (FieldPolicy.ONE, FieldPolicy.SAMPLE, FieldPolicy.TWO, FieldPolicy.BLIND)


def strictest(policies: Iterable[FieldPolicy]) -> FieldPolicy:
    """Return the strictest of the policies, of which there is at least one."""
    return max(policies, key=_STRICTNESS.index)


@dataclass(frozen=True)  # no slots: `digest` is computed once
class FieldSpec:
    """One field of a schema. `schema` is its JSON Schema without `x-field`. For the members, see the module."""

    key: str
    title: str
    kind: FieldKind
    instructions: str = ""
    importance: int = 3
    rule: str | None = None
    words: tuple[str, ...] = ()
    unit: str | None = None
    policy: FieldPolicy = FieldPolicy.ONE
    items: FieldKind | None = None
    schema: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @cached_property
    def digest(self) -> str:
        """Return the SHA-256 (hex) of everything that may change what is read for the field.

        Importance and policy are not part of it: they change who reviews a value, not the value.
        """
        content = {
            "key": self.key,
            "title": self.title,
            "kind": self.kind,
            "instructions": self.instructions,
            "rule": self.rule,
            "words": self.words,
            "unit": self.unit,
            "items": self.items,
            "schema": self.schema,
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Schema:
    """What to extract from documents of some types. The fields are in the order in which people read them."""

    key: str
    title: str
    document_types: tuple[str, ...]
    fields: tuple[FieldSpec, ...]

    def find_field(self, key: str) -> FieldSpec | None:
        return next((spec for spec in self.fields if spec.key == key), None)


def parse_definition(key: str, raw: object) -> Schema:
    """Return the schema that a definition defines. Raises SchemaInvalidError, whose sentence names the place."""
    _check(_KEY.fullmatch(key), "The key of a schema has small letters, digits, '-' and '_', and starts with a letter.")
    definition = _mapping(raw, "The definition of a schema")
    _check(_depth(definition) <= _MAX_DEPTH, f"The definition is nested more than {_MAX_DEPTH} levels deep.")
    _check(len(_as_json(definition)) <= MAX_DEFINITION, f"The definition has more than {MAX_DEFINITION} bytes.")
    unknown = sorted(definition.keys() - _OF_SCHEMA)
    _check(not unknown, f"The schema has members that Footnote does not know: {', '.join(unknown)[:200]}.")
    _check(definition.get("$schema", _DIALECT) == _DIALECT, f"`$schema` is {_DIALECT}.")
    _check(definition.get("type", "object") == "object", "The `type` of a schema is 'object'.")
    types = _texts(definition.get("x-document-types", []), "`x-document-types`", _MAX_TITLE)
    _check(all(map(_TYPE.fullmatch, types)), "`x-document-types` has names of document types, such as '10-K'.")
    properties = _mapping(definition.get("properties"), "`properties`")
    _check(0 < len(properties) <= MAX_FIELDS, f"A schema has 1 to {MAX_FIELDS} fields.")
    fields = tuple(_parse_field(name, each) for name, each in properties.items())
    required = _texts(definition.get("required", []), "`required`", _MAX_TITLE)
    _check(set(required) <= properties.keys(), "`required` names fields that the schema does not have.")
    title = _text(definition.get("title", key), "`title` of the schema", _MAX_TITLE)
    return Schema(key, title, types, fields)


def is_key(text: str) -> bool:
    """Return whether a text can be the key of a schema or of a field."""
    return _KEY.fullmatch(text) is not None


def shipped_keys() -> tuple[str, ...]:
    """Return the keys of the schemas that Footnote ships, in order."""
    return tuple(sorted(name.removesuffix(".yaml") for name in _shipped_files()))


@lru_cache(maxsize=64)
def shipped_definition(key: str) -> Mapping[str, Any]:
    """Return the definition of a shipped schema, as JSON has it; do not change it. Raises KeyError for other keys."""
    return _load(_shipped_files()[f"{key}.yaml"])


@lru_cache(maxsize=64)
def shipped_schema(key: str) -> Schema:
    """Return a shipped schema. Raises KeyError for other keys."""
    return parse_definition(key, shipped_definition(key))


@cache
def _shipped_files() -> dict[str, str]:
    folder = files("app.review.schemas") / "shipped"
    return {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir() if file.name.endswith(".yaml")}


def _load(text: str) -> Mapping[str, Any]:
    # The reader of libyaml, where PyYAML has it: that in Python takes ten times as long.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    definition: Mapping[str, Any] = yaml.load(text, Loader=loader)  # noqa: S506  both are safe loaders
    return definition


def _parse_field(key: object, raw: object) -> FieldSpec:
    _check(
        isinstance(key, str) and _KEY.fullmatch(key),
        f"The key {str(key)[:80]!r} of a field is not valid: use small letters, digits, '-' and '_', a letter first.",
    )
    assert isinstance(key, str)
    name = f"Field {key!r}"
    schema = dict(_mapping(raw, name))
    of_field = _mapping(schema.pop("x-field", {}), f"{name}: `x-field`")
    unknown = sorted(of_field.keys() - _OF_FIELD)
    _check(not unknown, f"{name}: `x-field` has members that Footnote does not know: {', '.join(unknown)[:200]}.")
    kind = _kind(of_field.get("kind"), schema, name)
    importance = of_field.get("importance", 3)
    _check(type(importance) is int and 1 <= importance <= 5, f"{name}: `importance` is a whole number from 1 to 5.")
    rule, unit = of_field.get("rule"), of_field.get("unit")
    is_rule = rule is None or (isinstance(rule, str) and _is_name(rule))
    _check(is_rule, f"{name}: `rule` is the name of a rule, or null.")
    is_unit = isinstance(unit, str) and 0 < len(unit) <= _MAX_UNIT and unit.isprintable()
    _check(unit is None or is_unit, f"{name}: `unit` is an ISO 4217 currency, '%', 'bps', 'x', 'shares', or null.")
    policy = of_field.get("policy", FieldPolicy.ONE)
    _check(_is_one_of(policy, FieldPolicy), f"{name}: `policy` is one of {', '.join(FieldPolicy)}.")
    words = _texts(of_field.get("words", []), f"{name}: `words`", _MAX_WORD)
    _check(len(words) <= _MAX_WORDS, f"{name}: there are more than {_MAX_WORDS} `words`.")
    return FieldSpec(
        key=key,
        title=_text(schema.get("title", key.replace("_", " ").capitalize()), f"{name}: `title`", _MAX_TITLE),
        kind=kind,
        instructions=_text(
            schema.get("description", ""), f"{name}: `description`", _MAX_INSTRUCTIONS, may_be_empty=True
        ),
        importance=importance,
        rule=rule,
        words=words,
        unit=unit,
        policy=FieldPolicy(policy),
        items=_kind_of_items(of_field.get("items"), kind, name),
        schema=schema,
    )


def _kind(stated: object, schema: Mapping[str, Any], name: str) -> FieldKind:
    kinds = ", ".join(FieldKind)
    _check(stated is None or _is_one_of(stated, FieldKind), f"{name}: `kind` is one of {kinds}.")
    stated_type, stated_format = schema.get("type"), schema.get("format")
    if stated is not None:
        kind = FieldKind(str(stated))
    else:
        _check(isinstance(stated_type, str), f"{name}: state a `type`, or the `kind` in `x-field`.")
        known = stated_format if stated_format in ("date", "duration") else None
        found = _KIND_OF_TYPE.get((str(stated_type), known))
        _check(found is not None, f"{name}: values of the type {str(stated_type)[:40]!r} need a `kind` in `x-field`.")
        assert found is not None
        kind = FieldKind.TERM if found is FieldKind.TEXT and "enum" in schema else found
    types = stated_type if isinstance(stated_type, list) else [stated_type]
    fit = all(each in (None, "null") or _is_one_of(each, _TYPES_OF_KIND[kind]) for each in types)
    _check(fit, f"{name}: the kind {kind} has the type {' or '.join(sorted(_TYPES_OF_KIND[kind]))}.")
    if "enum" in schema:
        _texts(schema["enum"], f"{name}: `enum`", _MAX_TITLE)
    return kind


def _kind_of_items(stated: object, kind: FieldKind, name: str) -> FieldKind | None:
    if stated is None:
        return FieldKind.TEXT if kind is FieldKind.LIST else None
    allowed = set(FieldKind) - {FieldKind.LIST, FieldKind.TABLE}
    is_allowed = kind is FieldKind.LIST and _is_one_of(stated, allowed)
    _check(is_allowed, f"{name}: `items` is the kind of a list's items, and no list or table.")
    return FieldKind(str(stated))


def _is_one_of(raw: object, allowed: Iterable[str]) -> bool:
    return isinstance(raw, str) and raw in set(allowed)


def _is_name(rule: str) -> bool:
    return _KEY.fullmatch(rule.replace(".", "-")) is not None


def _mapping(raw: object, name: str) -> Mapping[str, Any]:
    _check(isinstance(raw, Mapping) and all(isinstance(key, str) for key in raw), f"{name} is an object.")
    assert isinstance(raw, Mapping)
    return raw


def _texts(raw: object, name: str, longest: int) -> tuple[str, ...]:
    _check(isinstance(raw, (list, tuple)) and len(raw) <= 1000, f"{name} is a list of texts.")
    assert isinstance(raw, (list, tuple))
    return tuple(_text(each, f"Each text of {name}", longest) for each in raw)


def _text(raw: object, name: str, longest: int, *, may_be_empty: bool = False) -> str:
    is_text = isinstance(raw, str) and len(raw) <= longest and (may_be_empty or raw.strip())
    _check(is_text, f"{name} is a text of {0 if may_be_empty else 1} to {longest} characters.")
    assert isinstance(raw, str)
    return raw.strip()


def _depth(raw: object, most: int = 3 * _MAX_DEPTH) -> int:
    """Return how deep a definition is nested; `most` for one that is deeper."""
    children = list(raw.values()) if isinstance(raw, Mapping) else raw if isinstance(raw, list) else []
    if not children or most <= 1:
        return 1
    return 1 + max(_depth(child, most - 1) for child in children)


def _as_json(definition: Mapping[str, Any]) -> bytes:
    try:
        encoded = json.dumps(definition, sort_keys=True, allow_nan=False, ensure_ascii=False).encode()
    except (TypeError, ValueError) as error:  # halves of characters (surrogates) are among them
        raise SchemaInvalidError("The definition has values that JSON does not have.") from error
    _check(b"\\u0000" not in encoded, "The definition has a NUL character.")
    return encoded


def _check(holds: object, sentence: str) -> None:
    if not holds:
        raise SchemaInvalidError(sentence)
