"""Decides the checks of fault cases on what was read: cells of tables, pages' text, and answers.

A check is right, wrong (something else was stated), or missed (nothing was stated, or not all that the check asks for).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.quantities.values import Kind, Quantity
from app.tables.model import Cell, Table
from evals.datasets.faults import CellCheck, TextCheck

_MAY_BE_UNKNOWN = (Kind.AMOUNT, Kind.SHARES, Kind.NUMBER)
_PART = " | "
_BLANKS = re.compile(r"\s+")
EXACT, CONTAINED = 2, 1


class CheckVerdict(StrEnum):
    RIGHT = "right"
    WRONG = "wrong"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Decided:
    """The verdict on a check, and a sentence with what was seen."""

    verdict: CheckVerdict
    seen: str


def right(seen: str) -> Decided:
    return Decided(CheckVerdict.RIGHT, seen)


def wrong(seen: str) -> Decided:
    return Decided(CheckVerdict.WRONG, seen)


def missed(seen: str) -> Decided:
    return Decided(CheckVerdict.MISSED, seen)


def check_text(check: TextCheck, pages: Iterable[str]) -> Decided:
    """Decide a check of pages' text."""
    text = _BLANKS.sub(" ", " ".join(pages))
    for unwanted in check.must_not_contain:
        if unwanted in text:
            return wrong(f"the text contains {unwanted!r}: {_around(text, unwanted)!r}")
    for wanted in check.must_contain:
        if wanted not in text:
            return missed(f"the text does not contain {wanted!r}; it is {text[:600]!r}")
    return right("the text is as expected")


def check_cell(check: CellCheck, tables: Sequence[Table]) -> Decided:
    """Decide a check of a cell. If labels occur in several tables, each cell with the best match has to be right."""
    if check.value is None:
        return _check_empty(check, tables)
    ranked = [
        (_rank_row(check.row_label, cell), _rank_column(check.column_label, cell.header_path), cell)
        for table in tables
        for cell in table.cells
        if cell.value is not None
    ]
    fitting = [found for found in ranked if found[0] and found[1]]
    if not fitting:
        in_row = [cell for row, _, cell in ranked if row]
        return missed(f"no cell at this row and column; the row has {_listed(in_row)}")
    best = max(found[:2] for found in fitting)
    decided = [_compare(check, cell) for *rank, cell in fitting if tuple(rank) == best]
    return next((each for each in decided if each.verdict is not CheckVerdict.RIGHT), decided[0])


def _check_empty(check: CellCheck, tables: Sequence[Table]) -> Decided:
    for table in tables:
        rows = {cell.row for cell in table.cells if _rank_row(check.row_label, cell) or _is_label(check, cell)}
        columns = [cell for cell in table.cells if _rank_column(check.column_label, cell.header_path)]
        if not rows or not columns:
            continue
        filled = [cell for cell in columns if cell.row in rows]
        return wrong(f"the cell is not empty: {_listed(filled)}") if filled else right("the cell is empty")
    return missed("no table has this row and column")


def _compare(check: CellCheck, cell: Cell) -> Decided:
    """Compare a cell with a check: the first fault decides. A part that was not read is missed, not wrong."""
    seen = _described(cell)
    for fault, was_read in _faults(check, cell):
        return (wrong if was_read else missed)(f"{fault}: {seen}")
    return right(seen)


def _faults(check: CellCheck, cell: Cell) -> Iterator[tuple[str, bool]]:
    """Yield the faults of a cell, each with whether something else was read."""
    value, truth = cell.value, check.value
    if value is None or truth is None or value.value is None:
        yield "no value", False
        return
    scale = scale_of(value)
    if scale is None:
        yield "the scale is unknown", value.value != truth
    elif value.value.scaleb(scale) != truth.scaleb(check.scale):
        yield "another amount", True
    if value.unit != check.unit:
        yield "another unit", value.unit is not None
    period = None if cell.period is None else str(cell.period)
    if check.not_period is not None and period == check.not_period:
        yield "the period that it must not have", True
    if check.period is not None and period != check.period:
        yield "another period", period is not None


def scale_of(value: Quantity) -> int | None:
    """Return the power of ten of a value, or None if it is unknown. Only amounts and counts can have none."""
    return value.scale if value.scale is not None or value.kind in _MAY_BE_UNKNOWN else 0


def _rank_row(label: str, cell: Cell) -> int:
    wanted, path = normalise(label), [normalise(part) for part in cell.label_path]
    if path and path[-1] == wanted:
        return EXACT
    return CONTAINED if is_within(wanted, " ".join(path)) else 0


def _is_label(check: CellCheck, cell: Cell) -> bool:
    return normalise(cell.text) == normalise(check.row_label)


def _rank_column(label: str, path: Sequence[str]) -> int:
    wanted, read = [normalise(part) for part in label.split(_PART)], [normalise(part) for part in path]
    if wanted == read:
        return EXACT
    text, start = " ".join(read), 0
    for part in wanted:
        found = find_within(part, text, start)
        if found < 0:
            return 0
        start = found + len(part)
    return CONTAINED


def normalise(text: str) -> str:
    """Return a text in lower case with single blanks, without punctuation at its end."""
    return _BLANKS.sub(" ", text).strip(" :,.;").casefold()


def is_within(part: str, text: str) -> bool:
    """Return whether a normalised text contains a part as whole words."""
    return find_within(part, text, 0) >= 0


def find_within(part: str, text: str, start: int) -> int:
    """Return where a normalised text contains a part as whole words, from `start` on, or -1."""
    match = re.compile(rf"(?<!\w){re.escape(part)}(?!\w)").search(text, start)
    return -1 if match is None else match.start()


def _described(cell: Cell) -> str:
    value = cell.value
    read = "no value" if value is None else f"{value.kind.value} {value.value} {value.unit} 10^{value.scale}"
    return f"{cell.text!r} = {read}, {' > '.join(cell.label_path)!r} / {' > '.join(cell.header_path)!r}, {cell.period}"


def _listed(cells: Sequence[Cell]) -> str:
    return "; ".join(_described(cell) for cell in cells[:6]) or "no cells"


def _around(text: str, part: str) -> str:
    place = text.index(part)
    return text[max(0, place - 60) : place + len(part) + 60]
