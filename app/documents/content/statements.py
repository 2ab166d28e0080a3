"""Recognise the pages with primary statements.

The confidence for a page grows with the number of the statement's line items on it. It is lower if the title is not at
the top of the page. Line items and titles follow Regulation S-X (17 CFR 210.5-02, 5-03, 9-03, 9-04), IAS 1 and ASC 230.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

_TOP = 700  # the title is expected within this number of characters from the top of a page
_BELOW_TOP = 0.6
_ENOUGH = 10  # number of line items for a confidence of 1
_NUMBER = re.compile(r"\d[\d,.]*\d|\(\d")
_FEWEST_NUMBERS = 12


class Statement(StrEnum):
    INCOME = "income-statement"
    BALANCE = "balance-sheet"
    CASH_FLOW = "cash-flow-statement"


# Each pattern begins with a word, by which it is found fast.
_TITLES: dict[Statement, tuple[str, ...]] = {
    Statement.INCOME: (
        r"statements?\s+of\s+(?:consolidated\s+|combined\s+)?(?:net\s+)?(?:comprehensive\s+)?"
        r"(?:income|operations|earnings|profit|loss)",
        r"income\s+statements?",
    ),
    Statement.BALANCE: (
        r"balance\s+sheets?",
        r"statements?\s+of\s+(?:consolidated\s+|combined\s+)?financial\s+(?:position|condition)",
    ),
    Statement.CASH_FLOW: (
        r"statements?\s+of\s+(?:consolidated\s+|combined\s+)?cash\s+flows?",
        r"cash\s+flows?\s+statements?",
    ),
}
_LINE_ITEMS: dict[Statement, tuple[str, ...]] = {
    Statement.INCOME: (
        r"(?:net\s+)?(?:sales|revenues?)",
        r"total\s+(?:net\s+)?revenues?",
        r"costs?\s+of\s+(?:sales|goods|products?|revenues?|services)|operation\s+and\s+maintenance|cost\s+and\s+expenses",
        r"gross\s+(?:profit|margin)",
        r"selling,?\s+(?:general|and)|general\s+and\s+administrative|marketing|salaries",
        r"research\s+and\s+development|product\s+development|depreciation",
        r"(?:operating\s+(?:income|profit|earnings|loss))|(?:income|earnings|loss)\s+from\s+operations|total\s+(?:operating\s+)?expenses",
        r"interest\s+(?:expense|income|and)|interest,\s+net|provisions?\s+for\s+credit\s+losses|net\s+interest\s+income",
        r"before\s+(?:provision\s+for\s+)?(?:income\s+)?tax(?:es)?|pretax\s+income",
        r"income\s+tax(?:es)?",
        r"net\s+(?:income|earnings|loss)",
        r"per\s+(?:\w+\s+)?(?:common\s+)?(?:share|unit)",
        r"\bdiluted\b",
        r"weighted[\s-]+average",
    ),
    Statement.BALANCE: (
        r"total\s+current\s+assets",
        r"total\s+assets",
        r"cash\s+and\s+(?:cash\s+)?(?:equivalents|due\s+from\s+banks)",
        r"receivables?|loans",
        r"inventor(?:y|ies)|investment\s+securities",
        r"property,?\s+(?:plant|and\s+equipment)|premises\s+and\s+equipment",
        r"goodwill",
        r"total\s+current\s+liabilities",
        r"(?:accounts|trade)\s+payable|deposits",
        r"long[\s-]term\s+(?:debt|borrowings)",
        r"total\s+liabilities",
        r"retained\s+earnings|accumulated\s+deficit|reinvested",
        r"treasury\s+(?:stock|shares)",
        r"paid[\s-]in\s+capital|capital\s+(?:in\s+excess|surplus)",
        r"accumulated\s+other\s+comprehensive",
        r"(?:share|stock)?holders['’]?\s+(?:\w+\s+)?(?:equity|investment)|total\s+equity",
    ),
    Statement.CASH_FLOW: (
        r"operating\s+activities",
        r"investing\s+activities",
        r"financing\s+activities",
        r"depreciation",
        r"deferred\s+(?:income\s+)?tax(?:es)?",
        r"(?:stock|share)[\s-]based\s+compensation",
        r"(?:purchases?|acquisitions?|additions?)\s+(?:of|to)\s+(?:\w+\s+)?property|capital\s+expenditures",
        r"dividends?",
        r"(?:re)?purchases?\s+of\s+(?:\w+\s+){0,2}(?:stock|shares)",
        r"proceeds\s+from",
        r"(?:repayments?|payments?|redemptions?)\s+(?:of|on)",
        r"exchange\s+rates?",
        r"(?:beginning|end)\s+of\s+(?:the\s+)?(?:year|period)",
        r"net\s+(?:increase|decrease|\(decrease\)|change)",
    ),
}


# A title may follow a company name or "Consolidated" on its line, and periods may follow the title.
_NO_TITLE = re.compile(r"\t|\b(?:notes? to|see|accompanying|our|following|parent|item)\b")
_AFTER_TITLE = re.compile(
    r"(?:\s*(?:\([^)]*\)|[-–—,:]|continued|unaudited|(?:and|&)\s+(?:other\s+)?comprehensive\s+(?:income|loss|earnings)))*"
    r"(?:\s*(?:for\s+the|as\s+of|at|years?|(?:three|six|nine|twelve)\s+months|in\s+(?:thou|mill|bill))\b.*)?\s*"
)
_MOST_OF_TITLE = 140
_MOST_BEFORE_TITLE = 60


@dataclass(frozen=True, slots=True)
class _Patterns:
    titles: tuple[re.Pattern[str], ...]
    line_items: tuple[re.Pattern[str], ...]

    def find_title(self, folded: str) -> re.Match[str] | None:
        """Return the first title of a text."""
        found = [match for title in self.titles if (match := title.search(folded)) is not None]
        return min(found, key=lambda match: match.start(), default=None)


def _has_words(pattern: re.Pattern[str], text: str) -> bool:
    """Return whether the pattern matches from the beginning of a word. A pattern with \\b in front is tried at every
    character, and one without it only at its first letters.
    """
    found = pattern.search(text)
    while found is not None and found.start() and (text[found.start() - 1].isalnum() or text[found.start() - 1] == "_"):
        found = pattern.search(text, found.start() + 1)
    return found is not None


class StatementRecogniser:
    """Recognises primary statements on pages, with a confidence. Immutable and thread-safe."""

    def __init__(self) -> None:
        self._patterns = {
            statement: _Patterns(
                tuple(map(re.compile, _TITLES[statement])),
                tuple(map(re.compile, _LINE_ITEMS[statement])),
            )
            for statement in Statement
        }

    def recognise(self, text: str) -> Mapping[Statement, float]:
        """Return a confidence (0 to 1) per statement for one page. A title below the top of the page lowers the
        confidence.
        """
        folded = text.casefold()
        titles = {statement: patterns.find_title(folded) for statement, patterns in self._patterns.items()}
        if not any(titles.values()) or len(_NUMBER.findall(folded)) < _FEWEST_NUMBERS:
            return {}
        found: dict[Statement, float] = {}
        for statement, title in titles.items():
            if title is not None:
                items = sum(_has_words(item, folded) for item in self._patterns[statement].line_items)
                found[statement] = min(1.0, items / _ENOUGH) * (1.0 if title.start() < _TOP else _BELOW_TOP)
        return found

    def find_title(self, line: str) -> Statement | None:
        """Return the statement if `line` is its title; None for other lines, such as a line of a table of contents or
        the title of a statement of comprehensive income.
        """
        folded = line.strip().casefold()
        if len(folded) > _MOST_OF_TITLE or ("statement" not in folded and "sheet" not in folded):
            return None
        for statement, patterns in self._patterns.items():
            found = patterns.find_title(folded)
            if (
                found is not None
                and found.start() <= _MOST_BEFORE_TITLE
                and _AFTER_TITLE.fullmatch(folded, found.end())
                and not _NO_TITLE.search(folded, 0, found.end())
                and "comprehensive" not in found.group()
            ):
                return statement
        return None

    def by_page(self, pages: Sequence[int], texts: Sequence[str]) -> dict[int, Mapping[Statement, float]]:
        """Return each page's result of `recognise`. `pages` and `texts` are the chunks' page numbers and texts, in
        order.
        """
        joined: dict[int, list[str]] = {}
        for page, text in zip(pages, texts, strict=True):
            joined.setdefault(page, []).append(text)
        return {page: self.recognise("\n".join(parts)) for page, parts in joined.items()}
