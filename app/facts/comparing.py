"""Compare facts of the same thing from different sources."""

from collections.abc import Iterable
from decimal import Decimal

from app.facts.model import Fact, StoredFact


def agree(first: Fact, second: Fact) -> bool:
    """Return whether two facts state the same amount: equal ones, or one that is the other rounded."""
    if first.value == second.value:
        return first.currency == second.currency or None in (first.currency, second.currency)
    if first.measure is not second.measure or first.currency != second.currency:
        return False
    fine, coarse = sorted((_step(first), _step(second)))
    return fine < coarse and abs(first.value - second.value) <= (coarse + fine) / 2


def distinct(facts: Iterable[StoredFact], known: StoredFact) -> tuple[StoredFact, ...]:
    """Return the facts, in order, without those that agree with `known` or with an earlier one."""
    kept = [known]
    for stored in facts:
        if not any(agree(stored.fact, other.fact) for other in kept):
            kept.append(stored)
    return tuple(kept[1:])


def _step(fact: Fact) -> Decimal:
    """Return the unit of the last digit that a fact states."""
    if fact.decimals is not None:
        return Decimal(1).scaleb(-fact.decimals)
    exponent = fact.value.as_tuple().exponent
    assert isinstance(exponent, int), "stored values are finite"
    return Decimal(1).scaleb(exponent)
