"""Words of analysts' definitions that mean an operation, and words that mean nothing in them."""

from typing import Final

_KEYWORDS: Final = {
    "PLUS": ("plus", "added to"),
    "MINUS": ("minus", "less", "net of"),
    "TIMES": ("times", "multiplied by", "x"),
    "OVER": (
        "divided by", "over", "to", "relative to", "as a % of", "as % of", "as a percent of", "as a percentage of",
        "as percent of", "as percentage of", "as a share of", "% of", "as a multiple of", "as a proportion of",
    ),
    "AVERAGE": ("average", "avg", "mean", "average of", "the average of"),
    "CHANGE": ("change in", "increase in", "the change in", "change of"),
    "GROWTH_OF": ("growth in", "growth of", "growth rate of", "growth rate in"),
    "GROWTH": ("growth", "growth rate", "% growth"),
    "MARGIN": ("margin", "% margin", "margin %"),
    "OPENING_OF": ("beginning", "opening", "beginning of year", "beginning of period"),
    "OPENING": (),
    "BETWEEN": ("between", "from"),
    "AND": ("and",),
    "OF": (
        "in", "for", "of", "during", "at", "at end of", "at the end of", "as of", "at year end", "at the end of year",
        "at end of year",
    ),
}  # fmt: skip
_BY_WORDS: Final = {tuple(words.split()): kind for kind, phrases in _KEYWORDS.items() for words in phrases}
LONGEST_KEYWORD: Final = max(map(len, _BY_WORDS))

FILLERS: Final = frozenset(
    {"the", "a", "an", "unadjusted", "reported", "total", "its", "their", "company", "year-end", "ending", "closing"}
    | {"end", "year", "fiscal", "amount", "value"}
)
"""Words that can be left out before a name: the registry's own definitions are unadjusted and consolidated."""


def keyword(words: tuple[str, ...]) -> str | None:
    """Return the type of token that words stand for."""
    return _BY_WORDS.get(words)
