"""Examples to learn from: the rows of a statement with the concepts that they are tagged with."""

from dataclasses import dataclass
from enum import StrEnum

from app.facts.items.rows import ItemRow
from app.facts.model import StatementKind

TAXONOMY = "us-gaap:"
MADE_UP = "made-up "
"""What the names of fictional companies begin with: they are learnt from, and never left out."""


class Source(StrEnum):
    """Where a statement comes from: a table of labels, a filing in a format, or a fictional company."""

    LABELS = "labels"
    HTML = "html"
    PDF = "pdf"
    MADE = "made"


@dataclass(frozen=True, slots=True)
class Truth:
    """What a row is tagged with. `concept` has no prefix if it is of the taxonomy. `is_part` states that only facts
    with dimensions carry it.
    """

    concept: str
    is_part: bool = False


@dataclass(frozen=True, slots=True)
class Example:
    """A statement. `truth` has None for a row without tags. `company` is its Central Index Key, or the
    name of a fictional one.
    """

    company: str
    filing: str
    source: Source
    statement: StatementKind
    rows: tuple[ItemRow, ...]
    truth: tuple[Truth | None, ...]
