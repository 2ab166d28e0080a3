"""Judges the lines of a report that were proposed for a schema against the tags of the filing.

The filing's own period is read from its tags alone: the latest day with the most figures of its balance sheet, and the
months that end there. A proposal is right if the filing tags a concept of the field's standard item for the field's
period with the same value, at the tagged precision. A tagged line of the statements that is not proposed, or proposed
wrongly, is missed. A printed dash that is not tagged is neither right nor wrong.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from app.facts.items.shown import shown_by
from app.facts.items.standard import StandardItem, concept_of
from app.facts.model import StatementKind
from app.facts.statements.directions import direction_of
from app.quantities.periods import Period
from evals.datasets.tagged import TaggedFact
from evals.scoring.facts import is_same_value, items_of

_NEAR = 6
_A_YEAR = (340, 390)
_FULL_YEAR = 11
_FREQUENT = 4
"""A period with a fourth of the figures of the most frequent one is a column of the statement."""


_BESIDE = {
    StatementKind.COMPREHENSIVE_INCOME: StatementKind.INCOME,
    StatementKind.INCOME: StatementKind.COMPREHENSIVE_INCOME,
}
"""The statement that may include another one (ASC 220-10-45-1C)."""


class Which(StrEnum):
    """Which of a report's periods a line is of: its own, the one it compares with, or the longest that ends with it."""

    CURRENT = "current"
    PRIOR = "prior"
    TO_DATE = "to-date"


class Outcome(StrEnum):
    RIGHT = "right"
    WRONG = "wrong"
    MISSED = "missed"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Line:
    """A line to be read: its item, and which period it is of. Period and amounts are those that the filing tags.

    `elsewhere` are tags that a right value may have, too: of notes, or of the same concept on another statement.
    """

    item: StandardItem
    which: Which
    period: Period | None
    stated: tuple[TaggedFact, ...]
    elsewhere: tuple[TaggedFact, ...]

    def is_right(self, value: Decimal, period: Period | None) -> bool:
        return period == self.period and any(
            is_same_value(value * _sign(self.item, each), each) for each in (*self.stated, *self.elsewhere)
        )


class TaggedReport:
    """The lines that a filing tags."""

    def __init__(self, facts: Sequence[TaggedFact], elsewhere: Sequence[TaggedFact]) -> None:
        self._facts, self._elsewhere = facts, elsewhere
        self._shown = shown_by(fact.line_item for fact in facts)
        self._periods = _periods(facts)

    def line(self, item: StandardItem, which: Which) -> Line:
        period = self._periods.get((item.statement, which)) or self._periods.get(
            (_BESIDE.get(item.statement, item.statement), which)
        )
        stated = tuple(fact for fact in self._facts if self._is_of(fact, item, period, (fact.statement, *fact.also)))
        others = tuple(
            fact
            for fact in (*self._facts, *self._elsewhere)
            if fact not in stated and self._is_of(fact, item, period, (fact.statement, item.statement))
        )
        return Line(item, which, period, stated, others)

    def _is_of(
        self, fact: TaggedFact, item: StandardItem, period: Period | None, statements: Iterable[StatementKind]
    ) -> bool:
        """Return whether a tag is of an item and a period, as one of the statements has it."""
        return fact.period == period and any(
            item.name in items_of(fact.line_item, statement, self._shown) for statement in statements
        )


@dataclass(frozen=True, slots=True)
class JudgedLine:
    """A line with what was proposed for it. `value` is the proposed value in words."""

    key: str
    line: Line
    outcome: Outcome
    confidence: float
    is_absent: bool = False
    value: str = ""

    @property
    def is_fault(self) -> bool:
        return self.outcome in (Outcome.WRONG, Outcome.MISSED)

    def describe(self) -> dict[str, object]:
        """Return a wrong or missed line for a run's trace."""
        return {
            "field": self.key,
            "outcome": self.outcome.value,
            "period": None if self.line.period is None else str(self.line.period),
            "confidence": round(self.confidence, 4),
            "tagged": [f"{fact.line_item} {fact.value}" for fact in self.line.stated],
        }

    @staticmethod
    def count(lines: Sequence["JudgedLine"], approved: float) -> dict[str, float]:
        """Count lines. Those with at least the confidence `approved` count apart, too."""
        of = Counter(each.outcome for each in lines)
        sure = Counter(each.outcome for each in lines if each.confidence >= approved and not each.is_absent)
        absent = Counter(each.outcome for each in lines if each.is_absent)
        wrongly = sum(each.outcome is Outcome.WRONG and bool(each.line.stated) for each in lines)
        counts = {
            "right": of[Outcome.RIGHT],
            "wrong": of[Outcome.WRONG],
            "missed": of[Outcome.MISSED] + wrongly,
            "read": of[Outcome.RIGHT] + of[Outcome.WRONG],
            "tagged": of[Outcome.RIGHT] + of[Outcome.MISSED] + wrongly,
            "approved": sure[Outcome.RIGHT] + sure[Outcome.WRONG],
            "approved_right": sure[Outcome.RIGHT],
            "approved_wrong": sure[Outcome.WRONG],
            "absent": absent[Outcome.NOTHING] + absent[Outcome.MISSED],
            "absent_right": absent[Outcome.NOTHING],
        }
        return {name: float(count) for name, count in counts.items()}


def judge_line(line: Line, value: Decimal | None, period: Period | None) -> Outcome:
    """Return what a proposed amount is; None is no proposal."""
    if value is None:
        return Outcome.MISSED if line.stated else Outcome.NOTHING
    if line.is_right(value, period):
        return Outcome.RIGHT
    return Outcome.NOTHING if value == 0 and not line.stated else Outcome.WRONG


def _sign(item: StandardItem, fact: TaggedFact) -> int:
    preferred = concept_of(item.name)
    if preferred is None:
        return 1
    return direction_of(preferred, item.statement) * direction_of(fact.line_item, item.statement)


def _periods(facts: Sequence[TaggedFact]) -> Mapping[tuple[StatementKind, Which], Period]:
    found: dict[tuple[StatementKind, Which], Period] = {}
    columns: dict[StatementKind, Counter[Period]] = {}
    for fact in facts:
        for kind in (fact.statement, *fact.also):
            columns.setdefault(kind, Counter())[fact.period] += 1
    days = sorted(period for period in _often(columns.get(StatementKind.BALANCE)) if period.start is None)
    flows = {
        kind: [period for period in _often(columns.get(kind)) if period.start is not None]
        for kind in columns.keys() - {StatementKind.BALANCE}
    }
    ends = [period.end for own in flows.values() for period in own]
    if not days and not ends:
        return found
    end = days[-1].end if days else max(ends)
    for number, day in enumerate(days[-2:][::-1]):
        found[StatementKind.BALANCE, (Which.CURRENT, Which.PRIOR)[number]] = day
    ending = [period for own in flows.values() for period in own if abs((period.end - end).days) <= _NEAR]
    if not ending:
        return found
    longest = max(ending, key=lambda period: period.months)  # a filing may have the year to date in another table
    for kind, own in flows.items():
        here = [period for period in own if abs((period.end - end).days) <= _NEAR]
        if not here:
            continue
        takes_longest = longest.months >= _FULL_YEAR or kind is StatementKind.CASH_FLOW
        chosen = (max if takes_longest else min)(here, key=lambda period: period.months)
        found[kind, Which.CURRENT] = chosen
        found[kind, Which.TO_DATE] = longest
        before = [
            period
            for period in own
            if _A_YEAR[0] <= (chosen.end - period.end).days <= _A_YEAR[1] and abs(period.months - chosen.months) <= 1
        ]
        if before:
            found[kind, Which.PRIOR] = max(before)
    return found


def _often(counts: Counter[Period] | None) -> list[Period]:
    counts = counts or Counter()
    return [period for period, count in counts.items() if count * _FREQUENT >= max(counts.values())]
