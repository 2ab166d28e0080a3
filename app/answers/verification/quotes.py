"""Finding a quote in a text as a person would, and giving back where it truly stands.

A model copies a quote with other white space, other quotation marks or other dashes than the page has. Such a quote is
found, and what is cited is the page's own text.
"""

import unicodedata

_SAME = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "−": "-", "‐": "-", "‑": "-"})
_MIN_FOLDED = 8


def locate_quote(quote: str, text: str) -> tuple[int, int] | None:
    """Start and end of `quote` in `text`, literally or with white space, marks and case folded; None when absent.

    A folded quote is at least 8 characters long: shorter ones stand anywhere.
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
    """The text without white space, with one form of each mark and letter; and where each character came from."""
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
