"""Types a figure: its own text first, then the headings of its column, its labels, the table and the document.

Each of currency, scale and measure comes from the nearest place that states it. What nobody states stays unknown.
"""

from collections.abc import Iterable
from dataclasses import replace

from app.quantities.headings import without_years
from app.quantities.units import Units, parse_units
from app.quantities.values import Kind, Quantity

_MEASURED = (Kind.AMOUNT, Kind.RANGE)
_UNIT_OF = {
    Kind.PERCENTAGE: "%",
    Kind.PERCENTAGE_POINTS: "points",
    Kind.BASIS_POINTS: "bps",
    Kind.RATIO: "x",
    Kind.SHARES: "shares",
}
NO_UNITS = Units()
_DOLLARS = frozenset(["USD", "CAD", "AUD", "HKD", "SGD", "NZD", "TWD", "BRL", "MXN", "BZD", "JMD", "TTD", "NAD"])
"""The currencies that are written with "$"."""


def units_of_path(path: Iterable[str]) -> Units:
    """Return the units of headings or labels, outermost first. The innermost that states something counts."""
    found = NO_UNITS
    for text in path:
        units = parse_units(without_years(text))  # "2024 $'000" is no amount
        if units != NO_UNITS:
            measure = units.measure or found.measure
            found = replace(units.within(found), measure=measure, spans=())
    return found


def typed(own: Quantity, column: Units, label: Units, table: Units, dollar: str) -> Quantity:
    """Return a figure's value with unit and scale. `dollar` is what "$" means in the document."""
    if own.kind not in _MEASURED and own.kind not in (Kind.SHARES, Kind.PER_SHARE):
        return own
    stated = column.within(label).within(table)
    measure = _measure(own, column, label, table)
    if measure in _UNIT_OF and measure is not Kind.SHARES:
        kind = own.kind if own.kind is Kind.RANGE else measure
        return replace(own, kind=kind, unit=_UNIT_OF[measure], scale=0)
    if measure is Kind.NUMBER:
        near = column.within(label)
        scale = own.scale if own.scale is not None else near.scale if near.scale is not None else near.share_scale
        return replace(own, kind=_kind(own, measure), unit=None, scale=scale or 0)
    if measure is Kind.SHARES:
        return replace(own, kind=_kind(own, measure), unit="shares", scale=_share_scale(own, column, label, table))
    unit = _currency(own.unit, stated.currency, dollar)
    if measure is Kind.PER_SHARE:
        scale = own.scale if own.scale is not None else _per_share_scale(column, label)
        return replace(own, kind=_kind(own, measure), unit=unit, scale=scale)
    return replace(own, unit=unit, scale=stated.scale if own.scale is None else own.scale)


def _kind(own: Quantity, measure: Kind) -> Kind:
    return own.kind if own.kind is Kind.RANGE else measure


def _measure(own: Quantity, column: Units, label: Units, table: Units) -> Kind | None:
    """Return what a figure measures. A figure with a currency sign can only be an amount, or one per share."""
    if own.kind in (Kind.SHARES, Kind.PER_SHARE):
        return own.kind
    stated = column.measure or label.measure or table.measure
    if own.unit is not None:
        return Kind.PER_SHARE if Kind.PER_SHARE in (column.measure, label.measure) else None
    return stated


def _share_scale(own: Quantity, *places: Units) -> int | None:
    if own.scale is not None:
        return own.scale
    *near, table = places
    for units in near:
        if units.share_scale is not None or units.scale is not None:
            return units.share_scale if units.share_scale is not None else units.scale
    return table.share_scale


def _per_share_scale(*near: Units) -> int:
    return next((units.scale for units in near if units.scale is not None and units.scale < 0), 0)


def _currency(own: str | None, stated: str | None, dollar: str) -> str | None:
    """Return the currency. "$" means the dollar that a nearer place names, else the document's."""
    if own is None:
        return dollar if stated == "$" else stated
    if own != "$":
        return own
    return stated if stated in _DOLLARS else dollar
