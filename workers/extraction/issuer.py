"""Finds the issuer: the registrant on the cover, the subject of a headline, or a party of an agreement."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from app.documents.content.parsed import ParsedPage
from app.documents.issuers import normalise_issuer
from app.documents.metadata import DocumentType, NameKind, NameReading
from workers.extraction.document_type import find_headline
from workers.extraction.reading import Reading, matches, read_at, tagged

_EXACT_NAME = re.compile(r"\(?\s*Exact\s+name\s+of\s+(?:the\s+)?(?:registrant|company|issuer)s?\b", re.I)
_NOT_A_NAME = re.compile(
    r"commission|file\s+(?:no|number)|securities\s+act|\bform\b|for\s+the\s+(?:fiscal|year|quarter|transition)|date\s+of\s+report"
    r"|^\W*or\W*$|transition\s+period|\bto\s*[_.]*\s*$|\bended\b|pursuant|exchange\s+act|^[\W\d_]+$|telephone|identification",
    re.I,
)
_FORM_WORDS = (
    r"Inc|INC|Incorporated|INCORPORATED|Corp|CORP|Corporation|CORPORATION|Company|COMPANY"
    r"|plc|PLC|Ltd|LTD|Limited|LIMITED"
)
_LEGAL_NAME = re.compile(
    r"(?<![\w&])((?:[A-Z0-9][\w&'’.\-]*,?[ \t]+(?:(?:of|and|the|&)[ \t]+)?){1,6}?"
    rf"(?:{_FORM_WORDS}|LLC|L\.L\.C|L\.P|LP|N\.V|S\.A|AG|SE|ASA|Holdings|HOLDINGS|Bancorp|BANCORP)\b\.?)"
)
_OTHERS = re.compile(
    r"exchange|stock\s+market|securities|trust\s+company|\bbank\b|depositary|national\s+association|clearing|advisors|LLP|underwrit",
    re.I,
)
_LISTED = re.compile(
    r"([A-Z][\w&'’.\- ]{1,60}?(?:,?\s+(?:Inc|Corp|Co|Ltd|plc|PLC|N\.V|S\.A|AG|SE)\b\.?)?)\s*"
    r"\(\s*(?:the\s+[“\"]\w+[”\"]\s*[;,)]?\s*\(?)?(?:NYSE|Nasdaq|NASDAQ|AMEX|LSE|TSX|ASX|Euronext|OTC\w*|SIX|XETRA|TSE|SEHK)[^:)]{0,30}:"
)
_PARTY = re.compile(
    r"(?:\bamong|\bbetween|\bby\s+and\s+(?:among|between)|^)\s*([^\n;]{3,90}?)\s*,?\s+as\s+(?:the\s+)?(?:lead\s+|parent\s+|initial\s+)?(?:borrower|issuer|company)\b",
    re.I | re.M,
)
_TICKER_PAIR = re.compile(r"\b(?:NYSE|Nasdaq|NASDAQ|AMEX|LSE|TSX|ASX|Euronext)[^:\n)]{0,30}:\s*([A-Z][A-Z.]{0,5})\b")
_SYMBOL_HEAD = re.compile(r"Trading\s+symbol", re.I)
_SYMBOL_ROW = re.compile(
    r"(?:common\s+(?:stock|shares?)|ordinary\s+shares?|par\s+value)[^\n]{0,120}?[\s\t]([A-Z]{1,5}(?:\.[A-Z])?)[\s\t]+(?:The\s+)?(?:New\s+York|Nasdaq|NASDAQ|NYSE|Chicago)"
)
_DEFINED = re.compile(
    r"[(,]\s*(?:(?:or|and|the|collectively|together|hereinafter|referred\s+to\s+as)[\s,]+){0,4}"
    r"[“\"]([A-Z][\w&'’. -]{1,40}?)[,.]?[”\"]"
)
_RULE = re.compile(r"_{3,}|-{5,}")
_LEGAL_FORM_ALONE = re.compile(rf"(?:{_FORM_WORDS}|LLC|L\.P)\.?")
_AFTER_FILE_NUMBER = re.compile(r"(?:file\s+(?:number|no\.?)):?\s*[\d-]+\.?\s+([^\d(]{3,100}?)\s*$", re.I)
_ID_NUMBER = re.compile(r"\s*\b\d{2}-\d{5,}.*$|\s*\b\d{1,3}-\d{4,5}\b.*$")
_CIK_DIGITS = 10


def find_issuer(pages: Sequence[ParsedPage], properties: Mapping[str, str], kind: DocumentType) -> Reading[str] | None:
    """Return the issuer's name as the document spells it, but an all-capital name in title case; None if unknown."""
    stated = properties.get("dei:EntityRegistrantName", "").strip()
    if stated:
        return tagged(tidy_name(stated), stated)
    found = _registrant(pages[:12])
    if found is None and kind is DocumentType.EARNINGS_RELEASE:
        found = _headline_subject(pages)
    if found is None and kind in (DocumentType.CREDIT_AGREEMENT, DocumentType.INDENTURE):
        found = _party(pages[:6])
    if found is None and kind in (DocumentType.PROSPECTUS, DocumentType.OFFERING_MEMORANDUM):
        found = _name_alone(pages[:2])
    return found or _listed(pages[:3]) or _most_named(pages[:12])


def find_cik(properties: Mapping[str, str]) -> str | None:
    """Return the Central Index Key that a tag states, with ten digits (EDGAR Filer Manual, volume II, chapter 6)."""
    stated = properties.get("dei:EntityCentralIndexKey", "").strip()
    return stated.zfill(_CIK_DIGITS) if stated.isascii() and stated.isdigit() and len(stated) <= _CIK_DIGITS else None


def find_tickers(pages: Sequence[ParsedPage], properties: Mapping[str, str]) -> tuple[NameReading, ...]:
    """Return the trading symbols that a tag, the cover or the first pages state."""
    stated = properties.get("dei:TradingSymbol", "")
    symbols = [
        NameReading(symbol, NameKind.TICKER, None, None, None, 0.99)
        for symbol in re.split(r"[\s;,]+", stated)
        if re.fullmatch(r"[A-Z]{1,5}(?:\.[A-Z])?", symbol)
    ]
    if not symbols:
        symbols = [_ticker(page, found) for page, found in matches(_TICKER_PAIR, pages[:2])][:2]
    if not symbols:
        for page in pages[:4]:
            if _SYMBOL_HEAD.search(page.text):
                symbols = [_ticker(page, found) for found in _SYMBOL_ROW.finditer(page.text)][:2]
                break
    return tuple({symbol.name: symbol for symbol in reversed(symbols)}.values())[::-1]


def _ticker(page: ParsedPage, found: re.Match[str]) -> NameReading:
    return NameReading(found.group(1), NameKind.TICKER, page.number, *found.span(1), 0.9)


def find_short_names(pages: Sequence[ParsedPage], issuer: str) -> tuple[NameReading, ...]:
    """Return the issuer's short names that the document defines, such as Example in: Example Group plc (“Example”)."""
    key = normalise_issuer(issuer)
    initials = "".join(word[0] for word in key.split())
    names: dict[str, NameReading] = {}
    for page, found in matches(_DEFINED, pages[:12]):
        short = normalise_issuer(found.group(1))
        is_part = (f" {key} ".startswith(f" {short} ") and short != key) or (
            len(short) > 2 and initials.startswith(short)
        )
        if is_part and len(short) > 2 and short not in names and found.group(1)[:1].isupper():
            names[short] = NameReading(found.group(1), NameKind.SHORT, page.number, *found.span(1), 0.9)
    return tuple(names.values())[:4]


def tidy_name(name: str) -> str:
    """Return the name on one line. An all-capital name gets title case, except short words and initials."""
    text = re.sub(r"\s+", " ", name).strip(" ,;:–—-_*")
    letters = [character for character in text if character.isalpha()]
    if len(text) < 6 or not all(character.isupper() for character in letters):
        return text
    words = []
    for index, word in enumerate(text.split(" ")):
        bare = word.strip(".,").lower()
        if bare in {"of", "and", "the", "for"} and index:
            words.append(word.lower())
        elif bare in {"inc", "corp", "co", "ltd"} or (len(bare) > 3 and bare != "plc"):
            words.append("-".join(part.capitalize() for part in word.split("-")))
        else:
            words.append(
                "plc"
                if bare == "plc"
                else word
                if len(bare) <= 3 and "." in word
                else word.capitalize()
                if _vowelled(bare)
                else word
            )
    return " ".join(words)


def _vowelled(word: str) -> bool:
    return len(word) > 1 and bool(re.search(r"[aeiou]", word)) and bool(re.search(r"[bcdfghjklmnpqrstvwxyz]", word))


def _plausible(line: str) -> bool:
    text = line.strip()
    return 2 <= len(text) <= 110 and not _NOT_A_NAME.search(text) and any(character.isalpha() for character in text)


def _registrant(pages: Sequence[ParsedPage]) -> Reading[str] | None:
    """Return the name on the line before "(Exact name of registrant as specified in its charter)"."""
    for page, found in matches(_EXACT_NAME, pages):
        end = found.start()
        for _ in range(3):
            begin = page.text.rfind("\n", 0, end) + 1
            line = page.text[begin:end]
            if line.strip(" _\t-"):
                break
            end = begin - 1
            if end <= 0:
                break
        else:
            continue
        name = _ID_NUMBER.sub("", _RULE.split(line)[-1].strip()).split("\t")[0].strip()
        if _LEGAL_FORM_ALONE.fullmatch(name):
            after_number = _AFTER_FILE_NUMBER.search(page.text, max(found.start() - 250, 0), found.start())
            name = after_number.group(1) if after_number else name
            begin = after_number.start(1) if after_number else begin
        if _plausible(name):
            start = page.text.find(name, begin)
            return read_at(tidy_name(name), page, start, start + len(name), 0.95)
    return None


def _headline_subject(pages: Sequence[ParsedPage]) -> Reading[str] | None:
    listed = _listed(pages[:1])
    release = find_headline(pages[:2])
    if release is None:
        return listed
    page = release.page
    who = re.sub(r"^.*(?:\d{4}|release|--?|—|:)\s+", "", page.text[slice(*release.who)]).strip(" ,-–—")
    if not _plausible(who) or len(who.split()) > 8:
        return listed
    start = page.text.find(who, release.who[0])
    short = read_at(tidy_name(who), page, start, start + len(who), 0.85)
    return _fuller(pages[:3], who) or (listed if listed and _same_start(who, listed.value) else short)


def _same_start(short: str, full: str) -> bool:
    return normalise_issuer(full).startswith(normalise_issuer(short).split(" ")[0])


def _fuller(pages: Sequence[ParsedPage], who: str) -> Reading[str] | None:
    """Return the legal name that begins with the short name `who`."""
    pattern = re.compile(re.escape(who) + rf",?\s+(?:{_FORM_WORDS}|N\.V|S\.A|AG|SE)\b\.?", re.I)
    for page, found in matches(pattern, pages):
        return read_at(tidy_name(found.group()), page, *found.span(), 0.9)
    return None


def _party(pages: Sequence[ParsedPage]) -> Reading[str] | None:
    for page, found in matches(_PARTY, pages):
        # A line that begins with "2022 among" continues the date of the agreement.
        name = re.sub(r"^(?:.*\b(?:among|between)|and|by)\s+", "", found.group(1), flags=re.I).strip()
        if _plausible(name):
            start = page.text.find(name, found.start())
            return read_at(tidy_name(name), page, start, start + len(name), 0.85)
    return None


def _name_alone(pages: Sequence[ParsedPage]) -> Reading[str] | None:
    """Return the legal name on a line of its own, as on the cover of a prospectus."""
    for page in pages:
        for line in re.finditer(r"[^\n]+", page.text):
            text = line.group().strip()
            found = _LEGAL_NAME.match(text)
            if found and len(found.group()) >= len(text) - 1 and not _OTHERS.search(text):
                start = page.text.find(text, line.start())
                return read_at(tidy_name(text), page, start, start + len(text), 0.75)
    return None


def _listed(pages: Sequence[ParsedPage]) -> Reading[str] | None:
    """Return the name before "(NYSE: …)"."""
    for page, found in matches(_LISTED, pages):
        name = found.group(1).strip()
        if _plausible(name):
            return read_at(tidy_name(name), page, *found.span(1), 0.8)
    return None


def _most_named(pages: Sequence[ParsedPage]) -> Reading[str] | None:
    """Return the legal name that occurs most often on the first pages."""
    counts: Counter[str] = Counter()
    first: dict[str, Reading[str]] = {}
    for page, found in matches(_LEGAL_NAME, pages):
        name = found.group(1)
        key = normalise_issuer(name)
        if _plausible(name) and not _OTHERS.search(name) and key:
            counts[key] += 1
            first.setdefault(key, read_at(tidy_name(name), page, *found.span(1), 0.5))
    return first[counts.most_common(1)[0][0]] if counts else None
