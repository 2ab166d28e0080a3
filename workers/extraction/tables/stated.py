"""Units that a document states outside its tables: for all its tables, or for the tables of one part."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from app.documents.content.parsed import BlockKind, ParsedDocument, ParsedPage
from app.documents.metadata import DocumentMetadata, DocumentType
from app.quantities.units import Units, parse_units
from workers.extraction.tables.cells import Form
from workers.extraction.tables.forms import Forms
from workers.extraction.tables.furniture import Furniture

_US_FORMS = (DocumentType.FORM_10K, DocumentType.FORM_10Q, DocumentType.FORM_8K)
_US_DOLLARS = re.compile(r"\bU\.?\s?S\.?\s?(?:dollars|\$)|\bUnited States dollars|\bUSD\b|\bUS\$", re.IGNORECASE)
_STATES = re.compile(
    r"\b(?:expressed|stated|presented|reported|shown|denominated|amounts(?: are)?|figures(?: are)?"
    r"|tabular \w+(?: are)?),? (?:[\w,]+ ){0,4}?in (?:[\w.]+ ){0,4}?$",
    re.IGNORECASE,
)
_UNIT_WORDS = ("thousands", "millions", "billions", "lakhs", "crores", "dollars", "euros", "pounds", "sterling", "yen")
_MOST_BEFORE = 120
# The search by first letters takes a third of the time of one for the words.
_MAY_STATE = re.compile(
    r"(?-i:[tTmMbBlLcC0])(?:(?<=t)housand|(?<=[mb])illion|(?<=0)00|(?<=l)akh|(?<=c)rore)", re.IGNORECASE
)
_MOST_OF_SENTENCE = 300
_MOST_STATEMENTS = 200
_HEADINGS = (Form.UNITS, Form.PERIOD, Form.YEAR)


@dataclass(frozen=True, slots=True)
class DocumentUnits:
    """`units` holds for all tables that state nothing nearer; `dollar` is what "$" means: "USD", or "$" if unknown."""

    units: Units
    dollar: str


def read_document_units(parsed: ParsedDocument, metadata: DocumentMetadata) -> DocumentUnits:
    """Read what the document says about the units of all its amounts. An annual or quarterly report to the SEC that
    names no currency is in US dollars (17 CFR 210.3-20).
    """
    is_us_form = metadata.document_type.base in _US_FORMS
    dollar = "USD" if is_us_form or any(_US_DOLLARS.search(page.text) for page in parsed.pages) else "$"
    stated = _statement(parsed.pages)
    # A domestic registrant reports in US dollars, and names any other currency (17 CFR 210.3-20).
    currency = stated.currency or metadata.currency or ("USD" if is_us_form else None)
    if currency in ("USD", "$"):
        currency = dollar
    return DocumentUnits(Units(currency, stated.scale, stated.share_scale, stated.except_per_share), dollar)


def _statement(pages: Sequence[ParsedPage]) -> Units:
    """Return the units of the first sentence that states them for the whole document."""
    seen = 0
    for page in pages:
        for start, end in _unit_words(page.text):
            if _STATES.search(page.text[max(0, start - _MOST_BEFORE) : start]) is None:
                continue
            seen += 1
            if seen > _MOST_STATEMENTS:
                return Units()
            units = parse_units(_sentence(page.text, start, end))
            if units.states_units:
                return units
    return Units()


def _unit_words(text: str) -> list[tuple[int, int]]:
    found = []
    for word in _UNIT_WORDS:
        at = text.find(word)
        while at >= 0:
            found.append((at, at + len(word)))
            at = text.find(word, at + len(word))
    return sorted(found)


def _sentence(text: str, start: int, end: int) -> str:
    """Return the line or sentence around `start` to `end`."""
    first = max(text.rfind(". ", max(0, start - _MOST_OF_SENTENCE), start) + 1, text.rfind("\n", 0, start) + 1, 0)
    stops = [at for mark in (". ", "\n") if (at := text.find(mark, end, end + _MOST_OF_SENTENCE)) >= 0]
    return text[max(first, start - _MOST_OF_SENTENCE) : min(stops, default=min(len(text), end + _MOST_OF_SENTENCE))]


class PartUnits:
    """Units in lines of their own that stand above no table, such as "(Dollars in millions)" under the title of the
    notes. They hold for the tables from there to the next such line.
    """

    def __init__(self, pages: Sequence[ParsedPage], forms: Forms, furniture: Furniture) -> None:
        self._places: list[tuple[int, int]] = []
        self._units: list[Units] = []
        for index, page in enumerate(pages):
            for at, block in enumerate(page.blocks):
                if block.kind is BlockKind.TABLE or block.end - block.start > _MOST_OF_SENTENCE:
                    continue
                if _MAY_STATE.search(page.text, block.start, block.end) is None:
                    continue
                text = " ".join(page.text[block.start : block.end].split())
                if forms.of(text) is Form.UNITS and not _is_above_table(page, at, forms, furniture):
                    self._places.append((index, at))
                    self._units.append(parse_units(text))

    def at(self, page: int, block: int) -> Units:
        """Return the units that hold for the table in a block of the page with the given index."""
        found = bisect_right(self._places, (page, block)) - 1
        return self._units[found] if found >= 0 else Units()


def _is_above_table(page: ParsedPage, at: int, forms: Forms, furniture: Furniture) -> bool:
    """Return whether a table follows block `at`, with nothing but periods and units between."""
    for block in page.blocks[at + 1 :]:
        if block.kind is BlockKind.TABLE:
            return True
        text = " ".join(page.text[block.start : min(block.end, block.start + _MOST_OF_SENTENCE)].split())
        if not furniture.has(page, block) and forms.of(text) not in _HEADINGS:
            return False
    return False
