"""The rows that the model places, and their places."""

from dataclasses import dataclass
from decimal import Decimal

from app.facts.model import Measure


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A row of one statement, as its reader sees it. All rows are given, in order, also headings (without figures).

    `label` is the row's own label and `label_path` the labels from the outermost heading down to it, itself included.
    `indent` is the left edge of the label in any unit, if known. `is_total` states that the row is drawn or called a
    total. `sums` are the numbers (from 0, in the sequence) of the rows whose figures add up to this row's in all
    columns, and `part_of` is the number of the row that it is such a part of. `figures` are the printed figures by
    column, unscaled, with the printed sign; None for a nil or an empty cell.
    """

    label: str
    label_path: tuple[str, ...] = ()
    indent: float | None = None
    is_total: bool = False
    sums: tuple[int, ...] = ()
    part_of: int | None = None
    figures: tuple[Decimal | None, ...] = ()
    measure: Measure | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """The concept and the standard item of a row, each with its calibrated probability, or None below the threshold.

    `part` is the probability that the row is a part (a product, a segment, a joint venture) of the concept's whole
    amount, which another row shows. Such a row has a dimension.
    """

    concept: str | None = None
    concept_confidence: float = 0.0
    item: str | None = None
    item_confidence: float = 0.0
    part: float = 0.0


NOT_PLACED = Placed()
