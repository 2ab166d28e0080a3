"""Decides the period of each figure: from its headings, else from its labels, else from the title and lines above."""

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from app.quantities.calendar import FiscalCalendar
from app.quantities.column_periods import read_column_period
from app.quantities.period_words import read_period_words
from app.quantities.periods import Period

_INSTANTS = re.compile(
    r"\bbalance sheets?\b|\bfinancial (?:condition|position)\b|\bassets and liabilities\b", re.IGNORECASE
)
_FLOWS = re.compile(
    r"\bstatements? of (?:\w+ ){0,4}?(?:operations|income|earnings|loss(?:es)?|cash ?flows?|comprehensive)\b"
    r"|\b(?:income|cash ?flow) statements?\b|\bprofit (?:and|or) loss\b",
    re.IGNORECASE,
)
_BALANCE = re.compile(r"\b(?:balances?|outstanding|(?:non|un)-?vested|as of|at)\b", re.IGNORECASE)
_DATED = re.compile(r"\d|\b(?:quarter|half|months?|year|ltm|ttm)\b", re.IGNORECASE)
_BEGINNING = re.compile(
    r"\b(?:beginning|start) of (?:the )?(?:\w+ )?(?:year|period|quarter|months?)\b|^(?:at )?(?:beginning|opening)\b"
    r"|\bbeginning balances?\b|, beginning$",
    re.IGNORECASE,
)
_END = re.compile(
    r"\bend of (?:the )?(?:\w+ )?(?:year|period|quarter|months?)\b|^(?:at )?(?:ending|closing)\b"
    r"|\bending balances?\b|, ending$",
    re.IGNORECASE,
)
_SCHEDULE = re.compile(
    r"\bthereafter\b|\bmaturit|\bfuture\b|\bminimum (?:\w+ )?(?:payments|rentals|commitments)\b|\bpayments? due\b"
    r"|\bscheduled\b|\bnext five\b|\bcontractual obligations\b"
    r"|\b(?:projected|estimated|expected|remaining) (?:\w+ ){0,3}?(?:amortization|payments|expense)\b"
    r"|\bamortization expense\b",
    re.IGNORECASE,
)
_FORECAST = re.compile(r"\d[EFP]\b|\b(?:guidance|outlook|forecast|budget|target)", re.IGNORECASE)
_DAY = timedelta(days=1)
_MOST_OF_LABEL = 120
_MOST_OTHERS = 6
"""Words beside the period in a label that states one ("Nonvested shares outstanding at December 31, 2023")."""

Path = tuple[str, ...]


class Periods:
    """The periods of one table's figures. Results are cached by path.

    A schedule ("Thereafter", maturities) has years to come as labels or headings: they say when something falls due.
    Its figures are those of the day that the lines above state, else of the end of the document's period.

    A row between two balances ("Balance at December 31, 2022" … "Balance at December 31, 2023") has the period between.
    """

    def __init__(self, calendar: FiscalCalendar, context: Sequence[str], labels: Mapping[int, Path]) -> None:
        """`context` are the title and the lines above the table; `labels` the label path of each row with values."""
        self._calendar = calendar
        self._context = tuple(context)
        self._hint = _instant_hint(context)
        texts = (*context, *(path[-1] for path in labels.values() if path))
        self._is_schedule = any(_SCHEDULE.search(text) for text in texts) and not any(map(_FORECAST.search, context))
        self._figures: dict[tuple[Path, Path, Path, bool | None], Period | None] = {}
        self._balances = self._read_balances(labels)

    def of(self, row: int, headings: Path, labels: Path, stubs: Path = ()) -> Period | None:
        """Return a figure's period. `stubs` are headings that stand beside its column's, such as that of the labels."""
        edge = _edge(labels[-1]) if labels else None
        if edge is None:
            dated = tuple(label for label in labels if _states_period(label))
            period = self._read(headings, dated, stubs, self._hint)
            if not dated and not any(map(_has_period, headings)):
                period = self._between_balances(row) or period
            return self._as_of(stubs) if self._is_schedule and self._falls_due(period, headings) else period
        period = self._read(headings, (), stubs, False)
        if period is None or period.start is None:
            return period
        return Period(period.start - _DAY) if edge is _BEGINNING else Period(period.end)

    def _read(self, headings: Path, dated: Path, stubs: Path, hint: bool | None) -> Period | None:
        key = (headings, dated, stubs, hint)
        if key not in self._figures:
            context = (*self._context, *stubs)
            period = None
            if dated:
                period = read_column_period(
                    (*headings, *dated), context=context, calendar=self._calendar, instant_hint=hint
                )
            if period is None:
                period = read_column_period(headings, context=context, calendar=self._calendar, instant_hint=hint)
            self._figures[key] = period
        return self._figures[key]

    def _falls_due(self, period: Period | None, headings: Path) -> bool:
        """Return whether a period of a schedule is one to come, or none."""
        last = self._calendar.period_end
        return last is not None and not any(map(_FORECAST.search, headings)) and (period is None or period.end > last)

    def _as_of(self, stubs: Path) -> Period | None:
        stated = self._read((), (), stubs, True)
        last = self._calendar.period_end
        if stated is not None and last is not None and stated.end <= last:
            return stated
        return None if last is None else Period(last)

    def _read_balances(self, labels: Mapping[int, Path]) -> list[tuple[int, date]]:
        found = []
        for row, path in sorted(labels.items()):
            if path and _BALANCE.search(path[-1]) and _states_period(path[-1]):
                period = self._read((), (path[-1],), (), True)
                if period is not None:
                    found.append((row, period.end))
        return found if len(found) > 1 else []

    def _between_balances(self, row: int) -> Period | None:
        at = bisect_right(self._balances, (row, date.max))
        if not 0 < at < len(self._balances):
            return None
        start, end = self._balances[at - 1][1], self._balances[at][1]
        return Period(end, start + _DAY) if start < end else None


def _has_period(heading: str) -> bool:
    return _DATED.search(heading) is not None and read_period_words(heading).states_period


def _states_period(label: str) -> bool:
    if len(label) > _MOST_OF_LABEL or _DATED.search(label) is None:
        return False
    words = read_period_words(label)
    return (
        (words.has_year or words.has_date or words.quarter is not None)
        and words.states_period
        and words.others <= _MOST_OTHERS
        and not words.of_contract
    )


def _edge(label: str) -> re.Pattern[str] | None:
    return next((edge for edge in (_BEGINNING, _END) if edge.search(label)), None)


def _instant_hint(context: Sequence[str]) -> bool | None:
    """Return whether the nearest line that names a statement names one of balances (True) or of flows (False)."""
    for line in reversed(context):
        instants, flows = _INSTANTS.search(line) is not None, _FLOWS.search(line) is not None
        if instants != flows:
            return instants
    return None
