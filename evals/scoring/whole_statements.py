"""Finds statements that failed as a whole: not recognised, or all of one in the wrong period or scale.

A statement counts as read if some of its figures are facts with their value and period, whatever these facts are named.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from app.facts.model import Fact, StatementKind
from evals.datasets.tagged import TaggedFact
from evals.scoring.facts import is_of_statement, is_same_value, is_scaled

ENOUGH = 0.2
"""The share of a statement's figures that has to be read. A few are also on other statements, such as net income."""


class Failure(StrEnum):
    PERIOD = "period"
    SCALE = "scale"
    UNRECOGNISED = "unrecognised"


def find_failures(tagged: Sequence[TaggedFact], facts: Iterable[Fact]) -> Mapping[StatementKind, Failure]:
    """Return the statements that failed as a whole. The kind that the reader gave to a statement is not compared."""
    read = [fact for fact in facts if is_of_statement(fact)]
    by_statement: dict[StatementKind, list[TaggedFact]] = {}
    for meant in tagged:
        if meant.value:
            by_statement.setdefault(meant.statement, []).append(meant)
    failed: dict[StatementKind, Failure] = {}
    for statement, meant_facts in by_statement.items():
        wanted = ENOUGH * len(meant_facts)
        if _count(meant_facts, read, scaled=False, dated=True) < wanted:
            if _count(meant_facts, read, scaled=False, dated=False) >= wanted:
                failed[statement] = Failure.PERIOD
            elif _count(meant_facts, read, scaled=True, dated=False) >= wanted:
                failed[statement] = Failure.SCALE
            else:
                failed[statement] = Failure.UNRECOGNISED
    return failed


def _count(tagged: Sequence[TaggedFact], read: Sequence[Fact], *, scaled: bool, dated: bool) -> int:
    """Count the tagged facts whose amount, without its sign, is that of a fact (of the same period if `dated`)."""
    return sum(
        any(
            (not dated or fact.period == meant.period)
            and any(
                is_same_value(value, meant) or (scaled and is_scaled(value, meant))
                for value in (fact.value, -fact.value)
            )
            for fact in read
        )
        for meant in tagged
    )
