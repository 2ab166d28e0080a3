"""Compares the facts that were read from primary statements with the facts that a filing tags.

A fact is compared by a name of it: by its exact concept, or by its standard item. It is right if the filing tags that
name for the same period (the same days) with the same value, including sign and scale, at the tagged precision. A fact
that is read twice counts once. For example, net income is on two statements.

A fact that the filing tags outside its statements is right, too, but only the facts of statements can be missed.
A printed dash that the filing does not tag is neither right nor wrong: many filers tag no dashes.

By item, values are compared in the direction of the item's preferred concept, since an item groups concepts that count
in opposite directions, such as increases in receivables and in payables. A fact that two statements show is of the
items of both.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache

from app.facts.items.both import other_of_concept
from app.facts.items.shown import EVERY, item_shown, shown_by
from app.facts.items.standard import concept_of, find_item, load_items
from app.facts.model import Fact, Method, StatementKind
from app.facts.statements.directions import direction_of
from app.quantities.periods import Period
from evals.datasets.tagged import TaggedFact

PRIMARY = frozenset(
    {StatementKind.INCOME, StatementKind.COMPREHENSIVE_INCOME, StatementKind.BALANCE, StatementKind.CASH_FLOW}
)


@cache
def items_of(concept: str, statement: StatementKind, shown: frozenset[str] = EVERY) -> frozenset[str]:
    """Return the items of a concept in a statement: none, one, or two if it is a row's that states two items. A concept
    may be several items in other tables.

    `shown` is what the filing's statements show (`app.facts.items.shown`).
    """
    statements = (statement,) if statement in PRIMARY else sorted(PRIMARY)
    items = {item for each in statements if (item := find_item(concept, each)) is not None}
    items |= {other for item in items if (other := other_of_concept(item, concept)) is not None}
    return frozenset(item_shown(item, shown) for item in items)


class Fault(StrEnum):
    """The fault of a wrong fact: the first that applies, in the order sign, scale, period, item, value.

    `SIGN`, `SCALE` and `VALUE` mean that the name is tagged for that period with another sign, scale or value. `PERIOD`
    means that the value is tagged for another period of the name. `ITEM` means that the value is tagged for that period
    under another name. `NOT_TAGGED` covers all other cases.
    """

    SIGN = "sign"
    SCALE = "scale"
    VALUE = "value"
    PERIOD = "period"
    ITEM = "item"
    NOT_TAGGED = "not-tagged"


@dataclass(frozen=True, slots=True)
class Level:
    """What facts are compared by: the name of a fact, the names that are right for a tagged fact, and the probability
    that a fact is right. `sign` is -1 if a fact and a tagged fact with its name count in opposite directions.
    """

    name_of: Callable[[Fact], str | None]
    names_of: Callable[[TaggedFact], frozenset[str]]
    confidence_of: Callable[[Fact], float]
    sign: Callable[[Fact, TaggedFact], int]


def _sign_by_item(fact: Fact, tagged: TaggedFact) -> int:
    item = load_items().get(fact.item or "")
    concept = fact.concept or concept_of(fact.item)
    if item is None or concept is None:
        return 1
    return direction_of(concept, item.statement) * direction_of(tagged.line_item, item.statement)


BY_CONCEPT = Level(
    name_of=lambda fact: fact.concept,
    names_of=lambda tagged: frozenset({tagged.line_item}),
    confidence_of=lambda fact: min(fact.confidence, fact.concept_confidence),
    sign=lambda *_: 1,
)


def by_item(tagged: Iterable[TaggedFact]) -> Level:
    """Return the level of standard items for a filing with these facts on its statements."""
    shown = shown_by(fact.line_item for fact in tagged)
    return Level(
        name_of=lambda fact: fact.item,
        names_of=lambda fact: frozenset().union(
            *(items_of(fact.line_item, each, shown) for each in (fact.statement, *fact.also))
        ),
        confidence_of=lambda fact: fact.confidence,
        sign=_sign_by_item,
    )


@dataclass(frozen=True, slots=True)
class Wrong:
    """A wrong fact, with its name and the nearest tagged fact, if any."""

    fact: Fact
    name: str
    fault: Fault
    meant: TaggedFact | None


@dataclass(frozen=True, slots=True)
class Compared:
    """The result of a comparison.

    `right` and `wrong` are the facts that were read. `found` and `missed` are the tagged facts of the statements.
    """

    level: Level
    right: tuple[Fact, ...]
    wrong: tuple[Wrong, ...]
    found: tuple[TaggedFact, ...]
    missed: tuple[TaggedFact, ...]


def compare_facts(
    tagged: Sequence[TaggedFact], facts: Iterable[Fact], level: Level, *, elsewhere: Sequence[TaggedFact] = ()
) -> Compared:
    """Compare the facts with the tagged facts of the same document: of its statements, and `elsewhere`."""
    truth = _Truth(tagged, elsewhere, level)
    right: list[Fact] = []
    wrong: list[Wrong] = []
    found: set[str] = set()
    for name, fact in _distinct(facts, level):
        meant = truth.find(name, fact.period)
        same = [each.id for each in meant if is_same_value(fact.value * level.sign(fact, each), each)]
        found.update(same)
        if same:
            right.append(fact)
        elif meant or not _is_dash(fact):
            wrong.append(truth.describe(fact, name, meant))
    asked = [fact for fact in tagged if level.names_of(fact)]
    return Compared(
        level=level,
        right=tuple(right),
        wrong=tuple(wrong),
        found=tuple(fact for fact in asked if fact.id in found),
        missed=tuple(fact for fact in asked if fact.id not in found),
    )


def _is_dash(fact: Fact) -> bool:
    return fact.value == 0 and fact.decimals is None


def is_of_statement(fact: Fact) -> bool:
    """Return whether a fact is read from a primary statement, and is of the whole consolidated group."""
    return fact.method is Method.STATEMENT and fact.statement in PRIMARY and not fact.dimensions


def is_same_value(value: Decimal, tagged: TaggedFact) -> bool:
    """Return whether the values are equal at the tagged fact's precision."""
    if tagged.decimals is None:
        return value == tagged.value
    return abs(value - tagged.value) * 2 < Decimal(10) ** -tagged.decimals


def is_scaled(value: Decimal, tagged: TaggedFact) -> bool:
    """Return whether the value is the tagged value in another scale."""
    return any(is_same_value(value.scaleb(power), tagged) for power in (-9, -6, -3, 3, 6, 9)) and bool(value)


class _Truth:
    """The tagged facts by name and period."""

    def __init__(self, tagged: Sequence[TaggedFact], elsewhere: Sequence[TaggedFact], level: Level) -> None:
        self._level = level
        self._tagged = tagged
        self._by_key: dict[tuple[str, Period], list[TaggedFact]] = {}
        for fact in (*tagged, *elsewhere):
            for name in level.names_of(fact):
                self._by_key.setdefault((name, fact.period), []).append(fact)

    def find(self, name: str, period: Period) -> list[TaggedFact]:
        """Return the tagged facts with that name and period, those of the statements first."""
        return self._by_key.get((name, period), [])

    def describe(self, fact: Fact, name: str, meant: Sequence[TaggedFact]) -> Wrong:
        """Return a wrong fact with its fault. `meant` are the tagged facts with its name and period."""
        for other in meant:
            value = fact.value * self._level.sign(fact, other)
            if is_same_value(-value, other):
                return Wrong(fact, name, Fault.SIGN, other)
            if is_scaled(value, other):
                return Wrong(fact, name, Fault.SCALE, other)
        same = [other for other in self._tagged if other.value and is_same_value(fact.value, other)]
        of_name = next((other for other in same if name in self._level.names_of(other)), None)
        of_period = next((other for other in same if other.period == fact.period), None)
        if of_name is not None:
            return Wrong(fact, name, Fault.PERIOD, of_name)
        if of_period is not None:
            return Wrong(fact, name, Fault.ITEM, of_period)
        return Wrong(fact, name, Fault.VALUE if meant else Fault.NOT_TAGGED, meant[0] if meant else None)


def _distinct(facts: Iterable[Fact], level: Level) -> list[tuple[str, Fact]]:
    """Return the facts of statements with their names, those with the same meaning once: the most confident one."""
    best: dict[tuple[str, Period, Decimal], Fact] = {}
    for fact in facts:
        name = level.name_of(fact)
        if name is None or not is_of_statement(fact):
            continue
        key = (name, fact.period, fact.value)
        if key not in best or level.confidence_of(fact) > level.confidence_of(best[key]):
            best[key] = fact
    return [(name, fact) for (name, _, _), fact in best.items()]
