"""What the lines of a column look like: rows of figures, of periods or of words, single cells, and prose."""

import re
from enum import Enum, auto

from app.quantities.headings import is_period
from workers.parsing.pdf.pieces import Piece, TableRow

OVERHANG = 60
"""The maximum distance, in points, by which a heading extends to the left of the figures below it."""

CLEAR = 4.0
"""The minimum distance, in points, between a long label and the figures."""

MAX_LABELS = 12
"""The maximum number of successive lines with a label only."""

_SIGN_BEFORE = re.compile(r"[-–—]?[$€£¥(]+|[A-Z]{0,3}[$€£¥]")
_SIGN_AFTER = re.compile(r"[)%]+(?:\(\w{1,2}\))?|x|bps")
_VALUE = re.compile(r".*[\d–—-].*")
_LENGTH = re.compile(r"\d[\d–—-]*(?: to \d+)? (?:years?|months?|weeks?|days?)")
_DIGIT_END = re.compile(r".*[\d,.—–-]\)?%?")


class RowKind(Enum):
    FIGURES = auto()
    PERIODS = auto()
    WORDS = auto()
    SINGLE = auto()
    PROSE = auto()


def join_signs(pieces: list[Piece]) -> list[Piece]:
    """Join "$" and "(" to the number after them, and ")" and "%" to the number before them."""
    joined: list[Piece] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        if last and (
            (_SIGN_BEFORE.fullmatch(last.text) and piece.is_number and _VALUE.fullmatch(piece.text))
            or (_SIGN_AFTER.fullmatch(piece.text) and _DIGIT_END.fullmatch(last.text) and last.is_number)
        ):
            joined[-1] = last.followed_by(piece)
        else:
            joined.append(piece)
    return joined


def kind_of(row: TableRow, width: float) -> RowKind:
    cells = row.cells
    if len(cells) == 1:
        return RowKind.PROSE if cells[0].x1 - cells[0].x0 > 0.7 * width else RowKind.SINGLE
    numbers = [cell.is_number for cell in cells]
    if not (numbers[-1] or numbers[1] or sum(numbers) >= 2):
        return RowKind.WORDS
    values = cells if numbers[0] else cells[1:]
    return RowKind.PERIODS if all(is_period(cell.text) for cell in values) else RowKind.FIGURES


def figures_left(rows: list[TableRow]) -> float:
    return min(
        (cell.x0 for row in rows for cell in row.cells[1:] if cell.is_number),
        default=min((row.cells[-1].x0 for row in rows), default=0.0),
    )


def are_lengths_over(rows: list[TableRow], at: int) -> bool:
    """Return whether the numbers of a line are lengths of time over the figures of a line below: "1-3 years".

    Figures have a label left of them, and headings have none.
    """
    row = rows[at]
    numbers = [cell.text for cell in row.cells if cell.is_number]
    if not all(map(_LENGTH.fullmatch, numbers)):
        return False
    labels = [below.cells[0] for below in rows[at + 1 : at + 4] if len(below.cells) > 1 and below.cells[-1].is_number]
    return any(not label.is_number and label.x1 < row.cells[0].x0 for label in labels)
