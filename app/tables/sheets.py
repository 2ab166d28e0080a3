"""Workbooks with an explicit type for every cell, so that no text becomes a formula, a link or a date."""

import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Self

from xlsxwriter import Workbook

MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384
"""The limits of a sheet (ECMA-376)."""

_DIGITS = 15
"""Digits that a spreadsheet keeps. A number with more digits is written as text."""

_MOST_PLACES = 30
"""Decimal places that a format can have."""

_FIRST_YEAR = 1900
"""Spreadsheets have no earlier dates. They are written as text."""


@dataclass(frozen=True, slots=True)
class Book:
    """A workbook and its number formats. It is made in memory, because no document may be written to a disk
    unencrypted.
    """

    workbook: Any
    _out: io.BytesIO
    _formats: dict[tuple[tuple[str, object], ...], Any] = field(default_factory=dict)

    @classmethod
    def new(cls) -> Self:
        out = io.BytesIO()
        return cls(Workbook(out, {"in_memory": True}), out)

    def add_sheet(self, name: str) -> Any:
        return self.workbook.add_worksheet(name)

    def finish(self) -> bytes:
        self.workbook.close()
        return self._out.getvalue()

    def style(self, **properties: object) -> Any:
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self.workbook.add_format(properties)
        return self._formats[key]

    def write_texts(self, sheet: Any, row: int, texts: Iterable[str | int | date | None]) -> None:
        for column, text in enumerate(texts):
            if isinstance(text, date):
                self.write_date(sheet, row, column, text)
            elif isinstance(text, int):
                sheet.write_number(row, column, text)
            elif text:
                sheet.write_string(row, column, str(text))

    def write_date(self, sheet: Any, row: int, column: int, day: date) -> None:
        if day.year >= _FIRST_YEAR:
            sheet.write_datetime(row, column, day, self.style(num_format="yyyy-mm-dd"))
        else:
            sheet.write_string(row, column, day.isoformat())


def fits(number: Decimal) -> bool:
    """Return whether a spreadsheet can hold a number without losing a digit."""
    return len(number.as_tuple().digits) <= _DIGITS


def number_format(number: Decimal, suffix: str = "") -> str:
    """Return the format that shows a number with its decimals, and `suffix` after it (`'"%"'`)."""
    places = min(_MOST_PLACES, max(0, -int(number.as_tuple().exponent)))
    return f"#,##0{'.' + '0' * places if places else ''}{suffix}"
