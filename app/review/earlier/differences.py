"""What changed between two values of a field, in words."""

from decimal import Decimal

from app.review.value_texts import print_value
from app.review.values import DateValue, QuantityValue, Value, same_value

_SHARE = Decimal("0.1")
_LARGEST_EXPONENT = 60
"""Of numbers whose difference is computed: beyond, only "changed" is said."""


def describe_difference(before: Value | None, now: Value | None) -> str:
    """Return the difference from `before` to `now`, such as "+250,000 (+12.5%)". None is "not in the document"."""
    if same_value(before, now):
        return "unchanged"
    match before, now:
        case None, _:
            return "new"
        case _, None:
            return "no longer there"
        case QuantityValue(), QuantityValue() if before.unit == now.unit and _is_plain(before, now):
            return _quantities(before, now)
        case DateValue(), DateValue():
            days = (now.day - before.day).days
            return f"{days:+,} {'day' if abs(days) == 1 else 'days'}"
    return "changed"


def _quantities(before: QuantityValue, now: QuantityValue) -> str:
    change = now.number - before.number
    sign = "+" if change > 0 else "\N{MINUS SIGN}"
    points = " points" if before.unit == "%" else ""
    printed = print_value(QuantityValue(abs(change), None if points else before.unit))
    if points or not before.number:
        return f"{sign}{printed}{points}"
    share = (100 * abs(change) / abs(before.number)).quantize(_SHARE)
    return f"{sign}{printed} ({sign}{share:,f}%)"


def _is_plain(*values: QuantityValue) -> bool:
    return all(abs(value.number.adjusted()) < _LARGEST_EXPONENT for value in values)
