"""What a question asks for, as far as its words tell: periods, whether a number is wanted, and which words carry it."""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from app.answers.numbers import find_numbers
from app.retrieval.lexicon import tokenise

UNDERSTANDING_VERSION = 1

_QUANTITY = re.compile(
    r"\b(?:how (?:much|many|large|big|high)|amount|value|total|ratio|margin|percent(?:age)?|rate|growth|average|"
    r"per share|usd|dollars?|millions?|billions?|thousands?|number of|what (?:is|was|were|are) the)\b|[$€£%]",
    re.IGNORECASE,
)

# What analysts call a line item, and what statements call it. From the us-gaap taxonomy's labels and common usage.
_SYNONYMS: tuple[tuple[str, str], ...] = (
    (r"\bcap(?:ital)?[- ]?ex(?:penditures?)?\b", "purchases additions property plant equipment capital expenditures"),
    (r"\brevenues?\b|\bturnover\b|\btop[- ]line\b", "revenue revenues net sales"),
    (r"\b(?:net )?sales\b", "revenue revenues net sales"),
    (r"\bcogs\b|\bcosts? of (?:goods sold|sales|revenues?)\b", "cost of sales goods sold revenue products"),
    (r"\bpp&?e\b|\bppne\b|\bfixed assets\b", "property plant equipment net"),
    (r"\bd&a\b|\bdepreciation\b", "depreciation amortization"),
    (r"\bnet (?:income|profit|earnings)\b|\bbottom[- ]line\b", "net income earnings"),
    (r"\beps\b|\bearnings per share\b", "earnings income per share basic diluted"),
    (r"\b(?:operating (?:income|profit)|ebit)\b", "operating income profit earnings from operations"),
    (r"\bebitda\b", "operating income depreciation amortization"),
    (r"\bsg&?a\b", "selling general administrative expenses"),
    (r"\br&d\b", "research development"),
    (r"\bpayables\b|\bdpo\b", "accounts payable"),
    (r"\breceivables?\b|\bdso\b", "accounts receivable receivables net"),
    (r"\binventor(?:y|ies)\b|\bdio\b", "inventories inventory merchandise"),
    (r"\b(?:operating )?cash flows?\b|\bcfo\b", "net cash provided by operating activities"),
    (r"\bquick ratio\b|\bcurrent ratio\b|\bworking capital\b|\bliquidity\b", "total current assets liabilities cash"),
    (r"\bleverage\b|\bdebt\b|\bborrowings?\b", "debt borrowings notes payable long-term"),
    (r"\bdividends?\b", "dividends paid declared"),
    (r"\bbuybacks?\b", "repurchase repurchases common stock treasury"),
    (r"\binterest coverage\b", "interest expense operating income"),
    (r"\btax rate\b", "effective tax rate provision income taxes"),
    (
        r"\bshareholders?[’']? equity\b|\bstockholders?[’']? equity\b|\bbook value\b",
        "total shareholders stockholders equity",
    ),
    (r"\bmaturit(?:y|ies)\b", "maturity maturities due"),
)
_ASKING_WORDS = (
    "much many give tell show list explain describe briefly please answer question compute calculate round decimal "
    "place base using use primarily information provided details context statement within clearly shown full year "
    "fiscal quarter million billion thousand unit amount value reply state number company firm what's does did usd "
    "dollars end ended ending any"
)


@dataclass(frozen=True, slots=True)
class Understanding:
    """A question as understood. `terms` carry it (stems, as the lexicon makes them); `synonyms` say the same."""

    years: frozenset[int]
    wants_number: bool
    terms: frozenset[str]
    synonyms: frozenset[str]

    def as_record(self) -> dict[str, Any]:
        """What is stored with the question."""
        return {
            "version": UNDERSTANDING_VERSION,
            "years": sorted(self.years),
            "wants_number": self.wants_number,
            "terms": sorted(self.terms),
        }


def understand_question(text: str) -> Understanding:
    """The question's periods and words. Never fails: a question of which nothing is understood has no terms."""
    years = frozenset(
        int(mention.value) for mention in find_numbers(text).mentions if mention.is_year() and _whole(mention.value)
    )
    asking = _asking_terms()
    terms = frozenset(term for term in tokenise(text) if term not in asking and not _names_year(term))
    synonyms = frozenset(
        term for pattern, words in _SYNONYMS if re.search(pattern, text, re.IGNORECASE) for term in tokenise(words)
    )
    return Understanding(
        years=years,
        wants_number=bool(_QUANTITY.search(text) or (synonyms and years)),
        terms=terms,
        synonyms=synonyms - terms,
    )


@cache
def _asking_terms() -> frozenset[str]:
    return frozenset(tokenise(_ASKING_WORDS))


def _whole(value: Decimal) -> bool:
    return value == value.to_integral_value()


def _names_year(term: str) -> bool:
    return re.fullmatch(r"(?:fy|cy)?(?:19|20)?\d\d", term) is not None
