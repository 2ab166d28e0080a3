"""Splits a page's lines into columns of prose, so that each column is read to its end before the next.

Prose fills its column, and the gap between two columns (the gutter) is narrow. The cells of a table do not fill their
columns, and are farther apart. The recursive algorithm follows Nagy and Seth's X-Y cut (ICPR 1984).
"""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from workers.parsing.pdf.pieces import CURRENCIES, Column, Line, Piece

_MIN_LINES = 5
_FEWEST_LINES = 3
"""The least lines of the shorter column, if they are a paragraph."""
_LONG = 18
"""Characters of a piece that can be a line of prose."""
_MAX_DEPTH = 6
_EDGE = 2.0
"""The maximum difference between left edges in one column, in points."""
_MAX_GUTTER = 45.0
"""The maximum gutter between two narrow columns, in points. It is usually 10 to 36."""
_MAX_RAGGED = 0.75
"""The maximum gutter after ragged lines, relative to the narrower column. The longest line may be much shorter than its
column.
"""
_MIN_LOWER = 0.35
"""The least part of the lines of prose that begin in lower case. It is usually .6 to .8."""
_MAX_INNER = 2
_HEADING_SIZE = 1.2


def cut_columns(lines: list[Line], boxes: Sequence[Sequence[float]], depth: int = 0) -> list[Column]:
    """Return the columns in reading order. The lines are one column unless a gutter has prose on both sides.

    `boxes` are those of all words.
    """
    cut = _find_gutter(lines, boxes) if len(lines) >= _MIN_LINES and depth < _MAX_DEPTH else None
    if cut is None:
        return [lines] if lines else []
    first, end, gutter = cut
    inside = lines[first:end]
    left = [_levelled(part, boxes) for line in inside if (part := _side(line, gutter, right=False))]
    right = [_levelled(part, boxes) for line in inside if (part := _side(line, gutter, right=True))]
    return [
        column for part in (lines[:first], left, right, lines[end:]) for column in cut_columns(part, boxes, depth + 1)
    ]


def _levelled(line: Line, boxes: Sequence[Sequence[float]]) -> Line:
    """Return one side of a line with the height of its own words: the lines of two columns need not be level."""
    words = [word for piece in line.pieces for word in piece.words]
    (top, bottom), _ = Counter((boxes[word][1], boxes[word][3]) for word in words).most_common(1)[0]
    return Line(line.pieces, top, bottom)


def _side(line: Line, gutter: float, *, right: bool) -> Line | None:
    """Return the words of a line on one side of the gutter; None if there are none.

    A piece can contain words of both columns, because the gap between justified columns can be as narrow as a blank.
    """
    pieces: list[Piece] = []
    for piece in line.pieces:
        if piece.x0 >= gutter - 1:
            if right:
                pieces.append(piece)
        elif piece.x1 <= gutter + _EDGE:
            if not right:
                pieces.append(piece)
        else:
            count = sum(start < gutter - 1 for start in piece.starts)
            pieces.append(piece.split_at(count)[right])
    return Line(pieces, line.y0, line.y1) if pieces else None


def _crosses(line: Line, gutter: float, usual: float) -> bool:
    """Return whether a piece of the line extends across the gutter, and none of its words starts at the gutter.

    The words of a heading, whose type is larger than the usual size, start there only by chance.
    """
    left, right, last = gutter - 1, gutter + _EDGE, gutter + 2 * _EDGE
    for piece in line.pieces:
        if piece.x0 < left and piece.x1 > right:
            if line.size > _HEADING_SIZE * usual:
                return True
            if not [start for start in piece.starts if left <= start <= last]:
                return True
    return False


def _find_gutter(lines: list[Line], boxes: Sequence[Sequence[float]]) -> tuple[int, int, float] | None:
    """Return (first, end, x of the gutter) for the longest run of lines with prose on both sides of a gutter."""
    best: tuple[int, int, float] | None = None
    usual = median(line.size for line in lines)
    for gutter in _left_edges(lines) or _edges_of_few(lines):
        start = 0
        for index in range(len(lines) + 1):
            if index < len(lines) and not _crosses(lines[index], gutter, usual):
                continue
            if best is None or index - start > best[1] - best[0]:
                first, end = _trimmed(lines, start, index, gutter)
                longer = best is None or end - first > best[1] - best[0]
                if longer and end - first >= _MIN_LINES and _is_prose(lines[first:end], gutter, boxes):
                    best = (first, end, gutter)
            start = index + 1
    return best


def _left_edges(lines: list[Line]) -> list[float]:
    """Return the x positions at which at least five pieces begin (within 2 pt), except near the page's left margin."""
    edges = sorted(piece.x0 for line in lines for piece in line.pieces)
    shared: list[float] = []
    index = 0
    while index < len(edges):
        end = index
        while end < len(edges) and edges[end] - edges[index] <= _EDGE:
            end += 1
        if end - index >= _MIN_LINES and edges[index] > edges[0] + 60:
            shared.append(edges[index])
        index = end
    return shared


def _edges_of_few(lines: list[Line]) -> list[float]:
    """Return the x positions at which few pieces begin, and these are as long as lines of prose beside others."""
    edges = sorted(
        [
            piece.x0
            for line in lines
            if len(line.pieces) > 1
            for before, piece in pairwise(line.pieces)
            if len(before.text) >= _LONG <= len(piece.text)
        ]
    )
    return sorted({edge for edge, other in pairwise(edges) if other - edge <= _EDGE / 2})


def _trimmed(lines: list[Line], start: int, end: int, gutter: float) -> tuple[int, int]:
    """Omit headlines and footers: top and bottom lines that have no text on the right side and are set apart."""
    first, last = start, end
    while last - first > _MIN_LINES and not (
        _side(lines[first], gutter, right=True) or lines[first + 1].y0 - lines[first].y1 < 0.5 * lines[first].size
    ):
        first += 1
    while last - first > _MIN_LINES and not (
        _side(lines[last - 1], gutter, right=True)
        or lines[last - 1].y0 - lines[last - 2].y1 < 1.5 * lines[last - 1].size
    ):
        last -= 1
    return first, last


def _is_prose(lines: list[Line], gutter: float, boxes: Sequence[Sequence[float]]) -> bool:
    left = [part for line in lines if (part := _side(line, gutter, right=False))]
    right = [part for line in lines if (part := _side(line, gutter, right=True))]
    if not _are_enough(left, right):
        return False
    # In a single column of prose, words align at an x position only by chance, so few lines have a word there.
    starts = sum(piece.x0 >= gutter - 1 for line in lines for piece in line.pieces if piece.x0 <= gutter + 2 * _EDGE)
    if starts < 0.5 * len(right):
        return False
    edge = max(line.x1 for line in left)
    widths = sorted((edge - min(line.x0 for line in left), max(line.x1 for line in right) - gutter))
    gap = gutter - edge
    is_near = gap < max(_MAX_GUTTER, 0.3 * widths[0])
    is_ragged = gap < _MAX_RAGGED * widths[0] and _reads_on(left) and _reads_on(right)
    if is_ragged and not is_near:
        is_ragged = not _has_rows([_levelled(line, boxes) for line in left], [_levelled(line, boxes) for line in right])
    return widths[0] > 0.3 * widths[1] and (is_near or is_ragged) and _fills(left) and _fills(right)


def _are_enough(left: list[Line], right: list[Line]) -> bool:
    """Return whether both sides have enough lines to be columns, or the shorter one is a paragraph."""
    few = min(left, right, key=len)
    return len(few) >= _MIN_LINES or (_is_paragraph(few) and _reads_on(left) and _reads_on(right))


def _reads_on(side: list[Line]) -> bool:
    """Return whether the lines read on as sentences do: many begin in lower case. Cells of a table rarely do."""
    return sum(map(_goes_on, side)) >= _MIN_LOWER * len(side)


def _goes_on(line: Line) -> bool:
    """Return whether a line can begin within a sentence."""
    first = line.pieces[0].text[:1]
    return first.islower() or first.isdigit() or first in CURRENCIES


def _is_paragraph(side: list[Line]) -> bool:
    """Return whether a few lines are a paragraph: a sentence begins the first line, and one ends the last."""
    if len(side) < _FEWEST_LINES or side[0].pieces[0].text[:1].islower():
        return False
    return side[-1].pieces[-1].text[-1:] in ".:;!?" and sum(map(_goes_on, side[1:])) >= len(side) / 2


def _has_rows(left: list[Line], right: list[Line]) -> bool:
    """Return whether both sides have their wider gaps at the same height, as the rows of a table have."""
    starts, others = _gap_ends(left), _gap_ends(right)
    shared = sum(any(abs(start - other) <= _EDGE for other in others) for start in starts)
    return shared >= 2 and shared >= 0.6 * max(len(starts), len(others))


def _gap_ends(side: list[Line]) -> list[float]:
    """Return the tops of the lines after wider gaps."""
    gaps = [below.y0 - above.y1 for above, below in pairwise(side)]
    usual = median(gaps) if gaps else 0.0
    return [line.y0 for line, gap in zip(side[1:], gaps, strict=True) if gap > usual + 0.25 * line.size]


def _fills(side: list[Line], depth: int = 0) -> bool:
    """Return whether lines fill their column as prose does: most are nearly full, and few contain a number. A side may
    have columns itself.
    """
    width = max(line.x1 for line in side) - min(line.x0 for line in side)
    filled = [sum(piece.x1 - piece.x0 for piece in line.pieces) / (width or 1) for line in side]
    numbers = sum(1 for line in side if any(piece.is_number for piece in line.pieces))
    letters = [sum(len(piece.text) for piece in line.pieces) for line in side]
    pieces = sum(len(line.pieces) for line in side)
    if pieces <= 1.5 * len(side) and median(letters) >= _LONG and numbers <= 0.15 * len(side):
        full = median(filled) >= 0.72
        if full or pieces < 1.1 * len(side):
            return full
    return depth < _MAX_INNER and any(
        _are_columns(side, gutter, depth) for gutter in _left_edges(side) or _edges_of_few(side)
    )


def _are_columns(side: list[Line], gutter: float, depth: int) -> bool:
    usual = median(line.size for line in side)
    if any(_crosses(line, gutter, usual) for line in side):
        return False
    left = [part for line in side if (part := _side(line, gutter, right=False))]
    right = [part for line in side if (part := _side(line, gutter, right=True))]
    return _are_enough(left, right) and _fills(left, depth + 1) and _fills(right, depth + 1)
