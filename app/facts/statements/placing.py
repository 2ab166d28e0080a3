"""Place the rows of a statement: the concept and the standard item of each."""

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache

from app.documents.content.statements import Statement as Listed
from app.facts.balance_items import BALANCE_ITEMS
from app.facts.cash_flow_items import CASH_FLOW_ITEMS
from app.facts.income_items import INCOME_ITEMS
from app.facts.items.model import ItemModel
from app.facts.items.rows import NOT_PLACED, ItemRow, Placed
from app.facts.items.standard import find_item
from app.facts.line_items import LineItems
from app.facts.model import StatementKind
from app.facts.sections import section_of_rows
from app.facts.statements.cells import measure_of
from app.facts.statements.rows import Row
from app.facts.statements.structure import Structure
from app.facts.statements.sums import is_total_label
from app.quantities.values import Kind
from app.tables.rows import FigureRow, quantity_of

_KINDS = {
    StatementKind.INCOME: Listed.INCOME,
    StatementKind.BALANCE: Listed.BALANCE,
    StatementKind.CASH_FLOW: Listed.CASH_FLOW,
}
_PER_SHARE = re.compile(r"\b(?:basic|diluted)\b|\bper\b.{0,30}\b(?:share|unit|ads)\b", re.IGNORECASE)
_MOST_PER_SHARE = 1000
_LISTED_CONFIDENCE = 0.8


def place_rows(kind: StatementKind, structure: Structure) -> Sequence[Placed]:
    """Return the place of each row of one statement, in order."""
    placed = ItemModel.load().place(item_rows(structure), kind)
    return placed if any(at.item or at.concept for at in placed) else _place_by_lists(kind, structure.rows)


def item_rows(structure: Structure) -> list[ItemRow]:
    """Return the rows as the model of items reads them."""
    sums = {total.row: tuple(part.row for part in total.parts) for total in structure.sums}
    part_of = {part: total for total, parts in sums.items() for part in parts}
    return [
        ItemRow(
            label=row.label,
            label_path=row.label_path,
            indent=row.indent or None,
            is_total=is_total_label(row.label),
            sums=sums.get(number, ()),
            part_of=part_of.get(number),
            figures=tuple(_printed(row, column) for column in structure.columns[row.table.number])
            if row.figures
            else (),
            measure=measure_of(row),
        )
        for number, row in enumerate(structure.rows)
    ]


def is_per_share(row: Row) -> bool:
    """Return whether amounts are per share: the label says so, or "diluted", and all are small and have decimals."""
    if not _PER_SHARE.search(row.label):
        return False
    values = [quantity.value for cell in row.figures if (quantity := quantity_of(cell)).value]
    return bool(values) and all(
        value is not None and value != value.to_integral_value() and abs(value) < _MOST_PER_SHARE for value in values
    )


def _printed(row: Row, column: int) -> Decimal | None:
    cell = row.by_column.get(column)
    quantity = None if cell is None else quantity_of(cell)
    return None if quantity is None or quantity.kind is Kind.NIL else quantity.value


@lru_cache(maxsize=1)
def _lists() -> dict[Listed, LineItems]:
    return {
        Listed.INCOME: LineItems(INCOME_ITEMS),
        Listed.BALANCE: LineItems(BALANCE_ITEMS),
        Listed.CASH_FLOW: LineItems(CASH_FLOW_ITEMS),
    }


def _place_by_lists(kind: StatementKind, rows: Sequence[Row]) -> list[Placed]:
    listed = _KINDS.get(kind)
    if listed is None:
        return [NOT_PLACED] * len(rows)
    sections = section_of_rows(listed, [row.label for row in rows])
    items = _lists()[listed]
    placed = []
    for row, section in zip(rows, sections, strict=True):
        found = (
            items.find(FigureRow(row.table, (), row.figures, row.label_path).label, section) if row.figures else None
        )
        placed.append(
            NOT_PLACED
            if found is None
            else Placed(found.name, _LISTED_CONFIDENCE, find_item(found.name, kind), _LISTED_CONFIDENCE)
        )
    return placed
