"""Finance vocabulary: the primary statements that have the inputs of each metric, and the names of the inputs in them.

Line items and their statements follow Regulation S-X (17 CFR 210.5-02 balance sheets, 210.5-03 statements of
comprehensive income, 210.9-03/04 for banks) and ASC 230 (statement of cash flows); metrics follow finance textbooks.
"""

import re

from app.documents.content.statements import Statement

# Names of the statements. In a question, such a name is the strongest hint at a statement.
_NAMED: tuple[tuple[Statement, str], ...] = (
    (
        Statement.INCOME,
        r"income statements?|statements? of (?:consolidated )?(?:comprehensive )?(?:income|operations|earnings)"
        r"|p\s?&\s?l|p and l|profit (?:and|&) loss",
    ),
    (Statement.BALANCE, r"balance sheets?|statements? of (?:consolidated )?financial (?:position|condition)"),
    (Statement.CASH_FLOW, r"cash[- ]?flows? statements?|statements? of (?:consolidated )?cash flows?"),
)

# Metrics and line items, each with the statements that have its inputs, and the names of the inputs in those
# statements.
_METRICS: tuple[tuple[str, tuple[Statement, ...], str], ...] = (
    (
        r"cap(?:ital)?[- ]?ex(?:penditures?)?",
        (Statement.CASH_FLOW,),
        "capital expenditures purchases of property, plant and equipment additions",
    ),
    (
        r"free cash flows?|fcf",
        (Statement.CASH_FLOW,),
        "net cash provided by operating activities purchases of property, plant and equipment capital expenditures",
    ),
    (
        r"(?:cash flows?|cash) (?:generated |provided |used )?(?:from|by|in) (?:operati\w+|investing|financing)"
        r"|operating cash flows?|cfo\b|operati\w+, investing,? and financing",
        (Statement.CASH_FLOW,),
        "net cash provided by operating activities investing activities financing activities",
    ),
    (
        r"depreciation|amorti[sz]ation|d\s?&\s?a\b",
        (Statement.CASH_FLOW,),
        "depreciation and amortization",
    ),
    (r"ebitda", (Statement.INCOME, Statement.CASH_FLOW), "operating income depreciation and amortization"),
    (r"ebit\b|operating (?:income|profit|margin|earnings)", (Statement.INCOME,), "operating income operating profit"),
    (
        r"dividends?(?: paid| payments?)?|pay(?:out|ing)? (?:ratio|in cash dividends)|retention ratio|payout ratio",
        (Statement.CASH_FLOW,),
        "dividends paid cash dividends",
    ),
    (
        r"(?:share|stock) (?:re)?purchases?|buy-?backs?|repurchas\w+",
        (Statement.CASH_FLOW,),
        "repurchases of common stock",
    ),
    (
        r"gross (?:profit|margins?)|cogs|cost of (?:goods sold|sales|revenues?)",
        (Statement.INCOME,),
        "gross profit cost of sales cost of goods sold cost of revenue",
    ),
    (r"net (?:income|profit|earnings|loss|margin)|bottom line", (Statement.INCOME,), "net income attributable"),
    (
        r"revenues?|net sales|total sales|top[- ]?line|sales growth",
        (Statement.INCOME,),
        "net sales total revenue net revenues",
    ),
    (
        r"(?:effective )?tax rates?|income tax(?:es)?",
        (Statement.INCOME,),
        "effective tax rate provision for income taxes",
    ),
    (r"eps|earnings per share", (Statement.INCOME,), "earnings per share diluted"),
    (r"sg\s?&\s?a", (Statement.INCOME,), "selling, general and administrative expenses"),
    (r"r\s?&\s?d\b", (Statement.INCOME,), "research and development expenses"),
    (
        r"(?:quick|current|acid[- ]test|cash|working capital) ratios?|working capital|liquidity (?:profile|ratio)",
        (Statement.BALANCE,),
        "total current assets total current liabilities cash and cash equivalents receivables inventories",
    ),
    (r"(?:current|total|fixed) assets?|(?:current|total) liabilit\w+", (Statement.BALANCE,), ""),
    (r"largest (?:asset|liability)|liabilit(?:y|ies)", (Statement.BALANCE,), "total liabilities"),
    (
        r"pp\s?&\s?e|(?:net )?property,? plant,? (?:and|&) equipment|capital[- ]intensi\w+",
        (Statement.BALANCE, Statement.CASH_FLOW),
        "property, plant and equipment, net",
    ),
    (
        r"days (?:payables?|sales|inventory)[\w ]*|dpo|dso|dio|cash conversion cycle|accounts (?:payable|receivable)",
        (Statement.INCOME, Statement.BALANCE),
        "accounts payable accounts receivable inventories cost of sales",
    ),
    (
        r"(?:asset|inventory|receivables?|payables?) turnover(?: ratio)?|return on (?:assets|equity|capital)|ro[aei]c?",
        (Statement.INCOME, Statement.BALANCE),
        "total assets inventories",
    ),
    (r"inventor(?:y|ies)", (Statement.BALANCE,), "inventories"),
    (
        r"(?:total |net |long[- ]term |short[- ]term )debt|leverage|debt[- ]to[- ]\w+|net debt",
        (Statement.BALANCE,),
        "long-term debt debt maturing within one year short-term borrowings",
    ),
    (r"interest coverage", (Statement.INCOME,), "operating income interest expense"),
    (r"goodwill|intangible assets?|book value|shareholders['’]? equity", (Statement.BALANCE,), ""),
)


def _whole(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{pattern})(?![\w])", re.IGNORECASE)


class FinanceVocabulary:
    """Finds statements and metrics in questions. Compiled once; immutable and thread-safe."""

    def __init__(self) -> None:
        self._named = tuple((statement, _whole(pattern)) for statement, pattern in _NAMED)
        self._metrics = tuple((_whole(pattern), statements, words) for pattern, statements, words in _METRICS)

    def find_named_statements(self, question: str) -> tuple[Statement, ...]:
        """Return the statements that the question names, in the order of `Statement`."""
        return tuple(statement for statement, pattern in self._named if pattern.search(question))

    def find_metrics(self, question: str) -> tuple[tuple[Statement, ...], tuple[str, ...]]:
        """Return the statements that have the inputs of the question's metrics, and the names of the inputs in those
        statements.
        """
        statements: list[Statement] = []
        words: list[str] = []
        for pattern, holders, synonyms in self._metrics:
            if pattern.search(question):
                statements.extend(holders)
                words.extend(filter(None, (synonyms,)))
        return tuple(dict.fromkeys(statements)), tuple(dict.fromkeys(words))
