"""Numbers and ordinals in words. Use the patterns with re.IGNORECASE."""

import re

from app.quantities.case import fold_case

_ONES_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TENS_WORDS = "twenty thirty forty fifty sixty seventy eighty ninety"
_ONES = {word: value for value, word in enumerate(_ONES_WORDS.split())}
_TENS = {word: place * 10 for place, word in enumerate(_TENS_WORDS.split(), start=2)}

CARDINAL = rf"(?:(?:{'|'.join(_TENS)})(?:[ \n-]?(?:{'|'.join(list(_ONES)[1:10])})\b)?|(?:{'|'.join(reversed(_ONES))}))"
"""A number below a hundred in words ("twenty-six"). Other patterns can include it, because it has no groups."""

ORDINAL = r"(?:first|second|third|fourth|1st|2nd|3rd|4th)"
"""An ordinal of a quarter. Other patterns can include it, because it has no groups."""

_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}
_LETTERS = re.compile(r"[a-z]+")


def parse_cardinal(words: str) -> int:
    """Parse a match of `CARDINAL`."""
    folded = fold_case(words)
    if folded in _ONES:
        return _ONES[folded]
    tens = next(word for word in _TENS if folded.startswith(word))
    ones = _LETTERS.search(folded, len(tens))
    return _TENS[tens] + (_ONES[ones.group()] if ones else 0)


def parse_ordinal(word: str) -> int:
    """Parse a match of `ORDINAL` to a number from 1 to 4."""
    return _ORDINALS[fold_case(word)]
