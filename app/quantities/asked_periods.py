"""Parse the periods in a question: fiscal years and ranges of them, quarters, and days."""

import re
from dataclasses import dataclass
from datetime import date

from app.quantities.dates import YEAR, find_dates, without_dates
from app.quantities.fiscal_labels import YEAR_LABEL, find_quarters, full_year

_YEARS = re.compile(rf"(?<![\w.,$€£])(?:{YEAR_LABEL}|({YEAR}))[AE]?(?![\w%]|[.,]\d)", re.IGNORECASE)
_RANGE = re.compile(r"\s*(?:[-–—]|to|through|until)\s*(?:(?:the\s+)?end\s+of\s+)?", re.IGNORECASE)
_LONGEST_RANGE = 12
_EARLIEST, _LATEST = 1950, 2099


@dataclass(frozen=True, slots=True)
class AskedPeriods:
    """The periods in a question. `years` are ascending, with all years of each range. `quarters` are pairs of a quarter
    (1 to 4) and a year or None.

    `labelled` are the years with a fiscal label ("FY2021"). A year without a label may be the year of a maturity or a
    forecast.
    """

    years: tuple[int, ...] = ()
    quarters: tuple[tuple[int, int | None], ...] = ()
    days: tuple[date, ...] = ()
    labelled: tuple[int, ...] = ()

    def target_year(self) -> int | None:
        """Return the latest requested fiscal year, because its report also has the preceding years."""
        return max(self.labelled or self.years, default=None)


def parse_asked_periods(question: str) -> AskedPeriods:
    """Parse the periods in a question, such as "FY2019 - FY2021", "Q2 of FY2023", "2Q23" or "as of June 30, 2022"."""
    days = tuple(dict.fromkeys(find_dates(question)))
    undated = without_dates(question)
    quarters = tuple(dict.fromkeys((mention.quarter, mention.year) for mention in find_quarters(undated)))
    of_quarters = {year for _, year in quarters if year is not None}
    years = {day.year for day in days} | of_quarters | _years(undated)
    labelled = {year for match in _YEARS.finditer(undated) if match.group(1) and (year := _year_of(match)) is not None}
    return AskedPeriods(tuple(sorted(years)), quarters, days, tuple(sorted(labelled | of_quarters)))


def _years(text: str) -> set[int]:
    years: set[int] = set()
    before: re.Match[str] | None = None
    for match in _YEARS.finditer(text):
        year = _year_of(match)
        if year is None:
            before = None
            continue
        years.add(year)
        if before is not None and _RANGE.fullmatch(text, before.end(), match.start()):
            first = _year_of(before)
            if first is not None and 0 < year - first <= _LONGEST_RANGE:
                years.update(range(first, year))
        before = match
    return years


def _year_of(match: re.Match[str]) -> int | None:
    year = full_year(match.group(1) or match.group(2))
    return year if _EARLIEST <= year <= _LATEST else None
