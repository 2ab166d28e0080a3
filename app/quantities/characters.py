"""One written form for characters that look alike: spaces, dashes, full-width forms, fractions."""

import re

_SPACES = "\u00a0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\u2066\u2067\u2068\u2069\ufeff"
_MINUS = "\u2010\u2011\u2012\u2212\ufe63\uff0d\u207b"
_LONG_DASH = "\u2015\u2500\u2501\u23af\u2e3a\ufe58\u4e00\u30fc"  # the last two are how scans print a lone dash
_FULL_WIDTH = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}

_PLAIN = str.maketrans(
    _FULL_WIDTH
    | dict.fromkeys(map(ord, _SPACES), " ")
    | dict.fromkeys(map(ord, _INVISIBLE), "")
    | dict.fromkeys(map(ord, _MINUS), "-")
    | dict.fromkeys(map(ord, _LONG_DASH), "—")
    | {ord(a): b for a, b in zip("×✕’‘ʼ≈∼⟨⟩〈〉￥￡￠", "xx'''~~<><>¥£¢", strict=True)}
    | dict.fromkeys(map(ord, "≥≧⩾"), ">=")
    | dict.fromkeys(map(ord, "≤≦⩽"), "<=")
)
_FRACTIONS = {"¼": "25", "½": "5", "¾": "75", "⅛": "125", "⅜": "375", "⅝": "625", "⅞": "875"}
_FRACTION = re.compile(rf"(?<![0-9])([0-9]*)[ ]?([{''.join(_FRACTIONS)}])")


def plain_characters(text: str, decimal: str = ".") -> str:
    """Return a text with ASCII spaces, minus signs, comparison signs and digits, and without invisible characters.

    En and em dashes stay. Superscript digits stay, too, because they are footnote marks. "7½" becomes "7.5".
    """
    if not text.isascii():
        text = text.translate(_PLAIN)
        if not text.isascii():
            text = with_decimal_fractions(text, decimal)
    return " ".join(text.split())


def with_decimal_fractions(text: str, decimal: str = ".") -> str:
    """Write fractions as decimals: "7½" becomes "7.5"."""
    return (
        text if text.isascii() else _FRACTION.sub(lambda found: f"{found[1] or 0}{decimal}{_FRACTIONS[found[2]]}", text)
    )
