"""Splits words that run together, and joins letter-spaced words.

Some files print no blanks, and only leave gaps between words. pdfium infers a blank from a gap that is about as wide as
a blank, so words with narrower gaps run together, and a letter-spaced word is split into letters. The gaps between
characters show where words begin.
"""

import sys
from itertools import compress, pairwise
from statistics import median_low

import numpy as np
import numpy.typing as npt

from workers.parsing.pdf.calls import Address, are_inferred, boxes_of, text_objects_of
from workers.parsing.pdf.fonts import styles_of

Mask = npt.NDArray[np.bool_]
Spans = npt.NDArray[np.int32]

_MIN_GAP = 0.055
"""The least gap between two words, more than between the letters of a word, relative to the line's height. The usual
blank is .2 to .25, and kerning is below .04.
"""
_LONG = 18
"""Words of this many characters are checked, and shorter ones if they look like several."""
_SHORTEST = 5
_MAX_CHECKED = 300
_MAX_TRACKING = 0.6
"""The most space between the letters of a letter-spaced word, relative to the line's height."""
_MIN_LETTERS = 4

_OTHER, _LOWER, _UPPER, _DIGIT, _SIGN, _CURRENCY = range(6)
_COUNT = 6


def _classes() -> npt.NDArray[np.int8]:
    classes = np.zeros(sys.maxunicode + 1, np.int8)
    for code in range(0x250):
        char = chr(code)
        if char.islower():
            classes[code] = _LOWER
        elif char.isupper():
            classes[code] = _UPPER
        elif char.isdigit():
            classes[code] = _DIGIT
        elif char in ",;:)":
            classes[code] = _SIGN
        elif char in "$€£":
            classes[code] = _CURRENCY
    classes[ord("€")] = _CURRENCY
    return classes


_CLASSES = _classes()
_IS_LETTER = (_CLASSES == _LOWER) | (_CLASSES == _UPPER)
_ODD_PAIRS = (
    (_LOWER, _UPPER), (_LOWER, _DIGIT), (_LOWER, _CURRENCY), (_DIGIT, _LOWER),
    (_SIGN, _LOWER), (_SIGN, _UPPER), (_SIGN, _CURRENCY),
)  # fmt: skip
_IS_ODD_PAIR = np.zeros(_COUNT * _COUNT, bool)
_IS_ODD_PAIR[[before * _COUNT + after for before, after in _ODD_PAIRS]] = True


def mend_words(text_page: Address, codes: npt.NDArray[np.uint32], spans: Spans) -> Spans:
    """Return the (start, end) of the words, split where several run together. A letter-spaced word is joined, with its
    blanks.
    """
    if not len(spans):
        return spans
    return _join_letters(text_page, codes, _split_joined(text_page, codes, spans))


def _split_joined(text_page: Address, codes: npt.NDArray[np.uint32], spans: Spans) -> Spans:
    classes = _CLASSES[codes]
    odd = np.flatnonzero(_IS_ODD_PAIR[classes[:-1] * _COUNT + classes[1:]])
    lengths = spans[:, 1] - spans[:, 0]
    suspect = lengths >= _LONG
    suspect[np.searchsorted(spans[:, 0], odd, side="right") - 1] = True
    suspect &= lengths >= _SHORTEST
    words = np.flatnonzero(suspect)[:_MAX_CHECKED]
    cuts = _find_cuts(text_page, spans[words])
    if len(cuts) > 1:
        cuts = _find_cuts(text_page, spans[lengths >= _SHORTEST - 1])
    return _cut(spans, cuts) if cuts else spans


def _find_cuts(text_page: Address, spans: Spans) -> list[int]:
    """Return the characters at which a word begins inside one of the words, because there is a gap before it."""
    if not len(spans):
        return []
    indexes = np.concatenate([np.arange(start, end, dtype=np.int32) for start, end in spans.tolist()])
    boxes = boxes_of(text_page, indexes)
    heights = boxes[:, 1] - boxes[:, 3]
    level = np.abs(boxes[1:, 3] - boxes[:-1, 3]) < 0.5 * heights[1:]
    gaps: list[float] = ((boxes[1:, 0] - boxes[:-1, 2]) / np.maximum(heights[1:], 0.1)).tolist()
    is_level: list[bool] = level.tolist()
    cuts: list[int] = []
    first = 0
    for start, end in spans.tolist():
        last = first + end - start - 1
        inside = gaps[first:last]
        if inside and max(inside) > _MIN_GAP:
            least = _MIN_GAP + max(median_low(inside), 0.0)
            cuts += [start + 1 + at for at, gap in enumerate(inside) if gap > least and is_level[first + at]]
        first = last + 1
    return _with_known_fonts(text_page, cuts)


def _with_known_fonts(text_page: Address, cuts: list[int]) -> list[int]:
    """Return the cuts between characters of fonts whose metrics are known. Other characters have gaps beside them."""
    if not cuts:
        return cuts
    known = styles_of(text_objects_of(text_page, np.array(cuts, np.int32))).heights > 0
    return list(compress(cuts, known.tolist()))


def _cut(spans: Spans, cuts: list[int]) -> Spans:
    """Return the words, cut before the characters `cuts`."""
    starts = np.sort(np.concatenate([spans[:, 0], cuts]))
    ends = np.sort(np.concatenate([spans[:, 1], cuts]))
    return np.stack([starts, ends], axis=1).astype(np.int32)


def _join_letters(text_page: Address, codes: npt.NDArray[np.uint32], spans: Spans) -> Spans:
    """Join the letters of letter-spaced words."""
    lengths = spans[:, 1] - spans[:, 0]
    short = np.zeros(len(spans) + 2, bool)
    short[1:-1] = (lengths <= 2) & _IS_LETTER[codes[spans[:, 0]]] & _IS_LETTER[codes[spans[:, 1] - 1]]
    steps = np.diff(short.view(np.int8))
    begins, ends = np.flatnonzero(steps > 0), np.flatnonzero(steps < 0)
    is_long = ends - begins >= _MIN_LETTERS
    if not is_long.any():
        return spans
    keep = np.ones(len(spans), bool)
    joined = spans.copy()
    for begin, end in zip(begins[is_long].tolist(), ends[is_long].tolist(), strict=True):
        if (lengths[begin:end] == 1).sum() < max(_MIN_LETTERS, 0.7 * (end - begin)):
            continue
        breaks = _breaks(text_page, spans[begin:end])
        edges = [begin, *(np.flatnonzero(breaks) + begin + 1).tolist(), end]
        for first, last in pairwise(edges):
            if last - first > 1:
                joined[first, 1] = spans[last - 1, 1]
                keep[first + 1 : last] = False
    return joined[keep]


def _breaks(text_page: Address, spans: Spans) -> Mask:
    """Return after which of some words with a letter or two another word begins.

    The letters of a word have the same, small gap, and no blank of the file between them.
    """
    first, last = boxes_of(text_page, spans[:, 0]), boxes_of(text_page, spans[:, 1] - 1)
    height = float(np.median(first[:, 1] - first[:, 3]))
    gaps = first[1:, 0] - last[:-1, 2]
    usual = float(np.median(gaps))
    is_level = np.abs(first[1:, 3] - first[:-1, 3]) < 0.1 * height
    close = is_level & (gaps > 0) & (gaps <= 1.6 * usual) & (gaps <= _MAX_TRACKING * height)
    is_inferred = are_inferred(text_page, spans[1:, 0] - 1)
    breaks: Mask = ~(close & is_inferred)
    return breaks
