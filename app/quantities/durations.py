"""Parse the lengths of periods in headings: months and weeks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.quantities.case import fold_case
from app.quantities.number_words import CARDINAL, parse_cardinal

_COUNT = rf"(\d{{1,2}}|{CARDINAL})"
_COUNTED = re.compile(
    # "three and nine months", "three- and six-month"
    rf"\b(?:{_COUNT}-?\s+(?:and|or|&)\s+)?{_COUNT}[\s-]+(month|week)s?\b",
    re.IGNORECASE,
)
# In 52/53-week calendars most quarters have 12 to 14 weeks; in some calendars one quarter has 16 or 17.
_WEEKS_OF_QUARTERS = ((12, 17, 1), (24, 28, 2), (35, 40, 3), (52, 53, 4))
_MONTHS_OF_QUARTERS = {3: 1, 6: 2, 9: 3, 12: 4}


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of one to four quarters, in months; `weeks` is set if the text counts in weeks."""

    months: int
    weeks: int | None = None

    @property
    def quarters(self) -> int:
        return self.months // 3


@dataclass(frozen=True, slots=True)
class DurationMention:
    """A duration, mentioned at `start` to `end` of a text."""

    duration: Duration
    start: int
    end: int


def find_durations(text: str) -> Iterator[DurationMention]:
    """Find durations of one to four quarters, counted in months or weeks ("six months", "26 weeks")."""
    for found in _COUNTED.finditer(text):
        for counted in filter(None, found.group(1, 2)):
            count = int(counted) if counted.isdigit() else parse_cardinal(counted)
            duration = _of_months(count) if fold_case(found.group(3)) == "month" else _of_weeks(count)
            if duration is not None:
                yield DurationMention(duration, *found.span())


def _of_months(count: int) -> Duration | None:
    return Duration(count) if count in _MONTHS_OF_QUARTERS else None


def _of_weeks(count: int) -> Duration | None:
    for fewest, most, quarters in _WEEKS_OF_QUARTERS:
        if fewest <= count <= most:
            return Duration(quarters * 3, count)
    return None
