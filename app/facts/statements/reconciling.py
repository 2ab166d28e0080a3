"""Compare figures of other tables with those of the statements: what claims to be of the whole group has to agree."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from app.facts.model import Fact, Method, StatementKind
from app.quantities.periods import Period
from app.tables.model import Table

_MOST_OF_TITLE = 80


def reconcile(facts: Sequence[Fact], tables: Sequence[Table]) -> list[Fact]:
    """Return the facts; those of other tables that disagree with the statements' are of a part, named by their table.

    Such a fact says that it is of the whole group (it has no dimension), but the statement shows another amount for
    its item and period, or the item is unknown. A figure that agrees has the statement's sign. Parts of the same name
    with other amounts in several tables are told apart by their tables.
    """
    stated = {
        (fact.item, fact.period, fact.currency): fact
        for fact in reversed(facts)
        if fact.method is not Method.TABLE and fact.item is not None and not fact.dimensions
    }
    titles = {table.number: _title(table) for table in tables}
    whole = [_reconciled(fact, stated, titles) for fact in facts]
    values: dict[_Key, set[Decimal]] = {}
    for fact in whole:
        if fact.item is not None and fact.dimensions:
            values.setdefault(_key(fact), set()).add(abs(fact.value))
    return [
        replace(fact, dimensions=(*fact.dimensions, ("table", titles.get(fact.place.table or 0, ""))))
        if fact.method is Method.TABLE and len(values.get(_key(fact), ())) > 1
        else fact
        for fact in whole
    ]


_Key = tuple[str | None, Period, str | None, tuple[tuple[str, str], ...]]


def _key(fact: Fact) -> _Key:
    return fact.item, fact.period, fact.currency, fact.dimensions


def _reconciled(fact: Fact, stated: Mapping[tuple[str, Period, str | None], Fact], titles: Mapping[int, str]) -> Fact:
    if fact.method is not Method.TABLE or fact.statement is not StatementKind.SEGMENTS or fact.dimensions:
        return fact
    known = None if fact.item is None else stated.get((fact.item, fact.period, fact.currency))
    if known is not None and abs(known.value) == abs(fact.value):
        return replace(fact, value=known.value, concept=known.concept, concept_confidence=known.concept_confidence)
    if known is None and fact.item is not None:
        return fact
    part = (("table", titles.get(fact.place.table or 0, "")),)
    return replace(fact, dimensions=part, item=None, concept=None, concept_confidence=0.0)


def _title(table: Table) -> str:
    lines: Iterable[str | None] = (table.caption, table.title, *reversed(table.lines_above))
    return next((line[:_MOST_OF_TITLE] for line in lines if line), f"table {table.number}")
