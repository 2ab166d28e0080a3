"""Place the rows of a statement: the concept and the standard item that each row shows."""

from collections.abc import Sequence
from functools import cache
from typing import Self

from app.facts.items.rows import NOT_PLACED, ItemRow, Placed
from app.facts.model import StatementKind


class ItemModel:
    """Places the rows of statements. Immutable and thread-safe."""

    @classmethod
    @cache
    def load(cls) -> Self:
        """Return the model, read once."""
        return cls()

    def place(self, rows: Sequence[ItemRow], statement: StatementKind) -> Sequence[Placed]:
        """Return the place of each row, in order. A row that is not certain enough has no concept and no item."""
        _ = statement
        return [NOT_PLACED] * len(rows)
