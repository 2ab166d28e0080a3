"""Finds words that are struck through, as deleted text is in a redline.

A rule strikes words through if it runs between their baseline and the middle of their capitals, and ends where they
end. An underline is lower, and the rules of tables and boxes extend beyond the words. It is a deletion only if it is
certain: the rule is coloured, or the page has several of them.
"""

import ctypes
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pypdfium2.raw as pdfium

from workers.parsing.pdf.calls import Address
from workers.parsing.pdf.drawing import THIN, Drawing, as_object
from workers.parsing.pdf.geometry import Frame
from workers.parsing.pdf.words import CharReader, Floats, Mask, Measures

_MIN_RISE, _MAX_RISE = 0.13, 0.45
"""The rule's height above the baseline, relative to the type size. Programs draw it at .2 to .35."""
_MIN_LENGTH = 3.0
_MAX_OVERHANG = 2.0
"""How far a rule may extend beyond the words, in points. Some programs also strike the next blank through."""
_MAX_BLANK = 0.5
_MAX_GAP = 1.5
"""The maximum gap between words under one rule, relative to the type size. Cells of a table are farther apart."""
_MIN_COVERED = 0.7
_MIN_REST = 0.1
"""The least width of the part of a word that a rule does not cross, relative to the type size."""
_MIN_RULES = 3
_COLORED = 60
"""The least difference between a colour's red, green and blue, of 255, that a reader sees as a colour."""
_MAX_RULES = 2_000


@dataclass(frozen=True, slots=True)
class Rules:
    """The horizontal rules of a page, as most of its words are read."""

    lefts: Floats
    rights: Floats
    middles: npt.NDArray[np.floating[Any]]
    addresses: npt.NDArray[np.uint64]


def find_struck(words: Measures, straight: Mask, rules: Rules) -> Mask | None:
    """Return which words are struck through, or None if none are. The `words` are measured with their right edges."""
    if not len(rules.lefts) or not len(words.lefts):
        return None
    struck = np.zeros(len(words.lefts), bool)
    plain: list[npt.NDArray[np.intp]] = []
    order = np.argsort(words.baselines, kind="stable")
    firsts, lasts = _lines_at(words, order, rules)
    for rule in np.flatnonzero(lasts > firsts).tolist():
        left, right, middle = float(rules.lefts[rule]), float(rules.rights[rule]), float(rules.middles[rule])
        near = order[firsts[rule] : lasts[rule]]
        hit = near[_are_crossed(words, near, left, right, middle) & straight[near]]
        if len(hit) and _fits(words, hit, left, right):
            if _is_colored(int(rules.addresses[rule])):
                struck[hit] = True
            else:
                plain.append(hit)
    if len(plain) >= _MIN_RULES or (plain and struck.any()):
        struck[np.concatenate(plain)] = True
    return struck if struck.any() else None


def split_crossed(
    spans: npt.NDArray[np.int32], words: Measures, straight: Mask, rules: Rules, chars: CharReader
) -> npt.NDArray[np.int32] | None:
    """Return the words' spans, with each word split where a rule that crosses it starts or ends; None if none is.

    A redline prints "4.50" and its replacement "5.00" without a blank between them.
    """
    if not len(rules.lefts) or not len(words.lefts):
        return None
    found: list[npt.NDArray[np.intp]] = []
    order = np.argsort(words.baselines, kind="stable")
    firsts, lasts = _lines_at(words, order, rules)
    for rule in np.flatnonzero(lasts > firsts).tolist():
        near = order[firsts[rule] : lasts[rule]]
        left, right = float(rules.lefts[rule]), float(rules.rights[rule])
        crossed = _are_at(words, near, float(rules.middles[rule])) & straight[near]
        shared = np.minimum(words.rights[near], right) - np.maximum(words.lefts[near], left)
        partly = (shared > 0) & (shared < words.rights[near] - words.lefts[near] - _MIN_REST * words.sizes[near])
        found.append(near[crossed & partly])
    crossed_words = np.unique(np.concatenate(found)) if found else np.zeros(0, np.intp)
    crossed_words = crossed_words[spans[crossed_words, 1] - spans[crossed_words, 0] > 1]
    if not len(crossed_words):
        return None
    indexes = np.concatenate([np.arange(*span, dtype=np.int32) for span in spans[crossed_words]])
    letters = chars.measure(indexes)
    centres = (letters.lefts + letters.rights) / 2
    under = np.zeros(len(indexes), bool)
    by_place = np.argsort(letters.baselines, kind="stable")
    firsts, lasts = _lines_at(letters, by_place, rules)
    for rule in np.flatnonzero(lasts > firsts).tolist():
        near = by_place[firsts[rule] : lasts[rule]]
        at = _are_at(letters, near, float(rules.middles[rule]))
        under[near[at & (centres[near] > rules.lefts[rule]) & (centres[near] < rules.rights[rule])]] = True
    cuts = indexes[1:][(indexes[1:] == indexes[:-1] + 1) & (under[1:] != under[:-1])]
    # A cut between two words without a blank is one of their edges already.
    starts, ends = np.unique(np.concatenate([spans[:, 0], cuts])), np.unique(np.concatenate([spans[:, 1], cuts]))
    return np.stack([starts, ends], axis=1).astype(np.int32) if len(cuts) else None


def ends_over(words: Measures, struck: Mask) -> Floats:
    """Return the right edges of the words that stay, each with the struck-through words that follow it in its line."""
    ends = words.rights.copy()
    stay = -1
    for index, is_struck in enumerate(struck.tolist()):
        if not is_struck:
            stay = index
        elif (
            stay >= 0
            and abs(words.baselines[index] - words.baselines[stay]) < 0.5 * words.sizes[index]
            and words.lefts[index] - ends[stay] <= _MAX_GAP * words.sizes[index]
        ):
            ends[stay] = max(ends[stay], words.rights[index])
    return ends[~struck]


def horizontal_rules(drawing: Drawing, frame: Frame, turn: int) -> Rules:
    thin = drawing.thin_paths[:_MAX_RULES]
    lefts, tops, rights, bottoms = frame.to_upright(drawing.boxes[thin], turn)
    flat = (bottoms - tops <= THIN) & (rights - lefts >= _MIN_LENGTH)
    return Rules(lefts[flat], rights[flat], ((tops + bottoms) / 2)[flat], drawing.addresses[thin[flat]])


def _lines_at(
    words: Measures, order: npt.NDArray[np.intp], rules: Rules
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return where, in the `order` of baselines, the words start and end that each rule may cross."""
    baselines = words.baselines[order]
    lasts = np.searchsorted(baselines, rules.middles + words.sizes.max() * _MAX_RISE)
    return np.searchsorted(baselines, rules.middles), lasts


def _are_at(words: Measures, near: npt.NDArray[np.intp], middle: float) -> Mask:
    """Return which words a rule at the height `middle` would strike through."""
    sizes = words.sizes[near]
    rises = words.baselines[near] - middle
    at: Mask = (sizes > 0) & (rises >= _MIN_RISE * sizes) & (rises <= _MAX_RISE * sizes)
    return at


def _are_crossed(words: Measures, near: npt.NDArray[np.intp], left: float, right: float, middle: float) -> Mask:
    width = words.rights[near] - words.lefts[near]
    shared = np.minimum(words.rights[near], right) - np.maximum(words.lefts[near], left)
    return _are_at(words, near, middle) & (shared >= _MIN_COVERED * width) & (width > 0)


def _fits(words: Measures, hit: npt.NDArray[np.intp], left: float, right: float) -> bool:
    """Return whether a rule ends with the words that it crosses, and they are a line of text."""
    hit = hit[np.argsort(words.lefts[hit])]
    lefts, rights = words.lefts[hit], words.rights[hit]
    size = float(words.sizes[hit].max())
    overhang = _MAX_OVERHANG + _MAX_BLANK * size
    return bool(
        left >= lefts[0] - _MAX_OVERHANG
        and right <= rights[-1] + overhang
        and (lefts[1:] - rights[:-1] <= _MAX_GAP * size).all()
    )


def _is_colored(address: Address) -> bool:
    item = as_object(address)
    color = [ctypes.c_uint() for _ in range(4)]
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(item, ctypes.byref(fill), ctypes.byref(stroke))
    read = pdfium.FPDFPageObj_GetStrokeColor if stroke.value else pdfium.FPDFPageObj_GetFillColor
    if not read(item, *map(ctypes.byref, color)):
        return False
    shades = [part.value for part in color[:3]]
    return max(shades) - min(shades) >= _COLORED
