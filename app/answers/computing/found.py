"""Figures that are found for the items of a request."""

from dataclasses import dataclass
from decimal import Decimal

from app.answers.claims import PageKey
from app.quantities.periods import Period
from app.quantities.values import Kind
from app.tables.model import Cell
from app.tables.rows import FigureRow


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with the place that shows it: a cell of a table (`row` and `cell`), or a part of a page's text.

    `value` is as printed, with its sign; the amount is `value` × 10^`scale` (`scale` is None if nobody states it).
    `unit` is as in `Quantity`. `period` names its period as the document does. `order` puts the figures of one series
    in the order of time. `certainty` is from 0 to 1. `sentence` is the place of the sentence around a figure in prose.
    `turned` states that `value` has the other sign than printed: expenses and payments are positive.
    """

    value: Decimal
    kind: Kind
    unit: str | None
    scale: int | None
    label: str
    period: str
    key: PageKey
    span: tuple[int, int]
    certainty: float
    order: tuple[int, ...] = ()
    row: FigureRow | None = None
    cell: Cell | None = None
    of: Period | None = None
    sentence: tuple[int, int] | None = None
    turned: bool = False

    def amount(self) -> Decimal:
        """Return the whole amount; an unknown scale counts as 0."""
        return self.value.scaleb(self.scale or 0)


@dataclass(frozen=True, slots=True)
class Missing:
    """An item for which no figure is certain, with the sentence that says why. `is_absent` states that the issuer's
    statement was read and does not have the item, `is_final` that the figures are known and give no value.
    """

    item: str
    reason: str
    nearest: tuple[Figure, ...] = ()
    is_absent: bool = False
    is_final: bool = False
