"""Parts raised footnote marks from the words of a page.

A mark is smaller than the text beside it, and its baseline is higher. Its text then decides whether it is a mark:
ordinals ("1st"), exponents ("km²") and fractions ("1/2") are raised, too, but stay in the text.
"""

import re
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from workers.parsing.pdf.calls import Boxes
from workers.parsing.pdf.words import Beside, CharReader, Floats, Mask, Measures

_BRACKETED = r"(?:\((?:\d{1,3}|[A-Za-z]|aa|bb|cc|dd|ee|ff|[ivx]{1,5})\)|\[\d{1,3}\]|[*†‡§¶#]{1,5})"
# Not "ff": it ends words, and a ligature of another font seems raised.
_BARE = r"(?:\d{1,3}|[a-zA-H]|aa|bb|cc|dd|ee|[ivx]{2,4})"
_MARKS = re.compile(rf"(?:{_BRACKETED}(?:[,;]?{_BRACKETED})*|{_BARE}(?:[,;]{_BARE})*)[,;]?")
_ONE = re.compile(rf"{_BRACKETED}|{_BARE}")
_UNITS = re.compile(r"(?:[\d,.]*|.*[^\w$€£¥].*)(?:km|cm|mm|dm|nm|µm|μm|ft|mi|yd|sec|hm)", re.IGNORECASE)
_METRE = re.compile(r"[\d,.]*m")
_TIMES = ("×", "x", "·", "*")
_SYMBOLS_WITH_EXPONENT = frozenset("RrxyznσχΣ")
_CURRENCY = re.compile(r"[$€£¥]|\b[A-Z]{3}\s?\d")
_TABLE = 0x2100
_MAY_END_MARK, _MAY_FOLLOW_MARK, _IS_DIGIT = (
    np.array([chr(code) in chars for code in range(_TABLE)], bool)
    for chars in ("0123456789)]*†‡", ".,;:)]”’\"'!?—–-/%x", "0123456789")
)

MAX_RATIO = 0.92
"""The maximum size of a mark, relative to the text beside it. In filings it is .58 to .85."""
MIN_RISE, MAX_RISE = 0.12, 0.9
"""How far a mark's baseline is above that of the text beside it, relative to the text's size. In filings .15 to .65."""
_SAME = 0.08


@dataclass(slots=True)
class Parted:
    """The words without their marks. `changed` has the words whose text or box changed: index → indexes of the
    characters that stay.
    """

    changed: dict[int, list[int]]
    marks: list[Beside]


def part_glued(spans: npt.NDArray[np.int32], first: Boxes, last: Boxes, straight: Mask, chars: CharReader) -> Parted:
    """Part raised marks from the words that they are glued to. `first` and `last` are the boxes of the words' ends."""
    _, first_top, _, first_bottom = chars.frame.to_upright(first, chars.turn)
    _, last_top, _, last_bottom = chars.frame.to_upright(last, chars.turn)
    heights = first_bottom - first_top
    odd = np.abs(last_bottom - last_top - heights) > _SAME * heights
    odd |= np.abs(last_bottom - first_bottom) > _SAME * heights
    odd &= spans[:, 1] - spans[:, 0] > 1
    odd |= _has_odd_char(spans, heights, chars)
    parted = Parted({}, [])
    words = np.flatnonzero(odd & straight).tolist()
    if not words:
        return parted
    ranges = [np.arange(*spans[word], dtype=np.int32) for word in words]
    measures = chars.measure(np.concatenate(ranges))
    start = 0
    for word, indexes in zip(words, ranges, strict=True):
        _part_word(word, indexes, measures, start, chars.text, parted)
        start += len(indexes)
    return parted


def _has_odd_char(spans: npt.NDArray[np.int32], heights: Floats, chars: CharReader) -> Mask:
    """Return which words have a character of another height before a punctuation mark, which may follow a mark."""
    found = np.zeros(len(spans), bool)
    if not len(spans):
        return found
    codes = np.minimum(chars.codes, _TABLE - 1)
    ends = _MAY_END_MARK[codes[:-2]] & _MAY_FOLLOW_MARK[codes[1:-1]]
    # A comma or point before a digit is inside a number.
    ends &= ~((codes[1:-1] == ord(",")) | (codes[1:-1] == ord("."))) | ~_IS_DIGIT[codes[2:]]
    indexes = np.flatnonzero(ends).astype(np.int32)
    words = np.searchsorted(spans[:, 0], indexes, side="right") - 1
    inside = (words >= 0) & (indexes > spans[words, 0]) & (indexes < spans[words, 1])
    indexes, words = indexes[inside], words[inside]
    if len(indexes):
        _, tops, _, bottoms = chars.frame.to_upright(chars.boxes_of(indexes), chars.turn)
        found[words[np.abs(bottoms - tops - heights[words]) > _SAME * heights[words]]] = True
    return found


def _part_word(
    word: int, indexes: npt.NDArray[np.int32], measures: Measures, start: int, text: str, parted: Parted
) -> None:
    end = start + len(indexes)
    sizes = measures.sizes[start:end].tolist()
    baselines = measures.baselines[start:end].tolist()
    if not min(sizes) > 0:
        return
    edges = [0]
    for place in range(1, len(indexes)):
        step = _SAME * max(sizes[place], sizes[place - 1])
        if abs(sizes[place] - sizes[place - 1]) > step or abs(baselines[place] - baselines[place - 1]) > step:
            edges.append(place)
    edges.append(len(indexes))
    runs = list(pairwise(edges))
    if len(runs) < 2:
        return
    base = max(runs, key=lambda run: (round(sizes[run[0]] / (_SAME * max(sizes))), run[1] - run[0]))
    at = int(indexes[0])
    kept: list[int] = []
    found: list[Beside] = []
    for left, right in runs:
        ratio = sizes[left] / sizes[base[0]]
        rise = (baselines[base[0]] - baselines[left]) / sizes[base[0]]
        label = text[at + left : at + right]
        if (left, right) != base and is_raised(ratio, rise, label):
            before, after = text[at : at + left], text[at + right : at + len(indexes)]
            if is_mark(label, before, after, text[max(0, at - 20) : at]):
                found += [Beside(word, one, before=left < base[0]) for one in split_marks(label)]
                continue
        kept += range(at + left, at + right)
    if found:
        parted.changed[word] = kept
        parted.marks += found


def is_raised(ratio: float, rise: float, label: str) -> bool:
    """Return whether a label of a relative size and rise is raised. A figure of full size is if it is raised by a
    quarter of it.
    """
    is_small = ratio <= MAX_RATIO or (ratio < 1 + _SAME and rise > 0.25 and not label.isalpha())
    return is_small and MIN_RISE < rise < MAX_RISE


def is_mark(label: str, before: str, after: str, ahead: str = "") -> bool:
    """Return whether raised text is a footnote mark. `before` and `after` are the rest of its word, and `ahead` the
    text in front of the word.
    """
    if _MARKS.fullmatch(label) is None:
        return False
    if label.isdigit():
        return not (after[:1] in ("/", "\u2044") or _is_exponent(label, before, ahead))
    # A raised letter inside a word ("McCann") or after an initial ("No") is not a mark.
    return not (label.isalpha() and (after[:1].isalpha() or (len(before) == 1 and before.isupper())))


def split_marks(label: str) -> list[str]:
    """Return the single marks of "(1)(2)" or "1,2"."""
    return _ONE.findall(label)


def _is_exponent(label: str, before: str, ahead: str) -> bool:
    if before in _SYMBOLS_WITH_EXPONENT:
        return True
    if before.endswith("10") and (before[:-2] or ahead.rstrip())[-1:] in _TIMES:
        return True
    if label not in ("2", "3"):
        return False
    if _METRE.fullmatch(before):
        return _CURRENCY.search(ahead) is None
    return _UNITS.fullmatch(before) is not None
