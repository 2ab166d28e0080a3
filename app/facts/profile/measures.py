"""The key measures of an issuer over fiscal years, each with the facts behind it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from app.facts.fiscal import QUARTERS_OF_YEAR
from app.facts.formulas.evaluation import evaluate
from app.facts.formulas.expressions import Expression
from app.facts.formulas.parsing import parse_expression
from app.facts.formulas.registry import standard_vocabulary
from app.facts.formulas.results import Computed
from app.facts.ledger import Ledger
from app.facts.model import FiscalLabel

MOST_YEARS = 12


@dataclass(frozen=True, slots=True)
class KeyMeasure:
    """A measure or item of the registry, and its title."""

    name: str
    title: str

    @property
    def expression(self) -> Expression:
        return parse_expression(self.name, standard_vocabulary())


KEY_MEASURES: Final = (
    KeyMeasure("Revenue", "Revenue"),
    KeyMeasure("RevenueGrowth", "Revenue growth"),
    KeyMeasure("EBITDA", "EBITDA"),
    KeyMeasure("EBITDAMargin", "EBITDA margin"),
    KeyMeasure("NetIncome", "Net income"),
    KeyMeasure("NetCashFromOperatingActivities", "Operating cash flow"),
    KeyMeasure("FreeCashFlow", "Free cash flow"),
    KeyMeasure("TotalDebt", "Total debt"),
    KeyMeasure("NetDebt", "Net debt"),
    KeyMeasure("Leverage", "Debt to EBITDA"),
    KeyMeasure("NetLeverage", "Net debt to EBITDA"),
    KeyMeasure("InterestCoverage", "EBIT to interest"),
)
"""What a credit analyst looks at first: size, earnings, cash, debt, leverage, coverage."""


@dataclass(frozen=True, slots=True)
class MeasureSeries:
    """A measure over fiscal years, in the order of `years`: each with its value, or the reason why there is none."""

    measure: KeyMeasure
    years: tuple[FiscalLabel, ...]
    results: tuple[Computed, ...]

    @property
    def is_empty(self) -> bool:
        return all(result.value is None for result in self.results)


def common_years(ledgers: Iterable[Ledger], most: int, last: int | None = None) -> tuple[FiscalLabel, ...]:
    """Return up to `most` fiscal years, oldest first, and every year between them: the newest that one of the ledgers
    has, but none after `last`.
    """
    known = {year for ledger in ledgers for year in _years_of(ledger) if last is None or year <= last}
    if not known:
        return ()
    newest = max(known)
    return tuple(FiscalLabel(year) for year in range(max(newest - min(most, MOST_YEARS) + 1, min(known)), newest + 1))


def _years_of(ledger: Ledger) -> set[int]:
    newest = ledger.latest(QUARTERS_OF_YEAR)
    if newest is None:
        return set()
    labels = (stored.fact.fiscal for stored in ledger.facts)
    return {label.year for label in labels if label is not None and label.part == newest.part} - {0}


def list_series(ledger: Ledger, years: Sequence[FiscalLabel]) -> tuple[MeasureSeries, ...]:
    """Return the key measures over fiscal years."""
    return tuple(
        MeasureSeries(measure, tuple(years), tuple(evaluate(measure.expression, ledger, label) for label in years))
        for measure in KEY_MEASURES
    )


def without_empty_years(every: Sequence[tuple[MeasureSeries, ...]]) -> list[tuple[MeasureSeries, ...]]:
    """Return the series of several issuers from the first year on in which any of them has a figure: an opening balance
    alone makes no year.
    """
    known = [
        place
        for issuer in every
        for series in issuer
        for place, result in enumerate(series.results)
        if result.value is not None
    ]
    first = min(known, default=0)
    return [
        tuple(replace(series, years=series.years[first:], results=series.results[first:]) for series in issuer)
        for issuer in every
    ]
