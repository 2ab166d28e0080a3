"""Expressions of the formula language, as values. `str()` of one is its text in the language."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

from app.facts.fiscal import FiscalSpan, count_quarters, print_label
from app.facts.formulas.functions import FUNCTIONS
from app.facts.model import FiscalLabel
from app.facts.sought import Dimensions
from app.quantities.periods import Period


@dataclass(frozen=True, slots=True)
class Shift:
    """A period relative to the one that is evaluated: `years` and `quarters` earlier or later, or its beginning."""

    years: int = 0
    quarters: int = 0
    opening: bool = False

    def __str__(self) -> str:
        if self.opening:
            return "opening"
        return f"Q{self.quarters:+d}" if self.quarters else f"FY{self.years:+d}"


@dataclass(frozen=True, slots=True)
class Last:
    """The last `count` fiscal years or quarters that end with the period that is evaluated."""

    count: int
    quarters: bool = False

    def __str__(self) -> str:
        return f"last {self.count} {'quarters' if self.quarters else 'years'}"


@dataclass(frozen=True, slots=True)
class Between:
    """All periods from one to another, both included."""

    first: FiscalLabel | Period
    last: FiscalLabel | Period

    @property
    def quarters(self) -> tuple[int | None, int | None]:
        """The lengths of the first and the last period in quarters; a day is the end of four."""
        first, last = (
            FiscalSpan.of(end).quarters if isinstance(end, FiscalLabel) else count_quarters(end) or 4
            for end in (self.first, self.last)
        )
        return first, last

    @property
    def years(self) -> int:
        """The years from the first to the last period."""
        first, last = (end.year if isinstance(end, FiscalLabel) else end.end.year for end in (self.first, self.last))
        return last - first

    def __str__(self) -> str:
        return f"{print_when(self.first)}..{print_when(self.last)}"


Range = Last | Between
When = FiscalLabel | Shift | Period
"""A fiscal period, one relative to that which is evaluated, or a day or months that end on one. A day is of a balance,
or the end of twelve months.
"""


def print_when(when: When) -> str:
    """Return the text of a period in the language."""
    match when:
        case FiscalLabel():
            return print_label(when)
        case Period(end=end, start=start):
            return end.isoformat() if start is None else f"{when.months}M {end.isoformat()}"
        case _:
            return str(when)


@dataclass(frozen=True, slots=True)
class Number:
    """A constant. `percent` states that it was written with a percent sign; `value` is then a fraction."""

    value: Decimal
    percent: bool = False

    def __str__(self) -> str:
        return f"{self.value * 100:f}%" if self.percent else f"{self.value:f}"


@dataclass(frozen=True, slots=True)
class Name:
    """A measure of the registry, a term, a standard item or a concept, by its name."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Label:
    """A row, by the words of its label."""

    words: str

    def __str__(self) -> str:
        return f'"{self.words}"'


@dataclass(frozen=True, slots=True)
class At:
    """An expression for another period."""

    of: "Expression"
    when: When

    def __str__(self) -> str:
        return f"{_bracketed(self.of)}[{print_when(self.when)}]"


@dataclass(frozen=True, slots=True)
class Of:
    """An expression for a segment, a region, a product or an entity instead of the whole group."""

    of: "Expression"
    dimensions: Dimensions

    def __str__(self) -> str:
        pairs = ", ".join(f'{axis}: "{member}"' if axis else f'"{member}"' for axis, member in self.dimensions)
        return f"{_bracketed(self.of)}{{{pairs}}}"


@dataclass(frozen=True, slots=True)
class Negative:
    of: "Expression"

    def __str__(self) -> str:
        return f"-{_bracketed(self.of)}"


@dataclass(frozen=True, slots=True)
class Binary:
    """Two expressions with one of + - * / < <= > >= = between them."""

    operator: str
    left: "Expression"
    right: "Expression"

    def __str__(self) -> str:
        left = _bracketed(self.left, self.operator)
        right = _bracketed(self.right, self.operator, is_right=True)
        return f"{left} {self.operator} {right}"


@dataclass(frozen=True, slots=True)
class Call:
    """A function of the language, with its range of periods or its number of years if it has one."""

    function: str
    arguments: tuple["Expression", ...]
    range: Range | None = None

    def __str__(self) -> str:
        parts = list(map(str, self.arguments))
        if isinstance(self.range, Last) and FUNCTIONS[self.function].takes_count:
            parts.append(str(self.range.count))
        elif self.range is not None:
            parts.append(str(self.range))
        return f"{self.function}({', '.join(parts)})"


Expression = Number | Name | Label | At | Of | Negative | Binary | Call

_STRENGTH = {"+": 2, "-": 2, "*": 3, "/": 3}


def _bracketed(expression: Expression, operator: str = "", *, is_right: bool = False) -> str:
    """Return an expression's text, in brackets where the operator around it binds more strongly."""
    if isinstance(expression, Negative) and (not operator or is_right):
        return f"({expression})"
    if isinstance(expression, Binary):
        inner, outer = _STRENGTH.get(expression.operator, 1), _STRENGTH.get(operator, 1 if operator else 9)
        if inner < outer or (inner == outer and (is_right or outer == 1)):
            return f"({expression})"
    return str(expression)


def parts_of(expression: Expression) -> tuple[Expression, ...]:
    """Return the expressions directly inside an expression."""
    match expression:
        case At(of=of) | Of(of=of) | Negative(of=of):
            return (of,)
        case Binary(left=left, right=right):
            return (left, right)
        case Call(arguments=arguments):
            return arguments
        case _:
            return ()


def map_parts(expression: Expression, change: Callable[[Expression], Expression]) -> Expression:
    """Return an expression with each part changed, the inner ones first."""
    match expression:
        case At() | Of() | Negative():
            return change(replace(expression, of=map_parts(expression.of, change)))
        case Binary(left=left, right=right):
            return change(replace(expression, left=map_parts(left, change), right=map_parts(right, change)))
        case Call(arguments=arguments):
            return change(replace(expression, arguments=tuple(map_parts(part, change) for part in arguments)))
        case _:
            return change(expression)


def depth_of(expression: Expression) -> int:
    """Return how many expressions are nested in each other."""
    depth, level = 0, [expression]
    while level:
        depth += 1
        level = [part for inner in level for part in parts_of(inner)]
    return depth
