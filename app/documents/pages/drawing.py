"""Draw pages with pdfium. Import this module only in sandbox processes."""

import ctypes
import io
from pathlib import Path

import msgpack
import pypdfium2.raw as pdfium
from PIL import Image

from app.documents.pages.rendering import MAX_PIXELS, NO_PAGE, PageNotDrawableError

_POINTS_PER_INCH = 72


def render_payload(payload: bytes) -> bytes:
    """Draw a page in the child process. `payload` is the list [path, bytes, page, dpi, password] in msgpack. Returns a
    PNG, or b"" if the document has no such page.
    """
    path, data, number, dpi, password = msgpack.unpackb(payload)
    content: bytes = Path(path).read_bytes() if path is not None else data
    document = pdfium.FPDF_LoadMemDocument64(content, len(content), password.encode() if password else None)
    if not document:
        raise PageNotDrawableError
    try:
        if not 1 <= number <= pdfium.FPDF_GetPageCount(document):
            return NO_PAGE
        page = pdfium.FPDF_LoadPage(document, number - 1)
        if not page:
            raise PageNotDrawableError
        try:
            return _draw(page, dpi)
        finally:
            pdfium.FPDF_ClosePage(page)
    finally:
        pdfium.FPDF_CloseDocument(document)


def _draw(page: pdfium.FPDF_PAGE, dpi: int) -> bytes:
    points_wide, points_high = pdfium.FPDF_GetPageWidthF(page), pdfium.FPDF_GetPageHeightF(page)
    scale = dpi / _POINTS_PER_INCH
    pixels = points_wide * points_high * scale * scale
    if pixels > MAX_PIXELS:
        scale *= (MAX_PIXELS / pixels) ** 0.5
    width, height = max(1, round(points_wide * scale)), max(1, round(points_high * scale))
    if width * height > 2 * MAX_PIXELS:  # the page has an extreme aspect ratio
        raise PageNotDrawableError
    bitmap = pdfium.FPDFBitmap_CreateEx(width, height, pdfium.FPDFBitmap_BGR, None, 0)
    if not bitmap:
        raise MemoryError
    try:
        pdfium.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, 0xFFFFFFFF)
        pdfium.FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, 0)
        stride = int(pdfium.FPDFBitmap_GetStride(bitmap))
        pixels_at = pdfium.FPDFBitmap_GetBuffer(bitmap)
        raw = ctypes.string_at(pixels_at, stride * height)
        image = Image.frombuffer("RGB", (width, height), raw, "raw", "BGR", stride, 1)
        out = io.BytesIO()
        image.save(out, "PNG", compress_level=4)
        return out.getvalue()
    finally:
        pdfium.FPDFBitmap_Destroy(bitmap)
