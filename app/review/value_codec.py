"""Encode and decode the values of fields as JSON. Numbers are texts, so that no digit is lost.

A value is an object with its `kind`; texts of kind term have the kind "text". See `tests/review/test_values.py` for one
of each.
"""

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from app.quantities.periods import Period
from app.review.errors import FieldValueError
from app.review.values import (
    DateValue,
    DurationValue,
    FieldKind,
    ListValue,
    PartyValue,
    QuantityValue,
    TableValue,
    TextValue,
    Value,
    YesNoValue,
    is_duration_unit,
    is_of_kind,
    plain_decimal,
)

MAX_TEXT: Final = 20_000
MAX_ITEMS: Final = 1_000
MAX_COLUMNS: Final = 60
"""Limits of a value: characters of a text, items of a list or rows of a table, and columns of a table."""

_MAX_CELLS: Final = 10_000
_MAX_UNIT: Final = 12
_MAX_DIGITS: Final = 60
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def encode_value(value: Value) -> dict[str, Any]:  # noqa: PLR0911 (a return for each kind)
    """Return the value as an object of JSON."""
    match value:
        case TextValue():
            return {"kind": "text", "text": value.text}
        case QuantityValue():
            period = {} if value.period is None else {"period": str(value.period)}
            return {"kind": "quantity", "number": str(plain_decimal(value.number)), "unit": value.unit, **period}
        case DateValue():
            return {"kind": "date", "day": value.day.isoformat()}
        case DurationValue():
            if value.perpetual or value.count is None:
                return {"kind": "duration", "perpetual": True}
            return {"kind": "duration", "count": str(plain_decimal(value.count)), "unit": value.unit}
        case PartyValue():
            return {"kind": "party", "name": value.name, "role": value.role, "short": value.short}
        case YesNoValue():
            return {"kind": "yes-no", "yes": value.yes}
        case ListValue():
            return {"kind": "list", "items": [encode_value(item) for item in value.items]}
        case TableValue():
            rows = [[None if cell is None else encode_value(cell) for cell in row] for row in value.rows]
            return {"kind": "table", "columns": list(value.columns), "rows": rows}


def decode_value(kind: FieldKind, raw: object) -> Value:
    """Return the value of a field of this kind. Raises FieldValueError."""
    value = _decode(raw, may_nest=True)
    if not is_of_kind(value, kind):
        raise FieldValueError(f"The field takes a value of the kind {kind}, and this is another kind.")
    return value


def is_storable(value: Value, kind: FieldKind) -> bool:
    """Return whether the value may be that of a field of this kind, and can be read back once it is stored."""
    try:
        return decode_value(kind, encode_value(value)) is not None
    except FieldValueError:
        return False


def _decode(raw: object, *, may_nest: bool = False) -> Value:  # noqa: PLR0911 (a return for each kind)
    if not isinstance(raw, dict):
        raise FieldValueError("A value is an object with a member `kind`.")
    match raw.get("kind"):
        case "text" | "term":
            return TextValue(_text(raw, "text"))
        case "quantity":
            return QuantityValue(_number(raw, "number"), _unit(raw), _period(raw))
        case "date":
            return DateValue(_day(raw.get("day")))
        case "duration":
            return _duration(raw)
        case "party":
            return PartyValue(_text(raw, "name"), _optional(raw, "role"), _optional(raw, "short"))
        case "yes-no":
            if not isinstance(raw.get("yes"), bool):
                raise FieldValueError("A yes-no value has `yes`: true or false.")
            return YesNoValue(raw["yes"])
        case "list" if may_nest:
            return ListValue(tuple(_decode(item, may_nest=False) for item in _array(raw, "items", MAX_ITEMS)))
        case "table" if may_nest:
            return _table(raw)
    kinds = ", ".join(FieldKind)
    raise FieldValueError(f"The kind of a value is one of {kinds}; items of lists and cells are no lists or tables.")


def _table(raw: dict[str, Any]) -> TableValue:
    columns = _array(raw, "columns", MAX_COLUMNS)
    rows = _array(raw, "rows", MAX_ITEMS)
    if not columns or not all(isinstance(column, str) and len(column) <= MAX_TEXT for column in columns):
        raise FieldValueError("The columns of a table are texts, and there is at least one.")
    if len(columns) * len(rows) > _MAX_CELLS:
        raise FieldValueError(f"A table has at most {_MAX_CELLS} cells.")
    if not all(isinstance(row, list) and len(row) == len(columns) for row in rows):
        raise FieldValueError("Each row of a table has one value or null for each column.")
    cells = tuple(tuple(None if cell is None else _decode(cell) for cell in row) for row in rows)
    return TableValue(tuple(map(_storable, columns)), cells)


def _duration(raw: dict[str, Any]) -> DurationValue:
    if raw.get("perpetual") is True:
        return DurationValue(None, None, perpetual=True)
    count, unit = _number(raw, "count"), raw.get("unit")
    if count < 0 or not isinstance(unit, str) or not is_duration_unit(unit):
        raise FieldValueError("A duration has a count of at least 0 and a unit (day, month, year), or is perpetual.")
    return DurationValue(count, unit)


def _number(raw: dict[str, Any], name: str) -> Decimal:
    written = raw.get(name)
    # A number of JSON may have lost digits on its way: only whole ones are exact.
    if type(written) is int and abs(written) < 1 << 53:
        return Decimal(written)
    if not isinstance(written, str) or len(written) > 2 * _MAX_DIGITS or not written.isascii() or "_" in written:
        raise FieldValueError(f"`{name}` is a number as a text, such as '1250000.50'.")
    try:
        number = Decimal(written)
    except InvalidOperation:
        raise FieldValueError(f"`{name}` is a number as a text, such as '1250000.50'.") from None
    _, digits, exponent = number.as_tuple()
    if not isinstance(exponent, int) or len(digits) > _MAX_DIGITS or abs(exponent) > _MAX_DIGITS:
        raise FieldValueError(f"`{name}` is finite and has at most {_MAX_DIGITS} digits.")
    return number


def _unit(raw: dict[str, Any]) -> str | None:
    unit = raw.get("unit")
    if unit is None:
        return None
    if not isinstance(unit, str) or not 0 < len(unit) <= _MAX_UNIT or not unit.isprintable():
        raise FieldValueError("`unit` is an ISO 4217 currency, '%', 'bps', 'x', 'shares', or null.")
    return unit


def _period(raw: dict[str, Any]) -> Period | None:
    written = raw.get("period")
    if written is None:
        return None
    if not isinstance(written, str):
        raise FieldValueError("`period` is a day, or two days separated by a slash.")
    first, slash, last = written.partition("/")
    period = Period(_day(last), _day(first)) if slash else Period(_day(first))
    if period.start is not None and period.start > period.end:
        raise FieldValueError("A period does not end before it starts.")
    return period


def _day(written: object) -> date:
    try:
        if isinstance(written, str) and _DAY.fullmatch(written):
            return date.fromisoformat(written)
    except ValueError:
        pass
    raise FieldValueError("A day is written as in '2031-12-31'.")


def _text(raw: dict[str, Any], name: str) -> str:
    text = raw.get(name)
    if not isinstance(text, str) or not text.strip() or len(text) > MAX_TEXT:
        raise FieldValueError(f"`{name}` is a text of 1 to {MAX_TEXT} characters.")
    return _storable(text)


def _optional(raw: dict[str, Any], name: str) -> str | None:
    return None if raw.get(name) is None else _text(raw, name)


def _storable(text: str) -> str:
    """Return the text. Raises FieldValueError for characters that PostgreSQL cannot store."""
    if "\x00" in text or any(0xD800 <= ord(each) <= 0xDFFF for each in text):
        raise FieldValueError("A text has no NUL character and no half of a character (surrogate).")
    return text


def _array(raw: dict[str, Any], name: str, most: int) -> list[Any]:
    items = raw.get(name)
    if not isinstance(items, list) or len(items) > most:
        raise FieldValueError(f"`{name}` is an array of at most {most} items.")
    return items
