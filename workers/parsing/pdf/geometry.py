"""Converts positions on a PDF page to the displayed page."""

import ctypes
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pypdfium2.raw as pdfium

from workers.parsing.pdf.calls import Boxes

Matrix = tuple[float, float, float, float, float, float]
"""a, b, c, d, e, f: a point (x, y) becomes (ax + cy + e, bx + dy + f) (ISO 32000-1 §8.3.3)."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The displayed page: the crop box inside the media box, rotated by /Rotate (ISO 32000-1 §8.3.2.3, §14.11.2).

    `left` and `bottom` are the box's corner in page space. `width` and `height` are those of the displayed page.
    """

    left: float
    bottom: float
    width: float
    height: float
    rotation: int

    def to_display(self, boxes: Boxes) -> Boxes:
        """Convert boxes from page space (left, top, right, bottom; y up) to the displayed page (x0, y0, x1, y1; y
        down).
        """
        left, right = boxes[:, 0] - self.left, boxes[:, 2] - self.left
        low, high = boxes[:, 3] - self.bottom, boxes[:, 1] - self.bottom
        if self.rotation == 1:
            x, y = (low, high), (left, right)
        elif self.rotation == 2:
            x, y = (self.width - left, self.width - right), (low, high)
        elif self.rotation == 3:
            x, y = (self.width - low, self.width - high), (self.height - left, self.height - right)
        else:
            x, y = (left, right), (self.height - low, self.height - high)
        return np.stack(
            [np.minimum(*x), np.minimum(*y), np.maximum(*x), np.maximum(*y)],
            axis=1,
            dtype=np.float32,
            casting="same_kind",
        )

    def to_upright(
        self, boxes: Boxes, turn: int
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32], npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """Rotate boxes of the displayed page so that words with the rotation `turn` run from left to right.

        Return their lefts, tops, rights and bottoms.
        """
        x0, y0, x1, y1 = boxes.T
        if turn == 1:
            return y0, self.width - x1, y1, self.width - x0
        if turn == 3:
            return self.height - y1, x0, self.height - y0, x1
        return x0, y0, x1, y1


def read_frame(page: pdfium.FPDF_PAGE) -> Frame:
    corner = pdfium.FS_RECTF()
    pdfium.FPDF_GetPageBoundingBox(page, ctypes.byref(corner))
    return Frame(
        left=float(corner.left),
        bottom=float(corner.bottom),
        width=float(pdfium.FPDF_GetPageWidthF(page)),
        height=float(pdfium.FPDF_GetPageHeightF(page)),
        rotation=int(pdfium.FPDFPage_GetRotation(page)),
    )


def joined(inner: Matrix, outer: Matrix) -> Matrix:
    """Return the matrix that applies `inner` first, and then `outer`."""
    a, b, c, d, e, f = inner
    oa, ob, oc, od, oe, of = outer
    return (
        a * oa + b * oc,
        a * ob + b * od,
        c * oa + d * oc,
        c * ob + d * od,
        e * oa + f * oc + oe,
        e * ob + f * od + of,
    )


def transformed(boxes: Boxes, matrix: Matrix) -> Boxes:
    """Return the boxes (left, top, right, bottom; y up) around the transformed boxes."""
    a, b, c, d, e, f = matrix
    left, top, right, bottom = boxes.T
    xs = np.stack([a * x + c * y + e for x in (left, right) for y in (top, bottom)])
    ys = np.stack([b * x + d * y + f for x in (left, right) for y in (top, bottom)])
    return np.stack([xs.min(axis=0), ys.max(axis=0), xs.max(axis=0), ys.min(axis=0)], axis=1).astype(np.float32)
