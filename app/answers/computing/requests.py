"""What a question for a figure asks: an expression of the language of formulas, and the form of the answer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from app.answers.computing.plain_words import Verdict
from app.documents.content.statements import Statement
from app.facts.fiscal import FiscalSpan
from app.facts.formulas.expressions import At, Between, Call, Expression, Label, Name, Shift, When, map_parts, parts_of
from app.facts.formulas.functions import FUNCTIONS
from app.facts.formulas.registry import needed_items, standard_vocabulary
from app.facts.model import FiscalLabel
from app.quantities.dates import day_in, is_month_end
from app.quantities.periods import Period, months_ending

_MONTHS = {3: "three", 6: "six", 9: "nine", 12: "twelve"}
_TRAILING = {"Q1": "TTM Q1", "Q2": "TTM Q2", "Q3": "TTM Q3", "Q4": "FY", "H1": "TTM Q2", "9M": "TTM Q3", "H2": "FY"}
NO_YEAR = 0
"""The year of a fiscal label if a question names only a part of a year ("the third quarter")."""


@dataclass(frozen=True, slots=True)
class AskedPeriod:
    """A period as a question writes it in `text`.

    `year` is the fiscal year, or None if the question names only a part of a year. `part` is "FY", "H1", "H2", "Q1" to
    "Q4", or for months that end on a day "3M", "6M", "9M", "12M". `day` is set if the question names a day.
    """

    text: str
    year: int | None = None
    part: str = "FY"
    day: date | None = None

    @property
    def months(self) -> int | None:
        """The length in months of a period that ends on a day; None if the question states none."""
        return int(self.part[:-1]) if self.part.endswith("M") else None

    @classmethod
    def ending(cls, day: date, months: int, printed: str) -> "AskedPeriod":
        """Return a period of months that ends on a day, which is `printed` so."""
        return cls(f"{_MONTHS[months]} months ended {printed}", day.year, f"{months}M", day)

    @classmethod
    def of(cls, when: FiscalLabel | FiscalSpan | Period) -> "AskedPeriod":
        """Return the period that is asked for by a fiscal label or span, a day, or months that end on a day."""
        if isinstance(when, Period):
            printed = f"{when.end:%B} {when.end.day}, {when.end.year}"
            if when.start is not None and when.months in _MONTHS:
                return cls.ending(when.end, when.months, printed)
            return cls(printed, when.end.year, day=when.end)
        label = when.label if isinstance(when, FiscalSpan) else when
        asked = cls("", label.year or None, label.part)
        return replace(asked, text=asked.label())

    def when(self) -> FiscalLabel | Period:
        """Return the period as the language of formulas has it."""
        if self.day is not None:
            return Period(self.day) if self.months is None else months_ending(self.day, self.months)
        return FiscalLabel(self.year or NO_YEAR, self.part)

    def label(self) -> str:
        """Return the period in one written form: a date as written, "FY2023", "Q2 FY2023" or "Q2"."""
        if self.day is not None:
            return self.text
        year = "" if self.year is None else f"FY{self.year}"
        return year if self.part == "FY" else f"{self.part} {year}".strip()

    def trailing(self) -> "AskedPeriod":
        """Return the twelve months that end with the period."""
        if self.day is not None:
            return AskedPeriod.ending(self.day, 12, f"{self.day:%B} {self.day.day}, {self.day.year}")
        part = _TRAILING.get(self.part, self.part)
        return replace(self, text=f"{part} {self.year or ''}".strip(), part=part)

    def before(self) -> "AskedPeriod | None":
        """Return the same period a year earlier; None if the year is unknown."""
        if self.year is None:
            return None
        earlier = self.year - 1
        if self.day is not None and self.months is not None:
            day = day_in(earlier, self.day.month, 31 if is_month_end(self.day) else self.day.day)
            return AskedPeriod.ending(day, self.months, f"{day:%B} {day.day}, {day.year}")
        return AskedPeriod(f"FY{earlier}" if self.part == "FY" else f"{self.part} FY{earlier}", earlier, self.part)


class Over(StrEnum):
    """An operation over the values of several periods."""

    CHANGE = "change"
    GROWTH = "growth"
    AVERAGE = "avg"
    TOTAL = "sum"
    CAGR = "cagr"
    HIGHEST = "max"
    LOWEST = "min"


FROM_FIRST_TO_LAST = (Over.CHANGE, Over.GROWTH, Over.CAGR)


@dataclass(frozen=True, slots=True)
class Series:
    """An operation over all known periods of an item, or over the latest two for a change. It becomes an expression
    when the periods are known.
    """

    over: Over
    inner: Expression


@dataclass(frozen=True, slots=True)
class Ranking:
    """A ranking: which segment, region or product has the highest or lowest value or growth. `axis` is the kind of
    parts; the parts are those that the issuer reports. Without an axis, the arguments of `inner` are ranked.
    """

    over: Over
    inner: Expression
    axis: str
    is_growth: bool = False
    when: FiscalLabel | Period | None = None


Periodic = Expression | Series
Asked = Periodic | Ranking


def over_periods(over: Over, inner: Expression, periods: Sequence[FiscalLabel | Period]) -> Periodic:
    """Return an operation over the values of periods, which are sorted by time."""
    periods = sorted(dict.fromkeys(periods), key=moment)
    if len(periods) < 2:
        return Series(over, inner)
    if over in FROM_FIRST_TO_LAST:
        return Call(over.value, (inner,), Between(periods[0], periods[-1]))
    return Call(over.value, tuple(At(inner, period) for period in periods))


def at_period(expression: Expression, when: When) -> Expression:
    """Return an expression for a period. Its parts that have a period keep it."""
    return expression if isinstance(expression, At) else At(expression, when)


def moment(when: FiscalLabel | Period) -> tuple[int, int, str]:
    """Return a key that sorts periods by time."""
    if isinstance(when, Period):
        return (when.end.year, when.end.toordinal(), "")
    return (when.year, 0, when.part)


def list_items(asked: Asked) -> Iterator[Label | Name]:
    """Yield the items of an expression, from left to right; of a measure those that it can need."""
    expression = asked.inner if isinstance(asked, Series | Ranking) else asked
    if isinstance(expression, Name) and standard_vocabulary().measure(expression.name) is not None:
        yield from map(Name, needed_items(expression))
    elif isinstance(expression, Label | Name):
        yield expression
    for part in parts_of(expression):
        yield from list_items(part)


def list_measures(asked: Asked) -> Iterator[str]:
    """Yield the names of the measures and items that an expression names itself."""
    expression = asked.inner if isinstance(asked, Series | Ranking) else asked
    if isinstance(expression, Name):
        yield expression.name
    for part in parts_of(expression):
        yield from list_measures(part)


def list_periods(expression: Expression) -> Iterator[FiscalLabel | Period]:
    """Yield the periods that an expression names, in order; of a range the first and the last."""
    if isinstance(expression, At) and not isinstance(expression.when, Shift):
        yield expression.when
        if isinstance(expression.of, Label | Name) or not is_relative(expression.of):
            yield from list_periods(expression.of)
        return
    if isinstance(expression, Call) and isinstance(expression.range, Between):
        yield from (expression.range.first, expression.range.last)
    for part in parts_of(expression):
        yield from list_periods(part)


def is_relative(expression: Expression) -> bool:
    """Return whether an expression looks at periods before or after that for which it is evaluated."""
    if isinstance(expression, At):
        return isinstance(expression.when, Shift)
    if isinstance(expression, Call) and not isinstance(expression.range, Between):
        function = FUNCTIONS[expression.function]
        is_over_periods = expression.function in _RELATIVE or function.takes_count or expression.range is not None
        if is_over_periods or (expression.function == Over.AVERAGE and len(expression.arguments) == 1):
            return expression.function != "round"
    return any(map(is_relative, parts_of(expression)))


def is_trailing(expression: Expression) -> bool:
    """Return whether an expression asks for the twelve months that end with a period."""
    return isinstance(expression, Call) and expression.function == "ttm"


_RELATIVE = frozenset({"ttm", "growth", "qoq", "change", "opening"})


def with_year(expression: Expression, year: int) -> Expression:
    """Return an expression whose periods without a year are of this one."""

    def dated(when: FiscalLabel | Period) -> FiscalLabel | Period:
        return replace(when, year=year) if isinstance(when, FiscalLabel) and when.year == NO_YEAR else when

    def change(part: Expression) -> Expression:
        if isinstance(part, At) and not isinstance(part.when, Shift):
            return replace(part, when=dated(part.when))
        if isinstance(part, Call) and isinstance(part.range, Between):
            return replace(part, range=Between(dated(part.range.first), dated(part.range.last)))
        return part

    return map_parts(expression, change)


class AskedUnit(StrEnum):
    """The form in which a question wants its answer."""

    PERCENT = "percent"
    MONEY = "money"


@dataclass(frozen=True, slots=True)
class Form:
    """The unit and rounding that a question asks for. `scale` is a power of ten, `places` are decimal places.
    `also_percent` states that a ratio is written as a percentage, too: the question leaves it open.
    """

    unit: AskedUnit | None = None
    scale: int | None = None
    places: int | None = None
    also_percent: bool = False


@dataclass(frozen=True, slots=True)
class FigureRequest:
    """A question for a figure. `name` says in the question's words what is asked.

    `is_comparison` states that the question asks whether the figure rose ("did gross margin improve"), or in which
    period it was higher. `verdict` states what the value has to be for "yes", if the question asks yes or no. `each`
    has the expressions for single periods, if the question names several.
    """

    name: str
    asked: Asked
    form: Form = field(default_factory=Form)
    statements: tuple[Statement, ...] = ()
    is_percent: bool = False
    is_comparison: bool = False
    verdict: Verdict | None = None
    each: tuple[Expression, ...] = ()
