"""The typed values of fields, and what makes two of them the same. `app.review.value_codec` encodes them,
`app.review.value_texts` parses and prints them.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Literal, TypeGuard, get_args

from app.quantities.periods import Period


class FieldKind(StrEnum):
    """The kind of a field's value. A term is a word of a list or a short answer, such as a state's name."""

    TEXT = "text"
    TERM = "term"
    QUANTITY = "quantity"
    DATE = "date"
    DURATION = "duration"
    PARTY = "party"
    YES_NO = "yes-no"
    LIST = "list"
    TABLE = "table"


DurationUnit = Literal["day", "month", "year"]
_DURATION_UNITS: tuple[str, ...] = get_args(DurationUnit)


@dataclass(frozen=True, slots=True)
class TextValue:
    """A text (kinds text and term)."""

    text: str


@dataclass(frozen=True, slots=True)
class QuantityValue:
    """A whole amount: `number` is scaled (2.5 million is 2500000). 3.5% is the number 3.5 with the unit "%".

    `unit` is an ISO 4217 code, "$" if nobody says which dollar, "%", "bps", "x", "shares", or None.
    """

    number: Decimal
    unit: str | None
    period: Period | None = None


@dataclass(frozen=True, slots=True)
class DateValue:
    day: date


@dataclass(frozen=True, slots=True)
class DurationValue:
    """A length of time. Without an end (`perpetual`), `count` and `unit` are None."""

    count: Decimal | None
    unit: DurationUnit | None
    perpetual: bool = False


@dataclass(frozen=True, slots=True)
class PartyValue:
    """A party: its name, its role in the document, and the short name that the document defines for it."""

    name: str
    role: str | None = None
    short: str | None = None


@dataclass(frozen=True, slots=True)
class YesNoValue:
    yes: bool


@dataclass(frozen=True, slots=True)
class ListValue:
    items: "tuple[Value, ...]"


@dataclass(frozen=True, slots=True)
class TableValue:
    """A table. Each row has one value per column, or None for an empty cell."""

    columns: tuple[str, ...]
    rows: "tuple[tuple[Value | None, ...], ...]"


Value = TextValue | QuantityValue | DateValue | DurationValue | PartyValue | YesNoValue | ListValue | TableValue
"""The value of a field."""

VALUE_TYPES: dict[FieldKind, type[Value]] = {
    FieldKind.TEXT: TextValue,
    FieldKind.TERM: TextValue,
    FieldKind.QUANTITY: QuantityValue,
    FieldKind.DATE: DateValue,
    FieldKind.DURATION: DurationValue,
    FieldKind.PARTY: PartyValue,
    FieldKind.YES_NO: YesNoValue,
    FieldKind.LIST: ListValue,
    FieldKind.TABLE: TableValue,
}
"""The type of each kind's values."""


def is_of_kind(value: Value, kind: FieldKind) -> bool:
    """Return whether the value may be the value of a field of this kind."""
    return isinstance(value, VALUE_TYPES[kind])


def is_duration_unit(unit: str) -> TypeGuard[DurationUnit]:
    return unit in _DURATION_UNITS


def same_value(first: Value | None, second: Value | None) -> bool:
    """Return whether two values say the same.

    Blanks, the case of letters and the order of a list's items make no difference, nor do equal units: 25 bps is 0.25%,
    and 12 months are 1 year. Numbers are compared exactly, without rounding.
    """
    return value_key(first) == value_key(second)


def plain_decimal(number: Decimal) -> Decimal:
    """Return the number without zeros at the end of its decimals and without exponent. Its precision is kept."""
    sign, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int), "values are finite"
    if not any(digits):
        return Decimal(0)
    if exponent >= 0:
        return Decimal((sign, digits + (0,) * exponent, 0))
    while exponent < 0 and digits[-1] == 0:
        digits, exponent = digits[:-1], exponent + 1
    return Decimal((sign, digits, exponent))


def value_key(value: Value | None) -> tuple[object, ...]:  # noqa: PLR0911 (a return for each kind)
    """Return the same tuple for values that say the same, as `same_value` defines it."""
    match value:
        case None:
            return ("none",)
        case TextValue():
            return ("text", _folded(value.text))
        case QuantityValue():
            number, unit = value.number, value.unit
            if unit == "bps":
                number, unit = _shifted(number, -2), "%"
            return ("quantity", str(plain_decimal(number)), unit or "", str(value.period or ""))
        case DateValue():
            return ("date", value.day.isoformat())
        case DurationValue():
            return _key_of_duration(value)
        case PartyValue():
            return ("party", *map(_folded, (value.name, value.role or "", value.short or "")))
        case YesNoValue():
            return ("yes-no", str(value.yes))
        case ListValue():
            return ("list", *sorted(map(value_key, value.items), key=repr))
        case TableValue():
            rows = (tuple(map(value_key, row)) for row in value.rows)
            return ("table", tuple(map(_folded, value.columns)), *rows)


def _key_of_duration(value: DurationValue) -> tuple[object, ...]:
    if value.perpetual or value.count is None:
        return ("duration", "perpetual")
    if value.unit == "year":
        return ("duration", str(plain_decimal(value.count * 12)), "month")
    return ("duration", str(plain_decimal(value.count)), value.unit)


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _shifted(number: Decimal, places: int) -> Decimal:
    sign, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int), "values are finite"
    return Decimal((sign, digits, exponent + places))
