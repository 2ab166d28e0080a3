"""Finds the words of a page that a reader can't see.

The file's objects show which words may be invisible: white or transparent ones, and those that something is drawn over,
or that are clipped. Whether they are is found by drawing the page with and without them: a word is visible if it
changes the picture. Ordinary pages have no such words, and aren't drawn.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pypdfium2.raw as pdfium

from workers.parsing.pdf.calls import (
    Address,
    Addresses,
    Boxes,
    Colors,
    are_filled,
    clip_box_of,
    fill_colors_of,
)
from workers.parsing.pdf.drawing import PATH, Drawing
from workers.parsing.pdf.geometry import Frame, transformed
from workers.parsing.pdf.paint import LOW_ALPHA, TextPaint
from workers.parsing.pdf.painting import Painter
from workers.parsing.pdf.scans import find_scan_text

Mask = npt.NDArray[np.bool_]

_SIMILAR = 24
"""The maximum difference between colours, of 255, that may be invisible."""
_TINY = 1.2
"""The line height in points below which nobody reads text. The smallest type in print is about 3 points."""
_MIN_COVER = 4.0
"""The minimum width and height of what can cover a word, in points."""
_POINTS_FROM = 0.72
"""The share of a line's height above its points and commas. A line that is cut below is complete on the upper page.
Above, its figures would be without them, and it is read on the lower page."""
_CUT_APART = 0.5
"""The parts of a line on two pages can be this far apart or overlap by rounding, in points."""
_LINES_APART = 2.5
"""The least distance of two lines, in points."""
_MAX_COLORS = 100
_MAX_PAIRS = 4_000_000


@dataclass(frozen=True, slots=True)
class PlacedWords:
    """The n words of a page: their boxes and those of their first characters on the displayed page, the heights of
    their lines (0 if unknown), the text objects of their first characters, and their paint. `read_lasts` returns the
    text objects of the last characters of the words at some indexes.
    """

    boxes: Boxes
    first: Boxes
    heights: npt.NDArray[np.float32]
    firsts: Addresses
    paint: TextPaint
    read_lasts: Callable[[npt.NDArray[np.intp]], Addresses]


def find_unseen(
    page: pdfium.FPDF_PAGE, words: PlacedWords, drawing: Drawing, frame: Frame, painter: Painter
) -> Mask | None:
    """Return which words aren't to be read because they are invisible, or None if all are to be read."""
    if not len(words.firsts):
        return None
    paint = words.paint
    unpainted = paint.any_end(paint.unpainted)
    hidden = unpainted.copy()
    hidden |= (words.heights > 0) & (words.heights < _TINY)
    covers = _find_covers(words, drawing, paint.colors[paint.firsts], any_pale=bool(paint.pale.any()))
    doubtful = covers.may_hide | (paint.any_end(paint.pale) & ~covers.contrast)
    doubtful |= _may_be_clipped(words, drawing, frame)
    doubtful |= painter.has_hidden_layers
    hidden |= _are_cut_by_page(words, drawing, frame)
    doubtful &= ~hidden
    if doubtful.any():
        suspects = paint.objects[np.unique(np.concatenate([paint.firsts[doubtful], paint.lasts[doubtful]]))]
        painted = painter.find_painted(page, suspects, words.boxes[doubtful])
        if painted is not None:
            hidden[doubtful] = ~painted
    if not hidden.any():
        return None
    seen = find_scan_text(page, words.boxes, hidden, unpainted, drawing, frame, painter)
    hidden &= ~seen
    return hidden


@dataclass(frozen=True, slots=True)
class _Covers:
    """`may_hide` marks the words that something is drawn over, or that are on a filled box of their own colour.
    `contrast` marks those on a filled box of another colour.
    """

    may_hide: Mask
    contrast: Mask


def _find_covers(words: PlacedWords, drawing: Drawing, colors: Colors, *, any_pale: bool) -> _Covers:
    count = len(words.firsts)
    covers = _Covers(np.zeros(count, bool), np.zeros(count, bool))
    large = _large_objects(drawing, count)
    if not len(large):
        return covers
    addresses = drawing.addresses[large]
    fills = fill_colors_of(addresses)
    is_path = drawing.types[large] == PATH
    fills[~is_path, 3] = 255
    opaque = fills[:, 3] >= LOW_ALPHA
    opaque[is_path] &= are_filled(addresses[is_path])
    # Text may be hidden by what is drawn later, or is on a box of its own colour. Other boxes are a background.
    if not any_pale:
        opaque &= _are_similar(fills, colors) | (drawing.places[large] > drawing.first_text)
    if not opaque.any():
        return covers
    large, fills, is_path = large[opaque], fills[opaque], is_path[opaque]
    boxes = drawing.boxes[large]
    x, y = (words.boxes[:, 0] + words.boxes[:, 2]) / 2, (words.boxes[:, 1] + words.boxes[:, 3]) / 2
    inside = (boxes[:, :1] < x) & (x < boxes[:, 2:3]) & (boxes[:, 1:2] < y) & (y < boxes[:, 3:])
    above, below = np.nonzero(inside)
    places = drawing.places[large]
    if not len(above):
        return covers
    is_over = places[above] > drawing.first_text
    if is_over.any():
        is_over[is_over] = places[above[is_over]] > _places_of(words, below[is_over], drawing)
        covers.may_hide[below[is_over]] = True
    above, below = above[~is_over], below[~is_over]
    # The last box that is drawn under a word is its background.
    order = np.argsort(places[above], kind="stable")
    ground = np.full(count, -1, np.int32)
    ground[below[order]] = above[order]
    on_box = np.flatnonzero(ground >= 0)
    on_box = on_box[is_path[ground[on_box]]]
    difference = np.abs(fills[ground[on_box], :3] - colors[on_box, :3]).max(axis=1)
    covers.may_hide[on_box[difference < _SIMILAR]] = True
    covers.contrast[on_box[(difference >= 2 * _SIMILAR) & (colors[on_box, 3] >= LOW_ALPHA)]] = True
    return covers


def _are_similar(fills: Colors, colors: Colors) -> Mask:
    """Return which fills are like any of the colours."""
    codes = np.unique((colors[:, 0] << 16) + (colors[:, 1] << 8) + colors[:, 2])
    known = np.stack([codes >> 16, (codes >> 8) & 255, codes & 255], axis=1)[:_MAX_COLORS]
    similar: Mask = (np.abs(fills[:, np.newaxis, :3] - known).max(axis=2) < _SIMILAR).any(axis=1)
    return similar | (len(codes) > _MAX_COLORS)


def _places_of(words: PlacedWords, indexes: npt.NDArray[np.intp], drawing: Drawing) -> npt.NDArray[np.int32]:
    """Return the places of words in the order of drawing. Of a word that is drawn in parts, it is the last part's,
    because its background may be drawn between them.
    """
    place_of = drawing.place_of
    ends = zip(words.firsts[indexes].tolist(), words.read_lasts(indexes).tolist(), strict=True)
    return np.array([max(place_of.get(first, -1), place_of.get(last, -1)) for first, last in ends], np.int32)


def _large_objects(drawing: Drawing, count: int) -> npt.NDArray[np.intp]:
    """Return the indexes of the drawn objects that are large enough to cover a word; of very many the largest."""
    sides = drawing.boxes[:, 2:] - drawing.boxes[:, :2]
    large = np.flatnonzero((sides >= _MIN_COVER).all(axis=1))
    most = max(16, _MAX_PAIRS // count)
    if len(large) > most:
        large = np.sort(large[np.argsort(-sides[large].prod(axis=1), kind="stable")[:most]])
    return large


def _may_be_clipped(words: PlacedWords, drawing: Drawing, frame: Frame) -> Mask:
    """Return which words begin outside their clip path. All words of a line usually have that of its first word."""
    boxes = words.boxes
    x, y = (words.first[:, 0] + words.first[:, 2]) / 2, (words.first[:, 1] + words.first[:, 3]) / 2
    starts = np.flatnonzero(np.append(True, (boxes[1:, [1, 3]] != boxes[:-1, [1, 3]]).any(axis=1)))
    clips = [_clip_of(first, drawing, frame) for first in words.firsts[starts].tolist()]
    lengths = np.diff(np.append(starts, len(boxes)))
    limits = np.array([clip or (0.0,) * 4 for clip in clips], np.float32).repeat(lengths, axis=0)
    clipped: Mask = np.array([clip is not None for clip in clips], bool).repeat(lengths)
    clipped &= _is_outside(limits.T, x, y)
    for index in np.flatnonzero(clipped).tolist():
        clip = _clip_of(int(words.firsts[index]), drawing, frame)
        clipped[index] = clip is not None and _is_outside(clip, x[index], y[index])
    return clipped


def _are_cut_by_page(words: PlacedWords, drawing: Drawing, frame: Frame) -> Mask:
    """Return which words of the first and last lines the edge of the printed page cuts, if they are read elsewhere.

    Programs that print a web page cut the line at a page's end in two, and print its parts on both pages. Letters of
    which no ink is on the page are left out, so that one part has other words and gaps than the line.
    """
    tops, bottoms = words.first[:, 1], words.first[:, 3]
    heights = bottoms - tops
    at_edge = (bottoms > bottoms.max() - heights) | (tops < tops.min() + heights)
    past: tuple[list[float], list[float]] = ([], [])
    cut_at: tuple[list[int], list[int]] = ([], [])
    for index in np.flatnonzero(at_edge & (heights > 0)).tolist():
        clip = _clip_of(int(words.firsts[index]), drawing, frame)
        if clip is None or 2 * (clip[2] - clip[0]) < frame.width or 2 * (clip[3] - clip[1]) < frame.height:
            continue
        top, bottom = float(tops[index]), float(bottoms[index])
        point = top + _POINTS_FROM * (bottom - top)
        for side, edge, off in ((0, clip[1], clip[1] - point), (1, clip[3], point - clip[3])):
            if top < edge < bottom:
                past[side].append(off)
                cut_at[side].append(index)
    cut = np.zeros(len(tops), bool)
    for offs, indexes in zip(map(np.array, past), cut_at, strict=True):
        order = np.argsort(offs)
        # Words of one line are read on one page, also if their fonts differ.
        for line in np.split(order, np.flatnonzero(np.diff(offs[order]) > _LINES_APART) + 1):
            if len(line) and np.median(offs[line]) > _CUT_APART:
                cut[np.array(indexes)[line]] = True
    return cut


def _clip_of(address: Address, drawing: Drawing, frame: Frame) -> tuple[float, float, float, float] | None:
    """Return the box of the object's clip path on the displayed page, or None if it has none."""
    clip = clip_box_of(address) if address else None
    if clip is None:
        return None
    box = np.array([clip], np.float32)
    matrix = drawing.matrices.get(address)
    if matrix is not None:
        box = transformed(box, matrix)
    ((x0, y0, x1, y1),) = frame.to_display(box).tolist()
    return x0, y0, x1, y1


def _is_outside(box: Any, x: Any, y: Any) -> Any:
    x0, y0, x1, y1 = box
    return ~((x0 < x) & (x < x1) & (y0 < y) & (y < y1))
