"""The lower case of words that a pattern matched without regard to case."""

_LOOKALIKES = str.maketrans({"ı": "i", "İ": "i", "ſ": "s", "\N{KELVIN SIGN}": "k"})


def fold_case(word: str) -> str:
    """Return a word in lower case, with the letters that `re.IGNORECASE` takes for ASCII ones replaced by those.

    Text typed on a Turkish keyboard has "mıllion" and "MİLLİON".
    """
    return word.translate(_LOOKALIKES).lower()
