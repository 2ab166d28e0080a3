"""Reads pricing grids: margins and fees by level, in rows or in columns."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from workers.extraction.fields.agreements.figures import parse_percent
from workers.extraction.fields.agreements.grids import FlowTable, GridRow

_PERCENT: Final = re.compile(
    r"[+]?\s?\d{1,2}(?:\.\d{1,5})?\s?(?:%|per ?cent\.?|percentage points?)(?: per annum| p\.a\.)?", re.I
)
_POINTS: Final = re.compile(r"[+]?\s?\d{1,3}(?:\.\d{1,3})?\s?(?:bps|basis points|bp)\.?", re.I)
_BARE: Final = re.compile(r"[+]?\s?\d{1,3}(?:\.\d{1,5})?")
_LEVEL: Final = re.compile(
    r"(?:(?:pricing|applicable|margin)\s)?(?:level|category|tier|pricing level|stage|status|grid level|row)?\s?"
    r"(?:[IVX]{1,5}|\d{1,2})(?:\sstatus|\spricing)?",
    re.I,
)
_LABELLED: Final = re.compile(r"((?:pricing )?(?:level|category|tier) (?:[IVX]{1,5}|\d{1,2}))[:.,]? (.+)", re.I)
_LEVEL_HEAD: Final = re.compile(r"\b(?:level|category|tier|status|pricing|stage)\b", re.I)
_CONDITION: Final = re.compile(
    r"[<>≤≥=]|\bto 1|:\s?1|\b(?:less|greater|equal|below|above|lower|higher|more|between|under|over|exceed\w*|at "
    r"least)\b|\d(?:\.\d+)?x\b|\b(?:BBB|Baa|A-|BB|Ba)\b",
    re.I,
)
_LOANS: Final = re.compile(
    r"sofr|libo|eurodollar|eurocurrency|euribor|sonia|term benchmark|benchmark|rfr|base rate|\babr\b|prime"
    r"|loans?|advances|margin|revolv|term|spread|applicable rate|applicable percentage|€str|canadian",
    re.I,
)
_FEE: Final = re.compile(r"commitment fee|facility fee|unused|undrawn|ticking|unutilized|commitment\s*$", re.I)
_LETTER: Final = re.compile(r"letters? of credit|\bl/?c\b", re.I)
_BENCHMARK: Final = re.compile(
    r"sofr|libo|eurodollar|euro|sonia|benchmark|rfr|base rate|\babr\b|prime|loan|advance|margin", re.I
)
_NOISE: Final = re.compile(
    r"\((?:the|expressed|in)?[^()]{0,80}\)|\bapplicable (?:margin|rate|percentage)s?(?: for)?\b|\bper annum\b"
    r"|\bmargin ?(?:\(?% ?p\.?a\.?\)?|%)|% ?p\.a\.|^ ?relative to\b|\brelative to\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Rate:
    """A percentage a year for `loans` (or a fee) at a level, under the condition `when`. `place` is its row: page
    (index), start and end in the page's text.
    """

    level: str | None
    when: str | None
    loans: str | None
    percent: Decimal
    is_fee: bool
    place: tuple[int, int, int]


def read_grid(table: FlowTable) -> list[Rate]:
    """Return the rates of a pricing grid; none for a table of another kind."""
    head, rows = _split(table.rows)
    if not rows:
        return []
    width = max(len(row.cells) for row in rows)
    names = [_heading(head, column) for column in range(width)]
    rate_columns = [column for column in range(width) if _is_rate_column(rows, column, names[column])]
    if not rate_columns:
        return []
    by_column = [column for column in rate_columns if _is_level(head, column)]
    if len(by_column) * 2 > len(rate_columns) and len(by_column) > 1:
        return list(_levels_in_columns(table, head, rows, by_column))
    return list(_levels_in_rows(table, rows, names, rate_columns))


def _split(rows: Sequence[GridRow]) -> tuple[Sequence[GridRow], Sequence[GridRow]]:
    """Return the heading rows, and the rows from the first one with a rate."""
    for number, row in enumerate(rows):
        rates = [cell for cell in row.cells if _PERCENT.fullmatch(cell) or _POINTS.fullmatch(cell)]
        bare = [cell for cell in row.cells[1:] if _BARE.fullmatch(cell)]
        if rates or (number and bare):
            return rows[:number], rows[number:]
    return rows, ()


def _heading(head: Sequence[GridRow], column: int) -> str:
    parts = [row.cells[column] for row in head if column < len(row.cells) and row.cells[column]]
    return " ".join(dict.fromkeys(parts))


def _is_rate_column(rows: Sequence[GridRow], column: int, name: str) -> bool:
    cells = [row.cells[column] for row in rows if column < len(row.cells) and row.cells[column]]
    rates = sum(_rate(cell, name) is not None for cell in cells)
    return (
        bool(cells)
        and rates * 2 > len(cells)
        and not re.fullmatch(r"(?:pricing )?(?:level|tier|category)s?\W*", name, re.I)
    )


def _rate(cell: str, name: str) -> Decimal | None:
    if _PERCENT.fullmatch(cell) or _POINTS.fullmatch(cell):
        return parse_percent(cell.casefold().replace("bp.", "bps").lstrip("+ "))
    if _BARE.fullmatch(cell) and re.search(r"bps|basis points", name, re.I):
        return parse_percent(f"{cell.lstrip('+ ')} bps")
    if _BARE.fullmatch(cell) and ("." in cell or re.search(r"%|per ?cent", name, re.I)):
        return parse_percent(cell.lstrip("+ "))
    return None


def _is_level(head: Sequence[GridRow], column: int) -> bool:
    cells = [row.cells[column] for row in head if column < len(row.cells) and row.cells[column]]
    return any(_LEVEL.fullmatch(cell) or (_CONDITION.search(cell) and not _BENCHMARK.search(cell)) for cell in cells)


def _levels_in_columns(
    table: FlowTable, head: Sequence[GridRow], rows: Sequence[GridRow], columns: Sequence[int]
) -> Iterator[Rate]:
    first = min(columns)
    for row in rows:
        name = next((cell for cell in row.cells[:first] if cell), "")
        for column in columns:
            percent = _rate(row.cells[column], name) if column < len(row.cells) else None
            if percent is None:
                continue
            texts = [each.cells[column] for each in head if column < len(each.cells) and each.cells[column]]
            level = next((text for text in texts if _LEVEL.fullmatch(text)), None)
            when = next((text for text in texts if not _LEVEL.fullmatch(text) and _CONDITION.search(text)), None)
            yield Rate(_level(level), when, _loans(name), percent, _is_fee(name), (table.page, row.start, row.end))


def _levels_in_rows(
    table: FlowTable, rows: Sequence[GridRow], names: Sequence[str], columns: Sequence[int]
) -> Iterator[Rate]:
    others = [column for column in range(len(names)) if column not in columns]
    for row in rows:
        cells = [(column, row.cells[column]) for column in others if column < len(row.cells) and row.cells[column]]
        level = next(
            (
                cell
                for column, cell in cells
                if _LEVEL.fullmatch(cell) or (_LEVEL_HEAD.search(names[column]) and len(cell) < 12)
            ),
            None,
        )
        when = next((cell for _, cell in cells if cell != level and _CONDITION.search(cell)), None)
        labelled = _LABELLED.fullmatch(when) if when and level is None else None
        if labelled:
            level, when = labelled.group(1), labelled.group(2)
        rest = next((cell for _, cell in cells if cell not in (level, when)), None)
        for column in columns:
            percent = _rate(row.cells[column], names[column]) if column < len(row.cells) else None
            if percent is None:
                continue
            loans = _loans(names[column]) or (rest if rest and _LOANS.search(rest) else None)
            yield Rate(
                _level(level),
                when or (rest if rest != loans else None),
                loans,
                percent,
                _is_fee(names[column]),
                (table.page, row.start, row.end),
            )


def _level(text: str | None) -> str | None:
    if text is None:
        return None
    found = re.search(r"\b(?:[IVX]{1,5}|\d{1,2})\b", text)
    return found.group() if found else text


def _is_fee(name: str) -> bool:
    return bool(_FEE.search(name)) and not re.search(r"sofr|base rate|benchmark|\babr\b|libo|eurodollar", name, re.I)


def _loans(name: str) -> str | None:
    """Return the loans that a heading names; None for a fee of letters of credit alone."""
    plain = re.sub(r"(?i)\bnon ?- ?(?=\w)", "Non-", " ".join(_NOISE.sub(" ", name).split())).strip(" :,-–+")
    return plain or None


def is_letter_fee(rate: Rate) -> bool:
    """Return whether a rate is a fee for letters of credit alone."""
    return rate.loans is not None and bool(_LETTER.search(rate.loans)) and not _BENCHMARK.search(rate.loans)
