"""Finds the invisible words of a page that OCR has found in its image. They are the only text of a scanned page."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pypdfium2.raw as pdfium

from workers.parsing.pdf.calls import Boxes
from workers.parsing.pdf.drawing import IMAGE, Drawing
from workers.parsing.pdf.geometry import Frame
from workers.parsing.pdf.painting import Painter

Mask = npt.NDArray[np.bool_]

_SCAN_AREA = 0.5
"""The least part of a scanned page that its images cover."""
_MAX_CELLS = 1_000


def find_scan_text(
    page: pdfium.FPDF_PAGE,
    boxes: Boxes,
    hidden: Mask,
    unpainted: Mask,
    drawing: Drawing,
    frame: Frame,
    painter: Painter,
) -> Mask:
    """Return which of the `hidden` words are the text of an image.

    `unpainted` marks the words whose rendering mode is invisible. If most of a layer is over visible text, it
    repeats that text, and is not read. On a page that isn't a scan, only unpainted words on an image that shows
    something, and has no other text, are read.
    """
    nothing = np.zeros(len(boxes), bool)
    images = drawing.boxes[drawing.types == IMAGE]
    grid = _Grid(frame)
    in_image = hidden & grid.covers(images, boxes)
    repeated = hidden & grid.covers(boxes[~hidden], boxes)
    count = int(hidden.sum())
    visible = len(boxes) - count
    if 2 * int(repeated.sum()) > count:
        return nothing
    if visible < count and grid.share(images) >= _SCAN_AREA:
        return in_image & ~repeated
    shown = images[~grid.any_inside(images, boxes[~hidden])]
    found = hidden & unpainted & ~repeated
    found &= grid.covers(shown, boxes) if visible else True
    if found.any():
        ink = painter.find_ink(page, boxes[found])
        found[found] = ink if ink is not None else False
    return found


class _Grid:
    """A grid over the page, to find overlaps of many boxes. A cell is at least 2 points wide and high."""

    def __init__(self, frame: Frame) -> None:
        self._cell = max(2.0, max(frame.width, frame.height) / _MAX_CELLS)
        self._shape = (int(frame.height / self._cell) + 1, int(frame.width / self._cell) + 1)

    def covers(self, boxes: Boxes, others: Boxes) -> Mask:
        """Return which of the others are covered by boxes at their middle, or halfway to their left or right edge."""
        filled = self._filled(boxes)
        y = self._index((others[:, 1] + others[:, 3]) / 2, 0)
        width = others[:, 2] - others[:, 0]
        found = np.zeros(len(others), bool)
        for part in (0.25, 0.5, 0.75):
            found |= filled[y, self._index(others[:, 0] + part * width, 1)]
        return found

    def share(self, boxes: Boxes) -> float:
        """Return the part of the page that the boxes cover."""
        return float(self._filled(boxes).mean())

    def any_inside(self, boxes: Boxes, others: Boxes) -> Mask:
        """Return which boxes contain the middle of any of the others."""
        dots = np.zeros(self._shape, bool)
        dots[self._index((others[:, 1] + others[:, 3]) / 2, 0), self._index((others[:, 0] + others[:, 2]) / 2, 1)] = (
            True
        )
        return np.array([dots[rows, columns].any() for rows, columns in self._slices(boxes)], bool)

    def _filled(self, boxes: Boxes) -> Mask:
        filled = np.zeros(self._shape, bool)
        for rows, columns in self._slices(boxes):
            filled[rows, columns] = True
        return filled

    def _slices(self, boxes: Boxes) -> list[tuple[slice, slice]]:
        x0, x1 = self._index(boxes[:, 0], 1), self._index(boxes[:, 2], 1) + 1
        y0, y1 = self._index(boxes[:, 1], 0), self._index(boxes[:, 3], 0) + 1
        return [
            (slice(top, bottom), slice(left, right))
            for left, top, right, bottom in zip(x0.tolist(), y0.tolist(), x1.tolist(), y1.tolist(), strict=True)
        ]

    def _index(self, positions: npt.NDArray[np.floating[Any]], axis: int) -> npt.NDArray[np.intp]:
        cells: npt.NDArray[np.intp] = np.clip(positions / self._cell, 0, self._shape[axis] - 1).astype(np.intp)
        return cells
