"""Resolves figures that a document tags several times.

Facts are repeated if they have the same concept, period, unit and dimensions. Two of them are consistent if one amount
can be rounded to both: the intervals of their values, half a unit of their last decimal wide on each side, meet (XBRL
International, Duplicate Facts, section 3.2). Consistency is not transitive, so facts are compared in pairs: the most
precise one stays, and those that are consistent with it go. An inconsistent one stays, too, and both say so.

A figure on another primary statement stays there, because each statement shows its own rows.
"""

from collections.abc import Iterable
from decimal import Decimal

from app.facts.model import Check, Fact, StatementKind
from workers.extraction.facts.tagged import TaggedFact, with_check

CHECK = "repeated tags"
_HALF = Decimal(5)
_KEPT_APART = frozenset(StatementKind) - {StatementKind.OTHER}
_EXACT = 10_000
"""The precision of an exact value, above that of any decimals."""

_MOST_KEPT = 20
"""Facts of one figure that are kept; each is compared with all others. A hostile file can tag any number."""


def resolve_repeated(tagged: Iterable[TaggedFact]) -> list[Fact]:
    """Return the facts without those that a more precise fact makes needless, in order."""
    groups: dict[object, list[tuple[int, Fact]]] = {}
    for number, each in enumerate(tagged):
        tag = each.tag
        groups.setdefault((tag.concept, tag.period, tag.unit, tag.dimensions), []).append((number, each.fact))
    kept = [found for group in groups.values() for found in (group if len(group) == 1 else _resolve(group))]
    return [fact for _, fact in sorted(kept, key=_number)]


def _number(numbered: tuple[int, Fact]) -> int:
    return numbered[0]


def are_consistent(first: Fact, second: Fact) -> bool:
    """Return whether one amount can be rounded to both facts."""
    return abs(first.value - second.value) <= _half_unit(first) + _half_unit(second)


def _resolve(group: list[tuple[int, Fact]]) -> list[tuple[int, Fact]]:
    """Keep the most precise facts. Of equally precise ones, those on statements and then in tables come first."""
    kept: list[tuple[int, Fact]] = []
    for number, fact in sorted(group, key=_rank):
        others = [other for _, other in kept if are_consistent(other, fact)]
        is_needless = fact.statement not in _KEPT_APART or any(other.statement is fact.statement for other in others)
        if not others or not is_needless:
            kept.append((number, fact))
            if len(kept) == _MOST_KEPT:
                break
    return [(number, _marked(fact, [other for _, other in kept])) for number, fact in kept]


def _rank(numbered: tuple[int, Fact]) -> tuple[int, bool, bool, int]:
    number, fact = numbered
    precision = _EXACT if fact.decimals is None else fact.decimals
    return -precision, fact.statement is StatementKind.OTHER, fact.place.table is None, number


def _marked(fact: Fact, kept: list[Fact]) -> Fact:
    """Return the fact with a failed check if the document tags an inconsistent amount for it."""
    other = next((other for other in kept if not are_consistent(other, fact)), None)
    if other is None:
        return fact
    return with_check(fact, Check(CHECK, False, f"The document tags both {fact.value:f} and {other.value:f}."))


def _half_unit(fact: Fact) -> Decimal:
    """Return half a unit of the last decimal of a fact, or 0 for an exact value."""
    return Decimal(0) if fact.decimals is None else _HALF.scaleb(-fact.decimals - 1)
