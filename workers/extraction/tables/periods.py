"""Decides the period of each figure: from its headings, else from its labels, else from the title and lines above."""

import re
from collections.abc import Mapping, Sequence

from app.quantities.calendar import FiscalCalendar
from app.quantities.column_periods import is_period_heading, read_column_period
from app.quantities.headings import find_years
from app.quantities.periods import Period
from app.quantities.row_periods import periods_between_balances, read_cell_period
from app.quantities.units import parse_units

_INSTANTS = re.compile(
    r"\bbalance sheets?\b|\bfinancial (?:condition|position)\b|\bassets and liabilities\b", re.IGNORECASE
)
_FLOWS = re.compile(
    r"\bstatements? of (?:\w+ ){0,4}?(?:operations|income|earnings|loss(?:es)?|cash ?flows?|comprehensive)\b"
    r"|\b(?:income|cash ?flow) statements?\b|\bprofit (?:and|or) loss\b",
    re.IGNORECASE,
)
_DATED = re.compile(
    r"\d|\b(?:quarter|half|months?|year|ltm|ttm|beginning|start|opening|end|ending|close|closing)\b", re.IGNORECASE
)
_YEAR_ONLY = re.compile(r"\W*(?:fiscal|fy|years?)?\W*20\d\d\W*(?:\((?:remaind|remain)\w*[^)]*\))?\W*", re.IGNORECASE)
_THEREAFTER = re.compile(
    r"\bthereafter\b|\b(?:after|beyond) 20\d\d\b|\b20\d\d and (?:later|beyond|after)", re.IGNORECASE
)
_FORECAST = re.compile(r"\d[EFP]\b|\b(?:guidance|outlook|forecast|budget|target)", re.IGNORECASE)
_OTHER_YEARS = re.compile(r"\boriginat|\bvintages?\b|\b(?:accident|policy|model|underwriting) years?\b", re.IGNORECASE)
"""Under such headings, years are those of contracts."""
_TO_DATE = re.compile(r"\byear[\s-]to[\s-]date\b|\bytd\b", re.IGNORECASE)
_BOTH = re.compile(r"\b(?:as of|as at|at)[ ,]+(?:or|and)[ ,]+for\b", re.IGNORECASE)
_BALANCE = re.compile(
    r"\b(?:assets|liabilities|equity|loans|receivables|payables?|deposits|inventor\w+|goodwill|property|debt|cash|reserves)\b",
    re.IGNORECASE,
)
_FLOW_LABEL = re.compile(
    r"\b(?:income|expenses?|revenues?|changes?|average|growth|provision|gains?|loss\w*|return|interest|proceeds|additions"
    r"|purchases?|depreciation|amortization|impairments?|cash flows?|provided|used)\b",
    re.IGNORECASE,
)
_FEWEST_YEARS = 2
_ORDINALS = ("first", "second", "third", "fourth")
_QUARTERS = {ordinal: f"{ordinal} quarter" for ordinal in _ORDINALS} | dict.fromkeys(
    ("year", "full year", "total", "total year"), "full year"
)
"""What headings such as "First", "Second", "Third" and "Year" mean beside each other."""

Path = tuple[str, ...]


class Periods:
    """The periods of one table's figures. Results are cached by path.

    A schedule ("2025", "2026", "Thereafter") has years to come as labels or headings: they say when amounts fall due.
    Its figures are those of the day that the lines above state, else of the end of the document's period.
    """

    def __init__(
        self, calendar: FiscalCalendar, context: Sequence[str], labels: Mapping[int, Path], headings: Sequence[str]
    ) -> None:
        """`context` are the title and the lines above the table; `labels` are the label paths of the rows with values;
        `headings` are all headings of the table.
        """
        self._calendar = calendar
        self._context = tuple(context)
        self._hint = _instant_hint(context)
        names = {_name(heading) for heading in headings}
        self._names = _QUARTERS if names.issuperset(_ORDINALS[:3]) else {}
        self._is_schedule = self._has_years_to_come([path[-1] for path in labels.values() if path], headings)
        rows = sorted(labels)
        between = periods_between_balances([labels[row][-1] if labels[row] else "" for row in rows], calendar)
        self._between = {row: period for row, period in zip(rows, between, strict=True) if period is not None}
        self._figures: dict[tuple[Path, Path, Path], Period | None] = {}
        self._states: dict[str, bool] = {}
        self._labels: dict[str, bool] = {}
        self._headings: dict[Path, tuple[Path, bool]] = {}
        self._dated: dict[Path, Path] = {}

    def of(self, row: int, headings: Path, labels: Path, stubs: Path = ()) -> Period | None:
        """Return a figure's period. `stubs` are headings that stand beside its column's, such as that of the labels."""
        known = self._headings.get(headings)
        if known is None:
            own = () if any(map(_OTHER_YEARS.search, headings)) else headings
            own = tuple(self._names.get(_name(heading), heading) for heading in own) if self._names else own
            known = self._headings[headings] = own, any(map(self._is_period, own))
        headings, in_headings = known
        if not in_headings and row in self._between:
            return self._between[row]
        dated = self._dated.get(labels)
        if dated is None:
            dated = self._dated[labels] = self._dated_labels(labels)
        key = (headings, dated, stubs)
        if key not in self._figures:
            self._figures[key] = self._read(headings, dated, stubs, in_headings=in_headings)
        return self._figures[key]

    def _dated_labels(self, labels: Path) -> Path:
        """Return the labels that can have to do with a period; "" stands for the row's own label if it cannot."""
        is_dated = labels and (self._can_state_period(labels[-1]) or _BALANCE.search(labels[-1]))
        return (*filter(self._can_state_period, labels[:-1]), labels[-1] if is_dated else "")

    def _read(self, headings: Path, labels: Path, stubs: Path, *, in_headings: bool) -> Period | None:
        if any(map(_TO_DATE.search, headings)):
            stubs = ()  # the period beside the headings is that of the other columns
        own = tuple(filter(self._is_period, map(_without_units, stubs)))
        path = headings if in_headings and not _lack_year(headings, own) else (*own, *headings)
        context = (*self._context, *stubs)
        if any(map(_BOTH.search, path)):
            return self._read_both(tuple(_BOTH.sub("for", text) for text in path), labels, context)
        period: Period | None = None
        for hint in dict.fromkeys((self._hint, None)):
            period = read_cell_period(path, labels, context=context, calendar=self._calendar, instant_hint=hint)
            if period is not None:
                break
        last = self._calendar.period_end
        if self._is_schedule and last is not None and (period is None or period.end > last):
            stated = read_column_period((), context=context, calendar=self._calendar, instant_hint=True)
            return stated if stated is not None and stated.end <= last else Period(last)
        return period

    def _read_both(self, path: Path, labels: Path, context: Path) -> Period | None:
        """Read a heading such as "As of and for the year ended": balances have its last day, other figures its time."""
        period = read_cell_period(path, labels, context=context, calendar=self._calendar, instant_hint=False)
        is_balance = _BALANCE.search(labels[-1]) is not None and _FLOW_LABEL.search(labels[-1]) is None
        return Period(period.end) if period is not None and is_balance else period

    def _can_state_period(self, label: str) -> bool:
        known = self._labels.get(label)
        if known is None:
            known = self._labels[label] = _DATED.search(label) is not None
        return known

    def _is_period(self, heading: str) -> bool:
        known = self._states.get(heading)
        if known is None:
            known = self._states[heading] = _DATED.search(heading) is not None and is_period_heading(heading)
        return known

    def _has_years_to_come(self, labels: Sequence[str], headings: Sequence[str]) -> bool:
        """Return whether labels or headings are years after the document's period, and no forecast."""
        last = self._calendar.period_end
        if last is None or any(_FORECAST.search(text) for text in (*self._context, *headings)):
            return False
        for texts in (labels, headings):
            years = {int(year) for text in texts if _YEAR_ONLY.fullmatch(text) for year in re.findall(r"20\d\d", text)}
            to_come = [year for year in years if year > last.year]
            if len(to_come) >= _FEWEST_YEARS or (to_come and any(map(_THEREAFTER.search, texts))):
                return True
        return False


def _name(heading: str) -> str:
    return heading.strip(" :").casefold()


def _lack_year(headings: Path, stubs: Path) -> bool:
    """Return whether the headings' year stands beside them: "2024" left of "Q1", "Q2"."""
    return not any(map(find_years, headings)) and len({year for stub in stubs for year in find_years(stub)}) == 1


def _without_units(text: str) -> str:
    """Return a heading without its statement of units: "2024 (in millions)" is "2024"."""
    for start, end in sorted(parse_units(text).spans, reverse=True):
        text = text[:start] + text[end:]
    return re.sub(r"\(\W*\)", "", text)


def _instant_hint(context: Sequence[str]) -> bool | None:
    """Return whether the nearest line that names a statement names one of balances (True) or of flows (False)."""
    for line in reversed(context):
        instants, flows = _INSTANTS.search(line) is not None, _FLOWS.search(line) is not None
        if instants != flows:
            return instants
    return None
