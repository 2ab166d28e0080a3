"""Chooses the figure of a standard item and a period among the facts of a report.

Only figures of the whole group count: a segment's or a subsidiary's figure never stands in for it. The statement that
an item belongs to goes before other statements, and statements before other tables.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from app.facts.directed import is_same_amount, value_of
from app.facts.items.standard import StandardItem, concept_of
from app.facts.model import Fact, Method, StatementKind, is_of_group
from app.facts.statements.directions import direction_of
from app.quantities.periods import Period

STATEMENTS: Final = frozenset(
    {StatementKind.INCOME, StatementKind.COMPREHENSIVE_INCOME, StatementKind.BALANCE, StatementKind.CASH_FLOW}
)
BESIDE: Final = {
    StatementKind.COMPREHENSIVE_INCOME: StatementKind.INCOME,
    StatementKind.INCOME: StatementKind.COMPREHENSIVE_INCOME,
}
"""The statement that may include another one (ASC 220-10-45-1C)."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One amount that a report states for an item and a period, with the facts that state it, the best one first.

    `is_own` says that the statement that the item belongs to states it. Another statement's amount may be a wider one:
    cash at the end of a statement of cash flows includes restricted cash (ASC 230-10-45-4).
    """

    value: Decimal
    facts: tuple[Fact, ...]
    is_own: bool

    @property
    def best(self) -> Fact:
        return self.facts[0]


def readings_of(item: StandardItem, period: Period, facts: Iterable[Fact]) -> tuple[Reading, ...]:
    """Return the amounts that a report states for an item and a period, the best one first.

    Values count in the direction of the item's preferred concept. Amounts that are equal as far as the less precise one
    is printed are one.
    """
    found = [
        fact
        for fact in facts
        if fact.item == item.name
        and fact.period == period
        and is_of_group(fact.dimensions, fact.label)
        and not _is_deducted(item, fact)
        and (fact.statement is not StatementKind.EQUITY or item.statement is StatementKind.EQUITY)
    ]
    found.sort(key=lambda fact: _rank(item, fact))
    groups: list[tuple[Decimal, list[Fact]]] = []
    for fact in found:
        value = value_of(item, fact)
        for own, members in groups:
            if is_same_amount(own, value, members[0], fact):
                members.append(fact)
                break
        else:
            groups.append((value, [fact]))
    return tuple(
        Reading(value, tuple(members), is_own=members[0].statement in (item.statement, BESIDE.get(item.statement)))
        for value, members in groups
    )


def _is_deducted(item: StandardItem, fact: Fact) -> bool:
    """Return whether a table outside the statements prints an expense with a minus: as what it takes away, or as income
    that is netted with it. Its sign is open.
    """
    concept = concept_of(item.name)
    is_expense = concept is not None and direction_of(concept, item.statement) < 0
    return fact.method is Method.TABLE and is_expense and fact.value < 0


def _rank(item: StandardItem, fact: Fact) -> tuple[object, ...]:
    return (
        fact.method is Method.TABLE,
        fact.statement is not item.statement,
        fact.statement not in STATEMENTS,
        any(not check.passed for check in fact.checks),
        -fact.confidence,
        -abs(fact.value),
    )
