"""The words of one PDF page, and how they are measured."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workers.parsing.pdf.calls import Address, Boxes, boxes_of, text_objects_of
from workers.parsing.pdf.fonts import WordStyles, styles_of
from workers.parsing.pdf.geometry import Frame

Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Beside:
    """Text that is printed beside the word `word`, and isn't part of the page's text. It is printed after the word; or
    `before` it, if it belongs to the words that follow.
    """

    word: int
    text: str
    before: bool = False


@dataclass(frozen=True, slots=True)
class PageWords:
    """The n words of a page in the order of the file.

    `boxes` (n, 4) are in points of the displayed page. `turn` is the rotation of most words relative to the displayed
    page, in quarter turns clockwise. `turned` (n,) marks words with a different rotation.

    `sizes` (n,) are the words' type sizes in points, 0 if unknown. `baselines` (n,) are the baselines' distances from
    the top of the page as most words are read (see `lines.turned_back`). `bold` (n,) marks bold words. `marks` are the
    raised footnote marks, and `deleted` the words that are struck through. Neither is among the words.
    `ends` (n,) are the words' right edges as most words are read, including struck-through words after them, whose gap
    separates nothing; None if there are none.
    """

    texts: list[str]
    boxes: Boxes
    width: float
    height: float
    turn: int
    turned: Mask
    sizes: Floats
    baselines: Floats
    bold: Mask
    rules: Boxes
    marks: tuple[Beside, ...] = ()
    deleted: tuple[Beside, ...] = ()
    ends: Floats | None = None


@dataclass(frozen=True, slots=True)
class WordDraft:
    """The n words of a page: `spans` (n, 2) of their characters, and the boxes of their first and last characters, and
    of all of them, on the displayed page.
    """

    spans: npt.NDArray[np.int32]
    first: Boxes
    last: Boxes
    boxes: Boxes

    @staticmethod
    def of(spans: npt.NDArray[np.int32], first: Boxes, last: Boxes) -> "WordDraft":
        corners = [np.minimum(first[:, :2], last[:, :2]), np.maximum(first[:, 2:], last[:, 2:])]
        return WordDraft(spans, first, last, np.concatenate(corners, axis=1))

    def kept(self, keep: Mask) -> "WordDraft":
        if keep.all():
            return self
        return WordDraft(self.spans[keep], self.first[keep], self.last[keep], self.boxes[keep])


@dataclass(slots=True)
class Measures:
    """Where n characters or words are on the page as most of its words are read. Lengths are in points; y grows
    downwards. `heights` are the heights of their lines. `sizes` are 0 if unknown.
    """

    lefts: Floats
    rights: Floats
    heights: Floats
    sizes: Floats
    baselines: Floats
    bold: Mask

    def kept(self, keep: Mask) -> "Measures":
        return Measures(
            lefts=self.lefts[keep],
            rights=self.rights[keep],
            heights=self.heights[keep],
            sizes=self.sizes[keep],
            baselines=self.baselines[keep],
            bold=self.bold[keep],
        )


@dataclass(frozen=True, slots=True)
class CharReader:
    """Measures single characters of a page by their indexes. `codes` are the text's code points."""

    text: str
    codes: npt.NDArray[np.uint32]
    text_page: Address
    frame: Frame
    turn: int

    def boxes_of(self, indexes: npt.NDArray[np.int32]) -> Boxes:
        """Return the characters' boxes on the displayed page."""
        return self.frame.to_display(boxes_of(self.text_page, indexes))

    def measure(self, indexes: npt.NDArray[np.int32]) -> Measures:
        styles = styles_of(text_objects_of(self.text_page, indexes))
        return measure(self.boxes_of(indexes), styles, frame=self.frame, turn=self.turn)


def measure(boxes: Boxes, styles: WordStyles, *, frame: Frame, turn: int) -> Measures:
    """Measure characters with their boxes on the displayed page."""
    lefts, tops, rights, bottoms = frame.to_upright(boxes, turn)
    heights = bottoms - tops
    known = styles.heights > 0
    divisors = np.where(known, styles.heights, 1)
    return Measures(
        lefts=lefts,
        rights=rights,
        heights=heights,
        sizes=np.where(known, heights / divisors, 0).astype(np.float32),
        baselines=(bottoms - heights * styles.descents / divisors).astype(np.float32),
        bold=styles.bold,
    )
