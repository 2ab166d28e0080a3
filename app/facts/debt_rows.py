"""Find rows of debt in a balance sheet that match no item, so that debt is not taken as zero."""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from app.facts.fiscal import FiscalSpan
from app.facts.ledger_ranking import agree
from app.facts.model import Fact, StatementKind, StoredFact

_DEBT = re.compile(
    r"\b(?:borrowings?|indebtedness|debts?|debentures?|bonds?|overdrafts?|revolv\w+|commercial paper|credit facilit\w+"
    r"|lines? of credit|(?:notes?|loans?|mortgages?) payable|(?:bank|term|mortgage) loans?"
    r"|(?:senior|secured|unsecured|subordinated|convertible|loan)\s(?:\w+\s)?notes?)\b",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"\b(?:assets?|receivables?|securities|investments?|costs?|interest|tax(?:es)?|deposits?|preferred|guarantees?|hedg\w+"
    r"|held[- ]for[- ](?:sale|investment))\b|^total\b",
    re.IGNORECASE,
)
"""Words of rows that mention debt but are not debt owed: claims, costs, totals."""


def debt_rows(
    facts: Sequence[StoredFact],
    span_of: Callable[[StoredFact], FiscalSpan | None],
    is_found: Callable[[StoredFact], bool],
) -> Mapping[int, Sequence[str]]:
    """Return the labels of such rows by the fiscal quarter that ends on the day of their balance.

    Leave out nil rows, rows with the amount of a row of the same day that has an item, and rows that are found by
    their label (`is_found`).
    """
    placed: dict[int, list[Fact]] = defaultdict(list)
    others: dict[int, list[StoredFact]] = defaultdict(list)
    for stored in facts:
        fact, span = stored.fact, span_of(stored)
        if span is None or fact.statement is not StatementKind.BALANCE or fact.dimensions:
            continue
        if fact.item is not None:
            placed[span.end].append(fact)
        elif fact.value and _is_debt(fact) and not is_found(stored):
            others[span.end].append(stored)
    rows: dict[int, Sequence[str]] = {}
    for end, found in others.items():
        labels = [one.fact.label for one in found if not any(agree(one.fact, fact) for fact in placed[end])]
        rows[end] = tuple(dict.fromkeys(labels))
    return rows


def _is_debt(fact: Fact) -> bool:
    groups = (label for label in fact.label_path[:-1] if "liabilit" not in label.casefold())
    return (
        _DEBT.search(fact.label) is not None
        and _OTHER.search(fact.label) is None
        and not any(_OTHER.search(label) for label in groups)
    )
