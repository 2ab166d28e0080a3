"""Typed values: what a cell or a sentence says, as a number with kind, unit and scale."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Kind(StrEnum):
    """What a value is."""

    AMOUNT = "amount"
    PERCENTAGE = "percentage"
    PERCENTAGE_POINTS = "points"
    BASIS_POINTS = "bps"
    RATIO = "ratio"
    PER_SHARE = "per_share"
    SHARES = "shares"
    NUMBER = "number"
    DATE = "date"
    PERIOD = "period"
    RANGE = "range"
    NIL = "nil"
    NOT_MEANINGFUL = "not_meaningful"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A typed value. The amount is `value` × 10^`scale` in `unit`.

    `value` is the printed figure with its sign; None for dates, periods, text, and values that are not meaningful; 0
    for nil. `high` is the upper end of a range, whose lower end is `value` (either may be None: "≥ 2.00:1.00").
    `unit` is an ISO 4217 code; "$" if the document does not say which dollar; "%", "points", "bps", "x" or "shares";
    or None if nobody states it. `scale` is a power of ten, or None if nobody states it: an unknown scale is not 0. Only
    amounts and numbers of shares can have an unknown scale.
    """

    kind: Kind
    value: Decimal | None = None
    unit: str | None = None
    scale: int | None = None
    high: Decimal | None = None
