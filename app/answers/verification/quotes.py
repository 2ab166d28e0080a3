"""Locate a quote in a text, with tolerance for white space, quotation marks, dashes and letter case.

Models change these characters when they copy a quote. Such a quote is still found, and the citation has the page's own
text.
"""

import unicodedata

_SAME = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "−": "-", "‐": "-", "‑": "-"})
_MIN_FOLDED = 8


def locate_quote(quote: str, text: str) -> tuple[int, int] | None:
    """Return the start and end of `quote` in `text`, or None if it is absent.

    If there is no exact match, differences in white space, marks and letter case are ignored. Such a match needs at
    least 8 characters, because shorter ones match by chance.
    """
    quote = quote.strip()
    if not quote:
        return None
    start = text.find(quote)
    if start >= 0:
        return start, start + len(quote)
    wanted, _ = _folded(quote)
    if len(wanted) < _MIN_FOLDED:
        return None
    folded, places = _folded(text)
    at = folded.find(wanted)
    if at < 0:
        return None
    return places[at], places[at + len(wanted) - 1] + 1


def _folded(text: str) -> tuple[str, list[int]]:
    """Remove white space and normalise marks and letter case; also return each character's original offset."""
    characters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text.translate(_SAME)):
        if character.isspace():
            continue
        for piece in unicodedata.normalize("NFKC", character).casefold():
            if not piece.isspace():
                characters.append(piece)
                places.append(place)
    return "".join(characters), places
