"""Builds a page with a table as a reader would return it, from the texts of its cells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.quantities.periods import Period
from app.quantities.values import Kind, Quantity
from app.tables.model import Cell, CellKind, Table

YEAR, BEFORE = Period(date(2031, 12, 31), date(2031, 1, 1)), Period(date(2030, 12, 31), date(2030, 1, 1))


def amount(value: str, *, unit: str | None = "USD", scale: int | None = 6, kind: Kind = Kind.AMOUNT) -> Quantity:
    return Quantity(kind, Decimal(value), unit, scale)


@dataclass(frozen=True)
class Figure:
    """A cell with a value. Its period is that of its column, unless it has one of its own."""

    text: str
    value: Quantity | None
    period: Period | None = None
    label: str | None = None


def read_page(
    rows: Sequence[Sequence[str | Figure]],
    *,
    above: str = "",
    headings: Mapping[int, tuple[str, ...]] | None = None,
    periods: Mapping[int, Period] | None = None,
    title: str | None = None,
    number: int = 1,
) -> tuple[str, Table]:
    """Return the text of a page that ends with a table, and the table. Texts are headings and labels."""
    text, cells = above, []
    for row, texts in enumerate(rows):
        for column, part in enumerate(texts):
            text += "\n" if column == 0 else "\t"
            shown = part if isinstance(part, str) else part.text
            label = texts[0] if isinstance(texts[0], str) else ""
            if shown:
                spans = ((len(text), len(text) + len(shown)),)
                cells.append(_cell(part, row, column, spans, label, headings or {}, periods or {}, number))
            text += shown
    table = Table(1, (number,), len(rows), max(map(len, rows)), tuple(cells), title=title)
    return text, table


def _cell(
    part: str | Figure,
    row: int,
    column: int,
    spans: tuple[tuple[int, int], ...],
    label: str,
    headings: Mapping[int, tuple[str, ...]],
    periods: Mapping[int, Period],
    page: int,
) -> Cell:
    is_figure = isinstance(part, Figure)
    kind = CellKind.FIGURE if is_figure else CellKind.LABEL if column == 0 else CellKind.HEADING
    own = part.label if isinstance(part, Figure) and part.label is not None else label
    return Cell(
        row=row,
        column=column,
        row_span=1,
        column_span=1,
        text=part.text if isinstance(part, Figure) else part,
        page=page,
        spans=spans,
        kind=kind,
        header_path=headings.get(column, ()) if is_figure else (),
        label_path=(own,) if is_figure and own else (),
        value=part.value if isinstance(part, Figure) else None,
        period=(part.period or periods.get(column)) if isinstance(part, Figure) else None,
    )
