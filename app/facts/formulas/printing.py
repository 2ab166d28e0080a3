"""Print values: rounded as asked, in percent, times, or in thousands, millions and billions of a currency."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext

from app.facts.formulas.units import Unit, UnitKind
from app.quantities.printing import UNKNOWN_SCALE

_SCALES = {0: "", 3: " thousand", 6: " million", 9: " billion", 12: " trillion"}
_USUAL = ((9, 2), (6, 1))
"""Scales of amounts that are printed without a form, with their decimal places."""
_LARGEST = Decimal(10) ** 16
"""Amounts from here on are printed whole: no issuer has them."""
_SIGNIFICANT = 6
_DIGITS = 100
"""More than the digits of the largest value with all decimal places that a form may ask for."""


@dataclass(frozen=True, slots=True)
class Form:
    """How a value is asked for. `percent` asks for percents (True) or a plain ratio (False); `scale` is a power of ten
    (6 for millions); `places` are decimal places; None leaves the choice to the value.
    """

    places: int | None = None
    scale: int | None = None
    percent: bool | None = None


@dataclass(frozen=True, slots=True)
class Printed:
    """A printed value: the number in the form that was asked for, and its text with unit."""

    number: Decimal
    text: str


def print_value(value: Decimal, unit: Unit, form: Form = Form()) -> Printed:
    """Print a value, rounded half up. Without a form, ratios have two places, percentages one, and amounts are in
    millions or billions.
    """
    with localcontext() as context:
        context.prec = _DIGITS
        return _print(value, unit, form)


def _print(value: Decimal, unit: Unit, form: Form) -> Printed:
    if unit.kind is UnitKind.YES_NO:
        return Printed(value, "yes" if value == 1 else "no")
    percent = unit.kind is UnitKind.PERCENT if form.percent is None else form.percent
    is_money = unit.kind in (UnitKind.MONEY, UnitKind.SHARES)
    scale = 0 if unit.unscaled is not None else form.scale or 0
    if is_money and unit.unscaled is None and form == Form():
        scale, form = _usual_form(value)
    places = form.places
    if places is None:
        places = _usual_places(value, unit, scale, is_percent=percent)
    number = round_half_up(value * 100 if percent and not is_money else value.scaleb(-scale), places)
    figure = f"{number:,f}"
    if percent and not is_money:
        return Printed(number, f"{figure}%")
    text = _with_unit(figure, unit, scale)
    return Printed(number, text if unit.unscaled is None else f"{text} ({UNKNOWN_SCALE})")


def _usual_form(value: Decimal) -> tuple[int, Form]:
    """Return how analysts read an amount: USD 300.0 million, USD 4.21 billion, and below a million whole."""
    size = value.copy_abs()
    if size >= _LARGEST:
        return 0, Form()
    return next(((scale, Form(places)) for scale, places in _USUAL if size >= Decimal(1).scaleb(scale)), (0, Form()))


def round_half_up(value: Decimal, places: int) -> Decimal:
    """Round a value half away from zero; negative places round to tens and hundreds. Minus zero becomes zero."""
    rounded = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    rounded = rounded.quantize(Decimal(1)) if places < 0 else rounded
    return rounded if rounded else abs(rounded)


def print_plain(value: Decimal) -> str:
    """Print a number for a step of the arithmetic: whole amounts in full, others with six significant digits."""
    if value == value.to_integral_value():
        return f"{value.quantize(Decimal(1)):,f}"
    places = max(0, min(12, _SIGNIFICANT - 1 - value.adjusted()))
    text = f"{round_half_up(value, places):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _usual_places(value: Decimal, unit: Unit, scale: int, *, is_percent: bool) -> int:
    if is_percent:
        return 1
    if unit.kind in (UnitKind.MONEY, UnitKind.SHARES):
        own = value.scaleb(-scale).normalize()
        return 0 if scale == 0 and own == own.to_integral_value() else min(2, max(0, -int(own.as_tuple().exponent)))
    return 2


def _with_unit(figure: str, unit: Unit, scale: int) -> str:
    match unit.kind:
        case UnitKind.MONEY:
            return f"{unit.currency + ' ' if unit.currency else ''}{figure}{_SCALES.get(scale, '')}"
        case UnitKind.PER_SHARE:
            return f"{unit.currency + ' ' if unit.currency else ''}{figure} per share"
        case UnitKind.SHARES:
            return f"{figure}{_SCALES.get(scale, '')} shares"
        case UnitKind.DAYS:
            return f"{figure} days"
        case UnitKind.RATIO:
            return f"{figure}x"
        case _:
            return figure
