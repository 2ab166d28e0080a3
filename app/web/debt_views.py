"""An issuer's debt by maturity as its page shows it: a chart, and the table with the cell of each amount."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.facts.model import StoredFact
from app.facts.profile.maturities import DueAmount
from app.facts.profile.service import IssuerProfile
from app.web.charts import BarChart, Point, draw_bars

_SCALES = {3: "thousands", 6: "millions", 9: "billions"}
CHART_WIDTH, CHART_HEIGHT = 560, 120


@dataclass(frozen=True, slots=True)
class ShownDue:
    """An amount: what falls due, when, and its text in the table's unit."""

    label: str
    year: str
    text: str
    stored: StoredFact


@dataclass(frozen=True, slots=True)
class ShownDebt:
    """The schedule of maturities, or the instruments by the year that their names say."""

    title: str
    about: str
    unit: str
    rows: tuple[ShownDue, ...]
    chart: BarChart | None


def show_debt(profile: IssuerProfile) -> list[ShownDebt]:
    """Return the schedule of maturities and the instruments, as far as they were read."""
    shown: list[ShownDebt] = []
    if profile.schedule is not None:
        schedule = profile.schedule
        about = f"As of {schedule.as_of.isoformat()}, {schedule.source.title}"
        if schedule.column:
            about = f"{about}, column “{schedule.column}”"
        due = [ShownDue(each.label, _year(each), "", each.stored) for each in schedule.amounts]
        shown.append(_show("Maturities by year", about, due))
    if profile.instruments:
        first = profile.instruments[0].stored
        about = f"As of {first.fact.period.end.isoformat()}, {first.source.title}"
        due = [
            ShownDue(each.label, "" if each.year is None else str(each.year), "", each.stored)
            for each in profile.instruments
        ]
        shown.append(_show("Instruments", about, due))
    return shown


def _show(title: str, about: str, due: Sequence[ShownDue]) -> ShownDebt:
    currencies = {each.stored.fact.currency for each in due}
    scales = Counter(each.stored.fact.scale for each in due)
    is_known = len(currencies) == 1 and None not in scales
    currency, scale = (currencies.pop(), max(scales, key=lambda each: scales[each])) if is_known else (None, 0)
    unit = " ".join(filter(None, (currency, _SCALES.get(scale or 0))))
    rows = tuple(
        ShownDue(each.label, each.year, print_due(each.stored, scale or 0, has_unit=bool(unit)), each.stored)
        for each in due
    )
    by_year: dict[str, Decimal] = {}
    for row in rows:
        if row.year:
            by_year[row.year] = by_year.get(row.year, Decimal(0)) + row.stored.fact.value
    is_one_unit = len({(row.stored.fact.currency, row.stored.fact.scale is None) for row in rows}) == 1
    points = [Point(year, value, _figure(value, scale or 0)) for year, value in by_year.items()]
    chart = draw_bars(points, width=CHART_WIDTH, height=CHART_HEIGHT) if is_one_unit and len(points) > 1 else None
    return ShownDebt(title, about, unit, rows, chart)


def print_due(stored: StoredFact, scale: int, *, has_unit: bool) -> str:
    """Return an amount in the table's unit, or with its own currency if the amounts have different units."""
    text = _figure(stored.fact.value, scale)
    return text if has_unit or stored.fact.currency is None else f"{stored.fact.currency} {text}"


def _figure(value: Decimal, scale: int) -> str:
    amount = value.scaleb(-scale)
    amount = amount.quantize(Decimal(1)) if amount == amount.to_integral_value() else amount.normalize()
    return f"({abs(amount):,f})" if amount < 0 else f"{amount:,f}"


def _year(due: DueAmount) -> str:
    return "later" if due.year is None else str(due.year)
