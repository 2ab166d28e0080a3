"""Find the periods of a question or a definition, and take them out of its words."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from app.answers.computing.requests import AskedPeriod
from app.quantities.dates import DATE, YEAR, day_in, parse_date
from app.quantities.durations import find_durations
from app.quantities.fiscal_labels import YEAR_LABEL, find_quarters, full_year
from app.quantities.months import MONTH, parse_month
from app.quantities.number_words import CARDINAL, ORDINAL

_FIRST_MARK = 0xE000
_MOST = 24
_MARK = "[\ue000-\ue0ff]"
_DATE = re.compile(DATE, re.IGNORECASE)
_YEARS = re.compile(
    rf"(?<![\w.,$€£])(?:{YEAR_LABEL}|f['’]?(\d\d)|({YEAR}))(?:\s?/\s?(\d\d|{YEAR})(?!\d))?[AE]?(?![\w%]|[.,]\d)",
    re.IGNORECASE,
)
_HALF = re.compile(
    r"\b(?:h([12])|(first|second)[\s-]half|first[\s-](?:(six|nine|6|9)[\s-]months|(two|three)[\s-]quarters))"
    rf"(?:\s+(?:of\s+|in\s+)?(?:the\s+)?(?:(?:fiscal|FY)\s*)?({YEAR}|['’]?\d\d))?\b",
    re.IGNORECASE,
)
_QUARTER_TO = re.compile(
    r"\b(?:(?:quarter|three months|3 months)\s+(?:to|ended|ending|through|that ended)(?:\s+in)?\s+"
    rf"(?:the\s+)?(?:end\s+of\s+)?({MONTH})|({MONTH})\s+quarter)(?:\s+of|,)?\s+({YEAR})(?!\d)",
    re.IGNORECASE,
)
_LENGTH = re.compile(
    rf"(?<![\w-])(?:(?:last|past|latest|trailing)[\s-]+)?(?:(?P<counted>(?:\d\d?|{CARDINAL})[\s-](?:months?|weeks?))"
    rf"|(?P<year>ltm|ttm)|(?P<quarter>(?:{ORDINAL}\s+)?(?:fiscal\s+)?quarter))"
    r"(?:[\s-]period)?\s+(?:(?:then\s+)?(?:ended|ending|to|through|as\s+of|at)\s+)?(?:on\s+)?$",
    re.IGNORECASE,
)
"""The length of the period that ends on the day after it."""

_LONGEST_LENGTH = 60
_OF = r"(?:in|for|during|of|at|as\s+of|as\s+at|from|between|on|over|through|across|within|by|since|relative\s+to)"
_LEAD = (
    rf"(?:\b{_OF}\s+)?(?:\bboth\s+)?(?:\bthe\s+)?(?:\b(?:year[- ]?end|end|close|beginning)\s+(?:of\s+)?)?(?:\bthe\s+)?"
    r"(?:\b(?:last|past)\s+)?(?:\b(?:two|three|four|five|\d)[- ])?(?:\b(?:fiscal|financial|calendar)\s+)?"
    r"(?:\b(?:years?|periods?|quarters?|twelve\s+months|12\s+months)(?:[- ]end)?\s+)?(?:(?:ended|ending|of|to)\s+)?"
)
_JOINT = (
    r"(?:\s*(?:[,;&–—-]|\bto\b|\band\b|\bthrough\b|\buntil\b|\bvs?\b\.?|\bversus\b|\bagainst\b|\bcompared\s+(?:to|with)\b"
    r"|\bfrom\b|\bover\b))+\s*"
)
_TAIL = (
    r"(?:['’]s?\b)?(?:\s+(?:year[- ]ends?|fiscal\s+years?|years?(?!\s+(?:average|change|growth|over))|respectively"
    r"|altogether|combined|together)\b)?"
)
_PHRASE = re.compile(
    rf",?\s*{_LEAD}(?P<first>{_MARK})(?P<rest>{_TAIL}(?:{_JOINT}{_LEAD}{_MARK}{_TAIL})*)", re.IGNORECASE
)
_QUARTERS = re.compile(
    rf"\b({ORDINAL})(?=\s+(?:and|to)\s+(?:the\s+)?{ORDINAL}\s+(?:fiscal\s+)?quarters?\b)", re.IGNORECASE
)
_LISTED_YEARS = re.compile(r"(?<![\d,.$€£])(?:19|20)\d\d,(?=(?:19|20)\d\d(?!\d))")
_EMPTY = re.compile(r"\(\s*\)")
_RANGE = re.compile(r"\s*(?:[–—-]|\bto\b|\bthrough\b|\buntil\b)\s*", re.IGNORECASE)
_VERSUS = re.compile(r"\s*(?:\bvs?\b|\bversus\b|\bcompared\b|\bagainst\b)", re.IGNORECASE)
_LONGEST_RANGE = 12


@dataclass(frozen=True, slots=True)
class PeriodsOfText:
    """A text without its periods, and the periods in order. `is_range` states that they are the ends of a range,
    `is_versus` that they are compared ("2024 vs 2023").
    """

    rest: str
    periods: tuple[AskedPeriod, ...]
    is_range: bool
    is_versus: bool = False

    def all_periods(self) -> tuple[AskedPeriod, ...]:
        """Return the periods with those between the ends of a range."""
        if not self.is_range or len(self.periods) != 2:
            return self.periods
        first, last = sorted(self.periods, key=lambda period: period.year or 0)
        if first.year is None or last.year is None or {first.part, last.part} != {"FY"} or first.day or last.day:
            return self.periods
        if not 0 < last.year - first.year <= _LONGEST_RANGE:
            return self.periods
        return tuple(AskedPeriod(f"FY{year}", year) for year in range(first.year, last.year + 1))


def find_periods(text: str) -> list[tuple[int, int, AskedPeriod]]:
    """Find the periods of a text, in order, with their places."""
    return list(_unlapped(sorted(_mentions(text), key=lambda found: (found[0], -found[1]))))[:_MOST]


def take_periods(text: str) -> PeriodsOfText:
    """Find the periods of a text, with the words that only lead to them."""
    text = _LISTED_YEARS.sub(r"\g<0> ", _QUARTERS.sub(r"\1 quarter", text))
    mentions = find_periods(text)
    if not mentions:
        return PeriodsOfText(" ".join(text.split()), (), False)
    marked, end = [], 0
    for number, (start, stop, _) in enumerate(mentions):
        marked += [text[end:start], chr(_FIRST_MARK + number)]
        end = stop
    marked.append(text[end:])
    periods = [period for _, _, period in mentions]
    order: list[AskedPeriod] = []
    is_range = is_versus = False

    def take(found: re.Match[str]) -> str:
        nonlocal is_range, is_versus
        marks = [ord(sign) - _FIRST_MARK for sign in found.group() if _is_mark(sign)]
        order.extend(periods[mark] for mark in marks)
        between = re.split(_MARK, found["rest"])
        is_range = is_range or (len(marks) == 2 and bool(_RANGE.match(between[0])))
        is_versus = is_versus or (len(marks) == 2 and bool(_VERSUS.match(between[0])))
        is_range = is_range or (len(marks) == 2 and re.match(r"\W*from\b", found.group(), re.IGNORECASE) is not None)
        return " "

    rest = _EMPTY.sub(" ", _PHRASE.sub(take, "".join(marked))).strip(" ,")
    return PeriodsOfText(" ".join(rest.split()), _completed(order), is_range, is_versus)


def _is_mark(sign: str) -> bool:
    return _FIRST_MARK <= ord(sign) < _FIRST_MARK + 256


def _mentions(text: str) -> Iterator[tuple[int, int, AskedPeriod]]:
    days = list(_DATE.finditer(text))
    for found in days:
        if (day := parse_date(found.group())) is None:
            continue
        begin = max(0, found.start() - _LONGEST_LENGTH)
        length = _LENGTH.search(text[begin : found.start()])
        months = None if length is None else _months_of(length)
        if length is None or months is None:
            yield found.start(), found.end(), AskedPeriod(found.group(), day.year, day=day)
        else:
            yield begin + length.start(), found.end(), AskedPeriod.ending(day, months, found.group())
    for found in _QUARTER_TO.finditer(text):
        day = day_in(int(found[3]), parse_month(found[1] or found[2]) or 12, 31)
        yield found.start(), found.end(), AskedPeriod.ending(day, 3, f"{day:%B} {day.day}, {day.year}")
    for quarter in find_quarters(text):
        yield (
            quarter.start, quarter.end,
            AskedPeriod(text[quarter.start : quarter.end], quarter.year, f"Q{quarter.quarter}"),
        )  # fmt: skip
    for found in _HALF.finditer(text):
        code, ordinal, counted, quarters, digits = found.groups()
        year = full_year(digits.strip("'’")) if digits else None
        part = f"H{code}" if code else "H2" if ordinal and ordinal.lower() == "second" else "H1"
        part = "9M" if (counted or quarters or "").lower() in ("nine", "9", "three") else part
        yield found.start(), found.end(), AskedPeriod(found.group(), year, part)
    for found in _YEARS.finditer(text):
        label, short, plain, second = found.groups()
        year = full_year(label or short or plain)
        if second is not None:  # "2018/19" is the fiscal year that ends in 2019
            later = full_year(second)
            year = later if later == year + 1 else year
        if 1950 <= year <= 2099:
            yield found.start(), found.end(), AskedPeriod(found.group(), year)


def _months_of(length: re.Match[str]) -> int | None:
    if length["counted"] is None:
        return 12 if length["year"] else 3
    return next((found.duration.months for found in find_durations(length["counted"])), None)


def _unlapped(
    mentions: Sequence[tuple[int, int, AskedPeriod]],
) -> Iterator[tuple[int, int, AskedPeriod]]:
    end = 0
    for mention in mentions:
        if mention[0] >= end:
            yield mention
            end = mention[1]


def _completed(periods: Sequence[AskedPeriod]) -> tuple[AskedPeriod, ...]:
    """Give the year of the only full year to quarters without a year ("In 2019, … between the third and fourth
    quarter"), and the months and the day of a period to years ("the six months ended June 30, 2019 and 2018").
    """
    first = periods[0] if periods else None
    if first is not None and first.day is not None and first.months is not None:
        moved = (_moved(first, period) for period in periods)
        return tuple(dict.fromkeys(moved))
    if first is not None and first.part != "FY" and first.year is not None:
        same = (replace(first, text=f"{first.part} {p.text}", year=p.year) if _is_bare_year(p) else p for p in periods)
        periods = list(same)
    years = [period for period in periods if period.part == "FY" and period.day is None]
    parts = [period for period in periods if period.part != "FY" and period.year is None]
    if not parts or len(years) != 1 or len(parts) + 1 != len(periods):
        return tuple(dict.fromkeys(periods))
    year = years[0].year
    return tuple(dict.fromkeys(AskedPeriod(f"{part.part} FY{year}", year, part.part) for part in parts))


def _is_bare_year(period: AskedPeriod) -> bool:
    """Return whether a period is a year alone, as in "the third quarter of 2023 and 2022"."""
    return period.text.isdigit() and period.part == "FY" and period.day is None


def _moved(period: AskedPeriod, year: AskedPeriod) -> AskedPeriod:
    """Return the same months of another year, if that is a year alone."""
    moved: AskedPeriod | None = period
    if year.day is not None or year.part != "FY" or year.year is None or period.year is None:
        return year
    for _ in range(min(period.year - year.year, _LONGEST_RANGE)):
        moved = None if moved is None else moved.before()
    return moved if moved is not None and moved.year == year.year else year
