"""What is known about the document that facts are read from."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class About:
    """Metadata of the document. Unknown fields are None.

    `period_end` is the last day of the document's own period: the part `fiscal_period` ("FY", "Q1" to "Q4") of the
    fiscal year `fiscal_year`, as the issuer names it. `currency` is an ISO 4217 code. `scale` is a word ("millions").
    `year_end` are month and day on which the fiscal year ends, in years of 52 or 53 weeks about that day.
    """

    period_end: date | None = None
    fiscal_year: int | None = None
    fiscal_period: str | None = None
    currency: str | None = None
    scale: str | None = None
    year_end: tuple[int, int] | None = None
