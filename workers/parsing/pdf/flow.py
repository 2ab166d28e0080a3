"""Joins the words of pages that pdfium takes for vertical text.

If the lines of a page are close and the gaps between its columns are wide, pdfium takes the page for vertical writing
(`CPDF_TextPage::FindTextlineFlowOrientation`), and infers a line end between its text objects. Browsers write most
characters as objects of their own, so that a page with nothing but a table falls into letters.
"""

import numpy as np
import numpy.typing as npt
import pypdfium2.raw as pdfium

from workers.parsing.pdf.calls import Address, Boxes, boxes_of
from workers.parsing.pdf.words import Floats, Mask

JOINER = "\u2060"
"""Replaces an inferred line end inside a word; the words' texts are stored without it."""
_MIN_LINE_ENDS = 0.25
"""The least share of line ends, relative to the other characters, on a page that pdfium takes for vertical text."""
_MAX_GAP, _SAME_LINE = 0.12, 0.05
"""The gap inside a word, and the difference of heights of characters on a line, relative to the characters' height."""


def join_lines(text_page: pdfium.FPDF_TEXTPAGE, address: Address, text: str) -> str:
    """Return the text with a joiner for each inferred line end between characters that touch. Its length stays."""
    line_ends = text.count("\r\n")
    if line_ends < _MIN_LINE_ENDS * (len(text) - 2 * line_ends):
        return text
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    places = np.flatnonzero((codes[1:-2] == ord("\r")) & (codes[2:-1] == ord("\n"))).astype(np.int32) + 1
    if not len(places):
        return text
    before, after = places - 1, places + 2
    first, second = boxes_of(address, before), boxes_of(address, after)
    heights = np.abs(first[:, 1] - first[:, 3]) + 0.01
    # Ligatures may be drawn in another font, with other heights.
    in_ligature = (codes[[before - 1, before, after]] == ord("f")).any(axis=0)
    touch = _follows(first, second, heights) & (_same_height(first, second, heights) | in_ligature)
    touch &= ~(_is_blank(codes[before]) | _is_blank(codes[after]))
    letters = list(text)
    for place in places[touch].tolist():
        if pdfium.FPDFText_IsGenerated(text_page, place) == 1:
            letters[place : place + 2] = JOINER, JOINER
    return "".join(letters)


def _follows(first: Boxes, second: Boxes, heights: Floats) -> Mask:
    """Return whether characters on one line touch. The letters of a ligature may have the same box."""
    gaps = second[:, 0] - first[:, 2]
    middles = (second[:, 1] + second[:, 3]) / 2
    follows: Mask = (
        (second[:, 0] >= first[:, 0] - _SAME_LINE * heights)
        & (gaps <= _MAX_GAP * heights)
        & (np.abs(middles - (first[:, 1] + first[:, 3]) / 2) < heights / 2)
    )
    return follows


def _same_height(first: Boxes, second: Boxes, heights: Floats) -> Mask:
    same: Mask = np.abs(first[:, [1, 3]] - second[:, [1, 3]]).max(axis=1) <= _SAME_LINE * heights
    return same


def _is_blank(codes: npt.NDArray[np.uint32]) -> Mask:
    blank: Mask = (codes <= 32) | (codes == 160)
    return blank
