"""What the evaluation of a formula returns: the value with everything behind it, or why there is none."""

from dataclasses import dataclass
from decimal import Decimal

from app.facts.formulas.problems import Problem
from app.facts.formulas.units import Unit, UnitKind
from app.facts.model import StoredFact


@dataclass(frozen=True, slots=True)
class Input:
    """A fact that was used: the item and the period that it stands for. `sign` is −1 if it was subtracted to derive
    the period.
    """

    name: str
    period: str
    stored: StoredFact
    sign: int = 1


@dataclass(frozen=True, slots=True)
class Working:
    """What was computed, with all names and ranges put in: an operator or a function, and what it was applied to.

    `operator` is one of + - * / < <= > >= =, or "negative", "abs", "round", "mean", "min", "max", "growth", "cagr".
    `years` are those of compound growth.
    """

    operator: str
    parts: tuple["Tree", ...]
    years: int = 0


Tree = Working | Input | Decimal
"""A computation down to its facts and constants."""


@dataclass(frozen=True, slots=True)
class Missing:
    """An item that was not found: what was looked for (items, concepts, labels), and why it was not found.

    `code` is one of `app.facts.found.NotFound`, or "not-read" if the statement that could have it has not been read.
    """

    name: str
    period: str
    looked_for: tuple[str, ...]
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the arithmetic: the part of the formula, its period, the numbers put in, and the result."""

    formula: str
    period: str
    working: str
    value: Decimal
    unit: Unit


@dataclass(frozen=True, slots=True)
class Computed:
    """The result of a formula for a period.

    `value` is exact to 40 digits and not rounded, a percentage as a fraction; it is None if there is a `problem`. A
    comparison has the unit YES_NO and the value 1 or 0. `missing` are the items without which there is no value,
    `assumed` those that were taken as zero because the statement that was read does not have them. `confidence` is the
    least of the inputs'. `tree` is the computation down to the inputs, if there is a value.
    """

    formula: str
    period: str
    value: Decimal | None
    unit: Unit | None
    problem: Problem | None = None
    steps: tuple[Step, ...] = ()
    inputs: tuple[Input, ...] = ()
    missing: tuple[Missing, ...] = ()
    assumed: tuple[Missing, ...] = ()
    notes: tuple[str, ...] = ()
    confidence: float = 0.0
    tree: Tree | None = None

    @property
    def holds(self) -> bool | None:
        """Whether a comparison holds; None if the formula is none, or has no value."""
        is_comparison = self.unit is not None and self.unit.kind is UnitKind.YES_NO
        return self.value == 1 if is_comparison and self.value is not None else None
