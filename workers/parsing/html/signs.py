"""Joins signs in cells of their own to their figure: "$", "(", ")", "%", "x", "bps"."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.quantities.headings import is_year
from workers.parsing.flow import FlowText, join_texts

_MONEY = r"(?:[A-Z]{0,3}[$€£¥₹]|US\$|Rs\.?)"
# A dash in a separate cell means nil; it is not the sign of the next number.
_BEFORE = re.compile(rf"[-–—−]?{_MONEY}\s?\(?|[-–—−]?\(\s*{_MONEY}?|[<>≥≤~+±]")
_AFTER = re.compile(r"[)%‰]+(?:\s*\(\w{1,2}\))?|\)?\s*(?:x|X|×|pts?\.?|pp|p\.p\.|bps?|%\s*pts\.?)|\)\s*%")
_WORD_AFTER = re.compile(r"(?:years?|yrs?|months?|days|times|basis points|percent|per ?cent)\.?|C[Rr]\.?|D[Rr]\.?")
_NUMBER_START = re.compile(rf"[-–—−]?\s?{_MONEY}?\s?[(\d.–—−-]")
_FIGURE = re.compile(r"[^A-Za-z]*(?:[A-Z]{1,3}[^A-Za-z]{1,3})?\d[^A-Za-z]*(?:(?:x|X|pts?|bps?)[^A-Za-z]*)?")
_NIL = re.compile(rf"{_MONEY}?\s?\(?[-–—−]+|(?i:n/?\.?m\.?f?|n/?\.?a\.?)|\*{{1,3}}")
_AMOUNT = re.compile(
    rf"\(?[-–—−]?\s*\(?{_MONEY}?\s*\(?\s*[-–—−]?(?:\d{{1,3}}(?:,\d{{3}})+|\d+)?(?:\.\d+)?\s*\)?\s*%?\)?|[–—-]+"
)
_SPACES = re.compile(r"\s+")
_LONGEST = 6
_LONGEST_FIGURE = 40


@dataclass(frozen=True, slots=True)
class PlacedCell:
    """A cell with one line of text, on the columns `left` to `right` (exclusive)."""

    left: int
    right: int
    content: FlowText
    row_span: int = 1
    indent: float = 0.0
    bold: bool = False
    is_heading: bool = False

    @property
    def text(self) -> str:
        return self.content.text


def is_figure(text: str) -> bool:
    """Return whether a cell is a number with its signs, or a dash for nil."""
    return len(text) <= _LONGEST_FIGURE and (_FIGURE.fullmatch(text) or _NIL.fullmatch(text)) is not None


def is_sign(text: str) -> bool:
    """Return whether a cell is only a sign of a figure beside it."""
    return len(text) <= 14 and any(pattern.fullmatch(text) is not None for pattern in (_BEFORE, _AFTER, _WORD_AFTER))


def join_signs(rows: Sequence[Sequence[PlacedCell]]) -> list[list[PlacedCell]]:
    """Return the rows with signs joined to their figures. Marks in cells of their own join the cell before them."""
    occupied = _occupied(rows)
    return [_join_row(row, occupied) for row in rows]


def _occupied(rows: Sequence[Sequence[PlacedCell]]) -> list[int]:
    """Return the columns in which a figure begins. A "%" or "$" there is a heading if no amount is in its row."""
    return sorted(
        {
            cell.left
            for row in rows
            for cell in row
            if cell.right - cell.left < 4 and _is_number(cell.text) and not is_year(cell.text)
        }
    )


def _is_number(text: str) -> bool:
    return len(text) <= _LONGEST_FIGURE and _FIGURE.fullmatch(text) is not None


def _any_between(occupied: Sequence[int], first: int, end: int) -> bool:
    return bisect_left(occupied, first) < bisect_left(occupied, end)


def _join_row(row: Sequence[PlacedCell], occupied: Sequence[int]) -> list[PlacedCell]:
    if len(row) < 2:
        return [_tight(cell) for cell in row]
    is_heading_row = not any(is_figure(cell.text) and not is_year(cell.text) for cell in row)
    joined: list[PlacedCell] = []
    for cell in row:
        last = joined[-1] if joined else None
        separator = None if last is None else _separator(last, cell, occupied, is_heading_row=is_heading_row)
        if last is None or separator is None:
            joined.append(cell)
            continue
        content = join_texts([last.content, cell.content], ["", separator])
        shown = last if last.text and not _BEFORE.fullmatch(last.text) else cell
        joined[-1] = PlacedCell(
            last.left, cell.right, content, shown.row_span, last.indent, shown.bold, shown.is_heading
        )
    return [_tight(cell) for cell in joined]


def _separator(last: PlacedCell, cell: PlacedCell, occupied: Sequence[int], *, is_heading_row: bool) -> str | None:
    """Return what parts the two cells' texts if they are one figure, else None."""
    if not cell.text or not last.text:
        return ""
    if _any_between(occupied, last.right, cell.left):
        return None  # the column of an empty figure is between them
    if len(cell.text) <= 20 and is_figure(last.text):
        is_own_heading = is_heading_row and _any_between(occupied, cell.left, cell.left + 1) and ")" not in cell.text
        if _AFTER.fullmatch(cell.text) and not is_own_heading:
            return ""
        if _WORD_AFTER.fullmatch(cell.text) and not is_own_heading and not is_heading_row:
            return " "
    begins = _NUMBER_START.match(cell.text) or (last.text.endswith("(") and re.fullmatch(_MONEY, cell.text))
    if begins and len(last.text) < _LONGEST and _BEFORE.fullmatch(last.text):
        is_own_heading = is_heading_row and _any_between(occupied, last.left, last.left + 1) and "(" not in last.text
        return None if is_own_heading else ""
    return None


def _tight(cell: PlacedCell) -> PlacedCell:
    """Remove spaces between the signs, digits and brackets of an amount. Other text does not change."""
    text = cell.text
    if " " not in text or len(text) > _LONGEST_FIGURE or not _AMOUNT.fullmatch(text):
        return cell
    content = cell.content
    return replace(
        cell,
        content=FlowText(
            _SPACES.sub("", text),
            tuple((len(_SPACES.sub("", text[:offset])), mark) for offset, mark in content.marks),
            tuple((len(_SPACES.sub("", text[:offset])), struck) for offset, struck in content.deleted),
            tuple((len(_SPACES.sub("", text[:offset])), number) for offset, number in content.figures),
        ),
    )
