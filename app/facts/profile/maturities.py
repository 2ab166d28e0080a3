"""When the debt of an issuer falls due: the schedule of its newest filing that has one, and its instruments."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from app.facts.model import FactSource, StatementKind, StoredFact

_YEAR = re.compile(r"\b20\d\d\b")
_DUE = re.compile(r"\b(?:due|maturing|matures?|maturity)\b[^0-9]{0,40}(20\d\d)", re.IGNORECASE)
_LATER = re.compile(r"\b(?:thereafter|after)\b", re.IGNORECASE)
_DEBT_COLUMN = re.compile(r"\b(?:debt|principal|notes|borrowings|loans?|maturit\w+|total)\b", re.IGNORECASE)
_MATURITY, _INSTRUMENT = "maturity", "debt instrument"
MOST_INSTRUMENTS = 60


@dataclass(frozen=True, slots=True)
class DueAmount:
    """An amount that falls due: the row's own words, its year (None for "thereafter"), and the fact."""

    label: str
    year: int | None
    stored: StoredFact


@dataclass(frozen=True, slots=True)
class MaturitySchedule:
    """The amounts that fall due by year, as one document states them for one day. `column` is the heading of their
    column if the table has several.
    """

    as_of: date
    source: FactSource
    column: str
    amounts: tuple[DueAmount, ...]


@dataclass(frozen=True, slots=True)
class Instrument:
    """An instrument of debt with its newest amount. `year` is the year that its name says it falls due."""

    label: str
    year: int | None
    stored: StoredFact


def find_schedule(facts: Iterable[StoredFact]) -> MaturitySchedule | None:
    """Return the newest schedule of maturities; None if no document states one."""
    groups: dict[tuple[str, date, str], list[StoredFact]] = defaultdict(list)
    for stored in facts:
        others = [member for axis, member in stored.fact.dimensions if axis != _MATURITY]
        if stored.fact.statement is StatementKind.DEBT and _member(stored, _MATURITY):
            groups[str(stored.source.version_id), stored.fact.period.end, " ".join(others)].append(stored)
    candidates = [(key[2], found) for key, found in groups.items() if len(found) > 1]
    if not candidates:
        return None
    column, found = max(candidates, key=lambda each: _preference(*each))
    first = found[0]
    by_label = {stored.fact.label.strip(): stored for stored in reversed(found)}
    amounts = [DueAmount(label, _year_of(label), stored) for label, stored in by_label.items()]
    amounts.sort(key=lambda each: (each.year is None, each.year or 0))
    return MaturitySchedule(first.fact.period.end, first.source, column, tuple(amounts))


def list_instruments(facts: Iterable[StoredFact]) -> tuple[Instrument, ...]:
    """List the instruments of the newest document that has some, by the year in which they fall due, then by name."""
    own = [stored for stored in facts if stored.fact.statement is StatementKind.DEBT and _member(stored, _INSTRUMENT)]
    if not own:
        return ()
    newest = max(own, key=_age)
    newest_of: dict[str, StoredFact] = {}
    for stored in own:
        if stored.source.version_id == newest.source.version_id and stored.fact.period.end == newest.fact.period.end:
            newest_of.setdefault(_member(stored, _INSTRUMENT), stored)
    found = [Instrument(label, _due_in(label), stored) for label, stored in newest_of.items()]
    return tuple(sorted(found, key=lambda each: (each.year or 9999, each.label.casefold())))[:MOST_INSTRUMENTS]


def _member(stored: StoredFact, axis: str) -> str:
    return next((member for name, member in stored.fact.dimensions if name == axis), "")


def _age(stored: StoredFact) -> tuple[date, str]:
    return stored.fact.period.end, stored.source.filed or ""


def _preference(column: str, found: list[StoredFact]) -> tuple[date, str, bool, bool, int]:
    """Return the order of schedules: of the newest day and filing, of a table's only column, of a column of debt."""
    return *_age(found[0]), not column, bool(_DEBT_COLUMN.search(column)), len(found)


def _year_of(label: str) -> int | None:
    found = _YEAR.search(label)
    return None if found is None or _LATER.search(label) else int(found.group())


def _due_in(label: str) -> int | None:
    found = _DUE.search(label)
    return None if found is None else int(found.group(1))
