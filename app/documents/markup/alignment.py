"""Finds the text of stored pages in the text of the file that they were read from.

Both texts are compared without blanks and characters of no width. The file has more text than its pages: footnote
marks, deleted and hidden text. It also has another order in places: cells of several lines, and rows of headings.
"""

import re
from collections import deque
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

NOWHERE = -1
"""The place of a character of the file that is on no stored page."""

_UNSEEN = re.compile("[\u00ad\u200b\u200c\u2060\ufdd0-\ufdef\ufeff]")
_LONG = 12
_FAR = 6_000
_CLOSE = 24
_PER_CHARACTER = 40
"""A text may be this many characters further away for each character that is the same."""

_TRIES = 20
_HOLES = 60
_CELL = 60
_SURE = 30
_STEP = 256


def squeeze(text: str) -> str:
    """Return the text without blanks and without characters of no width."""
    return _UNSEEN.sub("", "".join(text.split()))


def offsets(text: str) -> npt.NDArray[np.int32]:
    """Return for each offset of a text, and for its end, the number of characters before it that `squeeze` keeps."""
    kept = np.fromiter((not (each.isspace() or _UNSEEN.match(each)) for each in text), np.int32, len(text))
    return np.concatenate([np.zeros(1, np.int32), np.cumsum(kept, dtype=np.int32)])


def align(pages: Sequence[str], source: str) -> npt.NDArray[np.int32]:
    """Return for each character of `source`, which is squeezed, its place in the squeezed text of all pages, or
    NOWHERE.
    """
    return _Alignment(pages, source).run()


class _Alignment:
    def __init__(self, pages: Sequence[str], source: str) -> None:
        self._stored = squeeze("\n".join(pages))
        self._source = source
        self._places = np.full(len(source), NOWHERE, np.int32)
        self._holes: deque[tuple[int, int]] = deque(maxlen=_HOLES)
        self._cells = _ends(pages, r"[^\t\n]+")
        self._words = _ends(pages, r"\S+")

    def run(self) -> npt.NDArray[np.int32]:
        at = here = 0  # in the stored text, and in the source
        while at < len(self._stored):
            length = self._common(at, here)
            if length:
                self._put(at, here, length)
                at, here = at + length, here + length
                continue
            at, here = self._resume(at, here)
        return self._places

    def _put(self, at: int, here: int, length: int) -> None:
        self._places[here : here + length] = np.arange(at, at + length, dtype=np.int32)

    def _common(self, at: int, here: int) -> int:
        """Return the length of the text that both have in common from here on."""
        stored, source = self._stored, self._source
        start, step = at, _STEP
        while step:
            part = stored[at : at + step]
            if part and source.startswith(part, here):
                at, here = at + len(part), here + len(part)
            else:
                step //= 2
        return at - start

    def _resume(self, at: int, here: int) -> tuple[int, int]:
        """Return where the comparison goes on after a difference."""
        cell, word = self._cells[at], self._words[at]
        for end in sorted({min(cell, at + _CELL), at + _LONG, word}, reverse=True):
            part = self._stored[at:end]
            ahead = self._find_ahead(at, here, part)
            hole, found = self._find_hole(at, here, part)
            if hole is not None and (ahead is None or here - found <= ahead - here):
                length = min(self._common(at, found), self._holes[hole][1] - found)
                self._fill(hole, at, found, length)
                return at + length, here
            if ahead is not None:
                self._holes.append((here, ahead))
                return at, ahead
        return word, here

    def _find_ahead(self, at: int, here: int, part: str) -> int | None:
        end = here + _FAR + len(part) if len(part) < _SURE else len(self._source)
        found = self._source.find(part, here, end)
        for _ in range(_TRIES):
            if found < 0:
                return None
            if self._is_enough(at, found, found - here):
                return found
            found = self._source.find(part, found + 1, end)
        return None

    def _find_hole(self, at: int, here: int, part: str) -> tuple[int | None, int]:
        for index in range(len(self._holes) - 1, -1, -1):
            start, end = self._holes[index]
            if here - end > _FAR:
                break
            found = self._source.find(part, start, end)
            if found >= 0 and self._is_enough(at, found, here - found):
                return index, found
        return None, 0

    def _is_enough(self, at: int, found: int, distance: int) -> bool:
        """Return whether a text is long enough to be the same text, at this distance from where it is expected."""
        return distance <= _CLOSE or self._common(at, found) >= min(_CELL, distance // _PER_CHARACTER)

    def _fill(self, index: int, at: int, found: int, length: int) -> None:
        start, end = self._holes[index]
        self._put(at, found, length)
        del self._holes[index]
        self._holes.extend(each for each in ((start, found), (found + length, end)) if each[0] < each[1])


def _ends(pages: Sequence[str], pattern: str) -> npt.NDArray[np.int32]:
    """Return for each character of the squeezed pages the end of the part around it that matches the pattern."""
    sizes = [len(squeeze(found)) for page in pages for found in re.findall(pattern, page)]
    return np.repeat(np.cumsum(sizes, dtype=np.int32), sizes) if sizes else np.zeros(0, np.int32)
