"""Find the names (words with capital letters) and codes (with digits and hyphens) in a question."""

import re
from collections.abc import Iterator

from app.quantities.months import MONTH_NAMES
from app.quantities.unit_words import SCALE_WORDS

_SENTENCE_BEGIN = re.compile(r"(?:^|[.!?]\s+)[\W_]*")
_NAME = re.compile(r"\b(?P<name>[A-Z][\w&-]*(?:[ \t]+[A-Z][\w&-]*)*)(?P<of>['’](?:s\b|(?=\s)))?")
_CODE = re.compile(r"\b(?!(?:19|20)\d\d-)[A-Z0-9]{2,}-\d[\w-]*")  # a contract or product number
_LONGEST_ACRONYM = 6
# Capitalised words that are not names: periods, forms and their parts, offices, currencies.
_GENERIC = frozenset(
    """
    quarter quarterly fiscal year annual report form item note notes section exhibit statement statements company
    corporation group board chief officer financial executive president director chairman committee dollar dollars euro
    euros yes no i we answer question what who how where when which why that it there here let
    """.split()  # noqa: SIM905 - a list of words reads better as one string
).union(MONTH_NAMES, SCALE_WORDS, (f"{word}s" for word in SCALE_WORDS))


def find_names(question: str) -> Iterator[tuple[str, ...]]:
    """Yield the words of each name. Codes come first."""
    yield from ((match.group(),) for match in _CODE.finditer(question))
    begins = {match.end() for match in _SENTENCE_BEGIN.finditer(question)}
    for match in _NAME.finditer(question):
        words, is_owner = match["name"].split(), match["of"] is not None
        # First words of sentences and acronyms of metrics also have capitals. They count as names only with a
        # possessive "'s".
        if match.start() in begins and not (is_owner and len(words) == 1):
            words = words[1:]
        words = [word for word in words if _is_specific(word, is_owner=is_owner)]
        if words:
            yield tuple(words)


def _is_specific(word: str, *, is_owner: bool) -> bool:
    if word.casefold() in _GENERIC or len(word) < 2 or any(character.isdigit() for character in word):
        return False
    return is_owner or not (word.isupper() and len(word) <= _LONGEST_ACRONYM)
