"""Values as people write and read them: what an editor types, and one line that shows a value."""

import re
from decimal import Decimal
from typing import Final

from app.quantities.dates import parse_date
from app.quantities.number_words import CARDINAL, parse_cardinal
from app.quantities.period_words import parse_heading_date
from app.quantities.values import Kind, Quantity
from app.quantities.values import parse_value as parse_quantity
from app.review.errors import FieldValueError
from app.review.value_codec import MAX_COLUMNS, MAX_ITEMS, MAX_TEXT
from app.review.values import (
    DateValue,
    DurationUnit,
    DurationValue,
    FieldKind,
    ListValue,
    PartyValue,
    QuantityValue,
    TableValue,
    TextValue,
    Value,
    YesNoValue,
    plain_decimal,
)

_NUMBERS: Final = frozenset(
    {Kind.AMOUNT, Kind.PERCENTAGE, Kind.BASIS_POINTS, Kind.RATIO, Kind.PER_SHARE, Kind.SHARES, Kind.NUMBER, Kind.NIL}
)
_YES: Final = frozenset({"yes", "y", "true", "1"})
_NO: Final = frozenset({"no", "n", "false", "0"})
_PERPETUAL: Final = frozenset({"perpetual", "indefinite", "in perpetuity", "no end", "unlimited"})
# "30 days", "ninety (90) days", "one (1) year", "a period of 18 months"
_DURATION: Final = re.compile(
    rf"(?:successive |additional |for |a period of |period of )*"
    rf"(?:(?P<digits>[0-9]{{1,4}}(?:\.[0-9]{{1,2}})?)|(?P<words>{CARDINAL}|an?)(?: ?\((?P<inner>[0-9]{{1,4}})\))?)"
    r"[- ]?(?:calendar |business |successive |consecutive )?(?P<unit>day|week|month|quarter|year)s?['’]?"
    r"(?: (?:prior )?(?:written )?notice)?",
    re.IGNORECASE,
)
_UNITS: Final[dict[str, tuple[int, DurationUnit]]] = {
    "day": (1, "day"),
    "week": (7, "day"),
    "month": (1, "month"),
    "quarter": (3, "month"),
    "year": (1, "year"),
}
_SHORT: Final = re.compile(r"""\((?:the )?["“”']?([^"“”()]{1,200}?)["“”']?\)""")
_LONGEST_DURATION: Final = 120


def parse_value(  # noqa: PLR0911 (a return for each kind)
    kind: FieldKind, text: str, *, unit: str | None = None, items: FieldKind = FieldKind.TEXT
) -> Value:
    """Parse what an editor types or selects on a page. Raises FieldValueError.

    `unit` is the field's unit: that of a bare number, and the dollar that "$" means. A list has one item per line (or
    separated by semicolons), each of the kind `items`. A table has one line per row, with tabs between the cells; the
    first line has its columns.
    """
    plain = " ".join(text.split())
    if not plain:
        raise FieldValueError("The value is empty: reject the field, or say that the document does not have it.")
    if len(text) > MAX_TEXT or "\x00" in text:
        raise FieldValueError(f"A value has at most {MAX_TEXT} characters, and no NUL character.")
    match kind:
        case FieldKind.TEXT:
            return TextValue(text.strip())
        case FieldKind.TERM:
            return TextValue(plain)
        case FieldKind.QUANTITY:
            return _quantity(plain, unit)
        case FieldKind.DATE:
            return _date(plain)
        case FieldKind.DURATION:
            return _duration(plain)
        case FieldKind.PARTY:
            return _party(plain)
        case FieldKind.YES_NO:
            return _yes_no(plain)
        case FieldKind.LIST:
            return _list(text, unit, items)
        case FieldKind.TABLE:
            return _table(text)


def print_value(value: Value) -> str:  # noqa: PLR0911 (a return for each kind)
    """Return the value in one line."""
    match value:
        case TextValue():
            return " ".join(value.text.split())
        case QuantityValue():
            return _print_quantity(value)
        case DateValue():
            return value.day.isoformat()
        case DurationValue():
            if value.perpetual or value.count is None:
                return "perpetual"
            return f"{plain_decimal(value.count)} {value.unit}{'' if value.count == 1 else 's'}"
        case PartyValue():
            short = f' ("{value.short}")' if value.short else ""
            return f"{value.name}{short}{f', {value.role}' if value.role else ''}"
        case YesNoValue():
            return "Yes" if value.yes else "No"
        case ListValue():
            return "; ".join(map(print_value, value.items))
        case TableValue():
            rows = (" | ".join("—" if cell is None else print_value(cell) for cell in row) for row in value.rows)
            return "; ".join(rows)


def quantity_value(read: Quantity, unit: str | None = None) -> QuantityValue | None:
    """Return the whole amount of a quantity that was read; None if it is not one number. For `unit`, see
    `parse_value`.
    """
    if read.kind not in _NUMBERS or read.value is None:
        return None
    stated = read.unit
    is_dollar_known = stated == "$" and unit is not None and unit.endswith("D")
    if is_dollar_known or (stated is None and read.kind is not Kind.RATIO):
        stated = unit
    sign, digits, exponent = read.value.as_tuple()
    assert isinstance(exponent, int), "a printed number is finite"
    return QuantityValue(plain_decimal(Decimal((sign, digits, exponent + (read.scale or 0)))), stated)


def _quantity(plain: str, unit: str | None) -> QuantityValue:
    value = quantity_value(parse_quantity(plain), unit)
    if value is None:
        raise FieldValueError("This is not one number: write it as in '$12.5 million', '3.25%', '50 bps' or '4.5x'.")
    return value


def _date(plain: str) -> DateValue:
    day = parse_date(plain) or parse_heading_date(plain)
    if day is None:
        raise FieldValueError("This is not a date: write it as in 'June 30, 2031' or '2031-06-30'.")
    return DateValue(day)


def _duration(plain: str) -> DurationValue:
    value = parse_duration(plain)
    if value is None:
        raise FieldValueError("This is not a length of time: write it as in '90 days', '2 years' or 'perpetual'.")
    return value


def parse_duration(text: str) -> DurationValue | None:
    """Parse a text that is one length of time ("ninety (90) days"); None for any other text. Weeks become days, and
    quarters months.
    """
    if text.casefold() in _PERPETUAL:
        return DurationValue(None, None, perpetual=True)
    found = _DURATION.fullmatch(text) if len(text) <= _LONGEST_DURATION else None
    if found is None:
        return None
    counted = found["digits"] or found["inner"]
    if counted is None:
        words = found["words"]
        counted = "1" if words.casefold() in ("a", "an") else str(parse_cardinal(words))
    factor, unit = _UNITS[found["unit"].casefold()]
    return DurationValue(Decimal(counted) * factor, unit)


def _party(plain: str) -> PartyValue:
    """Parse `Name ("Short"), role`."""
    found = _SHORT.search(plain)
    if found is None:
        return PartyValue(plain)
    name, role = plain[: found.start()].strip(" ,"), plain[found.end() :].strip(" ,")
    if not name:
        raise FieldValueError('A party has a name before its short name: Example Group plc ("Example").')
    return PartyValue(name, role.removeprefix("as ").strip() or None, found[1].strip() or None)


def _yes_no(plain: str) -> YesNoValue:
    folded = plain.casefold()
    if folded not in _YES | _NO:
        raise FieldValueError("Write 'yes' or 'no'.")
    return YesNoValue(folded in _YES)


def _list(text: str, unit: str | None, items: FieldKind) -> ListValue:
    if items in (FieldKind.LIST, FieldKind.TABLE):
        raise FieldValueError("The items of a list are no lists or tables.")
    parts = [part for part in re.split(r"\n" if "\n" in text.strip() else r";", text) if part.strip()]
    if len(parts) > MAX_ITEMS:
        raise FieldValueError(f"A list has at most {MAX_ITEMS} items.")
    return ListValue(tuple(parse_value(items, part, unit=unit) for part in parts))


def _table(text: str) -> TableValue:
    lines = [line.split("\t") for line in text.strip("\n").split("\n")]
    columns = tuple(cell.strip() for cell in lines[0])
    if len(columns) > MAX_COLUMNS or len(lines) > MAX_ITEMS:
        raise FieldValueError(f"A table has at most {MAX_COLUMNS} columns and {MAX_ITEMS} rows.")
    if any(len(line) != len(columns) for line in lines):
        raise FieldValueError("Each line of a table has the same number of cells, with tabs between them.")
    rows = tuple(tuple(TextValue(cell.strip()) if cell.strip() else None for cell in line) for line in lines[1:])
    return TableValue(columns, rows)


def _print_quantity(value: QuantityValue) -> str:
    number = f"{plain_decimal(value.number):,f}"
    period = f" ({value.period})" if value.period else ""
    match value.unit:
        case None:
            return f"{number}{period}"
        case "%" | "x":
            return f"{number}{value.unit}{period}"
        case "bps" | "shares":
            return f"{number} {value.unit}{period}"
        case "$":
            return f"${number}{period}"
        case currency:
            return f"{currency} {number}{period}"
