"""Finds the filing date: the date of a report's signatures, or the date of a release, an offering or an agreement.

A report has no later date of its own: it prints the day on which it was signed, and is filed then or in the days after.
Dates of its exhibits, and of documents that it refers to, are none of its own.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import chain

from app.documents.content.parsed import ParsedPage
from app.documents.metadata import DocumentType
from app.quantities.dates import DATE, parse_date
from workers.extraction.days import find_days
from workers.extraction.names.evidence import find_signature_blocks
from workers.extraction.periods import first_date
from workers.extraction.reading import Reading, matches, read_at

_FILED = re.compile(
    rf"^[ \t]*As\s+filed\s+with\s+the\s+(?:U\.?S\.?\s+)?Securities\s+and\s+Exchange\s+Commission\s+on\s+({DATE})",
    re.I | re.M,
)
"""What registration statements and some reports print above their covers; other documents' dates stand in sentences."""

_SIGNED = re.compile(
    rf"^[ \t]*(?:Dated?\s*(?:as\s+of)?\s*:?\s*)?({DATE})[ \t]*(?:$|\t|by\b|/s/)|\bDated?\s*:?\s*({DATE})", re.I | re.M
)
_EXHIBIT = re.compile(r"\s*(?:Exhibit|EX)[ \t-]*\d", re.I)
_CERTIFIED = re.compile(r"\bCERTIF(?:Y|ICATION)", re.I)
_ANY_DATE = re.compile(rf"(?<!ended )(?<!ended\n)(?<!ended on )({DATE})", re.I)
_DATELINE = re.compile(
    rf"^[ \t]*[A-Z][A-Za-z.,’' &()/-]{{2,80}}?[,(–—-][ \t]*\(?({DATE})\)?[ \t]*(?:[–—/(-]|$)", re.M | re.I
)
_AGREED = re.compile(
    r"\b(?:dated|made(?:\s+and\s+entered\s+into)?|entered\s+into|executed|effective)\s+(?:and\s+effective\s+)?"
    r"(?:as\s+of|on|this)?\s*(?:the\s+|this\s+)?",
    re.I,
)
_REFERRED = re.compile(
    r"that\s+certain|pursuant\s+to|party\s+to|reference\s+is\s+made|\bas\s+amended|\bWHEREAS\b|\bnotice\b|\bunder\s+the\b",
    re.I,
)
_ALONE = re.compile(
    rf"^[ \t]*(?:dated\s+)?({DATE})[ \t]*$|^[^\n.]{{0,60}}\b(?:AMENDMENT|AGREEMENT)\b[^\n.]{{0,20}}?({DATE})[ \t]*$",
    re.I | re.M,
)
_OFFERED = (
    re.compile(
        r"the\s+date\s+of\s+this\s+(?:preliminary\s+)?(?:prospectus(?:\s+supplement)?|pricing\s+supplement"
        rf"|offering\s+(?:memorandum|circular))\s+is\s+(?:as\s+of\s+)?({DATE})",
        re.I,
    ),
    re.compile(
        rf"subject\s+to\s+completion[,.]?\s*(?:preliminary\s+prospectus\s+supplement\s+)?dated\s+({DATE})", re.I
    ),
    re.compile(
        r"(?<!to\s)(?<!the\s)(?:prospectus\s+supplement|pricing\s+supplement|offering\s+(?:memorandum|circular))"
        rf"\s*(?:no\.\s*\d+\s*)?,?\s*dated\s*:?\s+(?:as\s+of\s+)?({DATE})",
        re.I,
    ),
    re.compile(rf"^[ \t]*(?:preliminary\s+)?(?:prospectus|listing\s+particulars)\s*,?\s*dated\s+({DATE})", re.I | re.M),
    re.compile(
        r"(?<!to\s)(?<!accompanying\s)(?:prospectus(?:\s+supplement)?|offering\s+(?:memorandum|circular))\s*"
        rf"(?:is\s+|dated\s+|,\s*)+(?:as\s+of\s+)?({DATE})",
        re.I,
    ),
)
"""What dates a prospectus or memorandum, most certain first. The base prospectus of a supplement has another date."""

_DATELINE_WITHIN = 2500  # characters from the top of a release
_AGREED_WITHIN = 4000  # characters from the top of an agreement
_SIGNATURE_REACH = 1500  # characters
_REPORTING_LAG = timedelta(days=150)
_LATEST = timedelta(days=366)


def find_filing_date(
    pages: Sequence[ParsedPage], kind: DocumentType, period_end: Reading[date] | None
) -> Reading[date] | None:
    """Return the date of an agreement or offering, or the date of the signatures of any other document.

    For an 8-K without signatures, return the date of the event.
    """
    filed = first_date((_FILED,), pages[:2], 0.95)
    if filed:
        return filed
    if kind in (DocumentType.CREDIT_AGREEMENT, DocumentType.INDENTURE):
        return _find_agreed(pages[:4])
    if kind in (DocumentType.PROSPECTUS, DocumentType.OFFERING_MEMORANDUM):
        return _find_offered(pages[:6])
    if period_end is None and kind is not DocumentType.FORM_6K:
        return None
    end = period_end.value if period_end else None
    for reading in chain(_own_signatures(pages), _other_signatures(pages)):
        if end is None or end <= reading.value <= end + _LATEST:
            return reading
    return period_end if kind is DocumentType.FORM_8K else None


def _own_signatures(pages: Sequence[ParsedPage]) -> Iterator[Reading[date]]:
    """Yield the dates beside "the registrant has duly caused this report to be signed", also on the page after it."""
    for page, start, end in find_signature_blocks(pages):
        for day, begin, finish in find_days(page.text, start, end + _SIGNATURE_REACH):
            if not _is_spoken_of(page.text, begin):
                yield read_at(day, page, begin, finish, 0.9)
        after = pages[page.number] if page.number < len(pages) else None
        if after is not None and "ignature" in after.text + page.text and not _EXHIBIT.match(after.text):
            for day, begin, finish in find_days(after.text, 0, _SIGNATURE_REACH):
                yield read_at(day, after, begin, finish, 0.8)


def _is_spoken_of(text: str, start: int) -> bool:
    """Return whether the words before a date say that it is the end of a period, not a date of signing."""
    return bool(re.search(r"\b(?:ended|ending)\s+$", text[max(0, start - 20) : start], re.I))


def _other_signatures(pages: Sequence[ParsedPage]) -> Iterator[Reading[date]]:
    """Yield dates on other pages of signatures before the exhibits, then the dates of the officers' certifications."""
    certified: list[Reading[date]] = []
    for page in pages:
        is_exhibit = bool(_EXHIBIT.match(page.text))
        is_certified = bool(_CERTIFIED.search(page.text, 0, 1000))
        if not is_certified and (is_exhibit or ("ignature" not in page.text and "IGNATURE" not in page.text)):
            continue
        for found in _SIGNED.finditer(page.text):
            group = 1 if found.group(1) else 2
            day = parse_date(found.group(group))
            if day:
                reading = read_at(day, page, *found.span(group), 0.6 if is_certified else 0.7)
                if is_certified:
                    certified.append(reading)
                else:
                    yield reading
    yield from certified


def _find_agreed(pages: Sequence[ParsedPage]) -> Reading[date] | None:
    """Return the date of an agreement: the first that it gives itself, not that of an agreement that it amends."""
    for page in pages:
        found: list[tuple[int, Reading[date]]] = []
        for agreed in _AGREED.finditer(page.text, 0, _AGREED_WITHIN):
            day = next(find_days(page.text, agreed.end(), agreed.end() + 60), None)
            before = page.text[
                max(0, page.text.rfind("\n\n", 0, agreed.start()), agreed.start() - 200) : agreed.start()
            ]
            if day and day[1] <= agreed.end() + 3 and not _REFERRED.search(before):
                found.append((agreed.start(), read_at(day[0], page, day[1], day[2], 0.9)))
                break
        for alone in _ALONE.finditer(page.text, 0, _AGREED_WITHIN):
            group = 1 if alone.group(1) else 2
            value = parse_date(alone.group(group))
            if value:
                found.append((alone.start(), read_at(value, page, *alone.span(group), 0.8)))
                break
        if found:
            return min(found, key=lambda each: each[0])[1]
    return None


def _find_offered(pages: Sequence[ParsedPage]) -> Reading[date] | None:
    for pattern in _OFFERED:
        for page, found in matches(pattern, pages):
            day = parse_date(found.group(1))
            if day:
                return read_at(day, page, *found.span(1), 0.8)
    return None


def find_release_date(pages: Sequence[ParsedPage]) -> Reading[date] | None:
    """Return a release's date: that of its dateline, else the first one near its top that ends no period."""
    for pattern, confidence in ((_DATELINE, 0.9), (_ANY_DATE, 0.75)):
        for page, found in matches(pattern, pages[:1]):
            day = parse_date(found.group(1))
            if day and found.start() < _DATELINE_WITHIN and not _is_spoken_of(page.text, found.start(1)):
                return read_at(day, page, *found.span(1), confidence)
    return None


def is_soon_after(day: date, period_end: date) -> bool:
    """Return whether `day` is at most 150 days after `period_end`. A release about that period has such a date."""
    return period_end < day <= period_end + _REPORTING_LAG
