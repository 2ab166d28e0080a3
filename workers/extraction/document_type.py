"""Finds the document's type by the SEC form on the cover, or by phrases that are usual in other documents' titles."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.documents.content.parsed import ParsedPage
from app.documents.metadata import DocumentType
from app.quantities.dates import YEAR
from app.quantities.fiscal_labels import QUARTER_CODE
from app.quantities.number_words import ORDINAL
from workers.extraction.reading import Reading, matches, read_at, tagged

_FORM = re.compile(
    r"(?:^[ \t]*(?i:FORM)|(?<![A-Za-z“\"] )(?<![A-Za-z])FORM)\s+"
    r"(10|8|20|40|6)\s*[-–—]?\s*([KkQqFf])(?:T|SB|405)?(/A)?\b(?!\s+(?:for|filed|dated))",
    re.M,
)
_COMMISSION = re.compile(r"SECURITIES\s+AND\s+EXCHANGE\s+COMMISSION", re.I)
_FORMS = {
    "10K": DocumentType.FORM_10K,
    "10Q": DocumentType.FORM_10Q,
    "8K": DocumentType.FORM_8K,
    "20F": DocumentType.FORM_20F,
    "40F": DocumentType.ANNUAL_REPORT,
    "6K": DocumentType.OTHER,
}
_PERIOD_WORD = rf"(?:{ORDINAL}|full|annual|year[- ]end|half|interim|quarter(?:ly)?|fiscal|{QUARTER_CODE}|[12]H|FY)"

_RESULTS = r"\b(?:results|earnings|revenues?|performance|sales|profits?|(?:net\s+)?(?:income|loss))\b"
_REPORTS = re.compile(
    r"\b(?:Reports?|Announces?|Reported|Announced|Delivers|Posts|Releases|Achieves)\b"
    rf"|[-–—:]?[ \t]+(?={_PERIOD_WORD}[^\n.]{{0,80}}\b(?:results|earnings)(?:[ \t]+release)?[ \t]*(?:\n|$))",
    re.I,
)
_REPORTED = re.compile(
    rf"\s+(?:[^\n.]|\.\d|\n(?!\n)){{0,140}}?\b{_PERIOD_WORD}\b(?:[^\n.]|\.\d|\n(?!\n)){{0,120}}?{_RESULTS}", re.I
)
_LINE = re.compile(r"[^\n]+")
_HEADLINE_WITHIN = 1500  # characters from the top of a page
_NAMED = (
    (
        DocumentType.OFFERING_MEMORANDUM,
        r"(?:PRELIMINARY\s+|CONFIDENTIAL\s+|FINAL\s+)*OFFERING\s+(?:MEMORANDUM|CIRCULAR)|LISTING\s+PARTICULARS",
    ),
    (
        DocumentType.PROSPECTUS,
        r"(?:PRELIMINARY\s+|FINAL\s+|BASE\s+)*(?:PROSPECTUS(?:\s+SUPPLEMENT)?|PRICING\s+SUPPLEMENT)(?:\s+DATED\b.*|\s*\(.*)?"
        r"|\(?\s*To\s+Prospectus\s+dated\b.*|Filed\s+pursuant\s+to\s+Rule\s+424\(b\).*",
    ),
    (
        DocumentType.CREDIT_AGREEMENT,
        r"(?:.{0,60}\s)?(?:CREDIT|LOAN|TERM\s+LOAN|FACILIT(?:Y|IES)|REVOLVING\s+CREDIT)\s+(?:AND\s+\w+\s+)?AGREEMENT(?:\s+dated\b.*)?",
    ),
    (DocumentType.INDENTURE, r"(?:\w+\s+){0,2}(?:SUPPLEMENTAL\s+)?INDENTURE(?:\s+dated\b.*)?"),
    (
        DocumentType.ANNUAL_REPORT,
        rf"(?:{YEAR}\s+)?(?:INTEGRATED\s+)?ANNUAL\s+REPORT(?:\s+(?:AND\s+ACCOUNTS|{YEAR}).*)?",
    ),
)
_NAMED_PATTERNS = tuple((kind, re.compile(rf"^[ \t]*(?:{pattern})[ \t.,]*$", re.M | re.I)) for kind, pattern in _NAMED)


def find_document_type(pages: Sequence[ParsedPage], properties: Mapping[str, str]) -> Reading[DocumentType] | None:
    """Return the type according to a tag, the cover's SEC form, a release's headline or a title; None if unknown."""
    form_name = properties.get("dei:DocumentType", "").upper().replace("-", "")
    stated = form_name.removesuffix("/A").removesuffix("T")
    if stated in _FORMS:
        is_amended = form_name.endswith("/A") or properties.get("dei:AmendmentFlag", "").lower() == "true"
        kind = _FORMS[stated].amended() if is_amended else _FORMS[stated]
        return tagged(kind, properties["dei:DocumentType"])
    if properties.get("edgar:type", "").upper().startswith("424B"):
        return tagged(DocumentType.PROSPECTUS, properties["edgar:type"])
    form = _find_form(pages[:12])
    release = find_headline(pages[:2])
    if release and (form is None or form.source.page != 1):
        return read_at(DocumentType.EARNINGS_RELEASE, release.page, *release.what, 0.9)
    return form or _find_named(pages[:4])


@dataclass(frozen=True, slots=True)
class Headline:
    """An earnings release's headline on `page`. The span `who` contains the issuer, the span `what` the results."""

    page: ParsedPage
    who: tuple[int, int]
    what: tuple[int, int]

    def text(self) -> str:
        return self.page.text[self.who[0] : self.what[1]]


def find_headline(pages: Sequence[ParsedPage]) -> Headline | None:
    """Return the headline "X reports … quarter … results" in the upper part of one of `pages`, or None."""
    for page in pages:
        for verb in _REPORTS.finditer(page.text, 0, _HEADLINE_WITHIN):
            start = page.text.rfind("\n", 0, verb.start()) + 1
            reported = _REPORTED.match(page.text, verb.end())
            if reported is None and not verb.group().strip(" \t-–—:"):
                reported = _LINE.match(page.text, verb.end())
            if reported and 2 <= verb.start() - start <= 90:
                return Headline(page, (start, verb.start()), (verb.end(), reported.end()))
    return None


def _find_form(pages: Sequence[ParsedPage]) -> Reading[DocumentType] | None:
    for page, found in matches(_FORM, pages):
        kind = _FORMS.get(found.group(1) + found.group(2).upper())
        if kind is not None and _COMMISSION.search(page.text):
            return read_at(kind.amended() if found.group(3) else kind, page, *found.span(), 0.97)
    return None


def _find_named(pages: Sequence[ParsedPage]) -> Reading[DocumentType] | None:
    for page in pages:
        best: Reading[DocumentType] | None = None
        for kind, pattern in _NAMED_PATTERNS:
            found = pattern.search(page.text)
            if found and (best is None or found.start() < (best.source.start or 0)):
                best = read_at(kind, page, found.start(), found.end(), 0.8)
        if best:
            return best
    return None
