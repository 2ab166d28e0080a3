"""What the extractive writer looks for, out of what retrieval understood of a question."""

import re
from dataclasses import dataclass

from app.retrieval.index.lexicon import tokenise
from app.retrieval.understanding import Understanding
from app.retrieval.wording import get_core, search_terms

_QUANTITY = re.compile(
    r"\b(?:how (?:much|many|large|big|high)|amount|value|total|ratio|margin|percent(?:age)?|rate|growth|average|"
    r"per share|usd|dollars?|millions?|billions?|thousands?|number of|what (?:is|was|were|are) the)\b|[$€£%]",
    re.IGNORECASE,
)
_OF_FORM = re.compile(r"(?:fy|cy)?\d{1,4}|q[1-4]|end|year|fiscal|quarter|compani|million|billion|thousand|usd|dollar")

_OF_MANY_ITEMS = frozenset({"total", "net"})
"""Words that synonyms share with half of all line items: "total net sales" is no better than "net sales" for them."""


@dataclass(frozen=True, slots=True)
class Focus:
    """`terms` carry the question (stems, as the lexicon makes them), `synonyms` say the same in statements' words.

    Periods are in `years`, not among the terms.
    """

    terms: frozenset[str]
    synonyms: frozenset[str]
    years: frozenset[int]
    wants_number: bool


def find_focus(question: str, understanding: Understanding) -> Focus:
    """The focus of a question. Never fails: a question of which nothing is understood has no terms."""
    terms = frozenset(term for term in search_terms(get_core(question)) if not _OF_FORM.fullmatch(term))
    synonyms = frozenset(term for words in understanding.synonyms for term in tokenise(words)) - _OF_MANY_ITEMS
    return Focus(
        terms=terms,
        synonyms=synonyms - terms,
        years=frozenset(understanding.periods.years),
        wants_number=bool(understanding.statements or _QUANTITY.search(question)),
    )
