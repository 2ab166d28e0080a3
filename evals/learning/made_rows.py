"""Rows and statements of fictional companies, without figures."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.facts.model import StatementKind


@dataclass(frozen=True, slots=True)
class MadeRow:
    """A row. `concept` is None for a heading. `mark` is "-" if it is deducted, "(-)" if it is negative, "~" if its sign
    is at random. `measure` is None for money. `parts` are the numbers of the rows that it is the total of.
    """

    label: str
    indent: int
    concept: str | None = None
    is_part: bool = False
    mark: str = ""
    measure: str | None = None
    parts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class MadeStatement:
    """A statement. `title` is empty for the usual one."""

    kind: StatementKind
    title: str
    rows: Sequence[MadeRow]
