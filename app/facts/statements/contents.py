"""The labels that are typical of each statement, and how strongly a table's labels speak for one.

Labels follow Regulation S-X (17 CFR 210.5-02, 5-03, 7-03, 7-04, 9-03, 9-04), ASC 230 and IAS 1. A weight says how rare
a label is outside its statement.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from app.facts.model import StatementKind
from app.facts.statements.labels import plain_label

_HOLDERS = r"(?:share|stock|unit)?\s?(?:holders?|owners?|partners?|members?)?'?s?'? ?"
_OWNED = r"(?:equity|deficit|deficiency|investment|capital|net assets|net worth)"
_TYPICAL: Mapping[StatementKind, tuple[tuple[float, str], ...]] = {
    StatementKind.BALANCE: (
        (3, r"total assets|assets"),
        (
            3,
            rf"(?:total )?liabilities,?(?: .*)? and .*{_OWNED}.*|total equity and liabilities"
            rf"|total .*{_OWNED} and liabilities",
        ),
        (1.5, r"total current assets|total current liabilities|current assets|current liabilities"),
        (1.5, r"total liabilities|liabilities"),
        (1.5, rf"total .*{_OWNED}.*|{_OWNED}"),
        (1, r"cash and (?:cash )?equivalents.*|cash|cash and due from banks"),
        (1, r".*(?:receivable|receivables|loans)\b.*"),
        (1, r"(?:accounts|trade) payables?.*|.*deposits.*|.*payable.*"),
        (1, r"retained earnings.*|accumulated deficit.*|reinvested earnings.*|.*reserves"),
        (1, r"accumulated other comprehensive.*"),
        (1, r"(?:additional )?paid-in capital.*|capital in excess.*|capital surplus|share premium|treasury.*"),
        (0.5, r"goodwill.*|.*property.*equipment.*|inventor(?:y|ies).*|premises and equipment.*"),
    ),
    StatementKind.INCOME: (
        (
            1.5,
            r"(?:total )?(?:net )?(?:operating )?(?:revenues?|sales)(?: and other.*)?.*"
            r"|total interest income|.*premiums",
        ),
        (
            1,
            r"(?:total )?costs? (?:of|and) .*|operation and maintenance|benefits, losses.*"
            r"|claims.*|total interest expense",
        ),
        (1, r"gross (?:profit|margin)|net interest income.*"),
        (1, r"(?:selling|marketing|general|research|salaries|depreciation|compensation).*"),
        (
            1.5,
            r"(?:total )?(?:operating )?(?:income|profit|earnings|loss)(?: from operations)?"
            r"|(?:income|loss) from operations|operating (?:income|profit|loss|earnings)",
        ),
        (1, r"(?:total )?(?:operating |non-?interest )?(?:costs and )?expenses?|total costs and expenses"),
        (1, r"interest (?:expense|income).*|interest,? net|finance (?:costs|income).*"),
        (2, r".*before .*(?:tax|taxes)\b.*|pre-?tax .*"),
        (2, r".*(?:income tax|taxes on income|tax expense|taxation|provision for .*taxes).*"),
        (2, r"(?:consolidated )?net (?:income|earnings|loss|profit).*|(?:profit|loss) for the (?:year|period).*"),
        (2, r".*per .*(?:share|unit).*|.*:? ?(?:basic|diluted)(?: and diluted)?"),
        (1, r"weighted[ -]average.*|.*shares outstanding.*|average .*shares.*"),
    ),
    StatementKind.CASH_FLOW: (
        (3, r".*cash.* (?:operating activities|operations|operating activities.*)"),
        (3, r".*cash.* investing activities.*|.*cash.* investments"),
        (3, r".*cash.* financing activities.*"),
        (2, r".*(?:increase|decrease|change) in (?:.*)?cash.*"),
        (
            2,
            r"cash.* at (?:the )?beginning.*|cash.*,? ?beginning.*"
            r"|beginning (?:cash|balance).*|balances? at beginning.*",
        ),
        (2, r"cash.* at (?:the )?end.*|cash.*,? ?end(?:ing)?\b.*|ending (?:cash|balance).*|balances? at end.*"),
        (1, r"depreciation.*|amortization.*"),
        (1, r"(?:purchases?|additions?|acquisitions?|expenditures?|payments?) (?:of|to|for) .*|capital expenditures.*"),
        (1, r"proceeds .*|issuances? .*|repayments? .*|payments? .*|dividends .*"),
        (1, r"(?:stock|share|equity)-based compensation.*|deferred .*tax.*"),
    ),
    StatementKind.COMPREHENSIVE_INCOME: (
        (4, r"(?:total )?comprehensive (?:income|loss|earnings).*|total comprehensive .*"),
        (2.5, r"(?:total )?other comprehensive (?:income|loss|earnings|gain).*|net current.*other comprehensive.*"),
        (1.5, r".*(?:foreign )?currency translation.*"),
        (1, r".*unreali[sz]ed .*|.*available-for-sale.*|.*hedg.*|.*derivative.*"),
        (1, r".*(?:pension|postretirement|benefit plan|defined benefit|actuarial).*"),
        (1, r"(?:consolidated )?net (?:income|earnings|loss).*|profit for.*"),
    ),
    StatementKind.EQUITY: (
        (2, r"balances?\b.*|.*(?:beginning|ending|opening|closing) balances?.*|.*at (?:beginning|end) of .*"),
        (1, r"(?:consolidated )?net (?:income|earnings|loss).*|profit for.*"),
        (1, r"other comprehensive .*|total comprehensive .*"),
        (1, r".*dividends?.*|.*distributions.*"),
        (1, r".*(?:repurchases?|purchases? of .*(?:stock|shares)|treasury|retire).*"),
        (1, r".*(?:stock|share|equity)-based.*|.*issu.*|.*options.*|.*vest.*|.*compensation.*|.*stock plans.*"),
    ),
}
_COMPONENTS = re.compile(
    r"\b(?:paid[\s-]in\s+capital|retained\s+earnings|accumulated\s+(?:other|deficit)|treasury|common\s+(?:stock|shares)|"
    r"reinvested|non-?controlling|total\s+(?:\S+\s+){0,2}equity|ordinary\s+shares|share\s+capital|reserves|deficit)\b",
    re.IGNORECASE,
)
_LONGEST = 160
"""Characters of a label that are compared: the patterns take more than linear time."""
_MOST_COMPONENTS = 3.0
_PATTERNS = {
    kind: tuple((weight, re.compile(pattern)) for weight, pattern in typical) for kind, typical in _TYPICAL.items()
}


_ESSENTIAL: Mapping[StatementKind, tuple[tuple[int, ...], int]] = {
    StatementKind.BALANCE: ((0, 1), 2),
    StatementKind.INCOME: ((0, 4, 7, 8, 9), 4),
    StatementKind.CASH_FLOW: ((0, 1, 2), 2),
    StatementKind.COMPREHENSIVE_INCOME: ((0, 1), 2),
    StatementKind.EQUITY: ((0, 1), 2),
}
"""The typical labels that a statement without a title must have, and how many of them."""


def has_essentials(kind: StatementKind, labels: Iterable[str]) -> bool:
    """Return whether labels of rows with figures are those without which a table is no statement of a kind."""
    found = {at for label in labels for own, at in _typical_of(label) if own is kind}
    essential, fewest = _ESSENTIAL[kind]
    return sum(at in found for at in essential) >= fewest


@lru_cache(maxsize=16_384)
def _typical_of(label: str) -> tuple[tuple[StatementKind, int], ...]:
    """List the typical labels that a label is: pairs of the statement and a number."""
    plain = plain_label(label)[:_LONGEST]
    return tuple(
        (kind, at)
        for kind, patterns in _PATTERNS.items()
        for at, (_, pattern) in enumerate(patterns)
        if pattern.fullmatch(plain)
    )


def weigh_contents(labels: Iterable[str], headings: Iterable[str]) -> dict[StatementKind, float]:
    """Return how strongly the labels of a table's rows speak for each statement. Each typical label counts once."""
    found = {typical for label in labels for typical in _typical_of(label)}
    weights = dict.fromkeys(_PATTERNS, 0.0)
    for kind, at in found:
        weights[kind] += _PATTERNS[kind][at][0]
    if weights[StatementKind.EQUITY]:
        components = {match.group().casefold() for text in headings for match in _COMPONENTS.finditer(text)}
        weights[StatementKind.EQUITY] += min(_MOST_COMPONENTS, float(len(components)))
    return weights
