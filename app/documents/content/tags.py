"""Figures that a file tags itself, in inline XBRL."""

from dataclasses import dataclass
from decimal import Decimal

from app.quantities.periods import Period


@dataclass(frozen=True, slots=True)
class TaggedFigure:
    """A figure with its tag (Inline XBRL 1.1 `nonFraction`, XBRL 2.1 contexts and units, XBRL Dimensions 1.0).

    `concept`, axes and members are names with the usual prefix of their taxonomy ("us-gaap:Assets") or the file's own
    one. A dimension is an axis with its member; that of a typed dimension is its text. `value` is the whole amount:
    `scale`, a power of ten, and the sign are applied. It is None for a nil fact. `unit` is an ISO 4217 code, "shares",
    "pure", another measure, or a quotient ("USD/shares"). `decimals` is None for an exact value.

    The figure is printed as `text[start:end]` of page `page` (from 1). `page` is 0 if it is not visible.
    """

    concept: str
    period: Period
    unit: str
    value: Decimal | None
    scale: int = 0
    decimals: int | None = None
    dimensions: tuple[tuple[str, str], ...] = ()
    page: int = 0
    start: int = 0
    end: int = 0
