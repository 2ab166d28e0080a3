"""Draws pages to find which text changes the picture."""

import ctypes
import math
import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import numpy.typing as npt
import pypdfium2.raw as pdfium

from workers.parsing.pdf.calls import Addresses, Boxes
from workers.parsing.pdf.drawing import as_object

_MAX_PAGES = 1_000
_SCALE = 1.5
"""Pixels per point. At 108 dpi, the stems of 6 point type are a pixel wide."""
_MAX_PIXELS = 4_000_000
_MAX_SECONDS = 5.0
_VISIBLE = 20
"""The minimum difference of a pixel, of 255, that a reader sees. It is a contrast of 8 % on white."""
_MIN_CHANGED = 6
"""Two pixels of three colours."""
_INK = 60
"""The minimum difference between pixels, of 255, where an image shows words."""

_Pause = dict(pdfium.IFSDK_PAUSE._fields_)["NeedToPauseNow"]
_Picture = npt.NDArray[np.uint8]


class Painter:
    """Draws the pages of one document. It draws at most 1,000 of them, and none for longer than 5 seconds.

    `has_hidden_layers` states that the document has optional content that isn't displayed.
    """

    def __init__(self, *, has_hidden_layers: bool = False) -> None:
        self.has_hidden_layers = has_hidden_layers
        self._drawn = 0

    def find_painted(self, page: pdfium.FPDF_PAGE, objects: Addresses, boxes: Boxes) -> npt.NDArray[np.bool_] | None:
        """Return in which of the boxes the objects change the picture, or None if the page can't be drawn."""
        before = self._draw(page)
        if before is None:
            return None
        with _inactive(objects):
            after = self._draw(page)
        if after is None:
            return None
        found = np.zeros(len(boxes), bool)
        for index, part in enumerate(_parts(boxes, _scale(page), before.shape)):
            change = np.maximum(before[part], after[part]) - np.minimum(before[part], after[part])
            found[index] = np.count_nonzero(change > _VISIBLE) >= _MIN_CHANGED
        return found

    def find_ink(self, page: pdfium.FPDF_PAGE, boxes: Boxes) -> npt.NDArray[np.bool_] | None:
        """Return which of the boxes have light and dark pixels, as images of words have, or None if not drawn."""
        picture = self._draw(page)
        if picture is None:
            return None
        found = np.zeros(len(boxes), bool)
        for index, part in enumerate(_parts(boxes, _scale(page), picture.shape)):
            pixels = picture[part]
            found[index] = pixels.size > 0 and int(pixels.max()) - int(pixels.min()) >= _INK
        return found

    def _draw(self, page: pdfium.FPDF_PAGE) -> _Picture | None:
        """Return the page's picture (height, width, blue green red)."""
        self._drawn += 1
        scale = _scale(page)
        width = int(float(pdfium.FPDF_GetPageWidthF(page)) * scale)
        height = int(float(pdfium.FPDF_GetPageHeightF(page)) * scale)
        if self._drawn > 2 * _MAX_PAGES or width < 1 or height < 1:
            return None
        picture = np.full((height, width, 4), 255, np.uint8)
        bitmap = pdfium.FPDFBitmap_CreateEx(
            width, height, pdfium.FPDFBitmap_BGRx, ctypes.c_void_p(picture.ctypes.data), 4 * width
        )
        if not bitmap:
            return None
        try:
            return picture[:, :, :3] if _draw_in_time(page, bitmap, width, height) else None
        finally:
            pdfium.FPDFBitmap_Destroy(bitmap)


def _draw_in_time(page: pdfium.FPDF_PAGE, bitmap: pdfium.FPDF_BITMAP, width: int, height: int) -> bool:
    end = time.monotonic() + _MAX_SECONDS
    pause = pdfium.IFSDK_PAUSE(version=1, NeedToPauseNow=_Pause(lambda _: time.monotonic() > end))
    state = int(pdfium.FPDF_RenderPageBitmap_Start(bitmap, page, 0, 0, width, height, 0, 0, ctypes.byref(pause)))
    pdfium.FPDF_RenderPage_Close(page)
    return state == int(pdfium.FPDF_RENDER_DONE)


def _scale(page: pdfium.FPDF_PAGE) -> float:
    area = float(pdfium.FPDF_GetPageWidthF(page)) * float(pdfium.FPDF_GetPageHeightF(page))
    return min(_SCALE, math.sqrt(_MAX_PIXELS / max(area, 1.0)))


def _parts(boxes: Boxes, scale: float, shape: tuple[int, ...]) -> list[tuple[slice, slice]]:
    """Return the boxes' pixels (rows, columns). They leave out what the words beside reach into."""
    x0, y0, x1, y1 = (boxes.astype(np.float64) * scale).T
    inset = np.minimum(1.0, (x1 - x0) / 4)
    columns = np.clip([x0 + inset, np.ceil(x1 - inset)], 0, shape[1]).astype(int).T.tolist()
    rows = np.clip([y0, np.ceil(y1)], 0, shape[0]).astype(int).T.tolist()
    return [(slice(*row), slice(*column)) for row, column in zip(rows, columns, strict=True)]


@contextmanager
def _inactive(objects: Addresses) -> Iterator[None]:
    items = [as_object(address) for address in objects.tolist() if address]
    for item in items:
        pdfium.FPDFPageObj_SetIsActive(item, False)
    try:
        yield
    finally:
        for item in items:
            pdfium.FPDFPageObj_SetIsActive(item, True)
