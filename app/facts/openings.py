"""Balances at the beginning of a statement's periods."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from uuid import UUID

from app.facts.model import FiscalLabel, StoredFact

_BEGINNING = re.compile(r"\b(?:beginning|start|opening|begin)\b", re.IGNORECASE)
_DAY = timedelta(days=1)

Labelled = tuple[StoredFact, FiscalLabel]


def move_openings(facts: Sequence[Labelled]) -> Iterator[Labelled]:
    """Label each balance at the beginning of a period with that period, instead of the one that it ends.

    The period is one that the same table states. A balance is left out if its table has no such period.
    """
    begun: dict[tuple[UUID, int | None, date], dict[FiscalLabel, None]] = {}
    for stored, label in facts:
        if stored.fact.period.start is not None:
            key = (stored.source.version_id, stored.fact.place.table, stored.fact.period.start)
            begun.setdefault(key, {})[label] = None
    for stored, label in facts:
        fact = stored.fact
        if fact.period.start is not None or not _BEGINNING.search(fact.label):
            yield stored, label
            continue
        key = (stored.source.version_id, fact.place.table, fact.period.end + _DAY)
        yield from ((stored, opened) for opened in begun.get(key, ()))
