"""Encode and decode the typed values and periods of cells, as parts of an encoded table (`app.tables.codec`)."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from app.quantities.periods import Period
from app.quantities.values import Kind, Quantity
from app.tables.errors import TableEncodingError

_KINDS = tuple(Kind)
_CODES = {kind: code for code, kind in enumerate(_KINDS)}
_OTHER = re.compile(r"[^0-9]+")
_PLACES = 40
"""The largest exponent, up or down, of a value that is stored as digits of its text."""

_LONGEST = 60
"""Characters of a value that is stored as a number of its own; the longest has 38 digits (IEEE 754 decimal128: 34)."""


def pack_value(value: Quantity, text: str) -> tuple[object, ...]:
    """Return kind, unit, scale, value and upper end. A value is None, a decimal number, or an integer.

    The integer states the sign and the exponent of a value whose digits are the digits of the cell's text: twice the
    exponent, plus 1 for a negative value. Cells of one column therefore have equal encodings.
    """
    high = None if value.high is None else str(value.high)
    return _CODES[value.kind], value.unit, value.scale, _pack_number(value.value, text), high


def unpack_value(packed: Any, text: str) -> Quantity:
    """Return the value that `pack_value` encoded. Raises TableEncodingError, ValueError, TypeError, ArithmeticError."""
    kind, unit, scale, number, high = packed
    if not (type(kind) is int and 0 <= kind < len(_KINDS)):
        raise TableEncodingError
    if not (unit is None or isinstance(unit, str)) or not (scale is None or type(scale) is int):
        raise TableEncodingError
    value = _unpack_digits(number, text) if type(number) is int else _unpack_decimal(number)
    return Quantity(kind=_KINDS[kind], value=value, unit=unit, scale=scale, high=_unpack_decimal(high))


def pack_period(period: Period) -> tuple[int | None, int]:
    """Return the first and last day as ordinals (1 is 1 January of year 1)."""
    return None if period.start is None else period.start.toordinal(), period.end.toordinal()


def unpack_period(packed: Any) -> Period:
    """Return the period that `pack_period` encoded. Raises ValueError, TypeError, ArithmeticError."""
    start, end = packed
    return Period(date.fromordinal(end), None if start is None else date.fromordinal(start))


def _pack_number(value: Decimal | None, text: str) -> int | str | None:
    if value is None:
        return None
    written = str(value)
    whole, _, places = written.lstrip("-").partition(".")
    digits = _OTHER.sub("", text)
    if digits and (whole + places).lstrip("0") == digits.lstrip("0") and len(places) <= _PLACES:
        return -2 * len(places) + (written[0] == "-")
    return written


def _unpack_digits(number: int, text: str) -> Decimal:
    places, negative = divmod(number, 2)
    digits = _OTHER.sub("", text)
    if not digits or not -_PLACES <= places <= 0:
        raise TableEncodingError
    return Decimal(f"{'-' if negative else ''}{digits}E{places}")


def _unpack_decimal(number: Any) -> Decimal | None:
    if number is None:
        return None
    if not isinstance(number, str) or len(number) > _LONGEST:
        raise TableEncodingError
    value = Decimal(number)
    if not value.is_finite() or abs(value.adjusted()) > _LONGEST:
        raise TableEncodingError
    return value
