"""Titles of statements: which statement a line names, and whether it is that of the whole group.

Titles follow Regulation S-X (17 CFR 210.3-01 to 3-04, 5-02, 5-03, 9-03, 9-04), IAS 1.10 and ASC 230.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from app.facts.model import StatementKind

_OF = (
    r"\bstatements?\s+of\s+(?:(?:consolidated|combined|condensed|the|net|changes\s+in|recognized|profit\s+or)\s+){0,3}"
)
_TITLES: tuple[tuple[StatementKind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        (
            StatementKind.CASH_FLOW,
            rf"{_OF}cash\s*flows?|\bcash\s*flows?\s+statements?\b|\bconsolidated\s+cash\s+flows?\s*$|\bstatements?\s+of\s+changes\s+in\s+financial\s+position\b",
        ),
        (
            StatementKind.BALANCE,
            r"\bbalance\s*sheets?|\bstatements?\s+of\s+(?:consolidated\s+|combined\s+)?(?:financial\s+)?(?:position|condition)\b"
            r"|\bstatements?\s+of\s+assets,?\s+(?:and\s+)?liabilities\b|\bstatements?\s+of\s+net\s+assets\b",
        ),
        (
            StatementKind.COMPREHENSIVE_INCOME,
            rf"{_OF}(?:other\s+)?comprehensive\s+(?:\(?(?:income|loss|earnings)\)?)|\bstatements?\s+of\s+comprehensive\b"
            r"|\bcomprehensive\s+income\s+statements?\b",
        ),
        (
            StatementKind.EQUITY,
            rf"{_OF}(?:(?:total|common|redeemable|noncontrolling|non-controlling|convertible|preferred|stock|shares|interests?|and|units|partners['’]?|members['’]?|temporary)\s+){{0,6}}"
            r"(?:(?:share|stock|unit)\s*(?:holders?|owners?)['’]?s?['’]?\s+(?:equity|deficit|investment|interests?|\(?deficit)|(?:equity|deficit|capital|\(deficit\)|\(deficiency\)))"
            r"|\bstatements?\s+of\s+(?:\S+\s+){0,4}?(?:share|stock)\s*(?:holders?|owners?)['’]?s?['’]?\s+(?:\(?deficit|\(?deficiency|equity|investment)"
            r"|\bstatements?\s+of\s+(?:changes\s+in\s+)?(?:retained|reinvested)\s+earnings\b|\bstatements?\s+of\s+changes\s+in\s+(?:\S+\s+){0,3}equity\b",
        ),
        (
            StatementKind.INCOME,
            rf"{_OF}(?:\(?(?:income|operations|earnings|profit|losse?s?)\)?)|\b(?:income|earnings|operating|profit\s+and\s+loss)\s+statements?\b"
            r"|\bprofit\s+and\s+loss\s+accounts?\b|\b(?:consolidated|statements?\s+of)\s+results\s+of\s+operations\b",
        ),
    )
)
_ENTITIES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("pro forma", r"\bpro[\s-]?forma\b"),
        (
            "parent only",
            r"\bparent[\s-](?:company|only)\b|\bparent\b(?=\s*[)\-–—]?\s*(?:only|$))|\bunconsolidated\b"
            r"|\bcondensed\s+financial\s+(?:information|statements)\s+of\s+(?:the\s+)?(?:registrant|parent)",
        ),
        ("consolidating", r"\bconsolidating\b"),
        ("guarantors", r"\bguarantors?\b|\bdeed\s+of\s+(?:cross[\s-]+)?guarantee\b|\bobligor\b"),
        ("discontinued operations", r"\bdiscontinued\b"),
        ("predecessor", r"\bpredecessor\b(?!.*\bsuccessor\b)"),
    )
)
"""What a statement is of, if not of the whole group."""
_EXTRACT = re.compile(
    r"\bsupplement(?:al|ary)\b(?!\s+(?:data|financial\s+data|financial\s+information))|\bselected\b|\bhighlights\b"
    r"|\bsummar(?:y|i[sz]ed)\b|\breconciliations?\b|\bnon-?gaap\b|\bas\s+adjusted\b|\bcommon[\s-]size\b|\bsegments?\b"
    r"|\bexcerpts?\b|\baverage\s+balances?\b|\brate[\s/-]volume\b|\bvariable\s+interest\b",
    re.IGNORECASE,
)
_CONTINUED = re.compile(r"\bcontinued\b|\bcont['’]?d?\b\.?", re.IGNORECASE)
_MOST_OF_TITLE = 180
_MOST_BLANKS = 12
_NO_TITLE = re.compile(
    r"\t|\.{4}|\b(?:notes?\s+to|see|our|following|item|page|reflects?|included|includes|presented|shown|are|is|were|was|which)\b"
)
"""Words of sentences and of tables of contents. "Accompanying" stands below a statement, not above it."""


@dataclass(frozen=True, slots=True)
class Title:
    """The title of a statement. `kinds` are several if statements are joined ("operations and comprehensive loss").

    `is_primary` is False for the parent alone, guarantors, pro forma figures, extracts and summaries.
    """

    kinds: tuple[StatementKind, ...]
    is_primary: bool
    is_continued: bool


@lru_cache(maxsize=8192)
def read_title(line: str) -> Title | None:
    """Return the title that a line states; None for a sentence and other lines."""
    if len(line) > _MOST_OF_TITLE:
        return None
    folded = " ".join(line.casefold().split())
    if not any(word in folded for word in ("statement", "sheet", "account", "cash flow", "results of")):
        return None
    if _NO_TITLE.search(folded) or (folded.endswith((".", ":")) and folded.count(" ") > _MOST_BLANKS):
        return None
    kinds = tuple(kind for kind, pattern in _TITLES if pattern.search(folded))
    if not kinds:
        return None
    return Title(_joined(folded, kinds), not states_no_primary(folded), _CONTINUED.search(folded) is not None)


@lru_cache(maxsize=8192)
def states_no_primary(line: str) -> bool:
    """Return whether a line says that what is below it is not the primary statement of the whole group."""
    return len(line) <= _MOST_OF_TITLE and (entity_of(line) is not None or _EXTRACT.search(line) is not None)


@lru_cache(maxsize=8192)
def entity_of(line: str) -> str | None:
    """Return what a line says that a statement is of ("parent only", "guarantors"); None for the whole group."""
    if len(line) > _MOST_OF_TITLE:
        return None
    return next((name for name, pattern in _ENTITIES if pattern.search(line)), None)


def _joined(folded: str, kinds: tuple[StatementKind, ...]) -> tuple[StatementKind, ...]:
    """Return the kinds, with the statement of income first where it is joined with that of comprehensive income."""
    found = list(kinds)
    if StatementKind.COMPREHENSIVE_INCOME in found and re.search(
        r"\b(?:operations|income|earnings|loss(?:es)?|\(loss\))\s*(?:and|&|,)\s*(?:other\s+)?comprehensive", folded
    ):
        found = [kind for kind in found if kind is not StatementKind.INCOME]
        found.insert(0, StatementKind.INCOME)
    elif {StatementKind.COMPREHENSIVE_INCOME, StatementKind.INCOME} <= {*found} and not re.search(r"\band\b", folded):
        found.remove(StatementKind.INCOME)
    return tuple(found)
