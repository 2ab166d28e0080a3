"""What a model gets beside the retrieved passages: figures that code has read or computed, each with the sentence that
states it, and the sections that a summary is of.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from app.answers.claims import StatedFigure, Subject
from app.answers.sections import ChosenSections


@dataclass(frozen=True, slots=True)
class OfferedValue:
    """A value for one period, as it is printed, with the sentence that states it."""

    period: str
    text: str
    stated: StatedFigure


@dataclass(frozen=True, slots=True)
class OfferedFigure:
    """An item or measure of an issuer with its values, the earliest first."""

    label: str
    values: tuple[OfferedValue, ...]


@dataclass(frozen=True, slots=True)
class Offered:
    """Offered figures, and the issuers of the documents that they are from, by version."""

    figures: tuple[OfferedFigure, ...] = ()
    subjects: Mapping[UUID, Subject] = field(default_factory=dict)


NO_FIGURES = Offered()


@dataclass(frozen=True, slots=True)
class ForModel:
    """What a model gets beside the passages."""

    offered: Offered = NO_FIGURES
    sections: ChosenSections | None = None


PASSAGES_ONLY = ForModel()
