"""The verdicts on a figure of a table, and the measures that count them."""

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum

from app.evaluations.metrics import Aggregate, Better, MetricSpec


class Verdict(StrEnum):
    """The outcome for a figure: right, or the first fault that applies.

    Wrong: a cell states something else than the page. Missed: there is no cell, or the cell does not state it.
    """

    RIGHT = "right"
    WRONG_VALUE = "wrong_value"
    WRONG_SIGN = "wrong_sign"
    WRONG_SCALE = "wrong_scale"
    WRONG_UNIT = "wrong_unit"
    WRONG_ROW = "wrong_row"
    WRONG_PERIOD = "wrong_period"
    MISSED_CELL = "missed_cell"
    MISSED_VALUE = "missed_value"
    MISSED_SCALE = "missed_scale"
    MISSED_ROW = "missed_row"
    MISSED_PERIOD = "missed_period"

    @property
    def is_wrong(self) -> bool:
        return self.value.startswith("wrong_")

    @property
    def is_missed(self) -> bool:
        return self.value.startswith("missed_")


FAULTS: tuple[Verdict, ...] = tuple(verdict for verdict in Verdict if verdict is not Verdict.RIGHT)

METRICS: tuple[MetricSpec, ...] = (
    MetricSpec(name="right", of=("right",), how=Aggregate.SUM),
    MetricSpec(name="wrong", of=("wrong",), how=Aggregate.SUM, better=Better.LOWER),
    MetricSpec(name="missed", of=("missed",), how=Aggregate.SUM, better=Better.LOWER),
    MetricSpec(name="right_share", of=("right", "figures"), how=Aggregate.RATIO),
    MetricSpec(name="wrong_share", of=("wrong", "figures"), how=Aggregate.RATIO, better=Better.LOWER),
    *(MetricSpec(name=fault.value, of=(fault.value,), how=Aggregate.SUM, better=Better.LOWER) for fault in FAULTS),
    MetricSpec(name="unstated", of=("unstated",), how=Aggregate.SUM, better=Better.NEITHER),
    MetricSpec(name="undated", of=("undated",), how=Aggregate.SUM, better=Better.NEITHER),
)


def count_verdicts(
    verdicts: Sequence[Verdict], *, unstated: int = 0, undated: int = 0, lenient: int = 0
) -> dict[str, float]:
    """Return the measures of a document's figures.

    `unstated` and `undated` count the right figures without a scale or a period, `lenient` those without either.
    """
    counts = Counter(verdicts)
    return {
        "figures": float(len(verdicts)),
        "right": float(counts[Verdict.RIGHT]),
        "strict_right": float(counts[Verdict.RIGHT] - lenient),
        "wrong": float(sum(verdict.is_wrong for verdict in verdicts)),
        "missed": float(sum(verdict.is_missed for verdict in verdicts)),
        "unstated": float(unstated),
        "undated": float(undated),
        **{fault.value: float(counts[fault]) for fault in FAULTS},
    }
