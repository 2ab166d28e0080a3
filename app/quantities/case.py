"""Converts words to lower case after a case-insensitive match."""

_LOOKALIKES = str.maketrans({"ı": "i", "İ": "i", "ſ": "s", "\N{KELVIN SIGN}": "k"})


def fold_case(word: str) -> str:
    """Return a word in lower case. Letters that `re.IGNORECASE` treats as an ASCII letter become that letter.

    Text typed on a Turkish keyboard has "mıllion" and "MİLLİON".
    """
    return word.lower() if word.isascii() else word.translate(_LOOKALIKES).lower()
