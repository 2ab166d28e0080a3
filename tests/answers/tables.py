"""Builds tables from the tab-separated lines of a page, as a reader of tables would."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from app.quantities.periods import Period
from app.quantities.values import Kind, Quantity
from app.tables.model import Cell, CellKind, Table


def make_table(page: str, *, number: int = 1, units_line: str | None = None, scale: int | None = 6) -> Table:
    """Return the table in a page's lines with tabs. The first of them has the headings: years that end in June."""
    cells: list[Cell] = []
    at, row, headings, group = 0, 0, (), None
    for line in page.split("\n"):
        parts = line.split("\t")
        if len(parts) == 1:
            group = line if line.endswith(":") else None
        else:
            path = (group, parts[0]) if group and headings else (parts[0],)
            offset = at
            for column, text in enumerate(parts):
                cell = Cell(row, column, 1, 1, text, number, ((offset, offset + len(text)),), CellKind.HEADING)
                if headings and column == 0:
                    cell = replace(cell, kind=CellKind.LABEL, label_path=path)
                elif headings:
                    cell = replace(
                        cell,
                        kind=CellKind.FIGURE,
                        label_path=path,
                        header_path=(headings[column],),
                        value=_value(text, per_share=group is not None, scale=scale),
                        period=_year(headings[column]),
                    )
                cells.append(cell)
                offset += len(text) + 1
            headings = headings or tuple(parts)
            row += 1
        at += len(line) + 1
    columns = max(cell.column for cell in cells) + 1
    return Table(1, (number,), row, columns, tuple(cells), units_line=units_line)


def _value(text: str, *, per_share: bool, scale: int | None) -> Quantity:
    if text.endswith("%"):
        return Quantity(Kind.PERCENTAGE, Decimal(text.strip("%")), "%", 0)
    figure = Decimal(text.strip("$()").replace(",", ""))
    value = -figure if "(" in text else figure
    if per_share:
        return Quantity(Kind.PER_SHARE, value, "USD", 0)
    return Quantity(Kind.AMOUNT, value, "USD", scale)


def _year(heading: str) -> Period | None:
    return Period(date(int(heading), 6, 30), date(int(heading) - 1, 7, 1)) if heading.isdigit() else None
