"""Finds the words of a page that a reader can't see.

The file's objects show which words may be invisible: white or transparent ones, and those that something is drawn over,
or that are clipped. Whether they are is found by drawing the page with and without them: a word is visible if it
changes the picture. Ordinary pages have no such words, and aren't drawn.
"""

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
    render_modes_of,
)
from workers.parsing.pdf.drawing import PATH, Drawing
from workers.parsing.pdf.geometry import Frame, transformed
from workers.parsing.pdf.painting import Painter
from workers.parsing.pdf.scans import find_scan_text

Mask = npt.NDArray[np.bool_]

_FILLED, _INVISIBLE, _FILLED_CLIP, _ONLY_CLIP = 0, 3, 4, 7
"""Text rendering modes (ISO 32000-1 table 106). The others have an outline, too."""
_NEAR_WHITE = 232
"""The least red, green and blue of a colour that may be invisible on white paper."""
_LOW_ALPHA = 60
_SIMILAR = 24
"""The maximum difference between colours, of 255, that may be invisible."""
_TINY = 1.2
"""The type size in points below which nobody reads text. The smallest type in print is about 3 points."""
_MIN_COVER = 4.0
"""The minimum width and height of what can cover a word, in points."""
_MAX_PAIRS = 4_000_000


@dataclass(frozen=True, slots=True)
class PlacedWords:
    """The n words of a page: their boxes on the displayed page, their type sizes (0 if unknown), and the text objects
    of their first and last characters.
    """

    boxes: Boxes
    sizes: npt.NDArray[np.float32]
    firsts: Addresses
    lasts: Addresses


def find_unseen(
    page: pdfium.FPDF_PAGE, words: PlacedWords, drawing: Drawing, frame: Frame, painter: Painter
) -> Mask | None:
    """Return which words aren't to be read because they are invisible, or None if all are to be read."""
    if not len(words.firsts):
        return None
    objects, of_end = np.unique(np.concatenate([words.firsts, words.lasts]), return_inverse=True)
    firsts, lasts = of_end[: len(words.firsts)], of_end[len(words.firsts) :]
    modes = render_modes_of(objects)
    colors = fill_colors_of(objects)
    unpainted = (modes == _INVISIBLE) | (modes == _ONLY_CLIP)
    hidden: Mask = unpainted[firsts] | unpainted[lasts]
    unpainted_words = hidden.copy()
    hidden |= (words.sizes > 0) & (words.sizes < _TINY)
    pale = _may_be_pale(modes, colors)
    covers = _find_covers(words, drawing, colors[firsts])
    doubtful = covers.may_hide | ((pale[firsts] | pale[lasts]) & ~covers.contrast)
    doubtful |= _may_be_clipped(words, drawing, frame)
    doubtful |= painter.has_hidden_layers
    doubtful &= ~hidden
    if doubtful.any():
        suspects = np.unique(np.concatenate([words.firsts[doubtful], words.lasts[doubtful]]))
        painted = painter.find_painted(page, suspects, words.boxes[doubtful])
        if painted is not None:
            hidden[doubtful] = ~painted
    if not hidden.any():
        return None
    seen = find_scan_text(page, words.boxes, hidden, unpainted_words, drawing, frame, painter)
    hidden &= ~seen
    return hidden


def _may_be_pale(modes: npt.NDArray[np.int8], colors: Colors) -> Mask:
    """Return which text objects are nearly white or transparent, and have no outline (modes 0 and 4)."""
    is_pale: Mask = (colors[:, :3].min(axis=1) >= _NEAR_WHITE) | (colors[:, 3] < _LOW_ALPHA)
    is_pale &= (modes == _FILLED) | (modes == _FILLED_CLIP)
    return is_pale


@dataclass(frozen=True, slots=True)
class _Covers:
    """`may_hide` marks the words that something is drawn over, or that are on a filled box of their own colour.
    `contrast` marks those on a filled box of another colour.
    """

    may_hide: Mask
    contrast: Mask


def _find_covers(words: PlacedWords, drawing: Drawing, colors: Colors) -> _Covers:
    count = len(words.firsts)
    covers = _Covers(np.zeros(count, bool), np.zeros(count, bool))
    large = _large_objects(drawing, count)
    boxes = drawing.boxes[large]
    x, y = (words.boxes[:, 0] + words.boxes[:, 2]) / 2, (words.boxes[:, 1] + words.boxes[:, 3]) / 2
    inside = (boxes[:, :1] < x) & (x < boxes[:, 2:3]) & (boxes[:, 1:2] < y) & (y < boxes[:, 3:])
    large = large[inside.any(axis=1)]
    if not len(large):
        return covers
    inside = inside[inside.any(axis=1)]
    addresses = drawing.addresses[large]
    fills = fill_colors_of(addresses)
    is_path = drawing.types[large] == PATH
    fills[~is_path, 3] = 255
    opaque = ~is_path
    opaque[is_path] = are_filled(addresses[is_path])
    opaque &= fills[:, 3] >= _LOW_ALPHA
    above, below = np.nonzero(inside[opaque])
    if not len(above):
        return covers
    fills, is_path, places = fills[opaque], is_path[opaque], drawing.places[large[opaque]]
    is_over = places[above] > drawing.first_text
    if is_over.any():
        is_over[is_over] = places[above[is_over]] > _places_of(words, below[is_over], drawing)
        covers.may_hide[below[is_over]] = True
    above, below = above[~is_over], below[~is_over]
    # The last box that is drawn under a word is its background.
    order = np.argsort(places[above], kind="stable")
    ground = np.full(count, -1, np.int32)
    ground[below[order]] = above[order]
    known = np.flatnonzero(ground >= 0)
    known = known[is_path[ground[known]]]
    difference = np.abs(fills[ground[known], :3] - colors[known, :3]).max(axis=1)
    covers.may_hide[known[difference < _SIMILAR]] = True
    covers.contrast[known[(difference >= 2 * _SIMILAR) & (colors[known, 3] >= _LOW_ALPHA)]] = True
    return covers


def _places_of(words: PlacedWords, indexes: npt.NDArray[np.intp], drawing: Drawing) -> npt.NDArray[np.int32]:
    """Return the places of words in the order of drawing. Of a word that is drawn in parts, it is the last part's,
    because its background may be drawn between them.
    """
    place_of = drawing.place_of
    ends = zip(words.firsts[indexes].tolist(), words.lasts[indexes].tolist(), strict=True)
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
    """Return which words are outside their clip path. All words of a line usually have that of its first word."""
    boxes = words.boxes
    x, y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    clipped = np.zeros(len(boxes), bool)
    starts = np.flatnonzero(np.append(True, (boxes[1:, [1, 3]] != boxes[:-1, [1, 3]]).any(axis=1)))
    ends = np.append(starts[1:], len(boxes))
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        clipped[start:end] = _is_outside(_clip_of(int(words.firsts[start]), drawing, frame), x[start:end], y[start:end])
    for index in np.flatnonzero(clipped).tolist():
        clipped[index] = _is_outside(_clip_of(int(words.firsts[index]), drawing, frame), x[index], y[index])
    return clipped


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


def _is_outside(box: tuple[float, float, float, float] | None, x: Any, y: Any) -> Any:
    if box is None:
        return False
    x0, y0, x1, y1 = box
    return ~((x0 < x) & (x < x1) & (y0 < y) & (y < y1))
