"""What a question for a figure asks: an expression over items and periods, and the form of the answer."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from app.documents.content.statements import Statement
from app.quantities.dates import day_in, is_month_end

_MONTHS = {3: "three", 6: "six", 9: "nine", 12: "twelve"}


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

    def label(self) -> str:
        """Return the period in one written form: a date as written, "FY2023", "Q2 FY2023" or "Q2"."""
        if self.day is not None:
            return self.text
        year = "" if self.year is None else f"FY{self.year}"
        return year if self.part == "FY" else f"{self.part} {year}".strip()

    def before(self) -> "AskedPeriod | None":
        """Return the same period a year earlier; None if the year is unknown."""
        if self.year is None:
            return None
        earlier = self.year - 1
        if self.day is not None and self.months is not None:
            day = day_in(earlier, self.day.month, 31 if is_month_end(self.day) else self.day.day)
            return AskedPeriod.ending(day, self.months, f"{day:%B} {day.day}, {day.year}")
        return AskedPeriod(f"FY{earlier}" if self.part == "FY" else f"{self.part} FY{earlier}", earlier, self.part)


@dataclass(frozen=True, slots=True)
class Item:
    """A figure to find: its words without the period; `period` is None until it is known. `name` is the name of a line
    item of the formulas' registry, if the words stand for one.
    """

    words: str
    period: AskedPeriod | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Number:
    """A constant of a formula."""

    value: Decimal


class Operator(StrEnum):
    ADD = "+"
    SUBTRACT = "-"
    MULTIPLY = "*"
    DIVIDE = "/"


@dataclass(frozen=True, slots=True)
class Binary:
    operator: Operator
    left: "Node"
    right: "Node"


class Over(StrEnum):
    """What an aggregate does with the values of several periods."""

    CHANGE = "change"
    GROWTH = "growth"
    AVERAGE = "average"
    TOTAL = "total"
    OPENING = "opening"
    TRAILING = "trailing"
    CAGR = "cagr"
    HIGHEST = "highest"
    LOWEST = "lowest"


@dataclass(frozen=True, slots=True)
class Aggregate:
    """An expression over several periods, in the order of the question.

    Without periods, it is over the latest two periods (change, growth), or over all periods that the table of the item
    has.
    """

    over: Over
    inner: "Node"
    periods: tuple[AskedPeriod, ...] = ()


@dataclass(frozen=True, slots=True)
class Average:
    """The mean of several expressions."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Relative:
    """An expression over the period that is asked for and the one before: their average or change, a value at the
    beginning of the period, or one of the twelve months that end with it. It is resolved when the period is known.
    """

    over: Over
    inner: "Node"
    years: int = 1


@dataclass(frozen=True, slots=True)
class Choice:
    """The first of several expressions whose figures are found."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Known:
    """The sum of those expressions whose figures are found: at least `least` of them."""

    parts: tuple["Node", ...]
    least: int = 1


@dataclass(frozen=True, slots=True)
class Positive:
    """An expression that must be above zero: a multiple of a loss has no meaning."""

    inner: "Node"


Node = Item | Number | Binary | Aggregate | Average | Relative | Choice | Known | Positive


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
    period it was higher.
    """

    name: str
    node: Node
    form: Form = field(default_factory=Form)
    statements: tuple[Statement, ...] = ()
    is_percent: bool = False
    is_comparison: bool = False


def list_items(node: Node) -> Iterator[Item]:
    """Yield the items of an expression, from left to right."""
    if isinstance(node, Item):
        yield node
    for part in parts_of(node):
        yield from list_items(part)


def parts_of(node: Node) -> tuple[Node, ...]:
    """Return the expressions directly inside an expression."""
    match node:
        case Binary():
            return (node.left, node.right)
        case Average() | Choice() | Known():
            return node.parts
        case Aggregate() | Relative() | Positive():
            return (node.inner,)
        case Item() | Number():
            return ()


def at_period(  # noqa: PLR0911 (a return for each kind of expression)
    node: Node, period: AskedPeriod
) -> Node:
    """Return an expression with the period in all items that have none."""
    match node:
        case Item():
            return node if node.period is not None else replace(node, period=period)
        case Binary():
            return replace(node, left=at_period(node.left, period), right=at_period(node.right, period))
        case Average() | Choice() | Known():
            return replace(node, parts=tuple(at_period(part, period) for part in node.parts))
        case Aggregate():
            return node if node.periods else replace(node, inner=at_period(node.inner, period))
        case Positive():
            return Positive(at_period(node.inner, period))
        case Relative():
            return _around(node, period)
        case Number():
            return node


def _around(node: Relative, period: AskedPeriod) -> Node:
    """Return a relative expression for a known period; without a year, it stays relative."""
    if node.over is Over.TRAILING:
        if period.day is not None and period.months is not None:
            return at_period(node.inner, replace(period, part="12M"))
        is_year = period.part in ("FY", "Q4", "H2")
        return at_period(node.inner, replace(period, part="FY" if is_year else f"TTM {period.part}"))
    before = period
    for _ in range(node.years):
        earlier = before.before()
        if earlier is None:
            return node
        before = earlier
    if node.over is Over.OPENING:
        return at_period(node.inner, before)
    return Aggregate(node.over, node.inner, (before, period))
