"""Rank facts that state the same figure, and compare their amounts."""

from collections.abc import Collection, Sequence
from decimal import Decimal
from uuid import UUID

from app.facts.label_words import label_words, member_words
from app.facts.model import Fact, FactStatus, Method, StatementKind, StoredFact
from app.facts.sought import Dimensions, Sought

_SURE = 0.9
"""The confidence from which on a newer filing's figure comes before an older tagged one."""
_PRIMARY = frozenset({StatementKind.INCOME, StatementKind.BALANCE, StatementKind.CASH_FLOW})


def rank(stored: StoredFact, sought: Sought, preferred: Collection[UUID]) -> tuple[object, ...]:
    """Return the rank of a fact for what is sought; the best fact has the highest.

    Approved facts come first, then those of preferred documents, those of tags and statements, facts whose checks hold
    and whose item is sure, and the newest filing, so that a restated figure leads however it was read; within a filing
    inline XBRL, the preferred statement and concept, a total, and the confidence.
    """
    fact, source = stored.fact, stored.source
    concept = len(sought.concepts) - sought.concepts.index(fact.concept) if fact.concept in sought.concepts else 0
    return (
        stored.status is FactStatus.APPROVED,
        source.document_id in preferred,
        fact.method is not Method.TABLE,
        all(check.passed for check in fact.checks),
        fact.confidence >= _SURE,
        source.filed or "",
        str(source.version_id),
        fact.method is Method.INLINE_XBRL,
        fact.statement is sought.statement,
        concept,
        fact.statement in _PRIMARY,
        "total" in label_words(fact.label),
        fact.confidence,
        -stored.number,
    )


def agree(one: Fact, other: Fact) -> bool:
    """Return whether two amounts are the same figure, each rounded as its document rounds it.

    The intervals of both roundings overlap (XBRL Duplicates Handling 1.0: consistent duplicates).
    """
    return abs(one.value - other.value) <= _half_unit(one) + _half_unit(other)


def is_same_line(stored: StoredFact, best: StoredFact) -> bool:
    """Return whether two facts of the same item and period state the same line, and not a line and a part of it.

    Facts of the same statement do; those of a note only if they have the same concept or the same label.
    """
    one, other = stored.fact, best.fact
    if one.statement is other.statement and one.statement is not StatementKind.OTHER:
        return True
    if one.concept is not None and other.concept is not None:
        return one.concept == other.concept
    return label_words(one.label) == label_words(other.label)


def same_dimensions(fact: Fact, dimensions: Dimensions) -> bool:
    """Return whether a fact has exactly these dimensions. An empty axis matches any axis."""
    if len(fact.dimensions) != len(dimensions):
        return False
    left = [(member_words(axis), member_words(member)) for axis, member in fact.dimensions]
    for axis, member in dimensions:
        words = member_words(member)
        pair = next((has for has in left if has[1] == words and (not axis or has[0] == member_words(axis))), None)
        if pair is None:
            return False
        left.remove(pair)
    return True


def components(
    best: StoredFact, facts: Sequence[StoredFact], statement: StatementKind | None
) -> tuple[StoredFact, ...]:
    """Return the rows of the best fact's table that add up to an item which its statement splits.

    One of the rows can be the total of the others: then it is the only one.
    """
    table = best.fact.place.table
    if best.fact.scale is None or table is None or statement not in (None, best.fact.statement):
        return (best,)
    key = (best.source.version_id, table)
    mine = [stored for stored in facts if (stored.source.version_id, stored.fact.place.table) == key]
    rows = {stored.fact.place.row: stored for stored in reversed(mine)}
    total = sum((row.fact.value for row in rows.values()), Decimal(0))
    for row in rows.values():
        is_sum = len(rows) > 2 and row.fact.value * 2 == total
        if is_sum or "total" in label_words(row.fact.label):
            return (row,)
    return tuple(rows[number] for number in sorted(rows))


def _half_unit(fact: Fact) -> Decimal:
    return Decimal(0) if fact.decimals is None else Decimal(5).scaleb(-max(-30, min(fact.decimals, 30)) - 1)
