"""Finds the period that a document reports on: its last day, its quarter, and its fiscal year.

A fiscal year that ends in January or early February, as many retailers' do, has no fixed name. Some issuers name it
after the calendar year of its end, others after the calendar year before. The document's own words ("fiscal 2022")
decide.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from app.documents.content.parsed import ParsedPage
from app.documents.metadata import DocumentType, FiscalPeriod
from app.quantities.dates import DATE, YEAR, parse_date
from app.quantities.durations import find_durations
from app.quantities.fiscal_labels import find_fiscal_years, find_quarters
from app.quantities.number_words import ORDINAL
from workers.extraction.document_type import Headline, find_headline
from workers.extraction.reading import Reading, derived, matches, read_at, tagged

_PERIOD_ENDED = re.compile(
    rf"for\s+the\s+(?:fiscal\s+|annual\s+|quarterly\s+|transition\s+)?(?:\d\d\s+weeks\s+|year|period|quarter|three\s+months)\s*(?:then\s+)?ended:?\s+({DATE})",
    re.I,
)
_TRANSITION = re.compile(rf"transition\s+period\s+from\s+{DATE}\s+to\s+({DATE})", re.I)
_ENDED_ON = re.compile(rf"\bended:?\s+(?:on\s+)?({DATE})", re.I)
_ANY_DATE = re.compile(rf"({DATE})", re.I)
_ANY_ENDED = re.compile(
    rf"(?:year|quarter|months|weeks|period|{ORDINAL}[\s-]quarter[^\n]{{0,20}})[”\"')]*\s+(?:of\s+fiscal\s+\d{{4}}\s+)?ended:?\s+({DATE})",
    re.I,
)
_REPORT_DATE = re.compile(rf"date\s+of\s+(?:earliest\s+event\s+reported|report)[^\n]{{0,60}}?\)?:?\s*({DATE})", re.I)
_DATE_BEFORE_REPORT = re.compile(
    rf"^[ \t]*({DATE})[^\n]{{0,40}}\n\s*\(?\s*date\s+of\s+(?:earliest\s+event|report)", re.I | re.M
)
_YEAR = re.compile(rf"\b({YEAR})\b")
_ENDED = re.compile(r"(?:[\s-]+periods?)?\s+ended", re.I)
_QUARTER_ENDED = re.compile(r"\bquarters?\s+ended", re.I)
_MONTH_DAY = re.compile(r"--(\d\d)-(\d\d)", re.ASCII)
_LONGEST_DAY = 20
_LEAP_YEAR = 2000
_THEN_ENDED = re.compile(
    r"[\s,(“”\"]{0,3}(?:(?:is|was|means?|refers\s+to|includes?)\s+)?"
    r"(?:the\s+)?(?:(?:(?:5[23]|fifty-(?:two|three))[\s-]+weeks?\s+)?(?:fiscal\s+)?(?:year\s+|period\s+)?)?"
    rf"(?:which\s+|that\s+)?(?:will\s+)?(?:ends?|ended|ending)\s+(?:on\s+)?(?:the\s+)?(?:\w+day,?\s+)?({DATE})",
    re.I,
)
"""What follows a fiscal year's name where a sentence says when it ended."""

_NAMED_AFTER_END = re.compile(
    rf"\bended\s+(?:on\s+)?({DATE})\s*,?\s*[(“\"]{{1,2}}(?:the\s+|our\s+|or\s+)?[“\"]?fiscal(?:\s+year)?\s+({YEAR})\b",
    re.I,
)
"""The end of a fiscal year with its name behind: "the year ended March 31, 2023 (“fiscal 2022”)"."""

_LAST_UNCLEAR_DAY = (2, 10)
"""Month and day: fiscal years that end later in a year have its number, unless the document says otherwise."""

_LAST_NUMBERED_MONTH = 6
"""No issuer names a fiscal year that ends in the second half of a year after the year before."""

_NEAR_END = timedelta(days=25)

_FEWEST_NAMED = 3  # mentions of a quarter
_RELEASE_PAGES = 20
_REPORTING_LAG = timedelta(days=150)
_ANNUAL = (DocumentType.FORM_10K, DocumentType.FORM_20F, DocumentType.FORM_40F, DocumentType.ANNUAL_REPORT)
_PERIODIC = (*_ANNUAL, DocumentType.FORM_10Q, DocumentType.EARNINGS_RELEASE)


def find_year_end(properties: Mapping[str, str]) -> tuple[int, int] | None:
    """Return month and day of the fiscal year's end, as a file tags it: "--12-31" (XML Schema `gMonthDay`), or as it
    prints it ("December 31").
    """
    stated = " ".join(properties.get("dei:CurrentFiscalYearEndDate", "").split())
    found = _MONTH_DAY.fullmatch(stated)
    end = parse_date(f"{_LEAP_YEAR}-{found[1]}-{found[2]}" if found else f"{stated}, {_LEAP_YEAR}")
    return None if end is None or len(stated) > _LONGEST_DAY else (end.month, end.day)


def find_period_end(
    pages: Sequence[ParsedPage], properties: Mapping[str, str], kind: DocumentType, released: date | None = None
) -> Reading[date] | None:
    """Return the last day of the reporting period (for an 8-K, the date of report). `released` is a release's date."""
    stated = parse_date(properties.get("dei:DocumentPeriodEndDate", ""))
    if stated:
        return tagged(stated, properties["dei:DocumentPeriodEndDate"])
    if kind is DocumentType.FORM_8K:
        return first_date((_REPORT_DATE, _DATE_BEFORE_REPORT), pages[:3], 0.95)
    if kind not in _PERIODIC:
        return None
    if kind is DocumentType.EARNINGS_RELEASE:
        return find_release_end(pages, released)
    return first_date((_TRANSITION,), pages[:3], 0.95) or first_date((_PERIOD_ENDED, _ANY_ENDED), pages[:12], 0.95)


def find_fiscal_period(
    pages: Sequence[ParsedPage], properties: Mapping[str, str], kind: DocumentType
) -> Reading[FiscalPeriod] | None:
    """Return the quarter, or FY for a whole year. A release about both the fourth quarter and the year has Q4."""
    stated = properties.get("dei:DocumentFiscalPeriodFocus", "").strip().upper()
    if stated in FiscalPeriod.__members__:
        return tagged(FiscalPeriod[stated], stated)
    if kind in _ANNUAL:
        return derived(FiscalPeriod.FY, kind.value, 0.95)
    if kind is DocumentType.EARNINGS_RELEASE:
        return find_release_period(pages, find_headline(pages[:2]))
    if kind is DocumentType.FORM_10Q:
        return _longest_to_date(pages)
    return None


def find_fiscal_year(
    pages: Sequence[ParsedPage],
    properties: Mapping[str, str],
    *,
    kind: DocumentType,
    period_end: Reading[date] | None,
    fiscal_period: Reading[FiscalPeriod] | None,
) -> Reading[int] | None:
    """Return the fiscal year as the document names it; None for documents that report on no period."""
    stated = properties.get("dei:DocumentFiscalYearFocus", "").strip()
    if re.fullmatch(YEAR, stated):
        return tagged(int(stated), stated)
    if kind not in _PERIODIC:
        return None
    if kind is DocumentType.EARNINGS_RELEASE:
        named = find_release_year(pages, find_headline(pages[:2]), period_end, fiscal_period)
        if named:
            return named
    if period_end is None:
        return _commonest_year(pages)
    quarter = fiscal_period.value if fiscal_period else FiscalPeriod.FY
    year_end = _year_end(period_end.value, quarter)
    return _label(pages, year_end, period_end)


_FIRST_PAGES = 8  # printed pages of a quarterly report up to its first statement
_MOST_NAMING_PAGES = 40


def _longest_to_date(pages: Sequence[ParsedPage]) -> Reading[FiscalPeriod] | None:
    """Return the last quarter of the longest period that a heading names: Q3 for "nine months ended".

    Later pages are read only if the first ones name no period of more than one quarter.
    """
    found: dict[int, Reading[FiscalPeriod]] = {}
    for number, page in enumerate(pages[:_MOST_NAMING_PAGES]):
        if number >= _FIRST_PAGES and max(found, default=0) > 1:
            break
        for mention in find_durations(page.text):
            ended = _ENDED.match(page.text, mention.end)
            quarters = mention.duration.quarters
            if ended and quarters < 4:
                found.setdefault(quarters, read_at(_quarter(quarters), page, mention.start, ended.end(), 0.85))
        for quarter in _QUARTER_ENDED.finditer(page.text):
            found.setdefault(1, read_at(_quarter(1), page, *quarter.span(), 0.85))
    if max(found, default=0) <= 1 and (named := _named_quarter(pages[:_MOST_NAMING_PAGES])) is not None:
        return named
    return found[max(found)] if found else None


def _named_quarter(pages: Sequence[ParsedPage]) -> Reading[FiscalPeriod] | None:
    """Return the quarter that the pages name most often ("second quarter"), for issuers that count no months."""
    named = [(mention, page) for page in pages for mention in find_quarters(page.text)]
    counts = Counter(mention.quarter for mention, _ in named)
    if not counts:
        return None
    quarter, count = counts.most_common(1)[0]
    if count < _FEWEST_NAMED or counts.total() - count >= count:
        return None
    mention, page = next(pair for pair in named if pair[0].quarter == quarter)
    return read_at(_quarter(quarter), page, mention.start, mention.name_end, 0.8)


def _quarter(number: int) -> FiscalPeriod:
    return FiscalPeriod[f"Q{number}"]


def first_date(
    patterns: Sequence[re.Pattern[str]], pages: Sequence[ParsedPage], confidence: float
) -> Reading[date] | None:
    """Try the patterns in order, and return the first date that one finds in its group 1."""
    for pattern in patterns:
        for page, found in matches(pattern, pages):
            day = parse_date(found.group(1))
            if day:
                return read_at(day, page, *found.span(1), confidence)
    return None


def find_release_end(pages: Sequence[ParsedPage], released: date | None) -> Reading[date] | None:
    """Return the end of the period that a release is about: the latest end of a period that it names.

    A date counts only if it is at most 150 days before the release. Without a named end, it is the most frequent date
    of these days: balance sheets have one column for it.
    """
    for pattern, these in ((_ANY_ENDED, pages[:3]), (_ENDED_ON, pages[:_RELEASE_PAGES])):
        ends = [end for end in _dates(pattern, these) if released is None or _is_just_before(end.value, released)]
        if ends:
            return max(ends, key=lambda end: end.value)
    if released is None:
        return None
    dates = [day for day in _dates(_ANY_DATE, pages[:_RELEASE_PAGES]) if _is_just_before(day.value, released)]
    counts = Counter(day.value for day in dates)
    if not counts or counts.most_common(1)[0][1] < _FEWEST_NAMED - 1:
        return None
    chosen = max(counts, key=lambda day: (counts[day], day))
    first = next(day for day in dates if day.value == chosen)
    return Reading(first.value, replace(first.source, confidence=0.6))


def _dates(pattern: re.Pattern[str], pages: Sequence[ParsedPage]) -> Iterator[Reading[date]]:
    for page, found in matches(pattern, pages):
        day = parse_date(found.group(1))
        if day is not None:
            yield read_at(day, page, *found.span(1), 0.8)


def _is_just_before(end: date, released: date) -> bool:
    return end < released <= end + _REPORTING_LAG


def _year_end(period_end: date, period: FiscalPeriod) -> date:
    """Return the approximate end of the fiscal year that contains the quarter ending on `period_end`."""
    left = {FiscalPeriod.Q1: 3, FiscalPeriod.Q2: 2, FiscalPeriod.Q3: 1}.get(period, 0)
    return period_end + timedelta(days=91 * left)


def _label(pages: Sequence[ParsedPage], year_end: date, period_end: Reading[date]) -> Reading[int]:
    """Return the number by which the issuer names the fiscal year that ends about `year_end`.

    The number is the calendar year of the end, except for some fiscal years that end between January 1 and February 10.
    A sentence that says when a fiscal year ended ("fiscal 2022 ended January 28, 2023") decides. Without one, if the
    document mentions the fiscal year of the previous calendar year more often, the number is the previous year.
    If it mentions neither, the number is the previous year only for an end in the first week of January.
    """
    year = year_end.year
    if year_end.month > _LAST_NUMBERED_MONTH:
        return Reading(year, period_end.source)
    offset = _stated_offset(pages[:_MOST_NAMING_PAGES], year_end)
    if offset is not None:
        return Reading(year - offset, period_end.source)
    if (year_end.month, year_end.day) > _LAST_UNCLEAR_DAY:
        return Reading(year, period_end.source)
    named = Counter[int]()
    for page in pages[:60]:
        named.update(mention.year for mention in find_fiscal_years(page.text))
        named.update(mention.year for mention in find_quarters(page.text) if mention.year is not None)
    before, same, after = named[year - 1], named[year], named[year + 1]
    if before > same and after <= same:
        return Reading(year - 1, period_end.source)
    if same or year_end.day > 7 or year_end.month == 2:
        return Reading(year, period_end.source)
    return Reading(year - 1, period_end.source)


def _stated_offset(pages: Sequence[ParsedPage], year_end: date) -> int | None:
    """Return how many years the numbers of fiscal years lie behind the calendar years of their ends, 0 or 1, if the
    pages say so and do not contradict themselves.
    """
    counts = Counter[int]()
    for page in pages:
        stated = [(parse_date(found.group(1)), int(found.group(2))) for found in _NAMED_AFTER_END.finditer(page.text)]
        for mention in find_fiscal_years(page.text):
            ended = _THEN_ENDED.match(page.text, mention.end)
            if ended is not None:
                stated.append((parse_date(ended.group(1)), mention.year))
        for day, year in stated:
            if day is not None and 0 <= day.year - year <= 1 and _is_near_end(day, year_end):
                counts[day.year - year] += 1
    return next(iter(counts)) if len(counts) == 1 else None


def _is_near_end(day: date, year_end: date) -> bool:
    """Return whether a day is about the end of a fiscal year, of any year."""
    apart = abs((day - year_end).days) % 365.25
    return min(apart, 365.25 - apart) <= _NEAR_END.days


def _commonest_year(pages: Sequence[ParsedPage]) -> Reading[int] | None:
    """Return the calendar year that the first three pages mention most often. If several are equally frequent, return
    the latest.
    """
    readings = [read_at(int(found.group(1)), page, *found.span(1), 0.4) for page, found in matches(_YEAR, pages[:3])]
    if not readings:
        return None
    counts = Counter(reading.value for reading in readings)
    chosen = max(counts, key=lambda year: (counts[year], year))
    return next(reading for reading in readings if reading.value == chosen)


def find_release_period(pages: Sequence[ParsedPage], release: Headline | None) -> Reading[FiscalPeriod] | None:
    """Return the quarter of a release: that of its headline, else the first that its page names, else the months to
    date that it counts. A release about the whole year has Q4 if it is about the fourth quarter, too, else FY.
    """
    if release is None:
        return _first_quarter(pages[:1], 0) or _longest_to_date(pages[:_FIRST_PAGES])
    page = release.page
    named = next(find_quarters(page.text, release.who[0], release.what[1]), None)
    if named:
        return read_at(_quarter(named.quarter), page, named.start, named.name_end, 0.9)
    half = _HALF.search(page.text, *release.what)
    if half:
        return read_at(FiscalPeriod.Q4 if half.group(1) else FiscalPeriod.Q2, page, *half.span(), 0.8)
    whole = _WHOLE_YEAR.search(page.text, *release.what)
    if whole:
        last = next(
            (read_at(FiscalPeriod.Q4, each, *at, 0.75) for each in pages[:8] for at in _last_quarters(each)), None
        )
        return last or read_at(FiscalPeriod.FY, page, *whole.span(), 0.8)
    return _first_quarter([page], release.what[1]) or _longest_to_date(pages[:_FIRST_PAGES])


def _first_quarter(pages: Sequence[ParsedPage], start: int) -> Reading[FiscalPeriod] | None:
    for page in pages:
        for named in find_quarters(page.text, start):
            return read_at(_quarter(named.quarter), page, named.start, named.name_end, 0.75)
    return None


_HALF = re.compile(r"\b(?:(second)|first|interim)?[\s-]*half(?:[\s-]+year(?:ly)?)?\b|\bH1\b|\b1H\b", re.I)
_WHOLE_YEAR = re.compile(r"\b(?:full[\s-]year|annual|fiscal(?:\s+year)?|year[\s-]end|year)\b", re.I)
_QUARTER_COLUMN = re.compile(r"\b(?:three\s+months|quarter|(?:12|13|14)\s+weeks)\s+ended\b", re.I)


def _last_quarters(page: ParsedPage) -> Iterator[tuple[int, int]]:
    """Yield the bounds of words for the fourth quarter, and of headings of one quarter's columns."""
    yield from ((mention.start, mention.name_end) for mention in find_quarters(page.text) if mention.quarter == 4)
    yield from (found.span() for found in _QUARTER_COLUMN.finditer(page.text))


def find_release_year(
    pages: Sequence[ParsedPage],
    release: Headline | None,
    period_end: Reading[date] | None,
    period: Reading[FiscalPeriod] | None,
) -> Reading[int] | None:
    """Return the fiscal year of a release: the year in its headline, unless that belongs to a date; else the year that
    its page names with the same quarter; else the number of the year in which the period ends.
    """
    if not pages:
        return None
    page = pages[0] if release is None else release.page
    if release is not None:
        dates = [found.span() for found in _ANY_DATE.finditer(page.text, *release.what)]
        for year in _YEAR.finditer(page.text, *release.what):
            if not any(start <= year.start() < end for start, end in dates):
                return read_at(int(year.group(1)), page, *year.span(1), 0.9)
    quarter = None if period is None else period.value
    for named in find_quarters(page.text):
        same = quarter in (None, FiscalPeriod.FY) or _quarter(named.quarter) is quarter
        if named.year is not None and same and _fits(named.year, period_end):
            return read_at(named.year, page, named.start, named.end, 0.75)
    if period_end is not None:
        return _label(pages, _year_end(period_end.value, quarter or FiscalPeriod.FY), period_end)
    fiscal = next(find_fiscal_years(page.text), None)
    return read_at(fiscal.year, page, fiscal.start, fiscal.end, 0.7) if fiscal else None


def _fits(year: int, period_end: Reading[date] | None) -> bool:
    """Return whether a fiscal year of this number can contain the period."""
    return period_end is None or -1 <= year - period_end.value.year <= 1
