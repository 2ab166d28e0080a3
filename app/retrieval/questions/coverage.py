"""Which fiscal years and quarters documents report on, and which periods of a question they don't."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from app.documents.metadata import DocumentType
from app.quantities.asked_periods import AskedPeriods

_ANNUAL = frozenset({DocumentType.FORM_10K, DocumentType.FORM_20F, DocumentType.ANNUAL_REPORT})
_YEARS_BEFORE = 5  # selected financial data: Regulation S-K, item 301, until 2021
_LATER = re.compile(
    r"\b(?:matur\w+|due|expir\w+|thereafter|payable|commit\w+|obligat\w+|until|through|callable|redeem\w*|schedul\w+|"
    r"target\w*|goal\w*|by the end of)\b",
    re.IGNORECASE,
)
"""A question with such a word may ask for what documents say of a later year."""
_STATED_AT = re.compile(
    r"\b(?:(?:as|at) (?:of|at|the end of|end of|year[- ]end)|(?:years?|quarters?|months|period) end(?:ed|ing)|dated|"
    r"filed(?: on)?)\s+(?:[\w.,]+\s+){0,4}?((?:19|20)\d\d)\b",
    re.IGNORECASE,
)
"""The year of a state or of a filing: other words ask for a history, which names earlier years than reports cover."""


@dataclass(frozen=True, slots=True)
class Reported:
    """What a document's metadata say of its period."""

    document_type: str | None
    fiscal_year: int | None
    fiscal_period: str | None
    period_end: date | None
    filing_date: date | None


@dataclass(frozen=True, slots=True)
class Coverage:
    """The fiscal years and the quarters (quarter, fiscal year) that documents report on, ascending.

    Years are those of the documents themselves. A year counts by its fiscal label and by the year in which it ends,
    since issuers label years differently. `reach` also has the years before, whose figures reports repeat, and the year
    after, of which they give an outlook.
    """

    years: tuple[int, ...] = ()
    quarters: tuple[tuple[int, int], ...] = ()
    reach: frozenset[int] = frozenset()

    @classmethod
    def of(cls, documents: Iterable[Reported]) -> "Coverage":
        years: set[int] = set()
        quarters: set[tuple[int, int]] = set()
        reach: set[int] = set()
        for document in documents:
            day = document.period_end or (document.filing_date if document.fiscal_year is None else None)
            labels = {label for label in (document.fiscal_year, day.year if day else None) if label is not None}
            if not labels:
                continue
            is_annual = _base(document.document_type) in _ANNUAL
            before = _YEARS_BEFORE if is_annual else 1
            reach.update(range(min(labels) - before, max(labels) + 2))
            years |= labels
            quarter = document.fiscal_period or ""
            if quarter.startswith("Q") and quarter[1:].isdigit():
                quarters |= {(int(quarter[1:]), label) for label in labels}
        return cls(tuple(sorted(years)), tuple(sorted(quarters, key=lambda each: each[::-1])), frozenset(reach))

    def list_missing(self, asked: AskedPeriods, question: str, *, wants_figure: bool) -> tuple[str, ...]:
        """Return the asked fiscal years and quarters that no document can report on, such as "fiscal 2031"; nothing if
        no document states its period.

        A year without a fiscal label may be that of a maturity or a target, and counts only if the question asks for a
        figure of that year, or for a state or filing before all that documents report on.
        """
        if not self.reach:
            return ()
        of_figure = wants_figure and not _LATER.search(question)
        stated = {int(year) for year in _STATED_AT.findall(question)}
        early = {year for year in stated.intersection(asked.years) if year < min(self.reach)}
        years = asked.years if of_figure else sorted(early.union(asked.labelled))
        quarters = [f"Q{quarter} {year}" for quarter, year in asked.quarters if year and year not in self.reach]
        in_quarters = {year for _, year in asked.quarters}
        missing = [f"fiscal {year}" for year in years if year not in self.reach and year not in in_quarters]
        return (*missing, *quarters)


def _base(kind: str | None) -> DocumentType:
    try:
        return DocumentType(kind or DocumentType.OTHER).base
    except ValueError:
        return DocumentType.OTHER
