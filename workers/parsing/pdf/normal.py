"""Writes words in the form in which they are stored."""

import re

_LIGATURES = {
    "ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st",
}  # fmt: skip
_DROPPED = "\u200b\u200c\u200d\u2060\ufeff\uffff"
# Bullets of symbol fonts are in the private use area, at U+F000 plus their code in the font Symbol or Wingdings.
_SYMBOLS = {"\uf0b7": "•", "\uf0a7": "▪", "\uf0a8": "□", "\uf0fe": "☒", "\uf06f": "□", "\uf0d8": "➢"}
_ODD = re.compile("[\u00ad\ufb00-\ufb06\u200b-\u200d\u2060\ufeff\uffff\uf000-\uf0ff\ud800-\udfff]")


def has_odd_chars(text: str) -> bool:
    """Return whether `normalise_word` changes any word of the text."""
    return not text.isascii() and _ODD.search(text) is not None


def normalise_word(word: str) -> str:
    """Return a word in the form in which it is stored.

    Ligatures are expanded, soft hyphens and zero-width characters are removed, and lone surrogates are replaced. A soft
    hyphen at the end of a word is displayed (Unicode 16 §23.2), so it becomes a hyphen.
    """
    if word.isascii() or not _ODD.search(word):
        return word
    if word[-1] == "\u00ad":
        word = word[:-1] + "-"
    return _ODD.sub(_replacement, word)


def _replacement(match: re.Match[str]) -> str:
    char = match.group()
    if char in _LIGATURES:
        return _LIGATURES[char]
    if char == "\u00ad" or char in _DROPPED:
        return ""
    if "\ud800" <= char <= "\udfff":
        return "\ufffd"
    return _SYMBOLS.get(char, char)
