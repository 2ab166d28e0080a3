"""For what a part of a formula is evaluated: the period, and a segment, region, product or entity."""

from dataclasses import dataclass, replace
from typing import Final

from app.facts.fiscal import QUARTERS_OF_YEAR, FiscalSpan
from app.facts.formulas.expressions import Between, Range, Shift, When
from app.facts.formulas.values import stop
from app.facts.model import FiscalLabel
from app.facts.sought import Dimensions
from app.quantities.periods import Period

MOST_PERIODS: Final = 40
_YEARS: Final = range(1900, 2200)


@dataclass(frozen=True, slots=True)
class Scope:
    """The period and the dimensions. `span` is a period of days if the issuer's fiscal calendar does not have it."""

    span: FiscalSpan | Period
    dimensions: Dimensions = ()

    @property
    def fiscal(self) -> FiscalSpan:
        """The span in fiscal quarters. Raises StoppedError if it is only known in days."""
        if isinstance(self.span, Period):
            raise stop("no-period", f"{self.span} is not a period of the issuer's fiscal calendar.")
        return self.span

    def at(self, span: FiscalSpan) -> "Scope":
        """Return the scope for another period. Raises StoppedError for a year that no filing is from."""
        if span.end // QUARTERS_OF_YEAR not in _YEARS:
            raise stop("no-period", f"There is no fiscal year {span.end // QUARTERS_OF_YEAR}.")
        return replace(self, span=span)

    def when(self, when: When) -> "Scope":
        """Return the scope for a period that a formula names."""
        if isinstance(when, FiscalLabel):
            return self.at(FiscalSpan.of(when))
        if isinstance(when, Period):
            return replace(self, span=when)
        return self.at(self.fiscal.opening) if when.opening else self.shifted(when)

    def shifted(self, by: Shift) -> "Scope":
        """Return the scope for an earlier or later period."""
        return self.at(self.fiscal.shifted(years=by.years, quarters=by.quarters))

    def each(self, periods: Range) -> list["Scope"]:
        """Return a scope for each period of a range, the earliest first."""
        if isinstance(periods, Between):
            if isinstance(periods.first, Period) or isinstance(periods.last, Period):
                raise stop("no-period", f"{periods} are days: a range needs fiscal periods.")
            first, last = FiscalSpan.of(periods.first), FiscalSpan.of(periods.last)
            step = 1 if first.quarters == 1 else QUARTERS_OF_YEAR
            count = (last.end - first.end) // step + 1
            if first.quarters != last.quarters or (last.end - first.end) % step:
                raise stop("no-period", f"{periods} are no periods of one kind.")
            spans = [first.shifted(quarters=step * number) for number in range(max(0, min(count, MOST_PERIODS + 1)))]
        elif periods.quarters:
            end, count = self.fiscal.end, periods.count
            spans = [FiscalSpan(end - back, end - back - 1) for back in reversed(range(min(count, MOST_PERIODS + 1)))]
        else:
            count = periods.count
            spans = [self.fiscal.shifted(years=-back) for back in reversed(range(min(count, MOST_PERIODS + 1)))]
        if not 0 < count <= MOST_PERIODS:
            raise stop("no-period", f"{periods} are not 1 to {MOST_PERIODS} periods.")
        return [self.at(span) for span in spans]
