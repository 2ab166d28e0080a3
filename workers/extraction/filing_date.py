"""Finds the filing date: the date of a document's signatures, or the date in a release or a title."""

import re
from collections.abc import Sequence
from datetime import date, timedelta

from app.documents.content.parsed import ParsedPage
from app.documents.metadata import DocumentType
from app.quantities.dates import DATE, parse_date
from workers.extraction.periods import first_date
from workers.extraction.reading import Reading, matches, read_at

_SIGNED = re.compile(
    rf"^[ \t]*(?:Dated?\s*(?:as\s+of)?\s*:?\s*)?({DATE})[ \t]*(?:$|\t|by\b|/s/)|\bDated?\s*:?\s*({DATE})", re.I | re.M
)
_ANY_DATE = re.compile(rf"(?<!ended )(?<!ended\n)({DATE})", re.I)
_AGREED = re.compile(rf"dated\s+(?:as\s+of\s+)?({DATE})", re.I)
_OFFERED_ON = re.compile(
    r"(?:the\s+date\s+of\s+this\s+(?:preliminary\s+)?(?:prospectus(?:\s+supplement)?|offering\s+(?:memorandum|circular))\s+is"
    r"|^[ \t]*(?:preliminary\s+)?(?:prospectus\s+supplement|offering\s+(?:memorandum|circular))\s*,?\s*dated)"
    rf"\s+(?:as\s+of\s+)?({DATE})",
    re.I | re.M,
)
_OFFERED = re.compile(
    r"(?:prospectus(?:\s+supplement)?|offering\s+(?:memorandum|circular))\s*(?:is\s+|dated\s+|,\s*)+"
    rf"(?:as\s+of\s+)?({DATE})",
    re.I,
)
_DATELINE_WITHIN = 2500  # characters from the top of a release
_REPORTING_LAG = timedelta(days=150)


def find_filing_date(
    pages: Sequence[ParsedPage], kind: DocumentType, period_end: Reading[date] | None
) -> Reading[date] | None:
    """Return the date of an agreement or offering, or the date of the signatures of any other document.

    For an 8-K without signatures, return the date of the event.
    """
    if kind in (DocumentType.CREDIT_AGREEMENT, DocumentType.INDENTURE):
        return first_date((_AGREED,), pages[:4], 0.9)
    if kind in (DocumentType.PROSPECTUS, DocumentType.OFFERING_MEMORANDUM):
        return first_date((_OFFERED_ON, _OFFERED, _AGREED), pages[:4], 0.8)
    if period_end is None:
        return None
    end = period_end.value
    for page in reversed(pages):
        if "ignature" not in page.text and "IGNATURE" not in page.text:
            continue
        for found in _SIGNED.finditer(page.text):
            group = 1 if found.group(1) else 2
            day = parse_date(found.group(group))
            if day and end <= day <= end + timedelta(days=366):
                return read_at(day, page, *found.span(group), 0.85)
    return period_end if kind is DocumentType.FORM_8K else None


def find_release_date(pages: Sequence[ParsedPage]) -> Reading[date] | None:
    """Return a release's date: the first date near its top that does not follow the word "ended"."""
    for page, found in matches(_ANY_DATE, pages[:1]):
        day = parse_date(found.group(1))
        if day and found.start() < _DATELINE_WITHIN:
            return read_at(day, page, *found.span(1), 0.75)
    return None


def is_soon_after(day: date, period_end: date) -> bool:
    """Return whether `day` is at most 150 days after `period_end`. A release about that period has such a date."""
    return period_end < day <= period_end + _REPORTING_LAG
