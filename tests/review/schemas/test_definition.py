import pytest

from app.review.errors import SchemaInvalidError
from app.review.schemas.definition import (
    FieldPolicy,
    parse_definition,
    shipped_definition,
    shipped_keys,
    shipped_schema,
)
from app.review.values import FieldKind

COUPON = {
    "title": "Coupon",
    "description": "The rate of interest a year.",
    "type": "number",
    "x-field": {"importance": 5, "words": ["interest rate"], "unit": "%", "policy": "two"},
}


def definition(**properties):
    return {"title": "Notes", "x-document-types": ["prospectus"], "properties": properties}


def test_definition_states_fields_in_its_order():
    schema = parse_definition("notes", definition(coupon=COUPON, maturity={"type": "string", "format": "date"}))
    coupon, maturity = schema.fields
    assert (schema.key, schema.title, schema.document_types) == ("notes", "Notes", ("prospectus",))
    assert (coupon.key, coupon.title, coupon.kind, coupon.importance) == ("coupon", "Coupon", FieldKind.QUANTITY, 5)
    assert (coupon.words, coupon.unit, coupon.policy) == (("interest rate",), "%", FieldPolicy.TWO)
    assert (maturity.title, maturity.kind, maturity.policy) == ("Maturity", FieldKind.DATE, FieldPolicy.ONE)


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        ({"type": "string"}, FieldKind.TEXT),
        ({"type": "string", "enum": ["senior", "junior"]}, FieldKind.TERM),
        ({"type": "string", "format": "duration"}, FieldKind.DURATION),
        ({"type": "boolean"}, FieldKind.YES_NO),
        ({"type": "array"}, FieldKind.LIST),
        ({"type": ["number", "null"]} | {"x-field": {"kind": "quantity"}}, FieldKind.QUANTITY),
        ({"x-field": {"kind": "table"}}, FieldKind.TABLE),
    ],
)
def test_type_and_format_decide_the_kind_if_none_is_stated(field, kind):
    assert parse_definition("a", definition(b=field)).fields[0].kind is kind


@pytest.mark.parametrize(
    ("change", "changes_reading"),
    [
        ({"importance": 1}, False),
        ({"policy": "blind"}, False),
        ({"words": ["coupon"]}, True),
        ({"unit": "bps"}, True),
        ({"rule": "notes.coupon"}, True),
    ],
)
def test_digest_changes_only_with_what_changes_the_reading(change, changes_reading):
    changed = COUPON | {"x-field": COUPON["x-field"] | change}
    first, second = (parse_definition("a", definition(c=each)).fields[0].digest for each in (COUPON, changed))
    assert (first != second) is changes_reading


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (None, "is an object"),
        ({}, "`properties` is an object"),
        (definition(), "1 to 400 fields"),
        (definition(**{f"f{number}": {"type": "string"} for number in range(401)}), "1 to 400 fields"),
        (definition(Coupon={"type": "string"}), "small letters"),
        (definition(a={"type": "object"}), "need a `kind`"),
        (definition(a={"type": "string", "x-field": {"kind": "money"}}), "`kind` is one of"),
        (definition(a={"type": "string", "x-field": {"kind": ["date"]}}), "`kind` is one of"),
        (definition(a={"type": "string", "x-field": {"kind": "quantity", "weight": 2}}), "does not know: weight"),
        (definition(a={"type": "boolean", "x-field": {"kind": "date"}}), "the kind date has the type string"),
        (definition(a={"type": [["string"]], "x-field": {"kind": "date"}}), "the kind date has the type string"),
        (definition(a={"type": "string", "x-field": {"importance": 6}}), "1 to 5"),
        (definition(a={"type": "string", "x-field": {"importance": True}}), "1 to 5"),
        (definition(a={"type": "string", "x-field": {"policy": {}}}), "`policy` is one of"),
        (definition(a={"type": "string", "x-field": {"rule": "no rule!"}}), "name of a rule"),
        (definition(a={"type": "string", "x-field": {"words": "coupon"}}), "list of texts"),
        (definition(a={"type": "string", "x-field": {"items": "date"}}), "list's items"),
        (definition(a={"type": "string", "description": "x" * 4001}), "0 to 4000"),
        (definition(a={"type": "string", "default": float("nan")}), "JSON does not have"),
        (definition(a={"type": "string", "title": "\ud800"}), "JSON does not have"),
        (definition(a={"type": "string", "title": "a\x00"}), "NUL"),
        (definition(a={"type": "string"}) | {"required": ["b"]}, "does not have"),
        (definition(a={"type": "string"}) | {"$schema": "http://json-schema.org/draft-07/schema#"}, "2020-12"),
        (definition(a={"type": "string"}) | {"if": {}}, "does not know: if"),
        (definition(a={"type": "string", "default": [[[[[[[[]]]]]]]]}), "levels deep"),
    ],
)
def test_invalid_definition_is_rejected_with_the_place(raw, sentence):
    with pytest.raises(SchemaInvalidError, match=sentence) as raised:
        parse_definition("a", raw)
    assert raised.value.code == "schema-invalid"


@pytest.mark.parametrize("key", shipped_keys())
def test_shipped_schemas_are_valid(key):
    schema = shipped_schema(key)
    assert schema.fields
    assert schema.document_types
    assert all(spec.instructions for spec in schema.fields)
    assert shipped_definition(key)["$schema"] == "https://json-schema.org/draft/2020-12/schema"
