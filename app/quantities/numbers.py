"""Recognise figures."""

from app.quantities.values import Kind, parse_value

_FIGURES = frozenset(Kind) - {Kind.TEXT, Kind.DATE, Kind.PERIOD, Kind.NOT_MEANINGFUL}


def is_amount(cell: str) -> bool:
    """Return whether a cell is a figure, with optional sign, unit and footnote mark; or a dash for zero."""
    return parse_value(cell).kind in _FIGURES
