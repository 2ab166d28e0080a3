"""Splits words that run together, and joins letter-spaced words.

Some files print no blanks, and only leave gaps between words. pdfium infers a blank from a gap that is about as wide as
a blank, so words with narrower gaps run together, and a letter-spaced word is split into letters. The gaps between
characters show where words begin.
"""

import sys
from itertools import pairwise

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
_IS_ODD_PAIR = np.zeros((6, 6), bool)
_IS_ODD_PAIR[_LOWER, [_UPPER, _DIGIT, _CURRENCY]] = True
_IS_ODD_PAIR[[_DIGIT, _SIGN], _LOWER] = True
_IS_ODD_PAIR[_SIGN, [_UPPER, _CURRENCY]] = True


def mend_words(text_page: Address, codes: npt.NDArray[np.uint32], spans: Spans) -> Spans | None:
    """Return the (start, end) of the words, or None if they are right. A letter-spaced word includes its blanks."""
    if not len(spans):
        return None
    mended = _split_joined(text_page, codes, spans)
    joined = _join_letters(text_page, codes, mended if mended is not None else spans)
    return joined if joined is not None else mended


def _split_joined(text_page: Address, codes: npt.NDArray[np.uint32], spans: Spans) -> Spans | None:
    classes = _CLASSES[codes]
    odd = np.flatnonzero(_IS_ODD_PAIR[classes[:-1], classes[1:]])
    lengths = spans[:, 1] - spans[:, 0]
    suspect = lengths >= _LONG
    suspect[np.searchsorted(spans[:, 0], odd, side="right") - 1] = True
    suspect &= lengths >= _SHORTEST
    words = np.flatnonzero(suspect)[:_MAX_CHECKED]
    cuts = _find_cuts(text_page, spans[words])
    if len(cuts) < 2:
        return _cut(spans, cuts) if len(cuts) else None
    return _cut(spans, _find_cuts(text_page, spans[lengths >= _SHORTEST - 1]))


def _find_cuts(text_page: Address, spans: Spans) -> npt.NDArray[np.int32]:
    """Return the characters at which a word begins inside one of the words, because there is a gap before it."""
    if not len(spans):
        return np.zeros(0, np.int32)
    lengths = spans[:, 1] - spans[:, 0]
    indexes = np.concatenate([np.arange(start, end, dtype=np.int32) for start, end in spans.tolist()])
    word = np.repeat(np.arange(len(spans)), lengths)
    boxes = boxes_of(text_page, indexes)
    known = styles_of(text_objects_of(text_page, indexes)).heights > 0
    heights = boxes[:, 1] - boxes[:, 3]
    gaps = boxes[1:, 0] - boxes[:-1, 2]
    inside = (word[1:] == word[:-1]) & known[1:] & known[:-1]
    inside &= (np.abs(boxes[1:, 3] - boxes[:-1, 3]) < 0.5 * heights[1:]) & (heights[1:] > 0)
    usual = np.zeros(len(spans), np.float32)
    for index, (start, end) in enumerate(_runs(lengths)):
        if end - start > 1:
            usual[index] = max(np.median(gaps[start : end - 1]), 0)
    wide = inside & (gaps - usual[word[1:]] > _MIN_GAP * heights[1:])
    cuts: npt.NDArray[np.int32] = indexes[1:][wide]
    return cuts


def _runs(lengths: npt.NDArray[np.int32]) -> list[tuple[int, int]]:
    ends = np.cumsum(lengths)
    return list(zip((ends - lengths).tolist(), ends.tolist(), strict=True))


def _cut(spans: Spans, cuts: npt.NDArray[np.int32]) -> Spans:
    """Return the words, cut before the characters `cuts`."""
    starts = np.sort(np.concatenate([spans[:, 0], cuts]))
    ends = np.sort(np.concatenate([spans[:, 1], cuts]))
    return np.stack([starts, ends], axis=1)


def _join_letters(text_page: Address, codes: npt.NDArray[np.uint32], spans: Spans) -> Spans | None:
    """Join the letters of letter-spaced words, or return None if there are none."""
    lengths = spans[:, 1] - spans[:, 0]
    short = (lengths <= 2) & _IS_LETTER[codes[spans[:, 0]]] & _IS_LETTER[codes[spans[:, 1] - 1]]
    steps = np.diff(np.concatenate([[False], short, [False]]).view(np.int8))
    begins, ends = np.flatnonzero(steps > 0), np.flatnonzero(steps < 0)
    single = np.concatenate([[0], np.cumsum(lengths == 1)])
    spaced = single[ends] - single[begins] >= np.maximum(_MIN_LETTERS, 0.7 * (ends - begins))
    if not spaced.any():
        return None
    keep = np.ones(len(spans), bool)
    joined = spans.copy()
    for begin, end in zip(begins[spaced].tolist(), ends[spaced].tolist(), strict=True):
        breaks = _breaks(text_page, spans[begin:end])
        edges = [begin, *(np.flatnonzero(breaks) + begin + 1).tolist(), end]
        for first, last in pairwise(edges):
            if last - first > 1:
                joined[first, 1] = spans[last - 1, 1]
                keep[first + 1 : last] = False
    return None if keep.all() else joined[keep]


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
