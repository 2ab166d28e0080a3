"""The group's own figures, by which the totals of other tables are recognised."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from app.facts.model import Fact
from app.quantities.periods import Period

_TOTAL = re.compile(r"^(?:grand\s+)?totals?\b|^consolidated\b|\btotals?$|\bconsolidated$", re.IGNORECASE)
_FEWEST_DIGITS = 3
"""Fewest digits of a figure: shorter ones are often equal by chance."""


class WholeFigures:
    """The figures that the statements show of the whole group, by period and amount."""

    def __init__(self, facts: Iterable[Fact], items: frozenset[str]) -> None:
        self._items: dict[tuple[Period, Decimal], set[str]] = {}
        for fact in facts:
            if fact.item in items and not fact.dimensions:
                self._items.setdefault((fact.period, abs(fact.value)), set()).add(fact.item)

    def items_of(self, period: Period | None, value: Decimal) -> frozenset[str]:
        """Return the items that have this amount in a period."""
        if period is None or len(value.normalize().as_tuple().digits) < _FEWEST_DIGITS:
            return frozenset()
        return frozenset(self._items.get((period, abs(value)), ()))

    def has(self, item: str | None, period: Period | None, value: Decimal) -> bool:
        """Return whether the group has this amount of an item in a period."""
        return item is not None and period is not None and item in self._items.get((period, abs(value)), ())


def without_totals(facts: Sequence[Fact], whole: WholeFigures) -> list[Fact]:
    """Return facts of one table without the members that are totals: rows and columns of totals that show the group's
    figures.
    """
    totals = {
        pair
        for fact in facts
        if whole.has(fact.item, fact.period, fact.value) and all(is_total(member) for _, member in fact.dimensions)
        for pair in fact.dimensions
    }
    return [
        replace(fact, dimensions=tuple(pair for pair in fact.dimensions if pair not in totals)) if totals else fact
        for fact in facts
    ]


def is_total(text: str) -> bool:
    """Return whether a label or heading names a total."""
    return _TOTAL.search(text.strip(" :*")) is not None
