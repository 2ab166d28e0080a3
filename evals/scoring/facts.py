"""Compares proposed facts with the facts that a filing tags.

A proposed fact is right if the filing tags the same line item for the same period (the same days) with the same
value, including sign and scale, at the tagged precision. A fact that is proposed twice counts once. For example, net
income is on two statements.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from app.facts.proposals import ProposedFact
from evals.datasets.tagged import TaggedFact


class Fault(StrEnum):
    """The fault of a proposed fact: the first that applies, in the order sign, scale, period, item, value.

    `SIGN`, `SCALE` and `VALUE` mean that the line item is tagged for that period with another sign, scale or value.
    `PERIOD` means that the value is tagged for another period of the line item. `ITEM` means that the value is tagged
    for that period under another line item. `NOT_TAGGED` covers all other cases.
    """

    SIGN = "sign"
    SCALE = "scale"
    VALUE = "value"
    PERIOD = "period"
    ITEM = "item"
    NOT_TAGGED = "not-tagged"


@dataclass(frozen=True, slots=True)
class Wrong:
    """A wrong proposed fact, with the nearest tagged fact, if any."""

    proposed: ProposedFact
    fault: Fault
    meant: TaggedFact | None


@dataclass(frozen=True, slots=True)
class Compared:
    """The result of a comparison.

    `right` are the tagged facts that were proposed. `missed` are the tagged facts that were not proposed. `wrong` are
    all other proposed facts.
    """

    right: tuple[TaggedFact, ...]
    wrong: tuple[Wrong, ...]
    missed: tuple[TaggedFact, ...]


def compare_facts(tagged: Sequence[TaggedFact], proposed: Iterable[ProposedFact]) -> Compared:
    """Compare each proposed fact with the tagged facts of the same document."""
    by_key = {(fact.line_item, fact.period): fact for fact in tagged}
    right: dict[str, TaggedFact] = {}
    wrong: list[Wrong] = []
    for fact in _distinct(proposed):
        meant = by_key.get((fact.line_item, fact.period))
        if meant is not None and is_same_value(fact.value, meant):
            right[meant.id] = meant
        else:
            wrong.append(_faulty(fact, meant, tagged))
    missed = tuple(fact for fact in tagged if fact.id not in right)
    return Compared(tuple(right.values()), tuple(wrong), missed)


def is_same_value(value: Decimal, tagged: TaggedFact) -> bool:
    """Return whether the values are equal at the tagged fact's precision."""
    if tagged.decimals is None:
        return value == tagged.value
    return abs(value - tagged.value) * 2 < Decimal(10) ** -tagged.decimals


def _distinct(proposed: Iterable[ProposedFact]) -> list[ProposedFact]:
    by_meaning: Mapping[tuple[object, ...], ProposedFact] = {
        (fact.line_item, fact.period, fact.value): fact for fact in reversed(list(proposed))
    }
    return list(reversed(list(by_meaning.values())))


def _faulty(fact: ProposedFact, meant: TaggedFact | None, tagged: Sequence[TaggedFact]) -> Wrong:
    if meant is not None:
        if is_same_value(-fact.value, meant):
            return Wrong(fact, Fault.SIGN, meant)
        if _is_scaled(fact.value, meant):
            return Wrong(fact, Fault.SCALE, meant)
    others = [other for other in tagged if is_same_value(fact.value, other) and other.value]
    of_item = next((other for other in others if other.line_item == fact.line_item), None)
    of_period = next((other for other in others if other.period == fact.period), None)
    if of_item is not None:
        return Wrong(fact, Fault.PERIOD, of_item)
    if of_period is not None:
        return Wrong(fact, Fault.ITEM, of_period)
    return Wrong(fact, Fault.NOT_TAGGED if meant is None else Fault.VALUE, meant)


def _is_scaled(value: Decimal, tagged: TaggedFact) -> bool:
    return any(is_same_value(value.scaleb(power), tagged) for power in (-9, -6, -3, 3, 6, 9)) and bool(value)
