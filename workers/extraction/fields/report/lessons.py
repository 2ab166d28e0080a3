"""Applies what corrections of editors taught to the rows of a report."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from app.facts.items.standard import StandardItem, concept_of
from app.facts.model import Fact, is_of_group
from app.review.learnt.lessons import rule_on
from app.review.proposals import FieldCheck
from workers.extraction.fields.reader import ReadDocument

TAUGHT: Final = 0.9
"""The most that a reading by a lesson is certain. It is not calibrated: below any point of approval in bulk."""

LEARNT: Final = FieldCheck(
    "learnt", passed=True, sentence="An editor placed a row with this heading in a document of this issuer."
)


def taught_lines(
    document: ReadDocument, item: StandardItem, own: Sequence[Fact]
) -> tuple[Sequence[Fact], Sequence[Fact]]:
    """Return the facts that lessons call an item, and those of `own` (which the ledger calls so) that none contradicts.

    A fact that the ledger does not call so gets the item and its preferred concept.
    """
    lessons = [each for each in document.lessons if each.item == item.name]
    if not lessons:
        return (), own
    verdicts = {
        id(fact): rule_on(lessons, item.name, fact)
        for fact in document.facts
        if is_of_group(fact.dimensions, fact.label)
    }
    concept = concept_of(item.name)
    taught = [
        fact if fact.item == item.name else replace(fact, item=item.name, concept=concept)
        for fact in document.facts
        if verdicts.get(id(fact)) is True
    ]
    return taught, [fact for fact in own if verdicts.get(id(fact)) is None]
