"""Tagged filings as cases of the extraction of reports: each with the schema that fits it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.facts.model import StatementKind
from evals.datasets.filings import FACTS, Filing, load_filings
from evals.datasets.ixbrl import is_inline_xbrl
from workers.extraction.fields.report.periods import Role

ROLES: Mapping[str, Role] = {
    "report.line": Role.CURRENT,
    "report.prior_line": Role.PRIOR,
    "report.line_to_date": Role.TO_DATE,
}
"""The rules of lines, with the period that they read."""

_FULL_YEAR = 11
"""Months."""


@dataclass(frozen=True, slots=True)
class FiledCase:
    """A filing. The kind is the key of its schema."""

    id: str
    kind: str
    filing: Filing


def is_filings(data: Path) -> bool:
    """Return whether a folder has tagged filings, in Footnote's own form or as inline XBRL."""
    return (data / FACTS).is_file() or any(map(is_inline_xbrl, data.glob("*.html")))


def load_filed(data: Path) -> list[FiledCase]:
    """Load the filings of a folder. Raises DataMissingError, DatasetError."""
    return [
        FiledCase(filing.name, "annual-report" if _is_annual(filing) else "quarterly-report", filing)
        for filing in load_filings(data)
    ]


def _is_annual(filing: Filing) -> bool:
    """Return whether the cash flows of a filing's statements are of a year."""
    months = [fact.period.months for fact in filing.facts if fact.statement is StatementKind.CASH_FLOW]
    return max(months, default=_FULL_YEAR) >= _FULL_YEAR
