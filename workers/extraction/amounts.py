"""In which currency and scale the document states its amounts."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.documents.metadata import DocumentType, Scale
from app.documents.parsed import ParsedPage
from workers.extraction.reading import Reading, T, matches, read_at

_SCALE_WORD = re.compile(r"(?:\bin|\bof|\$)\s*(thousand|million|billion)s\b", re.I)
_MAX_UNITS_LINE = 150  # characters
_SCALES = {"thousand": Scale.THOUSANDS, "million": Scale.MILLIONS, "billion": Scale.BILLIONS}

# ISO 4217 codes, and the signs and names by which filings call the currencies; the plain dollar comes last.
_CURRENCIES = (
    ("CAD", re.compile(r"\bC\$|\bCAD\b|\bCdn\$|Canadian\s+dollars", re.I)),
    ("AUD", re.compile(r"\bA\$|\bAUD\b|Australian\s+dollars", re.I)),
    ("HKD", re.compile(r"\bHK\$|\bHKD\b|Hong\s+Kong\s+dollars", re.I)),
    ("SGD", re.compile(r"\bS\$|\bSGD\b|Singapore\s+dollars", re.I)),
    ("EUR", re.compile(r"€|\bEUR\b|\beuros?\b", re.I)),
    ("GBP", re.compile(r"£|\bGBP\b|pounds?\s+sterling", re.I)),
    ("CHF", re.compile(r"\bCHF\b|Swiss\s+francs?", re.I)),
    ("JPY", re.compile(r"\bJPY\b|Japanese\s+yen|\byen\b", re.I)),
    ("CNY", re.compile(r"\bRMB\b|\bCNY\b|renminbi", re.I)),
    ("SEK", re.compile(r"\bSEK\b|Swedish\s+kron\w+", re.I)),
    ("NOK", re.compile(r"\bNOK\b|Norwegian\s+kron\w+", re.I)),
    ("DKK", re.compile(r"\bDKK\b|Danish\s+kron\w+", re.I)),
    ("INR", re.compile(r"₹|\bINR\b|Indian\s+rupees", re.I)),
    ("BRL", re.compile(r"R\$|\bBRL\b|Brazilian\s+reais", re.I)),
    ("MXN", re.compile(r"\bMXN\b|Mexican\s+pesos", re.I)),
    ("USD", re.compile(r"\bUS\$|\bUSD\b|U\.?S\.?\s+dollars|\bdollars\b|\$", re.I)),
)
_SIGN = re.compile(
    r"HK\$|C\$|A\$|S\$|R\$|US\$|\$|€|£|₹|\b(?:EUR|GBP|CHF|SEK|NOK|DKK|RMB|CAD|AUD|JPY|CNY|INR)\b(?=\s*[\d(])"
)
_SIGNS = {
    "$": "USD",
    "US$": "USD",
    "€": "EUR",
    "£": "GBP",
    "₹": "INR",
    "RMB": "CNY",
    "HK$": "HKD",
    "C$": "CAD",
    "A$": "AUD",
    "S$": "SGD",
    "R$": "BRL",
}
_SEC_FORMS = (DocumentType.FORM_10K, DocumentType.FORM_10Q, DocumentType.FORM_8K)


@dataclass(frozen=True, slots=True)
class _UnitsLine:
    """A line like "(dollars in millions, except per share amounts)": the page's text from `start` to `end`."""

    page: ParsedPage
    start: int
    end: int
    scale: Scale

    def text(self) -> str:
        return self.page.text[self.start : self.end]


def find_scale(pages: Sequence[ParsedPage]) -> Reading[Scale] | None:
    """The scale that the tables' units lines state most often ("(in millions, except per share amounts)")."""
    return _commonest([read_at(line.scale, line.page, line.start, line.end, 0.8) for line in _units_lines(pages)])


def _units_lines(pages: Sequence[ParsedPage]) -> Iterator[_UnitsLine]:
    """Units lines stand in brackets or are short lines of their own; "in millions of homes" in a sentence is none."""
    for page, found in matches(_SCALE_WORD, pages):
        text = page.text
        line_start, line_end = text.rfind("\n", 0, found.start()) + 1, text.find("\n", found.end())
        line_end = len(text) if line_end < 0 else line_end
        opened = text.rfind("(", max(line_start, found.start() - 80), found.start())
        closed = text.find(")", found.end(), found.end() + _MAX_UNITS_LINE)
        if opened >= 0 and closed >= 0 and text.find(")", opened, found.start()) < 0:
            yield _UnitsLine(page, opened, closed + 1, _SCALES[found.group(1).lower()])
        elif line_end - line_start < _MAX_UNITS_LINE * 2 // 3 and not text[line_start:line_end].rstrip().endswith("."):
            yield _UnitsLine(page, line_start, line_end, _SCALES[found.group(1).lower()])


def find_currency(pages: Sequence[ParsedPage], kind: DocumentType) -> Reading[str] | None:
    """The reporting currency: named in a units line, else the sign before most amounts; None without either."""
    named = []
    for line in _units_lines(pages):
        code = next((code for code, pattern in _CURRENCIES if pattern.search(line.text())), None)
        if code:
            named.append(read_at(code, line.page, line.start, line.end, 0.85))
    signs = _commonest(
        [
            read_at(_SIGNS.get(found.group(), found.group()), page, *found.span(), 0.7)
            for page, found in matches(_SIGN, pages[:80])
        ]
    )
    chosen = _commonest(named)
    if chosen and signs and chosen.value == "USD" != signs.value and "$" not in chosen.source.quote:
        return signs
    if kind in _SEC_FORMS and chosen and chosen.value != "USD" and signs and signs.value == "USD" and len(named) < 5:
        return signs
    return chosen or signs


def _commonest(readings: Sequence[Reading[T]]) -> Reading[T] | None:
    """The first of those readings whose value occurs most."""
    counts = Counter(reading.value for reading in readings)
    if not counts:
        return None
    chosen = counts.most_common(1)[0][0]
    return next(reading for reading in readings if reading.value == chosen)
