"""Which period the document is about: its end, its fiscal year by the document's own label, its quarter, its date.

A fiscal year that ends in January or early February (the 52/53-week calendar of retailers) is called by some after the
year before and by others after the year of its end: the document's own words ("fiscal 2022") decide.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from app.documents.metadata import DocumentType, FiscalPeriod
from app.documents.parsed import ParsedPage
from workers.extraction.dates import DATE, parse_date
from workers.extraction.document_type import find_headline
from workers.extraction.reading import Reading, derived, matches, read_at, tagged

_QUARTERS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4}
_PERIOD_ENDED = re.compile(
    rf"for\s+the\s+(?:fiscal\s+|annual\s+|quarterly\s+|transition\s+)?(?:\d\d\s+weeks\s+|year|period|quarter|three\s+months)\s*(?:then\s+)?ended:?\s+({DATE})",
    re.I,
)
_ANY_ENDED = re.compile(
    rf"(?:year|quarter|months|weeks|period|(?:first|second|third|fourth)[\s-]quarter[^\n]{{0,20}})[”\"')]*\s+(?:of\s+fiscal\s+\d{{4}}\s+)?ended:?\s+({DATE})",
    re.I,
)
_REPORT_DATE = re.compile(rf"date\s+of\s+(?:earliest\s+event\s+reported|report)[^\n]{{0,60}}?\)?:?\s*({DATE})", re.I)
_DATE_BEFORE_REPORT = re.compile(
    rf"^[ \t]*({DATE})[^\n]{{0,40}}\n\s*\(?\s*date\s+of\s+(?:earliest\s+event|report)", re.I | re.M
)
_FISCAL_NAMED = re.compile(r"\b(?:fiscal(?:\s+year)?|FY)\s*['’]?\s*((?:19|20)\d\d)\b(?!\s*[-–]\s*\d)", re.I)
_QUARTER_NAMED = re.compile(
    r"\b(first|second|third|fourth|1st|2nd|3rd|4th)[\s-]+(?:fiscal[\s-]+)?quarter(?:\s+and\s+[\w\s-]{0,16}?(?:year|months))?,?(?:\s+of)?(?:\s+the)?(?:\s+fiscal)?(?:\s+year)?\s+((?:19|20)\d\d)\b"
    r"|\bQ([1-4])\s*(?:FY|fiscal)?\s*['’]?((?:19|20)?\d\d)\b|\b([1-4])Q\s*['’]?((?:19|20)?\d\d)\b",
    re.I,
)
_QUARTER_WORD = re.compile(
    r"\b(first|second|third|fourth|1st|2nd|3rd|4th)[\s-]+(?:fiscal[\s-]+)?quarter\b|\bQ([1-4])\b|\b([1-4])Q\b", re.I
)
_YEAR = re.compile(r"\b((?:19|20)\d\d)\b")
_TO_DATE = (
    (3, re.compile(r"\b(?:nine\s+months|(?:thirty[\s-]?nine|39|40|forty)\s+weeks)\s+ended", re.I)),
    (2, re.compile(r"\b(?:six\s+months|(?:twenty[\s-]?six|26|28|24)\s+weeks)\s+ended", re.I)),
    (1, re.compile(r"\b(?:three\s+months|quarters?|(?:thirteen|13|12|sixteen|16)\s+weeks)\s+ended", re.I)),
)
_ANNUAL = (DocumentType.FORM_10K, DocumentType.FORM_20F, DocumentType.ANNUAL_REPORT)
_PERIODIC = (*_ANNUAL, DocumentType.FORM_10Q, DocumentType.EARNINGS_RELEASE)


def find_period_end(
    pages: Sequence[ParsedPage], properties: Mapping[str, str], kind: DocumentType
) -> Reading[date] | None:
    """The last day of the period reported on (for an 8-K, the day of the event)."""
    stated = parse_date(properties.get("dei:DocumentPeriodEndDate", ""))
    if stated:
        return tagged(stated, properties["dei:DocumentPeriodEndDate"])
    if kind is DocumentType.FORM_8K:
        return first_date((_REPORT_DATE, _DATE_BEFORE_REPORT), pages[:3], 0.95)
    if kind not in _PERIODIC:
        return None
    if kind is DocumentType.EARNINGS_RELEASE:
        return _latest_end(pages[:3])
    return first_date((_PERIOD_ENDED, _ANY_ENDED), pages[:12], 0.95)


def find_fiscal_period(
    pages: Sequence[ParsedPage], properties: Mapping[str, str], kind: DocumentType
) -> Reading[FiscalPeriod] | None:
    """The quarter, or FY for a whole year (a release of the fourth quarter and the year is Q4)."""
    stated = properties.get("dei:DocumentFiscalPeriodFocus", "").strip().upper()
    if stated in FiscalPeriod.__members__:
        return tagged(FiscalPeriod[stated], stated)
    if kind in _ANNUAL:
        return derived(FiscalPeriod.FY, kind.value, 0.95)
    if kind is DocumentType.EARNINGS_RELEASE:
        return _headline_period(pages)
    if kind is DocumentType.FORM_10Q:
        for quarter, pattern in _TO_DATE:
            for page, found in matches(pattern, pages[:8]):
                return read_at(_quarter(quarter), page, *found.span(), 0.85)
    return None


def find_fiscal_year(
    pages: Sequence[ParsedPage],
    properties: Mapping[str, str],
    *,
    kind: DocumentType,
    period_end: Reading[date] | None,
    fiscal_period: Reading[FiscalPeriod] | None,
) -> Reading[int] | None:
    """The fiscal year by the document's own label; None for documents that report on no period."""
    stated = properties.get("dei:DocumentFiscalYearFocus", "").strip()
    if re.fullmatch(r"(?:19|20)\d\d", stated):
        return tagged(int(stated), stated)
    if kind not in _PERIODIC:
        return None
    named = _headline_year(pages) if kind is DocumentType.EARNINGS_RELEASE else None
    if named:
        return named
    if period_end is None:
        return _commonest_year(pages)
    quarter = fiscal_period.value if fiscal_period else FiscalPeriod.FY
    year_end = _year_end(period_end.value, quarter)
    return _label(pages, year_end, period_end)


def _quarter(number: int) -> FiscalPeriod:
    return FiscalPeriod[f"Q{number}"]


def first_date(
    patterns: Sequence[re.Pattern[str]], pages: Sequence[ParsedPage], confidence: float
) -> Reading[date] | None:
    """The first date in group 1 of the first pattern that finds one."""
    for pattern in patterns:
        for page, found in matches(pattern, pages):
            day = parse_date(found.group(1))
            if day:
                return read_at(day, page, *found.span(1), confidence)
    return None


def _latest_end(pages: Sequence[ParsedPage]) -> Reading[date] | None:
    """The latest end of a period that a release names on its first pages: those before it are compared with."""
    ends = [
        read_at(day, page, *found.span(1), 0.8)
        for page, found in matches(_ANY_ENDED, pages)
        if (day := parse_date(found.group(1)))
    ]
    return max(ends, key=lambda end: end.value) if ends else None


def _year_end(period_end: date, period: FiscalPeriod) -> date:
    """About when the fiscal year ends that holds the quarter ending on `period_end`."""
    left = {FiscalPeriod.Q1: 3, FiscalPeriod.Q2: 2, FiscalPeriod.Q3: 1}.get(period, 0)
    return period_end + timedelta(days=91 * left)


def _label(pages: Sequence[ParsedPage], year_end: date, period_end: Reading[date]) -> Reading[int]:
    """The label of the year that ends about `year_end`: its own year, unless it ends in January or early February."""
    year = year_end.year
    if year_end.month > 2 or (year_end.month == 2 and year_end.day > 10):
        return Reading(year, period_end.source)
    named = Counter[int]()
    for _page, found in matches(_FISCAL_NAMED, pages[:60]):
        named[int(found.group(1))] += 1
    for _page, found in matches(_QUARTER_NAMED, pages[:60]):
        text = found.group(2) or found.group(4) or found.group(6)
        named[int(text) if len(text) == 4 else 2000 + int(text)] += 1
    before, same, after = named[year - 1], named[year], named[year + 1]
    if before > same and after <= same:
        return Reading(year - 1, period_end.source)
    if same or year_end.day > 7 or year_end.month == 2:
        return Reading(year, period_end.source)
    return Reading(year - 1, period_end.source)


def _commonest_year(pages: Sequence[ParsedPage]) -> Reading[int] | None:
    """The year that the first pages name most in years' labels or in titles."""
    readings = [read_at(int(found.group(1)), page, *found.span(1), 0.4) for page, found in matches(_YEAR, pages[:3])]
    if not readings:
        return None
    counts = Counter(reading.value for reading in readings)
    chosen = max(counts, key=lambda year: (counts[year], year))
    return next(reading for reading in readings if reading.value == chosen)


def _headline_period(pages: Sequence[ParsedPage]) -> Reading[FiscalPeriod] | None:
    release = find_headline(pages[:2])
    if release is None:
        return None
    page = release.page
    word = _QUARTER_WORD.search(page.text, *release.what)
    if word:
        number = _QUARTERS.get((word.group(1) or "").lower()) or int(word.group(2) or word.group(3))
        return read_at(_quarter(number), page, *word.span(), 0.9)
    whole = re.compile(r"\b(?:full[\s-]year|annual|fiscal(?:\s+year)?|year[\s-]end)\b", re.I).search(
        page.text, *release.what
    )
    return read_at(FiscalPeriod.FY, page, *whole.span(), 0.8) if whole else None


def _headline_year(pages: Sequence[ParsedPage]) -> Reading[int] | None:
    """The year in a release's headline, else the one that its first page names with the quarter."""
    release = find_headline(pages[:2])
    if release is None:
        return None
    page = release.page
    year = _YEAR.search(page.text, *release.what)
    if year:
        return read_at(int(year.group(1)), page, *year.span(1), 0.9)
    for named in _QUARTER_NAMED.finditer(page.text):
        text = named.group(2) or named.group(4) or named.group(6)
        return read_at(int(text) if len(text) == 4 else 2000 + int(text), page, *named.span(), 0.75)
    fiscal = _FISCAL_NAMED.search(page.text)
    return read_at(int(fiscal.group(1)), page, *fiscal.span(1), 0.7) if fiscal else None
