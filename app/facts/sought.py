"""What is looked for in a ledger."""

from dataclasses import dataclass

from app.facts.items.standard import load_items
from app.facts.model import StatementKind

Dimensions = tuple[tuple[str, str], ...]
"""Pairs of an axis and a member. An empty axis matches any."""


@dataclass(frozen=True, slots=True)
class Sought:
    """A line to look for: by the names of standard items or concepts, the best first, then by the words of its label.

    `concepts` and `statement` decide between facts of the same item in one document. If it `is_strict`, facts of other
    statements and of notes do not count: they can be part of another line of the statement. `adds` states that rows of
    the statement that are placed as the same item add up to it (two kinds of short-term debt). An item that
    `is_positive` is never negative, so that a minus only shows how a statement prints costs and payments. One that
    `is_debt` is not taken as zero beside a row of debt that matches no item.
    """

    names: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    concepts: tuple[str, ...] = ()
    statement: StatementKind | None = None
    is_strict: bool = False
    adds: bool = False
    is_positive: bool = False
    is_debt: bool = False

    @property
    def title(self) -> str:
        """The title of the first item, or else the first name or label, for people."""
        name = (self.names + self.labels + ("figure",))[0]
        item = load_items().get(name)
        return name if item is None else item.title
