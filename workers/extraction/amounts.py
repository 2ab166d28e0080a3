"""In which currency and scale the document states its amounts."""

import re
from collections import Counter
from collections.abc import Sequence

from app.documents.metadata import DocumentType, Scale
from app.documents.parsed import ParsedPage
from workers.extraction.reading import Reading, T, matches, read_at

_SCALE = re.compile(r"\b(?:in|of|US)\s*\$?\s*(thousand|million|billion)s?\b(?=[^\n]{0,60}[)\n,;:]|\s*$)", re.I)
_SCALE_LINE = re.compile(r"\(?[^()\n]{0,70}?\b(?:in|of|\$)\s*(thousand|million|billion)s\b[^()\n]{0,90}\)?", re.I)
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
_SIGN = re.compile(r"HK\$|C\$|A\$|S\$|R\$|US\$|\$|€|£|₹|\b(?:EUR|GBP|CHF|SEK|NOK|DKK|RMB|CAD|AUD|JPY|CNY|INR)\b(?=\s*[\d(])")
_SIGNS = {"$": "USD", "US$": "USD", "€": "EUR", "£": "GBP", "₹": "INR", "RMB": "CNY", "HK$": "HKD", "C$": "CAD", "A$": "AUD", "S$": "SGD", "R$": "BRL"}
_SEC_FORMS = (DocumentType.FORM_10K, DocumentType.FORM_10Q, DocumentType.FORM_8K)


def find_scale(pages: Sequence[ParsedPage]) -> Reading[Scale] | None:
    """The scale that the tables' units lines state most often ("(in millions, except per share amounts)")."""
    lines = [
        read_at(_SCALES[found.group(1).lower()], page, *found.span(), 0.8)
        for page, found in matches(_SCALE_LINE, pages)
        if _is_units_line(found)
    ]
    return _commonest(lines)


def _is_units_line(found: re.Match[str]) -> bool:
    """A units line stands in brackets or is a short line of its own; "in millions of homes" in a sentence is none."""
    text = found.group().strip()
    if text.startswith("("):
        return True
    before, after = found.string[max(found.start() - 1, 0) : found.start()], found.string[found.end() : found.end() + 1]
    alone = before in ("", "\n", "\t") and after in ("", "\n", "\t")
    return alone and len(text) < 100 and not text.endswith(".")


def find_currency(pages: Sequence[ParsedPage], kind: DocumentType) -> Reading[str] | None:
    """The reporting currency: named in a units line, else the sign that stands before most amounts; None without either."""
    named = []
    for page, found in matches(_SCALE_LINE, pages):
        if _is_units_line(found):
            code = next((code for code, pattern in _CURRENCIES if pattern.search(found.group())), None)
            if code:
                named.append(read_at(code, page, *found.span(), 0.85))
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
