"""Key measures as pages show them: each year's figure as text in the unit of its row, a small chart, and the way to the
evidence: the cell of a printed figure, or the working of a computed one.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from app.facts.fiscal import print_label
from app.facts.formulas.printing import print_value, round_half_up
from app.facts.formulas.results import Computed, Input
from app.facts.formulas.units import Unit, UnitKind, unit_of
from app.facts.model import FiscalLabel, StoredFact
from app.facts.profile.measures import MeasureSeries
from app.facts.profile.service import IssuerProfile
from app.web.charts import BarChart, Point, draw_bars

MISSING = "–"
_SCALES = ((9, "billions"), (6, "millions"), (3, "thousands"))
_BILLIONS_FROM = 12
"""Amounts are in millions, as filings have them, unless they are this power of ten or more."""


@dataclass(frozen=True, slots=True)
class ShownMeasure:
    """A figure of a year. `stored` is its only fact, if it is printed as it is; `address` is that of its working."""

    text: str
    year: FiscalLabel
    stored: StoredFact | None
    address: str
    why: str


@dataclass(frozen=True, slots=True)
class ShownSeries:
    """A measure over years, oldest first. `unit` is said once for the row."""

    title: str
    unit: str
    figures: tuple[ShownMeasure, ...]
    chart: BarChart | None


@dataclass(frozen=True, slots=True)
class WorkingInput:
    """A figure that was used: its name, its period, its fact, and its value as text."""

    name: str
    period: str
    stored: StoredFact
    text: str


@dataclass(frozen=True, slots=True)
class WorkingStep:
    """A step of the arithmetic: a part of the formula, its period, the numbers put in, and the result as text."""

    formula: str
    period: str
    working: str
    text: str


@dataclass(frozen=True, slots=True)
class Working:
    """How one figure was computed, or why it could not be."""

    title: str
    text: str
    result: Computed
    why: str
    steps: tuple[WorkingStep, ...]
    inputs: tuple[WorkingInput, ...]


def show_series(series: MeasureSeries, link: Callable[[str], str]) -> ShownSeries:
    """Return a measure with its figures as text. `link` returns the address that shows the working of a figure by its
    name (`name_of`).
    """
    scale, unit = _row_unit(series.results)
    figures = tuple(
        ShownMeasure(
            text=MISSING if result.value is None else _text(result, scale, unit),
            year=year,
            stored=_only_fact(result),
            address=link(name_of(series, year)),
            why=why_missing(result),
        )
        for year, result in zip(series.years, series.results, strict=True)
    )
    return ShownSeries(series.measure.title, _unit_text(unit, scale), figures, _chart(series, figures))


def name_of(series: MeasureSeries, year: FiscalLabel) -> str:
    return f"{series.measure.name}-{year.year}"


def find_working(profile: IssuerProfile, wanted: str) -> Working | None:
    """Return the working of a figure by its name, such as "EBITDA-2031"; None if there is no such figure."""
    for series in profile.series:
        for year, result in zip(series.years, series.results, strict=True):
            if name_of(series, year) == wanted:
                text = MISSING
                if result.value is not None and result.unit is not None:
                    text = print_value(result.value, result.unit).text
                title = f"{series.measure.title}, {print_label(year)}, {profile.issuer.name}"
                inputs = tuple(
                    WorkingInput(_input_name(one), one.period, one.stored, _printed(one.stored))
                    for one in result.inputs
                )
                return Working(title, text, result, why_missing(result), _steps(result), inputs)
    return None


def why_missing(result: Computed) -> str:
    """Return why there is no figure, in one sentence; nothing if there is one."""
    return "" if result.problem is None else result.problem.detail


def lines_of(profiles: Sequence[IssuerProfile]) -> Iterator[tuple[str, ...]]:
    """Yield the lines of an export: one for each figure, with the sources of its inputs; missing figures are empty."""
    yield ("Issuer", "Measure", "Fiscal year", "Value", "Unit", "Formula", "Sources", "Why missing")
    for profile in profiles:
        for series in profile.series:
            for year, result in zip(series.years, series.results, strict=True):
                sources = (f"{one.stored.source.title}, page {one.stored.fact.place.page}" for one in result.inputs)
                yield (
                    profile.issuer.name,
                    series.measure.title,
                    str(year.year),
                    "" if result.value is None else f"{result.value:f}",
                    "" if result.unit is None else str(result.unit),
                    result.formula,
                    "; ".join(dict.fromkeys(sources)),
                    why_missing(result),
                )


def link_with(address: str, **kept: str | None) -> Callable[[str], str]:
    """Return a function from the name of a figure to the address of its working on a page."""
    query = {name: value for name, value in kept.items() if value}

    def link(name: str) -> str:
        return f"{address}?{urlencode({**query, 'show': name})}#working"

    return link


def _steps(result: Computed) -> tuple[WorkingStep, ...]:
    return tuple(
        WorkingStep(step.formula, step.period, step.working, print_value(step.value, step.unit).text)
        for step in result.steps
    )


def _input_name(used: Input) -> str:
    return f"{'less ' if used.sign < 0 else ''}{used.stored.fact.label or used.name}"


def _printed(stored: StoredFact) -> str:
    """Return the value of a fact with its unit."""
    fact = stored.fact
    unscaled = (stored.source.version_id, fact.place.table) if fact.scale is None else None
    return print_value(fact.value, unit_of(fact.measure, fact.currency, unscaled)).text


def _only_fact(result: Computed) -> StoredFact | None:
    if len(result.inputs) != 1 or result.value is None:
        return None
    (only,) = result.inputs
    return only.stored if only.stored.fact.value == result.value else None


def _row_unit(results: Sequence[Computed]) -> tuple[int, Unit | None]:
    """Return the power of ten and the unit of a row; no unit if its figures have different ones."""
    known = [(result.value, result.unit) for result in results if result.value is not None and result.unit is not None]
    units = {unit for _, unit in known}
    if len(units) != 1:
        return 0, None
    (unit,) = units
    if unit.kind not in (UnitKind.MONEY, UnitKind.SHARES) or unit.unscaled is not None:
        return 0, unit
    digits = max(value.copy_abs().adjusted() for value, _ in known)
    if digits >= _BILLIONS_FROM:
        return 9, unit
    return (6, unit) if digits >= 6 else (3, unit) if digits >= 4 else (0, unit)


def _text(result: Computed, scale: int, unit: Unit | None) -> str:
    """Return a figure in the unit of its row; with its own unit if the row has none. Negative ones are in brackets."""
    assert result.value is not None
    if unit is None:
        return print_value(result.value, result.unit or Unit(UnitKind.NUMBER)).text
    if unit.kind is UnitKind.YES_NO:
        return print_value(result.value, unit).text
    value, places = result.value.scaleb(-scale), 1
    if unit.kind is UnitKind.PERCENT:
        value = value.scaleb(2)
    elif unit.kind in (UnitKind.RATIO, UnitKind.PER_SHARE, UnitKind.NUMBER):
        places = 2
    figure = f"{abs(round_half_up(value, places)):,f}"
    mark = {UnitKind.PERCENT: "%", UnitKind.RATIO: "×"}.get(unit.kind, "")
    return f"({figure}{mark})" if value < 0 and Decimal(figure.replace(",", "")) else f"{figure}{mark}"


def _unit_text(unit: Unit | None, scale: int) -> str:
    if unit is None or unit.kind in (UnitKind.PERCENT, UnitKind.RATIO):
        return ""
    if unit.unscaled is not None:
        return f"{unit}, as printed: the scale is not stated"
    return " ".join(filter(None, (str(unit), dict(_SCALES).get(scale))))


def _chart(series: MeasureSeries, figures: Sequence[ShownMeasure]) -> BarChart | None:
    units = {result.unit for result in series.results if result.value is not None}
    if len(units) != 1:
        return None
    points = [
        Point(str(figure.year.year), result.value, figure.text)
        for figure, result in zip(figures, series.results, strict=True)
    ]
    return draw_bars(points)
