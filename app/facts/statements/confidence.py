"""How sure a read fact is: the probability that item, period and value are right.

It is the probability of the item (from the model of items) times that of the reading: the share of figures whose period
and amount some tag of the filing has, among 23,500 figures that were read from 23 tagged filings of 22 companies, each
in HTML and printed to PDF without its tags. Figures with a check that holds: 12,753, all right. Figures of statements
without a check: .984 without dimensions and .979 with. Leaving out one company moves these to between .972 and .998,
that of segments (.93) by .03, and that of debt (.85) by .13; untagged figures count as wrong there.
"""

from collections.abc import Sequence
from dataclasses import replace

from app.facts.model import Check, Fact, Method, StatementKind

_CHECKED, _UNCHECKED, _FAILED = 0.998, 0.98, 0.6
"""Of figures in statements: with a check that holds, without one, and with one that fails."""
_OF_SEGMENTS, _OF_DEBT, _OF_SHARES = 0.93, 0.85, 0.98
"""Of figures in other tables. Those that agree with a statement are as sure as statements' figures."""
_ITEM_OF_SEGMENTS = 0.87
"""Of the item that a label or the lines above name for a figure in a table of segments."""
_WITHOUT_SCALE = 0.3
"""Of a figure whose scale nobody states: its amount is not known."""
_WITHOUT_LABEL = 0.95
"""Of a period that fits no fiscal period, in a document whose fiscal years are known."""
_REPEATED = "repeated"


def with_confidence(facts: Sequence[Fact]) -> list[Fact]:
    """Return the facts with their confidence. Tagged facts keep theirs."""
    knows_years = any(fact.fiscal is not None for fact in facts)
    return [
        fact
        if fact.method is Method.INLINE_XBRL
        else replace(fact, confidence=round(_confidence(fact, knows_years=knows_years), 4))
        for fact in facts
    ]


def _confidence(fact: Fact, *, knows_years: bool) -> float:
    sure = fact.confidence * _reading(fact)
    if fact.scale is None:
        sure *= _WITHOUT_SCALE
    if fact.fiscal is None and knows_years:
        sure *= _WITHOUT_LABEL
    return sure


def _reading(fact: Fact) -> float:
    if any(_is_conflict(fact, check) for check in fact.checks):
        return _FAILED
    if fact.method is Method.STATEMENT or fact.checks:
        return _CHECKED if fact.checks else _UNCHECKED
    if fact.statement is StatementKind.SEGMENTS:
        return _OF_SEGMENTS * (1 if fact.item is None else _ITEM_OF_SEGMENTS)
    return _OF_DEBT if fact.statement is StatementKind.DEBT else _OF_SHARES


def _is_conflict(fact: Fact, check: Check) -> bool:
    """Return whether a failed check speaks against a fact. Another table that disagrees with a statement is in doubt
    itself: all 197 such figures of statements were right.
    """
    return not check.passed and not (check.name == _REPEATED and fact.method is Method.STATEMENT)
