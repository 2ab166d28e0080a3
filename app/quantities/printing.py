"""Write typed values as text that states sign, currency and scale."""

import re
from decimal import Decimal

from app.quantities.values import Kind, Quantity

UNKNOWN_SCALE = "scale not stated"
_SIGNS = {"USD": "$", "$": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹"}
_SCALES = {0: "", 3: " thousand", 5: " lakh", 6: " million", 7: " crore", 9: " billion", 12: " trillion"}
_SCALE_WORD = re.compile(r"thousand|lakh|million|crore|billion|trillion|\d\s?(?:k|m|mn|bn|b)\b", re.IGNORECASE)
_UNITS = {
    Kind.PERCENTAGE: "%",
    Kind.PERCENTAGE_POINTS: " percentage points",
    Kind.BASIS_POINTS: " bps",
    Kind.RATIO: "x",
    Kind.SHARES: " shares",
}


def print_quantity(quantity: Quantity, *, printed: str) -> str:
    """Write a value: "-$1,234 million", "8.0%", "225 bps", "3.2x". `printed` is the text of its cell, which is returned
    for dates, text, and whatever has no number. A range is written as printed, with its scale: "$910 – $950 million".
    """
    if quantity.kind is Kind.NIL:
        return "nil"
    if quantity.kind is Kind.RANGE:
        states_scale = quantity.scale is None or _SCALE_WORD.search(printed)
        return printed if states_scale else printed + _SCALES.get(quantity.scale or 0, "")
    if quantity.value is None:
        return printed
    sign = "-" if quantity.value < 0 else ""
    figure, scale = _scaled(abs(quantity.value), quantity)
    is_unknown = quantity.scale is None and quantity.kind in (Kind.AMOUNT, Kind.SHARES)
    note = f" ({UNKNOWN_SCALE})" if is_unknown else ""
    return f"{sign}{_currency(quantity)}{figure:,f}{scale}{_UNITS.get(quantity.kind, '')}{note}"


def _currency(quantity: Quantity) -> str:
    if quantity.kind not in (Kind.AMOUNT, Kind.PER_SHARE) or quantity.unit is None:
        return ""
    return _SIGNS.get(quantity.unit, f"{quantity.unit} ")


def _scaled(figure: Decimal, quantity: Quantity) -> tuple[Decimal, str]:
    """Return the figure, and the word for its scale. A scale without a word ("hundred millions") becomes the next lower
    one.
    """
    if quantity.kind not in (Kind.AMOUNT, Kind.PER_SHARE, Kind.SHARES) or quantity.scale is None:
        return figure, ""
    lower = max((scale for scale in _SCALES if scale <= quantity.scale), default=0)
    return figure.scaleb(quantity.scale - lower), _SCALES[lower]
