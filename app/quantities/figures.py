"""A number with its sign, unit and scale, as the text around it states them."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from app.quantities.affixes import EMPTY, Affix, read_prefix, read_suffix
from app.quantities.styles import NumberStyle, parse_number

_CENTS: Final = -2
_PESOS = frozenset({"MXN", "ARS", "CLP", "COP", "UYU", "BRL"})
_SCALES_WITHOUT_CURRENCY: Final = (3, 6)


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a text with its affixes; `value` has its sign."""

    value: Decimal
    token: str
    unit: str | None
    scale: int | None
    compare: str = ""
    per_share: bool = False
    counts: bool = False


def read_figure(before: str, token: str, after: str, style: NumberStyle, negative_side: str | None) -> Figure | None:
    """Read a number with what stands before and after it; None if the text says more, or contradicts itself."""
    prefix = read_prefix(before)
    suffix = read_suffix(after) if prefix is not None else None
    number = parse_number(token, style) if suffix is not None else None
    if prefix is None or suffix is None or number is None:
        return None
    if prefix is EMPTY and suffix is EMPTY:
        return Figure(number, token, None, None)
    unit, agree = common_unit(prefix.unit, suffix.unit)
    scale, scales_agree = _common_scale(prefix, suffix, unit, token, negative_side)
    negative = _is_negative(prefix, suffix, style, negative_side)
    compare = "" if prefix.has_angle and suffix.has_angle else prefix.compare or suffix.compare
    if negative is None or not agree or not scales_agree or (prefix.compare and suffix.compare):
        return None
    if compare and negative and not prefix.sign:
        return None  # ">(100)%" is meant as "a larger decrease than", and others mean "above"
    value = number.copy_negate() if negative and number else number
    return Figure(value, token, unit, scale, compare, suffix.per_share, suffix.counts)


def _common_scale(
    prefix: Affix, suffix: Affix, unit: str | None, token: str, negative_side: str | None
) -> tuple[int | None, bool]:
    """Return the scale that prefix or suffix states, and whether they make sense together."""
    scale = suffix.scale if prefix.scale is None else prefix.scale
    if suffix.side and negative_side is None:  # no heading says that a side is a sign: "₹ 12 Cr" is crore
        return 7, unit == "INR" and suffix.side == "CR" and scale is None
    if suffix.is_letter and unit is None and (len(token) < 3 or scale not in _SCALES_WITHOUT_CURRENCY):
        return None, False  # "3M" may be three months, and "2.11B" a section
    both = prefix.scale is not None and suffix.scale is not None
    return scale, not both and (scale != _CENTS or prefix.unit is None)


def _is_negative(prefix: Affix, suffix: Affix, style: NumberStyle, negative_side: str | None) -> bool | None:
    """Return whether the signs make a number negative; None if they contradict each other."""
    if (suffix.has_bracket and not prefix.has_bracket) or (suffix.has_angle and not prefix.has_angle):
        return None
    if (prefix.sign and suffix.sign) or (prefix.is_apart and prefix.sign in style.nil_dashes):
        return None
    sign = prefix.sign or suffix.sign
    if not sign:
        is_side = bool(suffix.side) and suffix.side == negative_side
        return prefix.has_bracket or (prefix.has_angle and suffix.has_angle) or is_side
    if sign in "–—" and prefix.has_bracket:
        return None  # nil with a mark: "—(1)"
    return not style.arrows if sign in "△▲" else sign != "+"


def common_unit(first: str | None, second: str | None) -> tuple[str | None, bool]:
    """Return the unit of two statements, and whether they agree. "$" agrees with each dollar and peso."""
    if first is None or second is None or first == second:
        return first or second, True
    if "$" not in (first, second):
        return None, False
    code = second if first == "$" else first
    return code, code.endswith("D") or code in _PESOS
