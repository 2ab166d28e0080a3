"""Reads an issuer's identifiers and other names: trading symbols, CIK, LEI, short names and former names."""

import re
from collections.abc import Iterator, Mapping, Sequence

from app.documents.content.parsed import ParsedPage
from app.documents.issuers import normalise_issuer
from app.documents.metadata import NameKind, NameReading
from workers.extraction.names.evidence import name_before
from workers.extraction.names.spelling import LEGAL_NAME, is_generic, is_plausible
from workers.extraction.reading import matches

_TICKER_PAIR = re.compile(
    r"\b(?:NYSE|Nasdaq|NASDAQ|AMEX|LSE|TSX|ASX|Euronext|Cboe)[^:\n)]{0,30}:\s*[“\"‘']?([A-Z][A-Z.]{0,5})\b"
)
_SYMBOL_NAMED = re.compile(r"under\s+the\s+(?:trading\s+|ticker\s+)?symbols?\s+[“\"‘']?([A-Z]{1,5}(?:\.[A-Z])?)\b")
_SYMBOL_HEAD = re.compile(r"Trading\s+symbol|Symbol\(s\)", re.I)
_SYMBOL_ROW = re.compile(
    r"(?:common\s+(?:stock|shares?)|ordinary\s+shares?|par\s+value)[^\n]{0,120}?[\s\t]([A-Z]{1,5}(?:\.[A-Z])?)[\s\t]+(?:The\s+)?(?:New\s+York|Nasdaq|NASDAQ|NYSE|Chicago|Cboe)"
)
_SYMBOL = re.compile(r"[A-Z]{1,5}(?:\.[A-Z])?")
_LEI = re.compile(r"\b(?:LEI|Legal\s+Entity\s+Identifier)\b[^\n]{0,30}?\b([A-Z0-9]{18}\d{2})\b")
_CIK_DIGITS = 10
_BRACKET = re.compile(r"\(([^()]{0,240})\)")
_QUOTED = re.compile(r"[“\"]\s*(?:the\s+|The\s+)?([A-Z0-9][\w&'’. -]{1,40}?)[,.;]?\s*[”\"]")
_FORMERLY = re.compile(
    r"(?:\b[Ff]ormerly(?:\s+known\s+as)?|\bf/k/a|\b[Pp]reviously\s+(?:named|known\s+as)"
    r"|\bchanged\s+(?:its|our)\s+(?:corporate\s+|legal\s+)?name\s+from)\s+[“\"]?(?=[A-Z0-9])"
)
_FORMER_WORDS = ("ormerly", "f/k/a", "reviously", "name from")
_FIRST_PAGES, _MOST_SHORT = 12, 5


def find_cik(properties: Mapping[str, str]) -> str | None:
    """Return the Central Index Key that a tag states, with ten digits (EDGAR Filer Manual, volume II, chapter 6)."""
    stated = properties.get("dei:EntityCentralIndexKey", "").strip()
    return stated.zfill(_CIK_DIGITS) if stated.isascii() and stated.isdigit() and len(stated) <= _CIK_DIGITS else None


def read_identifiers(pages: Sequence[ParsedPage], properties: Mapping[str, str], issuer: str) -> list[NameReading]:
    """Return the issuer's short names, former names, trading symbols, CIK and LEI."""
    cik = find_cik(properties)
    return [
        *_short_names(pages[:_FIRST_PAGES], issuer),
        *_former_names(pages[:_FIRST_PAGES], issuer),
        *_tickers(pages, properties),
        *([] if cik is None else [NameReading(cik, NameKind.CIK, None, None, None, 0.99)]),
        *_lei(pages),
    ]


def _tickers(pages: Sequence[ParsedPage], properties: Mapping[str, str]) -> list[NameReading]:
    """Return the trading symbols that a tag, the cover or the first pages state."""
    stated = properties.get("dei:TradingSymbol", "")
    symbols = [
        NameReading(symbol, NameKind.TICKER, None, None, None, 0.99)
        for symbol in re.split(r"[\s;,]+", stated)
        if _SYMBOL.fullmatch(symbol)
    ]
    if not symbols:
        symbols = [_ticker(page, found, 0.9) for page, found in matches(_TICKER_PAIR, pages[:2])][:2]
    if not symbols:
        for page in pages[:4]:
            if _SYMBOL_HEAD.search(page.text):
                symbols = [_ticker(page, found, 0.9) for found in _SYMBOL_ROW.finditer(page.text)][:2]
                break
    if not symbols:
        symbols = [_ticker(page, found, 0.8) for page, found in matches(_SYMBOL_NAMED, pages[:2])][:1]
    return list({symbol.name: symbol for symbol in reversed(symbols)}.values())[::-1]


def _ticker(page: ParsedPage, found: re.Match[str], confidence: float) -> NameReading:
    return NameReading(found.group(1), NameKind.TICKER, page.number, *found.span(1), confidence)


def _lei(pages: Sequence[ParsedPage]) -> Iterator[NameReading]:
    """Yield the first Legal Entity Identifier whose check digits are right (ISO 17442, ISO/IEC 7064 MOD 97-10)."""
    likely = [page for page in pages[:_FIRST_PAGES] if "LEI" in page.text or "Entity Identifier" in page.text]
    for page, found in matches(_LEI, likely):
        digits = "".join(str(int(character, 36)) for character in found.group(1))
        if int(digits) % 97 == 1:
            yield NameReading(found.group(1), NameKind.LEI, page.number, *found.span(1), 0.9)
            return


def _short_names(pages: Sequence[ParsedPage], issuer: str) -> list[NameReading]:
    """Return the short names that the document defines, such as Example in: Example Group plc (“Example”).

    Any name in a bracket just behind the issuer's name is one; elsewhere, it must begin the issuer's name or be its
    initials.
    """
    key = normalise_issuer(issuer)
    initials = "".join(word[0] for word in key.split())
    names: dict[str, NameReading] = {}
    for page in pages:
        for bracket in _BRACKET.finditer(page.text):
            if "“" not in bracket.group() and '"' not in bracket.group():
                continue
            before = name_before(page, max(0, bracket.start() - 160), bracket.start())
            for found in _QUOTED.finditer(page.text, *bracket.span()):
                short = normalise_issuer(found.group(1))
                if len(short) < 2 or short == key or short in names or is_generic(found.group(1)):
                    continue
                is_part = f" {key} ".startswith(f" {short} ") or initials.startswith(short)
                if (is_part and len(short) > 2) or (before is not None and before.key == key and len(short) < 40):
                    names[short] = NameReading(found.group(1), NameKind.SHORT, page.number, *found.span(1), 0.9)
        if len(names) >= _MOST_SHORT:
            break
    return list(names.values())[:_MOST_SHORT]


def _former_names(pages: Sequence[ParsedPage], issuer: str) -> Iterator[NameReading]:
    """Yield the first name that the issuer had before: in a bracket behind its name, or "changed its name from …"."""
    key = normalise_issuer(issuer)
    likely = [page for page in pages if any(word in page.text for word in _FORMER_WORDS)]
    for page, found in matches(_FORMERLY, likely):
        legal = LEGAL_NAME.match(page.text, found.end())
        if legal is None or not is_plausible(legal.group(1)):
            continue
        before = page.text[max(0, found.start() - 120) : found.start()].rstrip(" (,\n")
        is_own = "name" in found.group() or normalise_issuer(before).endswith(key)
        if is_own and normalise_issuer(legal.group(1)) != key:
            yield NameReading(legal.group(1), NameKind.FORMER, page.number, *legal.span(1), 0.85)
            return
