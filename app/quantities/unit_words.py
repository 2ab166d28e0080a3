"""The words of units statements: currencies, powers of ten, and what stands around them.

Codes are ISO 4217 codes. A dollar without a country is "$". A power of ten of -2 is a hundredth ("cents").
"""

import re
from dataclasses import dataclass
from enum import Enum, auto

from app.quantities.case import fold_case


class Role(Enum):
    """What a word does in a statement of units."""

    CURRENCY = auto()
    SCALE = auto()
    BOTH = auto()  # "MUSD", "TEUR", "百万円"
    IN = auto()
    OF = auto()
    NUMBER = auto()
    EXCEPT = auto()
    PER = auto()
    SHARE = auto()
    FRAME = auto()  # the words that statements of units consist of: "all amounts are stated", "unaudited"
    VERB = auto()  # of frames: "stated", "are"
    MARK = auto()  # punctuation
    WORD = auto()


@dataclass(frozen=True, slots=True)
class Word:
    """A word at `start` to `end` of a text. `exponent` is its power of ten, `currency` its code."""

    role: Role
    text: str
    start: int
    end: int
    currency: str | None = None
    exponent: int | None = None


DOLLARS = {
    "n": "NAD", "us": "USD", "u.s": "USD", "usd": "USD",
    "c": "CAD", "ca": "CAD", "cad": "CAD", "cdn": "CAD", "can": "CAD",
    "a": "AUD", "au": "AUD", "aud": "AUD", "hk": "HKD", "hkd": "HKD", "s": "SGD", "sg": "SGD", "sgd": "SGD",
    "nz": "NZD", "nzd": "NZD", "nt": "TWD", "ntd": "TWD", "r": "BRL", "mx": "MXN", "mex": "MXN", "bz": "BZD",
    "j": "JMD", "tt": "TTD",
}  # fmt: skip
"""Letters directly before a dollar sign."""

SIGNS = {
    "$": "$", "＄": "$", "€": "EUR", "£": "GBP", "¥": "JPY", "￥": "JPY", "₹": "INR", "₩": "KRW", "₽": "RUB",
    "₺": "TRY", "₪": "ILS", "฿": "THB", "₫": "VND", "₱": "PHP", "₦": "NGN", "₴": "UAH", "₸": "KZT",
}  # fmt: skip

_CODES_WORDS = (
    "AED ARS AUD BGN BHD BRL BZD CAD CHF CLP CNY COP CZK DKK EGP EUR GBP HKD HUF IDR ILS INR ISK JMD JOD JPY KES"
    " KRW KWD KZT LKR MAD MXN MYR NAD NGN NOK NZD OMR PHP PKR PLN QAR RON RUB SAR SEK SGD THB TRY TTD TWD UAH USD UYU"
    " VND ZAR"
)
CODES = frozenset(_CODES_WORDS.split())
_LETTER_SIGNS = {
    "RMB": "CNY", "NIS": "ILS", "CNH": "CNY", "NTD": "TWD", "Rs": "INR", "RS": "INR", "zł": "PLN",
    "Kč": "CZK",
}  # fmt: skip
"""Codes that are not in ISO 4217, and signs that consist of letters."""

_ADJECTIVES = {
    "us": "USD", "u.s": "USD", "american": "USD", "states": "USD", "canadian": "CAD", "cdn": "CAD", "australian": "AUD",
    "kong": "HKD", "singapore": "SGD", "zealand": "NZD", "taiwan": "TWD", "jamaican": "JMD", "namibian": "NAD",
    "japanese": "JPY", "chinese": "CNY", "african": "ZAR", "israeli": "ILS", "korean": "KRW", "thai": "THB",
    "malaysian": "MYR", "indonesian": "IDR", "russian": "RUB", "polish": "PLN", "hungarian": "HUF", "nigerian": "NGN",
    "british": "GBP", "english": "GBP", "swiss": "CHF", "swedish": "SEK", "norwegian": "NOK", "danish": "DKK",
    "icelandic": "ISK", "czech": "CZK", "mexican": "MXN", "argentine": "ARS", "chilean": "CLP", "colombian": "COP",
    "philippine": "PHP", "pakistani": "PKR", "pakistan": "PKR", "lankan": "LKR", "indian": "INR", "brazilian": "BRL",
    "turkish": "TRY", "uae": "AED", "emirates": "AED", "moroccan": "MAD", "saudi": "SAR", "qatari": "QAR",
    "omani": "OMR", "bahraini": "BHD", "kuwaiti": "KWD", "jordanian": "JOD", "uruguayan": "UYU", "kenyan": "KES",
}  # fmt: skip
"""The last word of a country before a currency's name."""

_NOUNS: dict[str, str | None] = {
    "dollar": "$", "euro": "EUR", "sterling": "GBP", "yen": "JPY", "renminbi": "CNY", "yuan": "CNY", "rupee": "INR",
    "rand": "ZAR", "shekel": "ILS", "baht": "THB", "ringgit": "MYR", "rupiah": "IDR", "ruble": "RUB", "rouble": "RUB",
    "zloty": "PLN", "forint": "HUF", "naira": "NGN", "hryvnia": "UAH", "tenge": "KZT", "won": "KRW", "dong": "VND",
    "reais": "BRL", "real": None, "pound": None, "franc": None, "peso": None, "krona": None, "kronor": None,
    "krone": None, "kroner": None, "koruna": None, "lira": None, "dirham": None, "riyal": None, "rial": None,
    "dinar": None, "shilling": None,
}  # fmt: skip
"""A currency's name, and its code where the name needs no country."""
WORDS_OR_CURRENCIES = frozenset({"won", "dong", "rand", "sterling", "real", "pound", "pounds"})
"""Currencies that are also other words: alone they state none."""
_HUNDREDTHS = {"cent": None, "pence": "GBP", "penny": "GBP", "paise": "INR", "fils": None, "¢": None}

SCALES = {
    "hundred": 2, "thousand": 3, "million": 6, "billion": 9, "trillion": 12, "lakh": 5, "lac": 5, "crore": 7, "mm": 6,
    "mn": 6, "mln": 6, "mio": 6, "bn": 9, "bln": 9, "mrd": 9, "tausend": 3, "tsd": 3, "millionen": 6, "milliarden": 9,
    "millier": 3, "milliard": 9, "millone": 6, "milhare": 3, "milhõe": 6, "migliaia": 3, "milioni": 6, "miliardi": 9,
}  # fmt: skip
SCALE_WORDS = ("thousand", "million", "billion", "trillion")
"""The powers of ten that English prose names."""
_BEFORE = {"k": 3, "t": 3, "m": 6, "md": 9}
"""A power of ten directly before a currency: "T€", "kEUR"."""

LETTER_SCALES = {"k": 3, "m": 6, "b": 9, "cr": 7, "mil": 6, "mill": 6, "t": 12, "tn": 12, "trn": 12}
"""A power of ten that is one only after a currency: "€m", "US$ mil", "₹ Cr"."""

_ASIAN = re.compile(r"(?:人民币|人民幣|日本)?(十|百|千|万|萬|十万|百万|百萬|千万|億|亿|十億|兆)?(円|元|ウォン|韓元)")
_ASIAN_SCALES = {
    "": 0, "十": 1, "百": 2, "千": 3, "万": 4, "萬": 4, "十万": 5, "百万": 6, "百萬": 6, "千万": 7, "億": 8, "亿": 8,
    "十億": 9, "兆": 12,
}  # fmt: skip
_GLUED_CODE = re.compile(r"([kKtTmM]|Mio|Mrd|Tsd)?([A-Z]{3})(k|K|m|M|mn|mm|MM|Mn|bn|Bn|b|B)?")

_FRAME_WORDS = (
    "all amount amounts figure figures value values number numbers sum sums money monetary currency unit units the this"
    " these a an and or as at to nearest otherwise where when noted indicated specified mentioned unless if not tabular"
    " table tables data information statement statements financial consolidated condensed interim combined following"
    " below above herein accompanying report document filing unaudited audited restated omitted throughout"
    " within each approximate actual whole full presentation only column columns continued with their for on basis"
    " us u.s united hong new south tabelle angaben beträge wenn nicht anders angegeben sauf indication contraire 単位"
    " 单位 單位"
)
_FRAME = frozenset(_FRAME_WORDS.split())
_VERBS_WORDS = "are is expressed stated presented reported shown displayed reflected given rounded"
_VERBS = frozenset(_VERBS_WORDS.split())
_SINGLE = {
    "in": Role.IN, "en": Role.IN, "of": Role.OF, "de": Role.OF, "d'": Role.OF, "d’": Role.OF, "von": Role.OF,
    "di": Role.OF, "except": Role.EXCEPT, "excluding": Role.EXCEPT, "excepting": Role.EXCEPT, "besides": Role.EXCEPT,
    "per": Role.PER, "share": Role.SHARE, "shares": Role.SHARE, "ads": Role.SHARE, "adss": Role.SHARE,
    "adr": Role.SHARE, "adrs": Role.SHARE, "options": Role.SHARE, "rsus": Role.SHARE, "psus": Role.SHARE,
    "awards": Role.SHARE, "warrants": Role.SHARE,
}  # fmt: skip

_TOKEN = re.compile(
    r"['’‘`´]?000(?:,000)*(?:['’‘`´]?[sS])?(?![,.]?\d|\w)|\d+(?:[.,]\d+)*|[dD]['’](?=[^\W\d_])"
    r"|[^\W\d_]+(?:[.&][^\W\d_]+|['’]s\b)*\.?|[^\w\s]"
)


_LONGEST_ABBREVIATION = 5


def _any_of(words: set[str]) -> str:
    """Return a pattern for any of the words, by first letters: it is four times as fast as a list of them."""
    firsts = sorted({word[0] for word in words})
    return "|".join(f"{first}(?:{'|'.join(sorted(w[1:] for w in words if w[0] == first))})" for first in firsts)


_STEMS = _any_of({*SCALES, *_NOUNS, "cent", "pence", "paise", "fils", "miles de", "except", "excluding"})
_LETTER_CODES = _any_of({*CODES, *_LETTER_SIGNS})
_TRIGGER = re.compile(
    rf"[{''.join(SIGNS)}¢円元ウ韓]|000|\b(?i:{_STEMS})|\b(?:[kKtTmM]|Mio|Mrd|Tsd)?(?:{_LETTER_CODES})"
)


def may_state_units(text: str) -> bool:
    """Return whether a text has a word or a sign of a currency or a power of ten. Most labels have none."""
    return _TRIGGER.search(text) is not None


def find_words(text: str) -> list[Word]:
    """Split a text into words with their roles, in linear time."""
    words: list[Word] = []
    for found in _TOKEN.finditer(text):
        raw, end = found.group(), found.end()
        if raw[-1] == "." and len(raw) > _LONGEST_ABBREVIATION and raw.count(".") == 1:
            raw, end = raw[:-1], end - 1
        word = _classified(raw, found.start(), end)
        if raw in "'’‘" and text[end : end + 1].isalpha() and words and words[-1].role is Role.CURRENCY:
            continue  # "RMB'million"
        before = words[-1] if words else None
        joined = None if before is None else _joined(before, word)
        if joined is not None:
            words[-1] = joined
        else:
            words.append(word)
        if end < found.end():
            words.append(Word(Role.MARK, ".", end, found.end()))
    return words


def _classified(raw: str, start: int, end: int) -> Word:
    if raw.strip("'’‘`´sS").startswith("000"):
        return Word(Role.SCALE, raw, start, end, exponent=3 * raw.count("000"))
    if raw[0].isdigit():
        return Word(Role.NUMBER, raw, start, end)
    if raw in SIGNS:
        return Word(Role.CURRENCY, raw, start, end, currency=SIGNS[raw])
    if not raw[0].isalpha():
        if raw == "¢":
            return Word(Role.BOTH, raw, start, end, exponent=-2)
        return Word(Role.MARK, raw, start, end)
    return _of_letters(raw, start, end)


def _of_letters(raw: str, start: int, end: int) -> Word:
    bare = raw.rstrip(".")
    folded = fold_case(bare)
    singular = folded[:-1] if folded.endswith("s") and len(folded) > 3 else folded
    if (role := _SINGLE.get(folded)) is not None:
        return Word(role, folded, start, end)
    if singular in SCALES:
        return Word(Role.SCALE, folded, start, end, exponent=SCALES[singular])
    if singular in _HUNDREDTHS:
        return Word(Role.BOTH, folded, start, end, currency=_HUNDREDTHS[singular], exponent=-2)
    if (amount := _of_code(bare) or _glued(bare)) is not None:
        return Word(amount[0], amount[1], start, end, amount[2], amount[3])
    if singular in _NOUNS and folded != "real":
        return Word(Role.CURRENCY, folded, start, end, currency=_NOUNS[singular])
    role = Role.VERB if folded in _VERBS else Role.FRAME if folded in _FRAME else Role.WORD
    return Word(role, folded, start, end)


def _of_code(bare: str) -> tuple[Role, str, str | None, int | None] | None:
    """Return role, text, currency and power of ten of a currency's code or sign in letters."""
    if bare in CODES or bare in _LETTER_SIGNS:
        return Role.CURRENCY, bare, _LETTER_SIGNS.get(bare, bare), None
    return None


def _glued(bare: str) -> tuple[Role, str, str | None, int | None] | None:
    """Return the same of a power of ten and a currency in one word ("TEUR", "USDm", "百万円")."""
    if (asian := _ASIAN.fullmatch(bare)) is not None:
        return (
            Role.BOTH,
            bare,
            {"円": "JPY", "元": "CNY"}.get(asian.group(2), "KRW"),
            _ASIAN_SCALES[asian.group(1) or ""],
        )
    glued = _GLUED_CODE.fullmatch(bare)
    if glued is None or (code := _code(glued.group(2))) is None:
        return None
    before, after = glued.group(1), glued.group(3)
    if (before is None) == (after is None):
        return None
    letters, table = (fold_case(before), _BEFORE) if before else (fold_case(after), LETTER_SCALES)
    return Role.BOTH, bare, code, SCALES.get(letters) or table[letters]


def _code(letters: str) -> str | None:
    return letters if letters in CODES else _LETTER_SIGNS.get(letters)


def _joined(before: Word, word: Word) -> Word | None:
    """Return one word for two that belong together ("US" "$", "Swiss" "francs", "€" "m", "k" "€"), or None."""
    gap = word.start - before.end
    if gap > 1:
        return None
    if word.role is Role.CURRENCY:
        return _before_currency(before, word, gap)
    if before.role is Role.CURRENCY and word.role in (Role.WORD, Role.FRAME):
        exponent = 3 if (before.currency, word.text) == ("BRL", "mil") else LETTER_SCALES.get(word.text)
        if exponent is not None and not (gap and word.text in ("b", "t")):
            return Word(Role.BOTH, word.text, before.start, word.end, before.currency, exponent)
    if before.text == "miles" and word.text == "de":
        return Word(Role.SCALE, "miles de", before.start, word.end, exponent=3)
    return None


def _before_currency(before: Word, word: Word, gap: int) -> Word | None:
    if word.currency == "$" and word.text in "$＄":
        code = before.currency if before.role is Role.CURRENCY else DOLLARS.get(before.text)
        if code is not None and code != "$" and (gap == 0 or code == "USD" or before.role is Role.CURRENCY):
            return Word(Role.CURRENCY, word.text, before.start, word.end, code)
    if before.role is Role.CURRENCY and before.currency in (None, word.currency):
        names = f"{before.text} {word.text}"  # "pounds sterling", "RMB yuan"
        return Word(Role.CURRENCY, names, before.start, word.end, word.currency)
    if word.text.isalpha() and word.text.islower() and before.text in _ADJECTIVES:
        return Word(Role.CURRENCY, word.text, before.start, word.end, _ADJECTIVES[before.text])
    if gap == 0 and before.role is Role.WORD and before.text in _BEFORE and word.text in SIGNS:
        return Word(Role.BOTH, word.text, before.start, word.end, word.currency, _BEFORE[before.text])
    return None
