"""Finds footnote marks that are words of their own, and those that are known by their characters.

A raised word belongs to the word before it; at the start of a line, to the word after it.
"""

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from workers.parsing.pdf.marks import MAX_RATIO, MAX_RISE, MIN_RISE, is_mark, split_marks
from workers.parsing.pdf.words import Beside, Mask, Measures

_RAISED_CHARS = re.compile(r"(?<=[\w)%.,\"”’])[⁰¹²³⁴-⁹⁽⁾]+(?=\W|$)|^[⁰¹²³⁴-⁹⁽⁾]+(?=\w)")
_PLAIN_CHARS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾", "0123456789()")
_SYMBOLS = re.compile(r"(?<=[\w)%.])([*†‡]{1,4})(?=[,.;:]?$)")
_GLUED = re.compile(
    r"(?:[($]*[$€£¥]\(?[\d,.]*\d\)?|\(?\d{1,3}(?:,\d{3})+(?:\.\d+)?\)?|\(?\d[\d,.]*%\)?)(\((?:[1-9]\d?|[a-z])\))"
)
_MARK_CHARS = re.compile(r"[⁰¹²³⁴-⁹*†‡]")
_BRACKET = re.compile(r"\((?<=[\d)%]\()(?:[1-9]\d?|[a-z])\)")
_MIN_GAP = -0.35
_MAX_GAP = 1.5
"""The maximum distance of a mark from the word before it, relative to that word's size."""
_MAX_GAP_AFTER = 3.0
"""The same for the word after it: footnotes are indented after their mark."""
_SAME = 0.05
_MAX_STRAY = 200

_Indexes = npt.NDArray[np.intp]


def find_lone(texts: Sequence[str], words: Measures, straight: Mask) -> dict[int, list[Beside]]:
    """Return the words that are raised marks: index → marks. `straight` marks the words that aren't rotated."""
    count = len(texts)
    if count < 2:
        return {}
    anchors: dict[int, int] = {}
    sizes = words.sizes
    after = np.flatnonzero(sizes[1:] <= MAX_RATIO * sizes[:-1]) + 1
    before = np.flatnonzero(sizes[:-1] <= MAX_RATIO * sizes[1:])
    after = after[_is_beside(words, after, after - 1, straight)]
    before = before[_is_beside(words, before, before + 1, straight)]
    nearest = {index: index + 1 for index in before.tolist()} | {index: index - 1 for index in after.tolist()}
    for index, anchor in sorted(nearest.items()):
        if index not in anchors:
            _anchor(index, anchor, texts, words, anchors)
    for index, anchor in _find_stray(texts, words, straight):
        if index not in anchors and anchor not in anchors:
            _anchor(index, anchor, texts, words, anchors)
    return {
        index: [Beside(anchor, one, before=anchor > index) for one in split_marks(texts[index])]
        for index, anchor in anchors.items()
        if anchor not in anchors
    }


def _is_beside(words: Measures, marks: _Indexes, others: _Indexes, straight: Mask) -> Mask:
    """Return which of the words `marks` are raised beside the word at the same place of `others`."""
    known = (words.sizes[others] > 0) & (words.sizes[marks] > 0) & straight[marks] & straight[others]
    size = np.where(known, words.sizes[others], 1)
    rise = (words.baselines[others] - words.baselines[marks]) / size
    gap_before = (words.lefts[marks] - words.rights[others]) / size
    gap_after = (words.lefts[others] - words.rights[marks]) / size
    is_first = marks < others
    gap = np.where(is_first, gap_after, gap_before)
    near = (gap > _MIN_GAP) & (gap < np.where(is_first, _MAX_GAP_AFTER, _MAX_GAP))
    return known & near & (rise > MIN_RISE) & (rise < MAX_RISE) & (words.sizes[marks] <= MAX_RATIO * size)


def _anchor(index: int, anchor: int, texts: Sequence[str], words: Measures, anchors: dict[int, int]) -> None:
    """Anchor the mark at `index`, and the marks that directly follow it, unless it begins a line of small text."""
    anchor = anchors.get(anchor, anchor)
    end = index + 1
    while end < len(texts) and end - index < 4 and _continues(words, end - 1, end):
        end += 1
    labels = range(index, end)
    if all(is_mark(texts[label], texts[anchor] if anchor < index else "", "") for label in labels):
        anchors.update(dict.fromkeys(labels, anchor if anchor < index else max(anchor, end)))


def _continues(words: Measures, index: int, following: int) -> bool:
    size = words.sizes[index]
    return bool(
        abs(words.sizes[following] - size) <= _SAME * size
        and abs(words.baselines[following] - words.baselines[index]) <= _SAME * size
        and -size < words.lefts[following] - words.rights[index] < size
    )


def _find_stray(texts: Sequence[str], words: Measures, straight: Mask) -> list[tuple[int, int]]:
    """Return (mark, word before it) for small words that the file draws apart from the text that they belong to."""
    known = (words.sizes > 0) & straight
    if not known.any():
        return []
    usual = np.sort(words.sizes[known])[int(known.sum()) // 2]
    small = np.flatnonzero(known & (words.sizes <= MAX_RATIO * usual))
    labels = [index for index in small.tolist() if len(texts[index]) <= 6 and is_mark(texts[index], "", "")]
    everything = np.flatnonzero(known)
    found: list[tuple[int, int]] = []
    for index in labels[:_MAX_STRAY]:
        others = everything[everything != index]
        beside = others[_is_near(words, index, others)]
        if len(beside):
            found.append((index, int(beside[np.argmax(words.rights[beside])])))
    return found


def _is_near(words: Measures, index: int, others: _Indexes) -> Mask:
    size = words.sizes[others]
    rise = (words.baselines[others] - words.baselines[index]) / size
    gap = (words.lefts[index] - words.rights[others]) / size
    near: Mask = (gap > _MIN_GAP) & (gap < 1.0) & (rise > MIN_RISE) & (rise < MAX_RISE)
    near &= words.sizes[index] <= MAX_RATIO * size
    return near


def has_mark_chars(text: str) -> bool:
    """Return whether `part_by_chars` may find marks in the text."""
    if "*" in text or (not text.isascii() and _MARK_CHARS.search(text)):
        return True
    return "(" in text and _BRACKET.search(text) is not None


def part_by_chars(texts: list[str]) -> dict[int, tuple[str, list[str]]]:
    """Return the words with superscript digits, daggers or stars, or a bracket glued to an amount: index → the word
    without its marks, and the marks. The word is empty if it is all marks.
    """
    found: dict[int, tuple[str, list[str]]] = {}
    for index, text in enumerate(texts):
        if not has_mark_chars(text):
            continue
        match = _RAISED_CHARS.search(text) or _SYMBOLS.search(text)
        if match is None and (match := _GLUED.fullmatch(text)) is not None:
            found[index] = (text[: match.start(1)], [match.group(1)])
        elif match is not None:
            label = match.group().translate(_PLAIN_CHARS)
            before, after = text[: match.start()], text[match.end() :]
            if is_mark(label, before, after, texts[index - 1] if index else ""):
                found[index] = (before + after, split_marks(label))
    return found
