"""The words by which an item and a row of a table are compared."""

import re
from functools import lru_cache

from app.quantities.dates import DATE
from app.quantities.fiscal_labels import QUARTER_CODE
from app.quantities.headings import without_years
from app.retrieval.index.lexicon import tokenise

_DATE = re.compile(DATE, re.IGNORECASE)
_QUARTER = re.compile(rf"\b{QUARTER_CODE}\b", re.IGNORECASE)
_NOTE = re.compile(r"\((?:see )?notes?\b[^()]{0,40}(?:\([^()]{1,12}\))?[^()]{0,20}\)", re.IGNORECASE)
_ORDINALS = {"1": "first", "2": "second", "3": "third", "4": "fourth"}
_ORDINAL = re.compile(r"\b([1-4])(?:st|nd|rd|th)\b", re.IGNORECASE)
_NAMES = (
    (re.compile(r"\bcap(?:ital)?[- ]?ex\b", re.IGNORECASE), "capital expenditures"),
    (re.compile(r"\bcogs\b", re.IGNORECASE), "cost of goods sold"),
    (re.compile(r"\bpp\s?&\s?e\b", re.IGNORECASE), "property plant and equipment"),
    (re.compile(r"\bd\s?&\s?a\b", re.IGNORECASE), "depreciation and amortization"),
    (re.compile(r"\br\s?&\s?d\b", re.IGNORECASE), "research and development"),
    (re.compile(r"\bsg\s?&\s?a\b", re.IGNORECASE), "selling general and administrative"),
    (re.compile(r"\beps\b", re.IGNORECASE), "earnings per share"),
    (re.compile(r"\bper cent\b|%", re.IGNORECASE), " percent "),
    (re.compile(r"\bpercentage\b", re.IGNORECASE), "percent"),
    (re.compile(r"\blabour\b", re.IGNORECASE), "labor"),
    (re.compile(r"\bu\.?k\.?(?!\w)", re.IGNORECASE), "united kingdom"),
    (re.compile(r"\b(?:u\.s\.(?:a\.)?|usa|US)(?!\w)"), "united states"),
    (
        re.compile(r"\b(?:amortis|recognis|utilis|organis|capitalis)(?=\w)", re.IGNORECASE),
        lambda found: found.group()[:-1] + "z",
    ),
)
SOFT = frozenset(
    tokenise(
        "amount amounts value values figure number balance level reported recorded recognized company group year years "
        "fiscal period end ended annual yearly unadjusted approximately dollars usd item respective respectively "
        "related using used according statement statements consolidated there been being shown"
    )
) | {"10-k", "10-q"}
"""Words that a row need not have."""

FRAME = frozenset(
    tokenise(
        "year years ended ending end month months week weeks quarter quarters fiscal financial thousand thousands "
        "million millions billion billions usd eur gbp us dollar dollars unaudited audited except share per data "
        "amounts shares as at restated note notes january february march april may june july august september october "
        "november december period"
    )
)
"""Words of headings that state a period or units."""

OPERATIONS = frozenset(tokenise("change changes average increase decrease difference growth ratio sum mean"))
"""Words that a row or a heading must have itself, because a question uses them for its arithmetic, too."""


@lru_cache(maxsize=1 << 14)
def terms_of(text: str) -> frozenset[str]:
    """Return the terms of an item or a label, without years and dates. "Q3" and "3rd quarter" are "third quarter"."""
    text = _DATE.sub(" ", _NOTE.sub(" ", text))
    text = _QUARTER.sub(lambda found: f"{_ORDINALS[found.group().lower().strip('q')]} quarter", without_years(text))
    text = _ORDINAL.sub(lambda found: _ORDINALS[found.group(1)], text)
    for pattern, name in _NAMES:
        text = pattern.sub(name, text)
    return frozenset(term for term in tokenise(text.replace("-", " ").replace("/", " ")) if not term.isdigit())
