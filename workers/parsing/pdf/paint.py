"""Reads the colours of words, and whether they are painted at all."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workers.parsing.pdf.calls import Address, Addresses, Colors, fill_colors_of, render_modes_of, text_objects_of
from workers.parsing.pdf.words import Mask

_FILLED, _INVISIBLE, _FILLED_CLIP, _ONLY_CLIP = 0, 3, 4, 7
"""Text rendering modes (ISO 32000-1 table 106). The others have an outline, too."""
_NEAR_WHITE = 232
"""The least red, green and blue of a colour that may be invisible on white paper."""
LOW_ALPHA = 60
"""The alpha, of 255, below which paint may be invisible."""


@dataclass(frozen=True, slots=True)
class TextPaint:
    """How n words are painted. `firsts` and `lasts` (n,) are the indexes, in `objects`, of the text objects of their
    first and last characters. Of each object, `colors` are the fill colours; `unpainted` marks invisible ones, and
    `pale` those that are nearly white or transparent.
    """

    objects: Addresses
    firsts: npt.NDArray[np.intp]
    lasts: npt.NDArray[np.intp]
    colors: Colors
    unpainted: Mask
    pale: Mask

    def any_end(self, of_object: Mask) -> Mask:
        """Return the words whose first or last character is in a marked object."""
        marked: Mask = of_object[self.firsts] | of_object[self.lasts]
        return marked

    def mixed(self) -> npt.NDArray[np.intp]:
        """Return the indexes of the words that are only partly pale or unpainted."""
        special = self.unpainted | self.pale
        return np.flatnonzero(special[self.firsts] != special[self.lasts])


def read_paint(text_page: Address, spans: npt.NDArray[np.int32], firsts: Addresses, is_figure: Mask) -> TextPaint:
    """Return how words are painted. `firsts` are the text objects of their first characters.

    A figure may end in digits that are drawn apart, and hidden. Other words are drawn as their first character is.
    """
    count = len(firsts)
    figures = np.flatnonzero(is_figure)
    lasts = text_objects_of(text_page, spans[figures, 1] - 1)
    objects, of_end = np.unique(np.concatenate([firsts, lasts]), return_inverse=True)
    last_indexes = of_end[:count].copy()
    last_indexes[figures] = of_end[count:]
    modes = render_modes_of(objects)
    colors = fill_colors_of(objects)
    unpainted = (modes == _INVISIBLE) | (modes == _ONLY_CLIP)
    pale = (colors[:, :3].min(axis=1) >= _NEAR_WHITE) | (colors[:, 3] < LOW_ALPHA)
    pale &= (modes == _FILLED) | (modes == _FILLED_CLIP)
    return TextPaint(objects, of_end[:count], last_indexes, colors, unpainted, pale)


def split_mixed(text_page: Address, spans: npt.NDArray[np.int32], mixed: npt.NDArray[np.intp]) -> npt.NDArray[np.int32]:
    """Return the spans with some words split where their paint changes."""
    pieces = list(spans[:, np.newaxis])
    for index in mixed.tolist():
        start, end = spans[index].tolist()
        characters = np.arange(start, end, dtype=np.int32)
        chars = np.stack([characters, characters + 1], axis=1)
        paint = read_paint(text_page, chars, text_objects_of(text_page, characters), np.zeros(len(chars), bool))
        special = (paint.unpainted | paint.pale)[paint.firsts]
        cuts = np.flatnonzero(special[1:] != special[:-1]) + 1
        edges = np.concatenate([[0], cuts, [len(chars)]]) + start
        pieces[index] = np.stack([edges[:-1], edges[1:]], axis=1).astype(np.int32)
    return np.concatenate(pieces)
