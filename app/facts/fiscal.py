"""Arithmetic of fiscal labels: quarters are counted, so that periods can be shifted, joined and subtracted."""

import re
from dataclasses import dataclass

from app.facts.model import FiscalLabel
from app.quantities.fiscal_labels import full_year
from app.quantities.periods import Period

QUARTERS_OF_YEAR = 4

_LENGTHS = {"FY": 4, "9M": 3, "H1": 2, "H2": 2, "Q1": 1, "Q2": 1, "Q3": 1, "Q4": 1, "TTM": 4}
_ENDS = {"FY": 4, "9M": 3, "H1": 2, "H2": 4, "Q1": 1, "Q2": 2, "Q3": 3, "Q4": 4}
_PARTS = {
    (4, 4): "FY", (3, 3): "9M", (2, 2): "H1", (4, 2): "H2", (1, 1): "Q1", (2, 1): "Q2", (3, 1): "Q3", (4, 1): "Q4",
}  # fmt: skip
_DAYS = {1: range(75, 126), 2: range(150, 215), 3: range(235, 306), 4: range(335, 401)}
"""Days of one to four quarters: quarters have 12 to 17 weeks, years 52 or 53."""

_YEAR = r"(?P<year>(?:19|20|21)\d\d|\d\d)"
_LABEL = re.compile(
    rf"(?:(?P<trailing>TTM|LTM)[ -]?)?"
    rf"(?:(?P<part>Q[1-4]|H[12]|9M|FY)|(?P<before>[1-4]Q|[12]H))?[ '’/-]{{0,2}}(?:of )?"
    rf"(?:FY|fiscal(?: year)?)?[ '’-]{{0,2}}{_YEAR}[AEP]?",
    re.IGNORECASE,
)
_YEAR_FIRST = re.compile(rf"(?:FY ?)?{_YEAR}[ -]?(?P<part>Q[1-4]|H[12]|9M|FY)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, order=True)
class FiscalSpan:
    """A stretch of fiscal quarters: from after quarter `start` to the end of quarter `end`.

    Quarter q of the fiscal year y has the number 4 × y + q. `start` is None for an instant, at the end of `end`.
    """

    end: int
    start: int | None = None

    @classmethod
    def of(cls, label: FiscalLabel) -> "FiscalSpan":
        """Return the span of a label. The label of trailing twelve months has the part "TTM" and that of its end ("TTM
        Q2"). An unknown part counts as the fiscal year.
        """
        trailing, _, part = label.part.rpartition(" ")
        end = QUARTERS_OF_YEAR * label.year + _ENDS.get(part, QUARTERS_OF_YEAR)
        return cls(end, end - (_LENGTHS["TTM"] if trailing else _LENGTHS.get(part, QUARTERS_OF_YEAR)))

    @property
    def label(self) -> FiscalLabel:
        """The span as a label. A span that issuers do not name is labelled by its end."""
        year, quarter = divmod(self.end - 1, QUARTERS_OF_YEAR)
        length = self.quarters
        if length == 0:
            return FiscalLabel(year, "FY" if quarter == QUARTERS_OF_YEAR - 1 else f"Q{quarter + 1}")
        part = _PARTS.get((quarter + 1, length))
        if part is None and length == QUARTERS_OF_YEAR:
            part = f"TTM Q{quarter + 1}"
        return FiscalLabel(year, part or f"{length * 3}M Q{quarter + 1}")

    @property
    def quarters(self) -> int:
        """The number of quarters; 0 for an instant."""
        return 0 if self.start is None else self.end - self.start

    @property
    def instant(self) -> "FiscalSpan":
        """The end of the span."""
        return FiscalSpan(self.end)

    @property
    def opening(self) -> "FiscalSpan":
        """The beginning of the span, as an instant. That of an instant is a year before."""
        return FiscalSpan(self.end - QUARTERS_OF_YEAR if self.start is None else self.start)

    @property
    def trailing(self) -> "FiscalSpan":
        """The twelve months that end with the span."""
        return FiscalSpan(self.end, self.end - QUARTERS_OF_YEAR)

    def shifted(self, *, years: int = 0, quarters: int = 0) -> "FiscalSpan":
        """Return the span moved by years and quarters; negative numbers move it back."""
        by = QUARTERS_OF_YEAR * years + quarters
        return FiscalSpan(self.end + by, None if self.start is None else self.start + by)

    def __str__(self) -> str:
        return print_label(self.label)


def print_label(label: FiscalLabel) -> str:
    """Return a label as people write it: "FY2023", "Q2 2023"."""
    return f"FY{label.year}" if label.part == "FY" else f"{label.part} {label.year}"


def parse_label(text: str) -> FiscalLabel | None:
    """Parse "FY2023", "2023", "Q2 2023", "2Q23", "H1 FY23", "9M 2023" or "TTM Q2 2023"; None for any other text."""
    words = " ".join(text[:40].split())
    found = _LABEL.fullmatch(words) or _YEAR_FIRST.fullmatch(words)
    if found is None:
        return None
    groups = found.groupdict()
    part = (groups.get("part") or (groups.get("before") or "")[::-1] or "FY").upper()
    year = full_year(groups["year"])
    if not groups.get("trailing"):
        return FiscalLabel(year, part)
    end = _ENDS[part]
    return FiscalLabel(year, "FY" if end == QUARTERS_OF_YEAR else f"TTM Q{end}")


def count_quarters(period: Period) -> int | None:
    """Return how many quarters a period has: 0 for an instant, 1 to 4 for a duration, None for any other length."""
    if period.start is None:
        return 0
    days = (period.end - period.start).days + 1
    return next((quarters for quarters, lengths in _DAYS.items() if days in lengths), None)
