"""Decides whether a text can be a company's name, and repairs its spelling: small capitals, all capitals, blanks."""

import re
from collections.abc import Iterable, Iterator

STRONG_FORM = (
    r"(?:Inc|INC|Incorporated|INCORPORATED|Corp|CORP|Corporation|CORPORATION|Company|COMPANY|Companies|COMPANIES"
    r"|Co|CO|plc|PLC|Plc|Ltd|LTD|Limited|LIMITED|LLC|L\.L\.C|LLP|L\.P|LP|N\.V|NV|S\.A|SA|AG|SE|ASA|AB|Oyj|KGaA|S\.p\.A"
    r"|Bancorp|BANCORP|Bancorporation|BANCORPORATION|Bancshares|BANCSHARES|N\.A)"
)
"""A legal form that ends legal names, without its full stop."""

LEGAL_FORM = rf"(?:{STRONG_FORM}|Holdings?|HOLDINGS?|Group|GROUP|Trust|TRUST|Partners|PARTNERS|Association|ASSOCIATION)"
"""The last word of a legal name, without its full stop. Some of them end other names, too."""

_NAME_WORD = r"[A-Z0-9][\w&'’.\-/!+]*"
LEGAL_NAME = re.compile(
    rf"(?<![\w&.'’\-])((?:{_NAME_WORD}[ \t]+(?:(?:of|and|the|for|de|&)[ \t]+){{0,2}}){{0,6}}?{_NAME_WORD},?[ \t]+"
    rf"{LEGAL_FORM}(?![\w&\-])(?:(?:\.,?|,)?[ \t]+{LEGAL_FORM}(?![\w&\-])){{0,2}}\.?)"
)
"""A legal name on one line: at least one word with a capital, and a legal form. Its only group is the name."""

_SENTENCE_WORD = re.compile(
    r"(?:In|On|As|At|By|For|From|If|When|While|Since|During|Under|After|Before|And|Or|But|That|This|Because|Although"
    r"|(?:19|20)\d\d|Between|To|With|Both|Neither|Only|Where|Whereas|WHEREAS|Of|Until|Upon|Through)[ \t]+"
)

ENDS_IN_FORM = re.compile(rf"(?:^|[\s,]){LEGAL_FORM}\.?\W*$")
ENDS_IN_STRONG_FORM = re.compile(rf"(?:^|[\s,]){STRONG_FORM}\.?\W*$")
FORM_ALONE = re.compile(rf"^\W*(?:{LEGAL_FORM}\W*)+$")

# Words that name no company, alone or with each other: "The Company", "Our Bank and its subsidiaries".
_GENERIC = frozenset(
    """the a an our its this that such each any all other company companies registrant registrants issuer issuers
    corporation corporations group trust partnership bank parent borrower borrowers guarantor guarantors lender lenders
    agent holdings holding limited inc llc plc corp co we us you they and or of for subsidiary subsidiaries affiliate
    affiliates consolidated entity entities fund board directors stockholders shareholders""".split()  # noqa: SIM905 - a list of words reads better as one string
)
_NOT_A_NAME = re.compile(
    r"commission|file\s*(?:no|number)|securities\s+(?:act|registered)|\bform\s*\d|^\W*form\b|for\s+the\s+(?:fiscal|year|quarter|transition|period)"
    r"|date\s+of\s+(?:report|earliest)|^\W*or\W*$|transition\s+period|\bto\s*[_.]*\s*$|\bended\b|pursuant|exchange\s+act"
    r"|telephone|identification|united\s+states|washington,?\s+d\.?\s*c|\b(?:annual|quarterly|current|transition|periodic)\s+report"
    r"|mark\s+one|exact\s+name|jurisdiction|principal\s+executive|zip\s+code|area\s+code|table\s+of\s+contents"
    r"|employer|registration\s+(?:statement|no)|prospectus|indicate\s+by|check\s+(?:mark|the)|not\s+applicable|\(?\bn/a\b"
    r"|amendment\s+n(?:o|umber)|^\W*(?:exhibit|item|part|page|section|schedule|note)\W*(?:[\dIVX]|$)|^\W*index\b|press\s+release|news\s+release"
    r"|immediate\s+release|^\W*contacts?\b|http|www\.|@|\b(?:street|avenue|boulevard|suite|floor|p\.?\s*o\.?\s+box)\b"
    r"|incorporated\s+(?:in|under|by)|^\W*(?:delaware|maryland|nevada|new\s+york|state\s+of)\W*$|general\s+form\s+for"
    r"|\b(?:common|preferred)\s+(?:stock|shares)|par\s+value|former\s+name|laws\s+of|^\W*(?:none|yes|no)\W*$"
    r"|^\W*a[n]?\s+[\w\s]{0,30}\b(?:corporation|company|partnership|trust)\W*$|charter|©|all\s+rights\s+reserved"
    r"|\bstatem\s?ents?\s+of\b|balance\s+sheets?",
    re.IGNORECASE,
)
_LETTER = re.compile(r"[^\W\d_]")
_READABLE = re.compile(r"[A-Za-zÀ-ɏ0-9 &.,'’\-/()!+]")
_VOWEL = re.compile(r"[aeiouyAEIOUYÀ-ÖØ-öø-ÿ]")
_LONG_WORD = re.compile(r"[A-Za-zÀ-ɏ]{6,}")
_SPACE = re.compile(r"\s+")
_BEFORE_MARK = re.compile(r"(?<=\w)\s+(?=[,.](?:\s|$))")
_SMALL_WORDS = frozenset({"of", "and", "the", "for", "de", "in"})
_LONGEST, _SHORTEST = 110, 2


def is_plausible(text: str) -> bool:
    """Return whether a text can be the name of a company: not a heading, an address, a role, or unreadable text."""
    text = text.strip()
    if not _SHORTEST <= len(text) <= _LONGEST or _NOT_A_NAME.search(text):
        return False
    letters = _LETTER.findall(text)
    if len(letters) < 2 or len(letters) * 2 < len(text.replace(" ", "")) or is_generic(text):
        return False
    readable = len(_READABLE.findall(text))
    garbled = sum(not _VOWEL.search(word) for word in _LONG_WORD.findall(text))
    return readable * 20 >= len(text) * 19 and "cid:" not in text and not garbled


def find_legal_names(text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
    """Yield the bounds of legal names, without a word that begins a sentence ("In"), if a name is left without it."""
    for found in LEGAL_NAME.finditer(text, start, len(text) if end is None else end):
        begin, finish = found.span(1)
        word = _SENTENCE_WORD.match(text, begin, finish)
        if word and not is_generic(text[word.end() : finish]):
            begin = word.end()
        if is_plausible(text[begin:finish]):
            yield begin, finish


def is_generic(text: str) -> bool:
    """Return whether a text has only words that name no company, such as "Our Company"."""
    words = re.findall(r"[a-z0-9]+", text.casefold())
    return all(word in _GENERIC for word in words)


def join_small_capitals(text: str) -> str:
    """Join words that small capitals split after each first letter: "A CME H OLDINGS , I NC ." → "ACME HOLDINGS, INC."

    A letter is joined with the next word if nearly all words of the text are split like this. Single letters in a row
    ("A C M E") are one word; words of them are parted by two blanks.
    """
    text = _spaced_letters(text)
    parts = _SPACE.sub(" ", text).strip().split(" ")
    joined: list[str] = []
    pairs = whole = 0
    index = 0
    while index < len(parts):
        part = parts[index]
        after = parts[index + 1] if index + 1 < len(parts) else ""
        if len(part) == 1 and part.isalpha() and part.isupper() and len(after) > 1 and after[0].isalpha():
            joined.append(part + (after if after.isupper() or not after[:1].isupper() else after.lower()))
            pairs += 1
            index += 2
            continue
        whole += len(part) > 1 and part.isalpha() and part.casefold() not in _SMALL_WORDS
        joined.append(part)
        index += 1
    is_split = (pairs > 1 and whole * 3 <= pairs) or (pairs == len(joined) == 1)
    return tidy_blanks(" ".join(joined if is_split else parts))


def _spaced_letters(text: str) -> str:
    if not re.fullmatch(r"\W*(?:[A-Z&][ \t]+){3,}[A-Z.,]\W*(?:\S.*)?", text.strip()):
        return text
    words = re.split(r"[ \t]{2,}", text.strip())
    return " ".join(re.sub(r"(?<=\b[A-Z&])[ \t](?=[A-Z&]\b)", "", word) for word in words)


def tidy_blanks(text: str) -> str:
    """Return the text on one line, without blanks before commas and full stops."""
    return _BEFORE_MARK.sub("", _SPACE.sub(" ", text)).strip(" ,;:–—-_*|•·()[]")


def find_mixed_case(texts: Iterable[str], name: str) -> str | None:
    """Return the name as the texts spell it in mixed case; None if they spell it only in capitals, or not at all."""
    words = r"[ \t]+".join(re.escape(word) for word in name.split())
    pattern = re.compile(rf"(?<![\w&]){words}", re.IGNORECASE)
    for text in texts:
        for found in pattern.finditer(text):
            if not found.group().isupper() and not found.group().islower():
                return tidy_blanks(found.group())
    return None


def tidy_name(name: str) -> str:
    """Return the name on one line. An all-capital name gets title case, except short words and initials."""
    text = tidy_blanks(name)
    letters = [character for character in text if character.isalpha()]
    if len(text) < 6 or not all(character.isupper() for character in letters):
        return text
    return " ".join(_set_in_title_case(word, index) for index, word in enumerate(text.split(" ")))


def _set_in_title_case(word: str, index: int) -> str:
    bare = word.strip(".,").lower()
    if bare in _SMALL_WORDS and index:
        return word.lower()
    if bare == "plc":
        return "plc"
    if "&" in bare or bare in {"llc", "llp", "ulc", "usa", "ii", "iii", "iv", "vi", "vii", "viii", "n.v", "s.a"}:
        return word
    if bare in {"inc", "corp", "co", "ltd"} or len(bare) > 3:
        return "-".join(part.capitalize() for part in word.split("-"))
    if len(bare) <= 3 and "." in word:
        return word
    return word.capitalize() if _is_vowelled(bare) else word


def _is_vowelled(word: str) -> bool:
    return len(word) > 1 and bool(re.search(r"[aeiou]", word)) and bool(re.search(r"[bcdfghjklmnpqrstvwxyz]", word))
