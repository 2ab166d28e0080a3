"""The periods that a report is about: its own, and the one it compares with.

A balance sheet compares with the nearest earlier day (in a quarterly report, the end of the last fiscal year), and
flows with the same months a year before. A quarterly report's income statement is read for the quarter, and its
statement of cash flows for the year to date, as Regulation S-X 10-01(c) has them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from app.documents.metadata import DocumentMetadata, DocumentType
from app.facts.model import Fact, Method, StatementKind, is_of_group
from app.quantities.periods import Period

_NEAR: Final = 6
"""Days by which the end of a 52- or 53-week period may differ from the end of its month."""
_YEAR: Final = (340, 390)
"""Days from a period's end to the end of the same period of the next year."""
_FULL_YEAR: Final = 11
"""Months from which a period counts as a year."""
_LONGEST: Final = 13
_FREQUENT: Final = 0.25
"""The share of the most frequent period's figures that a period needs to be a column of the statement."""

ANNUAL: Final = frozenset(
    {DocumentType.FORM_10K, DocumentType.FORM_20F, DocumentType.FORM_40F, DocumentType.ANNUAL_REPORT}
)
_FLOWS: Final = (StatementKind.INCOME, StatementKind.COMPREHENSIVE_INCOME, StatementKind.CASH_FLOW)


class Role(StrEnum):
    """Which of a report's periods: its own, the one it compares with, or the longest that ends with its own: the year
    to date, or the year.
    """

    CURRENT = "current"
    PRIOR = "prior"
    TO_DATE = "to-date"


@dataclass(frozen=True, slots=True)
class ReportPeriods:
    """The periods of a report's statements. A statement that was not found has none."""

    current: Mapping[StatementKind, Period]
    prior: Mapping[StatementKind, Period]
    to_date: Mapping[StatementKind, Period]

    def of(self, statement: StatementKind, role: Role) -> Period | None:
        roles = {Role.CURRENT: self.current, Role.PRIOR: self.prior, Role.TO_DATE: self.to_date}
        return roles[role].get(statement)


def report_periods(facts: Iterable[Fact], metadata: DocumentMetadata) -> ReportPeriods:
    """Return the periods that the statements of a report are about."""
    columns: dict[StatementKind, Counter[Period]] = {}
    for fact in facts:
        if fact.method is not Method.TABLE and is_of_group(fact.dimensions, fact.label):
            columns.setdefault(fact.statement, Counter())[fact.period] += 1
    current: dict[StatementKind, Period] = {}
    prior: dict[StatementKind, Period] = {}
    to_date: dict[StatementKind, Period] = {}
    days = _frequent(period for period in columns.get(StatementKind.BALANCE, Counter()).elements() if not period.start)
    flows = {kind: _frequent(p for p in columns.get(kind, Counter()).elements() if p.start) for kind in _FLOWS}
    end = _own_end(metadata.period_end, [period.end for own in (days, *flows.values()) for period in own])
    if end is None:
        return ReportPeriods(current, prior, to_date)
    day = next((period for period in days if _is_near(period.end, end)), None)
    if day is not None:
        current[StatementKind.BALANCE] = day
        before = [period for period in days if period.end < day.end]
        if before:
            prior[StatementKind.BALANCE] = max(before)
    is_annual = metadata.document_type.base in ANNUAL
    for kind, periods in flows.items():
        own = [p for p in periods if _is_near(p.end, end) and p.months <= _LONGEST]
        if not own:
            continue
        to_date[kind] = max(own, key=lambda period: period.months)
        takes_longest = is_annual or kind is StatementKind.CASH_FLOW
        short = [period for period in own if period.months < _FULL_YEAR]
        if takes_longest and not is_annual and short:
            own = short  # twelve months to date stand beside those of the year
        chosen = (max if takes_longest else min)(own, key=lambda period: period.months)
        current[kind] = chosen
        year_before = [p for p in periods if _is_year_before(p, chosen)]
        if year_before:
            prior[kind] = max(year_before)
    return ReportPeriods(current, prior, to_date)


def _frequent(periods: Iterable[Period]) -> list[Period]:
    counts = Counter(periods)
    least = _FREQUENT * max(counts.values(), default=0)
    return [period for period, count in counts.items() if count >= least]


def _own_end(stated: date | None, ends: list[date]) -> date | None:
    """Return the end of the report's period: the stated one if statements have it, or else their latest."""
    if not ends:
        return None
    near = [end for end in ends if stated is not None and _is_near(end, stated)]
    return min(near, key=lambda end: abs(end - stated)) if near and stated is not None else max(ends)


def _is_near(one: date, other: date) -> bool:
    return abs((one - other).days) <= _NEAR


def _is_year_before(period: Period, of: Period) -> bool:
    days = (of.end - period.end).days
    return _YEAR[0] <= days <= _YEAR[1] and abs(period.months - of.months) <= 1
