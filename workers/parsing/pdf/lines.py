"""Joins words to lines in reading order. Adjacent words form a piece; pieces at the same height form a line.

A piece is a line of prose or a cell of a table. A gap that is wider than a blank separates it from the next piece.
"""

import math
import re
from collections.abc import Sequence

import numpy as np

from workers.parsing.pdf.columns import cut_columns
from workers.parsing.pdf.pieces import CURRENCIES, NUMBER, Column, Line, Piece
from workers.parsing.pdf.words import PageWords

Boxes = Sequence[Sequence[float]]
_AMOUNT_END = re.compile(r".*\d[)%]*|[)%—–-]")
_LEADERS = re.compile(r"[.·…_]{4,}|\.|…")
_WIDE = 0.8
"""The minimum gap between cells, in line heights."""
_TYPED = 1.6
"""The minimum gap between cells of typewritten text, in characters."""
_MONOSPACED = 1.2
"""The maximum ratio of the widths of characters in typewritten text. Boxes leave out the space beside characters."""
_FEWEST_JUSTIFIED = 4
"""Words of a justified line that show by their equal gaps that they are no cells."""
_MOST_JUSTIFIED = 2.5
"""The maximum gap between words of a justified line, in line heights."""
_EQUAL = 0.6
"""The maximum difference between gaps of a justified line, in points."""
BULLETS = frozenset("•▪◦○●–—-*➢")


def read_columns(words: PageWords) -> list[Column]:
    """Return the page's columns in reading order. A column is a list of lines from top to bottom.

    Rotated words are in the last column.
    """
    boxes: Boxes = list(zip(*words.boxes.T.tolist(), strict=True))  # faster than a list of rows
    if words.turn in (1, 3):
        boxes = [turned_back(box, words) for box in boxes]
    if words.ends is not None:
        boxes = [[x0, y0, end, y1] for (x0, y0, _, y1), end in zip(boxes, words.ends.tolist(), strict=True)]
    straight, turned = np.flatnonzero(~words.turned).tolist(), np.flatnonzero(words.turned).tolist()
    columns = cut_columns(_lines(words.texts, boxes, straight), boxes)
    if turned:
        pieces = [Line([_piece(words.texts, boxes, [index])], boxes[index][1], boxes[index][3]) for index in turned]
        columns.append(_join_turned(pieces))
    return columns


def turned_back(box: Sequence[float], words: PageWords) -> Sequence[float]:
    """Rotate a box with the page, so that most words of the page run from left to right."""
    x0, y0, x1, y1 = box
    if words.turn == 1:
        return [y0, words.width - x1, y1, words.width - x0]
    if words.turn == 3:
        return [words.height - y1, x0, words.height - y0, x1]
    return box


def _join_turned(lines: list[Line]) -> Column:
    """Join rotated words in the order of the file. Successive words with almost the same left edge form one line."""
    joined: list[Line] = []
    for line in lines:
        last = joined[-1] if joined else None
        if last and abs(last.x0 - line.x0) < 4:
            piece, added = last.pieces[0], line.pieces[0]
            piece.words += added.words
            piece.starts += added.starts
            piece.ends += added.ends
            piece.text += " " + added.text
        else:
            joined.append(line)
    return joined


def _lines(texts: list[str], boxes: Boxes, indexes: list[int]) -> list[Line]:
    """Return lines from top to bottom. A word joins a line if they overlap by more than half of the smaller height."""
    runs = _runs(boxes, indexes)
    runs.sort(key=lambda run: boxes[run[0]][1] + boxes[run[0]][3])
    groups: list[list[list[int]]] = []
    spans: list[tuple[float, float]] = []
    for run in runs:
        _, y0, _, y1 = boxes[run[0]]
        height = y1 - y0
        for back in range(1, min(4, len(groups) + 1)):
            top, bottom = spans[-back]
            shared = min(y1, bottom) - max(y0, top)
            if shared > 0.5 * min(height, bottom - top):
                groups[-back].append(run)
                # The taller word determines the line's height, because the smaller one may be a footnote mark.
                if height > bottom - top:
                    spans[-back] = (y0, y1)
                break
        else:
            groups.append([run])
            spans.append((y0, y1))
    lines: list[Line] = []
    has_leaders = _may_have_leaders(texts)
    lefts = [box[0] for box in boxes]
    for group in groups:
        # The longest run determines the line's height, because other runs may be tick boxes or footnote marks.
        _, top, _, bottom = boxes[max(group, key=len)[0]]
        indexes = group[0] if len(group) == 1 else [index for run in group for index in run]
        indexes.sort(key=lefts.__getitem__)
        if has_leaders:
            indexes = _without_leaders(texts, indexes)
        if pieces := _pieces(texts, boxes, indexes, bottom - top):
            lines.append(Line(pieces, top, bottom))
    lines.sort(key=lambda line: line.y0 + line.y1)
    return lines


def _runs(boxes: Boxes, indexes: list[int]) -> list[list[int]]:
    """Group successive words of the file with the same top and bottom. There are far fewer groups than words."""
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


def _pieces(texts: list[str], boxes: Boxes, group: list[int], height: float) -> list[Piece]:
    pieces = _split_cells(texts, boxes, group, height)
    if len(pieces) >= _FEWEST_JUSTIFIED:
        advance = _advance(texts, boxes, group)
        if _TYPED * advance > _WIDE * height:
            pieces = _split_cells(texts, boxes, group, _TYPED / _WIDE * advance)
        pieces = _join_justified(pieces, texts, boxes, height)
    return [_piece(texts, boxes, indexes) for indexes in pieces]


def _split_cells(texts: list[str], boxes: Boxes, group: list[int], height: float) -> list[list[int]]:
    narrow, wide = 0.45 * height, _WIDE * height
    if group and _is_one_cell(texts, boxes, group, narrow):
        return [group]
    pieces: list[list[int]] = []
    piece: list[int] = []
    right = 0.0
    for index in group:
        x0, _, x1, _ = boxes[index]
        gap = x0 - right
        if piece and (
            (gap <= narrow and (texts[index] not in CURRENCIES or not _AMOUNT_END.fullmatch(texts[piece[-1]])))
            or not _parts(texts[piece[-1]], texts[index], gap > wide, len(piece) + len(pieces) == 2)
        ):
            piece.append(index)
            right = max(right, x1)
        else:
            piece = [index]
            pieces.append(piece)
            right = x1
    return pieces


def _is_one_cell(texts: list[str], boxes: Boxes, group: list[int], narrow: float) -> bool:
    """Return whether the words of a line have narrow gaps only, as those of prose have, and no currency sign."""
    right = math.inf
    for index in group:
        x0, _, x1, _ = boxes[index]
        if x0 - right > narrow:
            return False
        right = x1
    return CURRENCIES.isdisjoint([texts[index] for index in group])


def _advance(texts: list[str], boxes: Boxes, group: list[int]) -> float:
    """Return the width of a character if all have the same, as in typewritten text; 0 otherwise."""
    widths = [(boxes[index][2] - boxes[index][0]) / len(texts[index]) for index in group if len(texts[index]) > 2]
    if len(widths) < 2 or max(widths) > _MONOSPACED * min(widths):
        return 0.0
    return max(widths)


def _join_justified(pieces: list[list[int]], texts: list[str], boxes: Boxes, height: float) -> list[list[int]]:
    """Join the words of a justified line, whose gaps are as wide as those between cells, but all equal."""
    joined: list[list[int]] = []
    run: list[list[int]] = []
    usual = 0.0
    for piece in [*pieces, []]:
        gap = boxes[piece[0]][0] - boxes[run[-1][0]][2] if run and len(piece) == 1 else 0.0
        if gap and gap < _MOST_JUSTIFIED * height and (len(run) == 1 or abs(gap - usual) < _EQUAL):
            usual = gap if len(run) == 1 else usual
            run.append(piece)
            continue
        numbers = sum(NUMBER.fullmatch(texts[index]) is not None for (index,) in run)
        are_words = 3 * numbers <= len(run) and any(texts[index][:1].islower() for (index,) in run)
        joined += [[index for (index,) in run]] if len(run) >= _FEWEST_JUSTIFIED and are_words else run
        run = [piece] if len(piece) == 1 else []
        joined += [piece] if len(piece) > 1 else []
    return joined


def _parts(before: str, text: str, is_wide: bool, is_second: bool) -> bool:
    """Return whether the gap between two words separates cells. A wide gap does, except after a list mark.

    A narrower gap separates cells only between two numbers or before a currency sign.
    """
    if is_wide:
        return not (is_second and before in BULLETS and NUMBER.fullmatch(text) is None)
    return text in CURRENCIES or (NUMBER.fullmatch(text) is not None and NUMBER.fullmatch(before) is not None)


def _may_have_leaders(texts: list[str]) -> bool:
    """Return whether any word begins with a dot or a line."""
    text = "\n".join(["", *texts])
    return any("\n" + sign in text for sign in ".·…_")


def _without_leaders(texts: list[str], group: list[int]) -> list[int]:
    """Remove the dots between a title and its page number, which a table of contents prints as a line."""
    dots = [index for index in group if texts[index][0] in ".·…_" and _LEADERS.fullmatch(texts[index])]
    if len(dots) >= 4 or any(len(texts[index]) >= 4 for index in dots):
        return [index for index in group if index not in dots]
    return group


def _piece(texts: list[str], boxes: Boxes, indexes: list[int]) -> Piece:
    if len(indexes) == 1:
        (index,) = indexes
        x0, _, x1, _ = boxes[index]
        return Piece(indexes, x0, x1, texts[index], [x0], [x1])
    text = " ".join([texts[index] for index in indexes])
    starts = [boxes[index][0] for index in indexes]
    ends = [boxes[index][2] for index in indexes]
    return Piece(words=indexes, x0=starts[0], x1=max(ends), text=text, starts=starts, ends=ends)
