"""Place the rows of a statement: the concept and the standard item of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from app.documents.content.statements import Statement as Listed
from app.facts.balance_items import BALANCE_ITEMS
from app.facts.cash_flow_items import CASH_FLOW_ITEMS
from app.facts.income_items import INCOME_ITEMS
from app.facts.line_items import Edge, LineItem, LineItems
from app.facts.model import StatementKind
from app.facts.sections import section_of_rows
from app.facts.signs import Signs
from app.facts.statements.rows import Row
from app.tables.rows import FigureRow


@dataclass(frozen=True, slots=True)
class Placed:
    """The concept and the standard item of a row, each with its probability, or None if it is not certain enough."""

    concept: str | None
    concept_confidence: float
    item: str | None
    item_confidence: float
    old: LineItem | None = None


_NOWHERE = Placed(None, 0.0, None, 0.0)
_KINDS = {
    StatementKind.INCOME: Listed.INCOME,
    StatementKind.BALANCE: Listed.BALANCE,
    StatementKind.CASH_FLOW: Listed.CASH_FLOW,
}
_LISTED_CONFIDENCE = 0.9


@lru_cache(maxsize=1)
def _lists() -> dict[Listed, LineItems]:
    return {
        Listed.INCOME: LineItems(INCOME_ITEMS),
        Listed.BALANCE: LineItems(BALANCE_ITEMS),
        Listed.CASH_FLOW: LineItems(CASH_FLOW_ITEMS),
    }


def place_rows(kind: StatementKind, rows: Sequence[Row]) -> list[Placed]:
    """Return the place of each row of one statement, in order."""
    listed = _KINDS.get(kind)
    if listed is None:
        return [_NOWHERE] * len(rows)
    sections = section_of_rows(listed, [row.label for row in rows])
    items = _lists()[listed]
    placed = []
    for row, section in zip(rows, sections, strict=True):
        found = items.find(_figure_row(row).label, section)
        placed.append(
            _NOWHERE if found is None else Placed(found.name, _LISTED_CONFIDENCE, found.name, _LISTED_CONFIDENCE, found)
        )
    return placed


def signs_of(rows: Sequence[Row], placed: Sequence[Placed]) -> Signs:
    return Signs.of([(at.old, _figure_row(row)) for row, at in zip(rows, placed, strict=True) if at.old is not None])


def signed(signs: Signs, placed: Placed, row: Row, figure: Decimal) -> Decimal:
    return figure if placed.old is None else signs.value(placed.old, _figure_row(row), figure)


def edge_of(placed: Placed) -> Edge | None:
    return None if placed.old is None else placed.old.edge


def _figure_row(row: Row) -> FigureRow:
    return FigureRow(row.table, (), row.figures, row.label_path)
