from datetime import date
from decimal import Decimal

import pytest

from app.quantities.periods import Period
from app.review.errors import FieldValueError
from app.review.value_codec import decode_value, encode_value
from app.review.value_texts import parse_value, print_value
from app.review.values import (
    DateValue,
    DurationValue,
    FieldKind,
    ListValue,
    PartyValue,
    QuantityValue,
    TableValue,
    TextValue,
    YesNoValue,
    same_value,
)

YEAR = Period(date(2031, 12, 31), date(2031, 1, 1))
EXAMPLE = PartyValue("Example Group plc", "supplier", "Example")
VALUES = [
    (FieldKind.TEXT, TextValue("Use of\nproceeds"), {"kind": "text", "text": "Use of\nproceeds"}, "Use of proceeds"),
    (FieldKind.TERM, TextValue("New York"), {"kind": "text", "text": "New York"}, "New York"),
    (
        FieldKind.QUANTITY,
        QuantityValue(Decimal("1250000.50"), "EUR", YEAR),
        {"kind": "quantity", "number": "1250000.5", "unit": "EUR", "period": "2031-01-01/2031-12-31"},
        "EUR 1,250,000.5 (2031-01-01/2031-12-31)",
    ),
    (
        FieldKind.QUANTITY,
        QuantityValue(Decimal("3.5"), "%"),
        {"kind": "quantity", "number": "3.5", "unit": "%"},
        "3.5%",
    ),
    (FieldKind.DATE, DateValue(date(2031, 6, 30)), {"kind": "date", "day": "2031-06-30"}, "2031-06-30"),
    (
        FieldKind.DURATION,
        DurationValue(Decimal(90), "day"),
        {"kind": "duration", "count": "90", "unit": "day"},
        "90 days",
    ),
    (FieldKind.DURATION, DurationValue(None, None, True), {"kind": "duration", "perpetual": True}, "perpetual"),
    (
        FieldKind.PARTY,
        EXAMPLE,
        {"kind": "party", "name": "Example Group plc", "role": "supplier", "short": "Example"},
        'Example Group plc ("Example"), supplier',
    ),
    (FieldKind.YES_NO, YesNoValue(False), {"kind": "yes-no", "yes": False}, "No"),
    (
        FieldKind.LIST,
        ListValue((TextValue("a"), YesNoValue(True))),
        {"kind": "list", "items": [{"kind": "text", "text": "a"}, {"kind": "yes-no", "yes": True}]},
        "a; Yes",
    ),
    (
        FieldKind.TABLE,
        TableValue(("Level", "Margin"), ((TextValue("I"), None),)),
        {"kind": "table", "columns": ["Level", "Margin"], "rows": [[{"kind": "text", "text": "I"}, None]]},
        "I | —",
    ),
]


@pytest.mark.parametrize(("kind", "value", "encoded", "printed"), VALUES)
def test_each_kind_of_value_is_encoded_decoded_and_printed(kind, value, encoded, printed):
    assert encode_value(value) == encoded
    assert same_value(decode_value(kind, encoded), value)
    assert print_value(value) == printed


@pytest.mark.parametrize(
    ("kind", "raw", "sentence"),
    [
        (FieldKind.DATE, {"kind": "text", "text": "June"}, "kind date"),
        (FieldKind.DATE, {"kind": "date", "day": "2031-02-30"}, "A day is written"),
        (FieldKind.DATE, {"kind": "date", "day": "2031-W10-1"}, "A day is written"),
        (FieldKind.QUANTITY, {"kind": "quantity", "number": 1.1, "unit": "USD"}, "number as a text"),
        (FieldKind.QUANTITY, {"kind": "quantity", "number": "NaN", "unit": None}, "finite"),
        (FieldKind.QUANTITY, {"kind": "quantity", "number": "1E+999", "unit": None}, "finite"),
        (FieldKind.QUANTITY, {"kind": "quantity", "number": "1", "unit": ""}, "`unit`"),
        (FieldKind.QUANTITY, {"kind": "quantity", "number": "1", "period": "2031-12-31/2031-01-01"}, "end before"),
        (FieldKind.DURATION, {"kind": "duration", "count": "-1", "unit": "day"}, "A duration"),
        (FieldKind.DURATION, {"kind": "duration", "count": "1", "unit": "week"}, "A duration"),
        (FieldKind.TEXT, {"kind": "text", "text": " "}, "`text`"),
        (FieldKind.TEXT, {"kind": "text", "text": "a\x00"}, "NUL"),
        (FieldKind.TEXT, {"kind": "text", "text": "\ud800"}, "surrogate"),
        (FieldKind.LIST, {"kind": "list", "items": [{"kind": "list", "items": []}]}, "no lists"),
        (FieldKind.TABLE, {"kind": "table", "columns": ["a"], "rows": [[None, None]]}, "one value or null"),
        (FieldKind.YES_NO, {"kind": "yes-no", "yes": 1}, "true or false"),
        (FieldKind.TEXT, ["text"], "object"),
    ],
)
def test_invalid_value_is_rejected_with_a_sentence(kind, raw, sentence):
    with pytest.raises(FieldValueError, match=sentence) as raised:
        decode_value(kind, raw)
    assert raised.value.code == "field-value-invalid"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (TextValue("New  York "), TextValue("new york")),
        (QuantityValue(Decimal("25.0"), "bps"), QuantityValue(Decimal("0.250"), "%")),
        (QuantityValue(Decimal("1E+3"), "USD"), QuantityValue(Decimal(1000), "USD")),
        (DurationValue(Decimal(12), "month"), DurationValue(Decimal(1), "year")),
        (ListValue((TextValue("a"), EXAMPLE)), ListValue((EXAMPLE, TextValue("A")))),
    ],
)
def test_values_that_say_the_same_are_the_same(first, second):
    assert same_value(first, second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (QuantityValue(Decimal("1.005"), "%"), QuantityValue(Decimal("1.01"), "%")),
        (QuantityValue(Decimal(1), "USD"), QuantityValue(Decimal(1), "EUR")),
        (QuantityValue(Decimal(1), "USD", YEAR), QuantityValue(Decimal(1), "USD")),
        (QuantityValue(Decimal("1." + "0" * 40 + "1"), None), QuantityValue(Decimal("1." + "0" * 40 + "2"), None)),
        (DurationValue(Decimal(30), "day"), DurationValue(Decimal(1), "month")),
        (ListValue((TextValue("a"), TextValue("a"))), ListValue((TextValue("a"),))),
        (YesNoValue(False), None),
        (TextValue("Yes"), YesNoValue(True)),
    ],
)
def test_values_that_differ_are_not_the_same(first, second):
    assert not same_value(first, second)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (FieldKind.QUANTITY, "$12.5 million", QuantityValue(Decimal(12_500_000), "USD")),
        (FieldKind.QUANTITY, "(1,250)", QuantityValue(Decimal(-1250), "USD")),
        (FieldKind.QUANTITY, "3.25%", QuantityValue(Decimal("3.25"), "%")),
        (FieldKind.QUANTITY, "4.50 to 1.00", QuantityValue(Decimal("4.5"), "x")),
        (FieldKind.DATE, "June 30, 2031", DateValue(date(2031, 6, 30))),
        (FieldKind.DURATION, "ninety (90) days", DurationValue(Decimal(90), "day")),
        (FieldKind.DURATION, "successive one-year", DurationValue(Decimal(1), "year")),
        (FieldKind.DURATION, "two weeks", DurationValue(Decimal(14), "day")),
        (FieldKind.DURATION, "perpetual", DurationValue(None, None, True)),
        (FieldKind.PARTY, 'Example Group plc (the "Example"), as supplier', EXAMPLE),
        (FieldKind.PARTY, "Example Group plc", PartyValue("Example Group plc")),
        (FieldKind.YES_NO, "yes", YesNoValue(True)),
        (FieldKind.LIST, "a; b", ListValue((TextValue("a"), TextValue("b")))),
        (
            FieldKind.TABLE,
            "Level\tMargin\nI\t",
            TableValue(("Level", "Margin"), ((TextValue("I"), None),)),
        ),
    ],
)
def test_what_an_editor_types_is_parsed(kind, text, value):
    assert parse_value(kind, text, unit="USD") == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (FieldKind.QUANTITY, "about ten"),
        (FieldKind.QUANTITY, "$10-12 million"),
        (FieldKind.DATE, "June 2031"),
        (FieldKind.DURATION, "soon"),
        (FieldKind.PARTY, '("Example")'),
        (FieldKind.YES_NO, "perhaps"),
        (FieldKind.TABLE, "a\tb\nc"),
        (FieldKind.TEXT, "  "),
    ],
)
def test_text_that_is_no_value_of_the_kind_is_rejected(kind, text):
    with pytest.raises(FieldValueError):
        parse_value(kind, text)


def test_dollar_without_a_stated_country_keeps_its_sign():
    assert parse_value(FieldKind.QUANTITY, "$5") == QuantityValue(Decimal(5), "$")
    assert parse_value(FieldKind.QUANTITY, "$5", unit="EUR") == QuantityValue(Decimal(5), "$")
    assert parse_value(FieldKind.QUANTITY, "$5", unit="CAD") == QuantityValue(Decimal(5), "CAD")


def test_list_of_parties_survives_printing_and_parsing():
    value = ListValue((EXAMPLE, PartyValue("Other Works LLC")))
    assert parse_value(FieldKind.LIST, print_value(value), items=FieldKind.PARTY) == value
