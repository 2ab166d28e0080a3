"""Parts two tables that stand side by side, so that each is read to its end before the next.

Both have one label in each row, and figures after it. A table with words between its figures has other words on its
left side, or headings over both sides.
"""

from collections.abc import Sequence

from workers.parsing.pdf.pieces import Line, Piece

_MIN_ROWS = 3
_EDGE = 2.0
"""The maximum difference between left edges of labels, in points."""
_INDENT = 40.0
"""The minimum distance of a heading over both sides from the left edge, in points."""
_MAX_GAP = 3.0
"""The maximum gap between lines of one table, in line heights."""


def part_side_by_side(lines: list[Line]) -> list[list[Line]]:
    """Return the lines in the order in which they are read: above both tables, left, right, and below."""
    edge = _second_labels(lines)
    if edge is None:
        return [lines]
    rows = [index for index, line in enumerate(lines) if _label_at(line.pieces, edge) is not None]
    start, end = rows[0], rows[-1] + 1
    while start > 0 and _belongs(lines[start - 1], lines[start], edge):
        start -= 1
    while end < len(lines) and _belongs(lines[end], lines[end - 1], edge):
        end += 1
    has_shared_heading = start > 0 and _is_heading(lines[start - 1], lines[start], edge)
    if has_shared_heading or any(_crosses(line, edge) for line in lines[start:end]):
        return [lines]
    left = [part for line in lines[start:end] if (part := _side(line, edge, right=False))]
    right = [part for line in lines[start:end] if (part := _side(line, edge, right=True))]
    return [part for part in (lines[:start], left, right, *part_side_by_side(lines[end:])) if part]


def _second_labels(lines: Sequence[Line]) -> float | None:
    """Return the left edge of the right table's labels: most rows have a label there, after figures."""
    edges: dict[int, list[Piece]] = {}
    full = 0
    for line in lines:
        pieces = line.pieces
        if len(pieces) < 4 or pieces[0].is_number or not pieces[1].is_number:
            continue
        full += 1
        words = [index for index, piece in enumerate(pieces) if not piece.is_number and index > 1]
        if len(words) == 1 and words[0] < len(pieces) - 1:
            edges.setdefault(round(pieces[words[0]].x0 / _EDGE), []).append(pieces[words[0]])
    found = max(edges.values(), key=len, default=[])
    # Labels differ from row to row. Words of a column ("Semi-annually") are repeated.
    differ = len({piece.text for piece in found}) > 0.8 * len(found)
    is_column = len(found) >= _MIN_ROWS and len(found) > 0.6 * full
    return min(piece.x0 for piece in found) if is_column and differ else None


def _label_at(pieces: Sequence[Piece], edge: float) -> Piece | None:
    return next((piece for piece in pieces[1:] if abs(piece.x0 - edge) <= _EDGE and not piece.is_number), None)


def _crosses(line: Line, edge: float) -> bool:
    return any(piece.x0 < edge - 1 and piece.x1 > edge for piece in line.pieces)


def _belongs(line: Line, neighbour: Line, edge: float) -> bool:
    gap = max(line.y0, neighbour.y0) - min(line.y1, neighbour.y1)
    return gap < _MAX_GAP * line.size and not _crosses(line, edge)


def _is_heading(line: Line, below: Line, edge: float) -> bool:
    """Return whether the line is a heading over both sides: it does not begin at the left edge, as prose does."""
    near = below.y0 - line.y1 < _MAX_GAP / 2 * line.size
    return near and _crosses(line, edge) and line.x0 > below.x0 + _INDENT


def _side(line: Line, edge: float, *, right: bool) -> Line | None:
    pieces = [piece for piece in line.pieces if (piece.x0 >= edge - 1) is right]
    return Line(pieces, line.y0, line.y1) if pieces else None
