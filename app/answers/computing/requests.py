"""What a question for a figure asks: an expression over items and periods, and the form of the answer."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from app.documents.content.statements import Statement


@dataclass(frozen=True, slots=True)
class AskedPeriod:
    """A period as a question writes it in `text`.

    `year` is the fiscal year, or None if the question names only a part of a year. `part` is "FY", "H1", "H2", "6M",
    "9M", or "Q1" to "Q4". `day` is set if the question names a day.
    """

    text: str
    year: int | None = None
    part: str = "FY"
    day: date | None = None

    def label(self) -> str:
        """Return the period in one written form: a date as written, "FY2023", "Q2 FY2023" or "Q2"."""
        if self.day is not None or self.part.endswith("M"):
            return self.text
        year = "" if self.year is None else f"FY{self.year}"
        return year if self.part == "FY" else f"{self.part} {year}".strip()

    def before(self) -> "AskedPeriod | None":
        """Return the same period a year earlier; None if the year is unknown."""
        if self.year is None:
            return None
        earlier = self.year - 1
        return AskedPeriod(f"FY{earlier}" if self.part == "FY" else f"{self.part} FY{earlier}", earlier, self.part)


@dataclass(frozen=True, slots=True)
class Item:
    """A figure to find: its words without the period; `period` is None until it is known."""

    words: str
    period: AskedPeriod | None = None


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


Node = Item | Number | Binary | Aggregate | Average


class AskedUnit(StrEnum):
    """The form in which a question wants its answer."""

    PERCENT = "percent"
    MONEY = "money"


@dataclass(frozen=True, slots=True)
class Form:
    """The unit and rounding that a question asks for. `scale` is a power of ten, `places` are decimal places."""

    unit: AskedUnit | None = None
    scale: int | None = None
    places: int | None = None


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
    match node:
        case Item():
            yield node
        case Binary():
            yield from list_items(node.left)
            yield from list_items(node.right)
        case Average():
            for part in node.parts:
                yield from list_items(part)
        case Aggregate():
            yield from list_items(node.inner)
        case Number():
            return


def at_period(node: Node, period: AskedPeriod) -> Node:
    """Return an expression with the period in all items that have none."""
    match node:
        case Item():
            return node if node.period is not None else replace(node, period=period)
        case Binary():
            return replace(node, left=at_period(node.left, period), right=at_period(node.right, period))
        case Average():
            return Average(tuple(at_period(part, period) for part in node.parts))
        case Aggregate():
            if node.periods:
                return node
            return replace(node, inner=at_period(node.inner, period))
        case Number():
            return node
