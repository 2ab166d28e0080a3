"""Number the fiscal years of all documents of an issuer as its annual reports do."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from app.facts.fiscal import QUARTERS_OF_YEAR, FiscalSpan
from app.facts.model import FiscalLabel, StoredFact

_ANNUAL = frozenset({"10-K", "10-K/A", "20-F", "20-F/A", "annual-report"})
_QUARTER = 365.25 / QUARTERS_OF_YEAR
_OFF = 0.35
"""Quarters between a fiscal quarter's end and its nominal place in the year, at most: quarters have 12 to 17 weeks."""
_FURTHEST = 3 * QUARTERS_OF_YEAR
"""Quarters between a document's period and the nearest year of an annual report, at most."""


def align_years(facts: Sequence[StoredFact]) -> Sequence[StoredFact]:
    """Return facts of one issuer whose labels count years as the issuer's annual reports do.

    A quarterly report seldom names the year that it belongs to, and issuers whose years end in January or February
    differ: the year to January 2031 is 2030 for some and 2031 for others. Where all periods of a document are labelled
    exactly one year before, or after, what follows from the annual reports, its labels are moved.
    """
    named: dict[date, set[int]] = defaultdict(set)
    others: dict[UUID, set[tuple[date, FiscalLabel]]] = defaultdict(set)
    for stored in facts:
        end, label = stored.fact.period.end, stored.fact.fiscal
        if label is None:
            continue
        if stored.source.document_type not in _ANNUAL:
            others[stored.source.version_id].add((end, label))
        elif label.part == "FY":
            named[end].add(label.year)
    years = {end: next(iter(found)) for end, found in named.items() if len(found) == 1}
    moved = {
        version: shift
        for version, places in others.items()
        if years and (shift := _shift_of(places, years)) is not None
    }
    if not moved:
        return facts
    return [_moved(stored, moved.get(stored.source.version_id, 0)) for stored in facts]


def _shift_of(places: set[tuple[date, FiscalLabel]], years: Mapping[date, int]) -> int | None:
    """Return the year, 1 or -1, by which the labels of a document are off; None if they agree, or differ otherwise."""
    found = {shift for end, label in places if (shift := _years_off(end, label, years)) is not None}
    return next(iter(found)) if found in ({1}, {-1}) else None


def _years_off(end: date, label: FiscalLabel, years: Mapping[date, int]) -> int | None:
    """Return the years by which a label has to be moved; None if it has another place in the year, or is too far."""
    nearest = min(years, key=lambda day: (abs((day - end).days), day))
    quarters = (end - nearest).days / _QUARTER
    if abs(quarters) > _FURTHEST or abs(quarters - round(quarters)) > _OFF:
        return None
    expected = QUARTERS_OF_YEAR * (years[nearest] + 1) + round(quarters)
    years_off, rest = divmod(expected - FiscalSpan.of(label).end, QUARTERS_OF_YEAR)
    return None if rest else years_off


def _moved(stored: StoredFact, years: int) -> StoredFact:
    label = stored.fact.fiscal
    if label is None or years == 0:
        return stored
    return replace(stored, fact=replace(stored.fact, fiscal=FiscalLabel(label.year + years, label.part)))
