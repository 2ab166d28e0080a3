"""Names of countries and regions of the world: a figure with one in its labels is of that part of an issuer only."""

import re

_PLACE = re.compile(
    r"\b(?:americas?|europe\w*|asia\w*|africa\w*|emea|apac|apla|latam|pacific|china|japan|india|korea|canada|mexico"
    r"|brazil|germany|france|italy|spain|switzerland|netherlands|ireland|israel|australia|singapore|taiwan|hong kong"
    r"|united (?:states|kingdom)|u\.s\.?|u\.k\.?|(?-i:US|UK)|international|foreign|domestic|middle east|rest of world"
    r"|other countries)(?!\w)",
    re.IGNORECASE,
)


def names_place(text: str) -> bool:
    """Return whether a text names a country or a region of the world."""
    return _PLACE.search(text) is not None
