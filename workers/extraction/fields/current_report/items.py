"""Reads the items of a current report (`current_report.items`), its amounts (`current_report.amounts`), its exhibits
(`current_report.exhibits`) and its dates (`current_report.event_date`, `current_report.report_date`).
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import Final

from app.documents.content.sentences import find_sentences
from app.documents.metadata import Origin
from app.quantities.unit_mentions import CURRENCY, SCALE_WORD
from app.quantities.values import parse_value
from app.review.evidence import Evidence, evidence_at
from app.review.proposals import Proposal, ProposalState, ReadingMethod
from app.review.schemas.definition import FieldSpec
from app.review.value_texts import quantity_value
from app.review.values import DateValue, ListValue, QuantityValue, TableValue, TextValue, Value
from workers.extraction.fields.current_report.sections import Section, find_sections
from workers.extraction.fields.reader import ReadDocument, rule, unread
from workers.extraction.fields.report.amounts import in_currency

_ITEMS: Final = 0.95
_AMOUNTS: Final = 0.7
_EXHIBITS: Final = 0.8
_DATE: Final = 0.9
_ABSENT: Final = 0.8
"""Not calibrated, as no labelled current reports are at hand: below any point of approval."""
_EXHIBITS_ITEM: Final = "9.01"
_MOST: Final = 60
_LONGEST_SUMMARY: Final = 600
_LONGEST_WORDS: Final = 300
_AMOUNT: Final = re.compile(
    rf"(?<![\w.,$€£]){CURRENCY}\s?\d{{1,3}}(?:,\d{{3}}){{0,5}}(?:\.\d{{1,4}})?(?:\s(?:{SCALE_WORD})\b)?(?!\w|[.,]\d)"
)
_PAR: Final = re.compile(r"\bpar\s+value\W+(?:of\s+)?$", re.IGNORECASE)
_NEAR: Final = 24
_EXHIBIT: Final = re.compile(
    r"^[^\S\n]*(?:exhibit\s+)?(?P<number>\d{1,3}(?:\.\d{1,2})?[*†+]{0,2})(?:[^\S\n]{0,40}[\t|–—-][^\S\n]{0,40}|[^\S\n]{1,40})(?P<title>[A-Z][^\n]{3,400})",
    re.MULTILINE | re.IGNORECASE,
)


@rule("current_report.items", version=1)
def read_items(document: ReadDocument, spec: FieldSpec) -> Proposal:
    """Read the items: number, title, and the first sentence of each."""
    sections = sections_of(document)
    search = document.search(("Item", *spec.words))
    if not sections:
        return unread(spec, search)
    rows: list[tuple[Value | None, ...]] = []
    evidence: list[Evidence] = []
    for section in sections:
        heading = section.heading
        evidence.append(evidence_at(heading.page.number, heading.page.text, heading.start, heading.end))
        summary = None if section.number == _EXHIBITS_ITEM else next(_sentences(section), None)
        if summary is not None:
            evidence.append(summary)
        words = None if summary is None else TextValue(" ".join(summary.quote.split())[:_LONGEST_SUMMARY])
        rows.append((TextValue(section.number), TextValue(section.title), words))
    value = TableValue(("Item", "Title", "First sentence"), tuple(rows))
    return Proposal(spec.key, ProposalState.FOUND, value, tuple(evidence), ReadingMethod.RULE, _ITEMS, search=search)


@rule("current_report.amounts", version=1)
def read_amounts(document: ReadDocument, spec: FieldSpec) -> Proposal:
    """Read the amounts of money of each item, with the words around them."""
    sections = sections_of(document)
    search = document.search(("$", *spec.words))
    if not sections:
        return unread(spec, search)
    rows: dict[tuple[str, QuantityValue], tuple[Value | None, ...]] = {}
    evidence: dict[Evidence, None] = {}
    for section in sections:
        for sentence in _sentences(section):
            for found in _AMOUNT.finditer(sentence.quote):
                amount = quantity_value(parse_value(" ".join(found.group().split())))
                is_par = _PAR.search(sentence.quote[max(0, found.start() - _NEAR) : found.start()]) is not None
                if amount is None or is_par or len(rows) == _MOST:
                    continue
                amount = in_currency(amount, document.metadata.currency)
                words = TextValue(" ".join(sentence.quote.split())[:_LONGEST_WORDS])
                rows.setdefault((section.number, amount), (TextValue(section.number), amount, words))
                evidence[sentence] = None
    if not rows:
        if search.unreadable:
            return unread(spec, search)
        return Proposal(spec.key, ProposalState.ABSENT, None, (), ReadingMethod.RULE, _ABSENT, search=search)
    value = TableValue(("Item", "Amount", "Sentence"), tuple(rows.values()))
    return Proposal(spec.key, ProposalState.FOUND, value, tuple(evidence), ReadingMethod.RULE, _AMOUNTS, search=search)


@rule("current_report.exhibits", version=1)
def read_exhibits(document: ReadDocument, spec: FieldSpec) -> Proposal:
    """Read the exhibits that the last item lists, each with its number."""
    search = document.search(("Exhibits", *spec.words))
    listed = [section for section in sections_of(document) if section.number == _EXHIBITS_ITEM]
    if not listed:
        return unread(spec, search)
    items: dict[str, TextValue] = {}
    evidence: dict[Evidence, None] = {}
    for part in listed[-1].parts:
        for found in _EXHIBIT.finditer(part.text):
            number = found["number"].rstrip("*†+")
            if number not in items and len(items) < _MOST:
                items[number] = TextValue(f"{number} {' '.join(found['title'].split())}")
                start = part.start + found.start()
                evidence[evidence_at(part.page.number, part.page.text, start, part.start + found.end())] = None
    if not items:
        return unread(spec, search)
    value = ListValue(tuple(items.values()))
    return Proposal(spec.key, ProposalState.FOUND, value, tuple(evidence), ReadingMethod.RULE, _EXHIBITS, search=search)


@rule("current_report.event_date", version=1)
def read_event_date(document: ReadDocument, spec: FieldSpec) -> Proposal:
    """Read the date of the earliest event reported, as the cover states it."""
    return _date(document, spec, "period_end", document.metadata.period_end)


@rule("current_report.report_date", version=1)
def read_report_date(document: ReadDocument, spec: FieldSpec) -> Proposal:
    """Read the date on which the report was filed or signed."""
    return _date(document, spec, "filing_date", document.metadata.filing_date)


def sections_of(document: ReadDocument) -> tuple[Section, ...]:
    """Return the items of a document. They are found once."""
    return document.once("current_report.sections", lambda: find_sections(document.parsed.pages))


def _date(document: ReadDocument, spec: FieldSpec, name: str, day: date | None) -> Proposal:
    search = document.search(spec.words)
    source = document.metadata.sources.get(name)
    if day is None or source is None or source.origin is not Origin.TEXT:
        return unread(spec, search)
    page = next((page for page in document.parsed.pages if page.number == source.page), None)
    if page is None or source.start is None or source.end is None:
        return unread(spec, search)
    quote = evidence_at(page.number, page.text, source.start, source.end)
    return Proposal(
        spec.key, ProposalState.FOUND, DateValue(day), (quote,), ReadingMethod.METADATA, _DATE, search=search
    )


def _sentences(section: Section) -> Iterator[Evidence]:
    for part in section.parts:
        for start, end in find_sentences(part.text):
            quote = evidence_at(part.page.number, part.page.text, part.start + start, part.start + end)
            if any(map(str.isalpha, quote.quote)):
                yield quote
