"""Place the rows of a statement: the concept and the standard item of each."""

import re
from collections.abc import Sequence
from decimal import Decimal

from app.facts.items.features import Context
from app.facts.items.model import ItemModel
from app.facts.items.rows import ItemRow, Placed
from app.facts.statements.cells import measure_of
from app.facts.statements.rows import Row
from app.facts.statements.structure import Structure
from app.facts.statements.sums import is_total_label
from app.quantities.values import Kind
from app.tables.rows import quantity_of

_PER_SHARE = re.compile(r"\b(?:basic|diluted)\b|\bper\b.{0,30}\b(?:share|unit|ads)\b", re.IGNORECASE)
_MOST_PER_SHARE = 1000


def place_statements(structures: Sequence[Structure], model: ItemModel | None = None) -> list[Sequence[Placed]]:
    """Return the places of the rows of each statement of a document, in order. The default model is the shipped one."""
    model = model or ItemModel.load()
    rows = [(structure.kind, item_rows(structure)) for structure in structures]
    context = Context.of(rows)
    return [model.place(own, kind, context) for kind, own in rows]


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
