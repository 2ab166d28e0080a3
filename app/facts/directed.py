"""Amounts of a standard item in one direction, whatever the sign of the concept that states them."""

from decimal import Decimal

from app.facts.items.standard import StandardItem, concept_of
from app.facts.model import Fact
from app.facts.statements.directions import direction_of


def value_of(item: StandardItem, fact: Fact) -> Decimal:
    """Return a fact's value in the direction of the item's preferred concept."""
    concept, preferred = fact.concept or concept_of(item.name), concept_of(item.name)
    if concept is None or preferred is None or concept == preferred:
        return fact.value
    return fact.value * direction_of(concept, item.statement) * direction_of(preferred, item.statement) or Decimal(0)


def is_same_amount(one: Decimal, other: Decimal, *facts: Fact) -> bool:
    """Return whether two amounts are equal as far as the less precise of the facts is printed."""
    if one == other:
        return True
    places = [fact.decimals for fact in facts if fact.decimals is not None]
    return bool(places) and abs(one - other) * 2 <= Decimal(10) ** -min(places) and one * other > 0
