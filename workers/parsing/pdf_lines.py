"""From words to lines in reading order: words side by side make pieces, pieces side by side make a line, lines make columns.

A piece is a run of words with ordinary blanks between them: a line of prose, or a cell of a table. A column of prose is
read to its end before the one at its right; a table is read row by row. What tells them apart is the pieces: prose fills
its column, a table's cells don't. (The recursive cutting follows Nagy and Seth's X-Y cut, ICPR 1984.)
"""

import re
from dataclasses import dataclass
from statistics import median

from workers.parsing.pdf_chars import PageWords

NUMBER = re.compile(
    r"[-–—+]?[$€£¥(]*[-–—]?[$€£¥]?\d[\d,.]*\)?%?[)]?(?:x|bps|pts)?(?:\(\w{1,2}\)|[*†])?"
    r"|[($€£¥]*[-–—]+\)?%?|N/?[AM]|\*|[$€£¥%)]"
)
_LEADERS = re.compile(r"[.·…_]{4,}|\.|…")
BULLETS = frozenset("•▪◦○●–—-*➢")
CURRENCIES = frozenset("$€£¥")
_MIN_COLUMN_LINES = 5


@dataclass(slots=True)
class Piece:
    """Words `words` (indexes into the page) from x0 to x1, in the frame that lines are read in."""

    words: list[int]
    x0: float
    x1: float
    text: str

    @property
    def is_number(self) -> bool:
        return NUMBER.fullmatch(self.text.replace(" ", "")) is not None


@dataclass(slots=True)
class Line:
    """Pieces side by side, left to right; y0 and y1 are those of the tallest word."""

    pieces: list[Piece]
    y0: float
    y1: float

    @property
    def x0(self) -> float:
        return self.pieces[0].x0

    @property
    def x1(self) -> float:
        return max(piece.x1 for piece in self.pieces)

    @property
    def size(self) -> float:
        return self.y1 - self.y0


Column = list[Line]


def read_columns(words: PageWords) -> list[Column]:
    """The page's columns in reading order, each a list of lines from top to bottom. Words that are turned come last."""
    boxes: list[list[float]] = words.boxes.tolist()
    if words.turn in (1, 3):
        boxes = [turned_back(box, words) for box in boxes]
    straight: list[int] = []
    turned: list[int] = []
    for index, is_turned in enumerate(words.turned.tolist()):
        (turned if is_turned else straight).append(index)
    columns = _cut_columns(_lines(words.texts, boxes, straight))
    if turned:
        pieces = [Line([_piece(words.texts, boxes, [index])], boxes[index][1], boxes[index][3]) for index in turned]
        columns.append(_join_turned(pieces))
    return columns


def turned_back(box: list[float], words: PageWords) -> list[float]:
    """A box in the frame in which most of the page's words run from left to right."""
    x0, y0, x1, y1 = box
    if words.turn == 1:
        return [y0, words.width - x1, y1, words.width - x0]
    if words.turn == 3:
        return [words.height - y1, x0, words.height - y0, x1]
    return box


def _join_turned(lines: list[Line]) -> Column:
    """Turned words follow each other as they do in the file: one line for all that touch."""
    joined: list[Line] = []
    for line in lines:
        last = joined[-1] if joined else None
        if last and abs(last.x0 - line.x0) < 4:
            last.pieces[0].words += line.pieces[0].words
            last.pieces[0].text += " " + line.pieces[0].text
        else:
            joined.append(line)
    return joined


def _lines(texts: list[str], boxes: list[list[float]], indexes: list[int]) -> list[Line]:
    """Lines from top to bottom: words join the line that they overlap by half of the lower of both."""
    runs = _runs(boxes, indexes)
    runs.sort(key=lambda run: boxes[run[0]][1] + boxes[run[0]][3])
    groups: list[list[int]] = []
    spans: list[tuple[float, float]] = []
    for run in runs:
        _, y0, _, y1 = boxes[run[0]]
        height = y1 - y0
        for back in range(1, min(4, len(groups) + 1)):
            top, bottom = spans[-back]
            shared = min(y1, bottom) - max(y0, top)
            if shared > 0.5 * min(height, bottom - top):
                groups[-back].extend(run)
                # A footnote mark must not decide what the line is: the taller word does.
                if height > bottom - top:
                    spans[-back] = (y0, y1)
                break
        else:
            groups.append(run)
            spans.append((y0, y1))
    lines = [
        Line(pieces, top, bottom)
        for group, (top, bottom) in zip(groups, spans, strict=True)
        if (pieces := _pieces(texts, boxes, group, bottom - top))
    ]
    lines.sort(key=lambda line: line.y0 + line.y1)
    return lines


def _runs(boxes: list[list[float]], indexes: list[int]) -> list[list[int]]:
    """Words that follow each other in the file at the same height: few, where words are many."""
    runs: list[list[int]] = []
    run: list[int] = []
    top = bottom = -1.0
    for index in indexes:
        _, y0, _, y1 = boxes[index]
        if y0 != top or y1 != bottom:
            run = []
            runs.append(run)
            top, bottom = y0, y1
        run.append(index)
    return runs


def _pieces(texts: list[str], boxes: list[list[float]], group: list[int], height: float) -> list[Piece]:
    group.sort(key=lambda index: boxes[index][0])
    group = _without_leaders(texts, group)
    pieces: list[list[int]] = []
    piece: list[int] = []
    right = 0.0
    narrow, wide = 0.45 * height, 0.8 * height
    for index in group:
        x0, _, x1, _ = boxes[index]
        gap = x0 - right
        if piece and (
            gap <= narrow or not _parts(texts[piece[-1]], texts[index], gap > wide, len(piece) + len(pieces) == 2)
        ):
            piece.append(index)
            right = max(right, x1)
        else:
            piece = [index]
            pieces.append(piece)
            right = x1
    return [_piece(texts, boxes, indexes) for indexes in pieces]


def _parts(before: str, text: str, is_wide: bool, is_second: bool) -> bool:
    """Whether a gap wider than a blank parts two cells. Numbers and currency signs stand closer to their neighbours."""
    if is_wide:
        return not (is_second and before in BULLETS and NUMBER.fullmatch(text) is None)
    return text in CURRENCIES or (NUMBER.fullmatch(text) is not None and NUMBER.fullmatch(before) is not None)


def _without_leaders(texts: list[str], group: list[int]) -> list[int]:
    """Dotted lines between a title and its page number are rules made of letters, not words."""
    dots = [index for index in group if texts[index][0] in ".·…_" and _LEADERS.fullmatch(texts[index])]
    if len(dots) >= 4 or any(len(texts[index]) >= 4 for index in dots):
        return [index for index in group if index not in dots]
    return group


def _piece(texts: list[str], boxes: list[list[float]], indexes: list[int]) -> Piece:
    first, last = indexes[0], indexes[-1]
    right = boxes[last][2] if len(indexes) < 3 else max([boxes[index][2] for index in indexes])
    text = texts[first] if first == last else " ".join([texts[index] for index in indexes])
    return Piece(words=indexes, x0=boxes[first][0], x1=right, text=text)


def _cut_columns(lines: list[Line], depth: int = 0) -> list[Column]:
    """Cut where a gutter runs between prose on both sides; else the lines are one column."""
    cut = _find_gutter(lines) if len(lines) >= _MIN_COLUMN_LINES and depth < 6 else None
    if cut is None:
        return [lines] if lines else []
    first, end, gutter = cut
    inside = lines[first:end]
    left = [part for line in inside if (part := _side(line, gutter, right=False))]
    right = [part for line in inside if (part := _side(line, gutter, right=True))]
    return (
        _cut_columns(lines[:first], depth + 1)
        + _cut_columns(left, depth + 1)
        + _cut_columns(right, depth + 1)
        + _cut_columns(lines[end:], depth + 1)
    )


def _side(line: Line, gutter: float, *, right: bool) -> Line | None:
    pieces = [piece for piece in line.pieces if (piece.x0 >= gutter) == right]
    return Line(pieces, line.y0, line.y1) if pieces else None


def _find_gutter(lines: list[Line]) -> tuple[int, int, float] | None:
    """The longest run of lines (first, end) with prose at both sides of x = gutter."""
    best: tuple[int, int, float] | None = None
    for gutter in _left_edges(lines):
        start = 0
        for index in range(len(lines) + 1):
            crosses = index == len(lines) or any(
                piece.x0 < gutter - 1 and piece.x1 > gutter - 3 for piece in lines[index].pieces
            )
            if not crosses:
                continue
            if (best is None or index - start > best[1] - best[0]) and _is_prose(lines[start:index], gutter):
                first, end = _trimmed(lines, start, index, gutter)
                if best is None or end - first > best[1] - best[0]:
                    best = (first, end, gutter)
            start = index + 1
    return best


def _left_edges(lines: list[Line]) -> list[float]:
    """Left edges (less 2 pt) that at least five pieces share within 2 pt, without the page's own left edge."""
    edges = sorted(piece.x0 for line in lines for piece in line.pieces)
    if not edges:
        return []
    outermost = edges[0]
    shared: list[float] = []
    index = 0
    while index < len(edges):
        end = index
        while end < len(edges) and edges[end] - edges[index] <= 2:
            end += 1
        if end - index >= _MIN_COLUMN_LINES and edges[index] > outermost + 60:
            shared.append(edges[index] - 2)
        index = end
    return shared


def _trimmed(lines: list[Line], start: int, end: int, gutter: float) -> tuple[int, int]:
    """Leave a headline above and a footer below out: lines far from the others that have one side only."""
    first, last = start, end
    while last - first > _MIN_COLUMN_LINES and not (
        _side(lines[first], gutter, right=True) or lines[first + 1].y0 - lines[first].y1 < lines[first].size
    ):
        first += 1
    while last - first > _MIN_COLUMN_LINES and not (
        _side(lines[last - 1], gutter, right=True)
        or lines[last - 1].y0 - lines[last - 2].y1 < 1.5 * lines[last - 1].size
    ):
        last -= 1
    return first, last


def _is_prose(lines: list[Line], gutter: float) -> bool:
    sides = [[part for line in lines if (part := _side(line, gutter, right=is_right))] for is_right in (False, True)]
    return all(len(side) >= _MIN_COLUMN_LINES and _fills(side) for side in sides)


def _fills(side: list[Line]) -> bool:
    """Whether lines fill their column as prose does: most are nearly full, hardly one holds a lone number."""
    x0 = min(line.x0 for line in side)
    width = max(line.x1 for line in side) - x0
    filled = [sum(piece.x1 - piece.x0 for piece in line.pieces) / (width or 1) for line in side]
    numbers = sum(1 for line in side if any(piece.is_number for piece in line.pieces))
    letters = [sum(len(piece.text) for piece in line.pieces) for line in side]
    pieces = sum(len(line.pieces) for line in side)
    return (
        median(filled) >= 0.72 and median(letters) >= 18 and numbers <= 0.15 * len(side) and pieces <= 1.5 * len(side)
    )
