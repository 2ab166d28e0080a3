"""Line items and measures, as the registry has them."""

from dataclasses import dataclass

from app.facts.formulas.units import Unit
from app.facts.sought import Sought


@dataclass(frozen=True, slots=True)
class LineItem:
    """A line of a statement: its name in formulas, what to look for in a ledger, and analysts' words for it."""

    name: str
    sought: Sought
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MeasureDefinition:
    """A measure of the field.

    `formula` is its text in the language, with substitutes for missing items in order. `definition` is one sentence for
    people, with the averaging rule if there is one. `source` says who defines it so. `words` are its names and
    abbreviations in analysts' words.
    """

    name: str
    title: str
    formula: str
    unit: Unit
    definition: str
    source: str
    words: tuple[str, ...] = ()
