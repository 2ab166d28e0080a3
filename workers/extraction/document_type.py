"""Finds the document's type by the SEC form on the cover, or by phrases that are usual in other documents' titles."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.documents.content.parsed import ParsedPage
from app.documents.metadata import DocumentType
from app.quantities.dates import DATE, YEAR
from app.quantities.fiscal_labels import QUARTER_CODE
from app.quantities.number_words import ORDINAL
from workers.extraction.reading import Reading, matches, read_at, tagged

_FORM = re.compile(
    r"(?:^[ \t]*(?i:F[ \t]?ORM)|(?<![A-Za-z“\"] )(?<![A-Za-z])F[ \t]?ORM)\s+"
    r"(10|8|20|40|6)\s*[-–—‐‑]?\s*([KkQqFf])(T|SB|405)?((?:\s*/\s*|-)A)?\b(?!\s+(?:for|filed|dated))",
    re.M,
)
_AMENDMENT_AFTER = re.compile(r"[\W_]{0,40}AMENDMENT\s+(?:N(?:O|UMBER)\b[.:]?\s*)?(?:\d+|one|two|three)\b", re.I)
_AMENDMENT_BEFORE = re.compile(r"AMENDMENT\s+N(?:O|UMBER)\b[.:]?\s*\w+[\s)]*(?:(?:to|on)\s+)?$", re.I)
_TRANSITION = re.compile(rf"transition\s+period\s+from\s+{DATE}\s+to\s+{DATE}", re.I)
_REPORT_TITLE = re.compile(
    r"(ANNUAL|QUARTERLY|CURRENT)\s+REPORT\s+PURSUANT\s+TO\s+SECTIONS?\s+13\b(?!\s*\(a\))[^\n]{0,20}15\s*\(d\)", re.I
)
_TITLED = {"ANNUAL": DocumentType.FORM_10K, "QUARTERLY": DocumentType.FORM_10Q, "CURRENT": DocumentType.FORM_8K}
_COMMISSION = re.compile(r"S\s?ECURITIES\s+AND\s+E\s?XCHANGE\s+C\s?OMMISSION", re.I)
_FORMS = {
    "10K": DocumentType.FORM_10K,
    "10Q": DocumentType.FORM_10Q,
    "8K": DocumentType.FORM_8K,
    "20F": DocumentType.FORM_20F,
    "40F": DocumentType.FORM_40F,
    "6K": DocumentType.FORM_6K,
}
_TRANSITIONS = {DocumentType.FORM_10K: DocumentType.FORM_10KT, DocumentType.FORM_10Q: DocumentType.FORM_10QT}
_PERIOD_WORD = rf"(?:{ORDINAL}|full|annual|year[- ]end|half|interim|quarter(?:ly)?|fiscal|{QUARTER_CODE}|[12]H|FY)"

_RESULTS = r"\b(?:results|earnings|revenues?|performance|sales|profits?|(?:net\s+)?(?:income|loss))\b"
_REPORTS = re.compile(
    r"\b(?:Reports?|Announces?|Reported|Announced|Delivers|Posts|Releases|Achieves)\b"
    rf"|[-–—:]?[ \t]+(?={_PERIOD_WORD}[^\n.]{{0,80}}\b(?:results|earnings)(?:[ \t]+release)?[ \t]*(?:\n|$))",
    re.I,
)
_REPORTED = re.compile(
    rf"\s+(?:(?:[^\n.]|\.\d|\n(?!\n)){{0,140}}?\b{_PERIOD_WORD}\b(?:[^\n.]|\.\d|\n(?!\n)){{0,120}}?{_RESULTS}"
    rf"|(?:[^\n.]|\n(?!\n)){{0,60}}?{_RESULTS}\s+(?:for|of|in)\s+(?:the\s+|its\s+)?(?:[\w-]+\s+){{0,3}}?"
    rf"(?:{_PERIOD_WORD}|year|months)\b[^\n]{{0,60}})",
    re.I,
)
_PRESS = re.compile(
    r"(?:Exhibit|EX)[ \t-]*99(?:\.\d+)?\b|(?:press|news|earnings|media)[ \t]+release\b|for[ \t]+immediate[ \t]+release"
    r"|/PRNewswire|\(?BUSINESS\s+WIRE|GLOBE\s*NEWSWIRE",
    re.I,
)
_DATELINE = re.compile(
    rf"^[ \t]*[A-Z][A-Za-z.,’' &-]{{2,60}}?[,(–—-][ \t]*\(?{DATE}\)?[ \t]*(?:[–—/(-]|$)", re.M | re.I
)
_TOLD = re.compile(
    rf"\b(?:reported|announced|reports|announces)\b[^.]{{0,200}}?\b{_PERIOD_WORD}\b[^.]{{0,120}}?{_RESULTS}"
    rf"|\b(?:reported|announced)\b[^.]{{0,80}}?{_RESULTS}[^.]{{0,120}}?\b{_PERIOD_WORD}\b",
    re.I,
)
_LINE = re.compile(r"[^\n]+")
_MARK_WITHIN = 400  # characters
_ATTACHED_WITHIN = 12  # pages
_AGREEMENT_PAGES = 3
_AGREEMENTS = (
    (
        DocumentType.INDENTURE,
        re.compile(r"^[ \t]*((?:[A-Z][\w-]*[ \t]+){0,3}(?:SUPPLEMENTAL[ \t]+)?INDENTURE\b)", re.M),
        re.compile(r"\b(?:as[ \t]+)?(?:Issuer|ISSUER|Trustee|TRUSTEE|Guarantor|GUARANTOR|Holders|Notes)s?\b"),
    ),
    (
        DocumentType.CREDIT_AGREEMENT,
        re.compile(
            r"^[ \t]*(?:This[ \t]+|THIS[ \t]+)?((?:[A-Z][\w.-]*[ \t]+){0,6}?(?:(?:CREDIT|LOAN|FACILITY|FACILITIES"
            r"|TERM[ \t]+LOAN|FINANCING|FORBEARANCE|EXTENSION|WAIVER|INCREMENTAL|JOINDER|GUARANTY|GUARANTEE|Credit|Loan"
            r"|Facility|Facilities|Financing|Forbearance|Extension|Waiver|Incremental|Joinder|Guaranty|Guarantee)"
            r"[ \t]+(?:[A-Za-z]+[ \t]+){0,3}?(?:AGREEMENT|Agreement)|(?:AMENDMENT|Amendment)\b[^\n]{0,60}))",
            re.M,
        ),
        re.compile(r"\b(?:Borrower|BORROWER|Lender|LENDER|Administrative\s+Agent|ADMINISTRATIVE\s+AGENT|Loan\s+Part)"),
    ),
)
"""Type, title, and the words for roles of which the first pages have two."""

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
    stated = form_name.removesuffix("/A")
    if stated.removesuffix("T") in _FORMS:
        kind = _FORMS[stated.removesuffix("T")]
        is_amended = form_name.endswith("/A") or properties.get("dei:AmendmentFlag", "").lower() == "true"
        kind = _TRANSITIONS.get(kind, kind) if stated.endswith("T") else kind
        return tagged(kind.amended() if is_amended else kind, properties["dei:DocumentType"])
    if properties.get("edgar:type", "").upper().startswith("424B"):
        return tagged(DocumentType.PROSPECTUS, properties["edgar:type"])
    form = _find_form(pages[:12])
    release = find_headline(pages[:2])
    if release and (form is None or form.source.page != 1):
        return read_at(DocumentType.EARNINGS_RELEASE, release.page, *release.what, 0.9)
    return form or find_agreement(pages) or _find_named(pages[:4]) or _find_press_release(pages[:1])


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


def _find_press_release(pages: Sequence[ParsedPage]) -> Reading[DocumentType] | None:
    """Return the type of a release whose headline is unusual: its mark or dateline, and what it says was reported."""
    for page in pages:
        marked = _PRESS.search(page.text, 0, _HEADLINE_WITHIN) or _DATELINE.search(page.text, 0, _HEADLINE_WITHIN * 2)
        told = _TOLD.search(page.text, 0, _HEADLINE_WITHIN * 3) if marked else None
        if told:
            return read_at(DocumentType.EARNINGS_RELEASE, page, *told.span(), 0.75)
    return None


def find_attached_release(pages: Sequence[ParsedPage]) -> Headline | None:
    """Return the headline of an earnings release that is an exhibit of a current report."""
    for page in pages[1:_ATTACHED_WITHIN]:
        if _PRESS.search(page.text, 0, _MARK_WITHIN):
            headline = find_headline([page])
            if headline is not None:
                return headline
    return None


def find_agreement(pages: Sequence[ParsedPage]) -> Reading[DocumentType] | None:
    """Return the type of an agreement or of its amendment: by title, and by the parties' roles on the first pages."""
    text_pages = pages[:_AGREEMENT_PAGES]
    for kind, title, roles in _AGREEMENTS:
        counts = {role.casefold() for page in text_pages for role in roles.findall(page.text)}
        if len(counts) < 2:
            continue
        for page in text_pages[:2]:
            found = title.search(page.text, 0, _HEADLINE_WITHIN)
            if found:
                return read_at(kind, page, *found.span(1), 0.85)
    return None


def _find_form(pages: Sequence[ParsedPage]) -> Reading[DocumentType] | None:
    """Return the form on the first cover: by its number, else by its title ("Annual report pursuant to section 13")."""
    for page, found in matches(_FORM, pages):
        kind = _FORMS.get(found.group(1) + found.group(2).upper())
        if kind is not None and _COMMISSION.search(page.text):
            start, end = found.span()
            if found.group(3) == "T" or _TRANSITION.search(page.text, end):
                kind = _TRANSITIONS.get(kind, kind)
            after = _AMENDMENT_AFTER.match(page.text, end)
            before = _AMENDMENT_BEFORE.search(page.text, max(0, start - 60), start)
            if found.group(4) or after or before:
                kind = kind.amended()
                start, end = before.start() if before else start, after.end() if after else end
            return read_at(kind, page, start, end, 0.97)
    for page, found in matches(_REPORT_TITLE, pages[:3]):
        if _COMMISSION.search(page.text, 0, found.start()):
            return read_at(_TITLED[found.group(1).upper()], page, *found.span(), 0.9)
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
