"""Figures that editors approved, laid over the facts that were read.

The decisions are read with the rights of the session's principal each time, and the stored facts stay as they were
read. So a decision counts at once, and an undone one no longer.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Session

from app.facts.directed import is_same_amount, value_of
from app.facts.items.standard import concept_of, load_items
from app.facts.model import (
    Approval,
    Fact,
    FactSource,
    FactStatus,
    Measure,
    Method,
    Place,
    StoredFact,
    is_of_group,
)
from app.quantities.periods import Period


@dataclass(frozen=True, slots=True)
class ApprovedFigure:
    """The approved amount of a standard item and a period in a version of a document, in the direction of the item's
    preferred concept; None if the document does not state it. `place` is the cell that shows it, if an editor or the
    machine named one. `revision` names the decision.
    """

    version_id: UUID
    item: str
    period: Period
    value: Decimal | None
    measure: Measure
    currency: str | None
    place: Place | None
    approval: Approval
    revision: tuple[UUID, int]

    @property
    def key(self) -> "_Key":
        return self.version_id, self.item, self.period

    def is_stated_by(self, fact: Fact) -> bool:
        """Return whether a fact of the item and period states the approved amount."""
        item = load_items()[self.item]
        return self.value is not None and is_same_amount(self.value, value_of(item, fact), fact)

    def as_if_stated(self) -> "ApprovedFigure":
        """Return a figure that takes the place of one that the document does not state. A result that needs it needs
        the missing figure; its amount means nothing.
        """
        return replace(self, value=Decimal(1), approval=replace(self.approval, absent=True))


LoadApproved = Callable[[Session, Collection[UUID]], Sequence[ApprovedFigure]]
"""Reads the approved figures of documents, as far as the session's principal may see them."""

_Key = tuple[UUID, str, Period]


def load_none(_session: Session, _documents: Collection[UUID]) -> Sequence[ApprovedFigure]:
    """Return no figures: for stores without an editors' desk."""
    return ()


def with_approved(
    facts: Iterable[StoredFact], approved: Sequence[ApprovedFigure], *, items: Collection[str] = ()
) -> list[StoredFact]:
    """Return the facts with the approved ones marked, and with those rejected that state another amount of the whole
    group for the same item and period. A corrected amount that no fact states is added, if facts of its item are here,
    or the item is among `items`. Its number is negative.
    """
    facts = list(facts)
    by_key = {figure.key: figure for figure in reversed(approved)}
    if not by_key:
        return facts
    kept: list[StoredFact] = []
    stated: set[_Key] = set()
    of_item: dict[tuple[UUID, str | None], list[StoredFact]] = {}
    sources: dict[UUID, FactSource] = {}
    for stored in facts:
        fact, version = stored.fact, stored.source.version_id
        sources.setdefault(version, stored.source)
        figure = by_key.get((version, fact.item or "", fact.period))
        if is_of_group(fact.dimensions, fact.label):
            of_item.setdefault((version, fact.item), []).append(stored)
            if figure is not None and figure.is_stated_by(fact):
                stated.add(figure.key)
                sure = replace(fact, confidence=1.0)
                kept.append(replace(stored, fact=sure, status=FactStatus.APPROVED, approval=figure.approval))
                continue
            if figure is not None:
                kept.append(replace(stored, status=FactStatus.REJECTED))
                continue
        kept.append(stored)
    for number, figure in enumerate(by_key.values(), start=1):
        source = sources.get(figure.version_id)
        near = of_item.get((figure.version_id, figure.item), [])
        if figure.value is None or figure.key in stated or source is None or not (near or figure.item in items):
            continue
        fact = _corrected(figure, near, facts)
        approval = replace(figure.approval, corrected=True)
        kept.append(StoredFact(fact, -number, source, FactStatus.APPROVED, approval))
    return kept


def list_corrected(
    found: Sequence[StoredFact], every: Iterable[StoredFact], approved: Sequence[ApprovedFigure]
) -> list[StoredFact]:
    """Return the corrected amounts that no fact states and that belong among the facts found: each beside the fact that
    it replaces, or beside the first one of its item. `every` has all facts of these items in the documents.
    """
    every, here = list(every), {(stored.source.version_id, stored.number) for stored in found}
    of_item: dict[tuple[UUID, str | None], list[StoredFact]] = {}
    for stored in every:
        if is_of_group(stored.fact.dimensions, stored.fact.label):
            of_item.setdefault((stored.source.version_id, stored.fact.item), []).append(stored)
    corrected = []
    for stored in with_approved(every, approved):
        if stored.number < 0:
            near = of_item[stored.source.version_id, stored.fact.item]
            first = min(near, key=lambda each: (each.fact.period != stored.fact.period, each.number))
            if (first.source.version_id, first.number) in here:
                corrected.append(replace(stored, source=first.source))
    return corrected


def _corrected(figure: ApprovedFigure, near: Sequence[StoredFact], facts: Sequence[StoredFact]) -> Fact:
    """Return the fact of a corrected amount, in the form of the one that it replaces."""
    assert figure.value is not None
    item = load_items()[figure.item]
    of_period = [stored.fact for stored in near if stored.fact.period == figure.period]
    like = next(iter(of_period), near[0].fact if near else None)
    fiscal = next(
        (
            stored.fact.fiscal
            for stored in facts
            if stored.source.version_id == figure.version_id and stored.fact.period == figure.period
        ),
        None,
    )
    if like is None:
        like = Fact(
            label=item.title,
            label_path=(item.title,),
            period=figure.period,
            value=figure.value,
            measure=figure.measure,
            scale=0,
            currency=figure.currency,
            method=Method.STATEMENT,
            place=Place(1, 0, 0),
            confidence=1.0,
            statement=item.statement,
        )
    return replace(
        like,
        period=figure.period,
        value=figure.value,
        currency=figure.currency or like.currency,
        place=figure.place or like.place,
        confidence=1.0,
        item=figure.item,
        concept=concept_of(figure.item),
        fiscal=fiscal,
        decimals=None,
        restated=False,
        checks=(),
    )
