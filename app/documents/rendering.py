"""A page as an image, drawn by pdfium in a sandboxed child: what a reader sees beside a quote."""

import ctypes
import io
from pathlib import Path

import msgpack
import pypdfium2.raw as pdfium
from PIL import Image

from app.core.errors import DocumentError, NotFoundError
from app.sandbox import Limits, Sandbox
from app.sandbox.errors import SandboxError

MAX_DPI = 200
MAX_PIXELS = 12_000_000
"""About a Letter page at 350 dpi, or an A1 drawing at 110."""

PRELOAD = ("app.documents.rendering",)
LIMITS = Limits(memory_bytes=600 * 1024 * 1024, cpu_seconds=20, wall_seconds=30.0, output_bytes=48 * 1024 * 1024)
_TARGET = "app.documents.rendering:render_payload"
_NO_PAGE = b""
_POINTS_AN_INCH = 72


class PageNotDrawableError(DocumentError):
    code = "page-not-drawable"
    title = "This page can't be shown as an image; its text can still be read."


class NoSuchPageError(NotFoundError):
    code = "page-not-found"
    title = "The document has no page of this number."


def page_sandbox(limits: Limits = LIMITS) -> Sandbox:
    """A sandbox that has what drawing needs loaded. Close it when the process ends."""
    return Sandbox(preload=PRELOAD, limits=limits)


def render_page_png(
    sandbox: Sandbox, source: Path | bytes, page_number: int, *, dpi: int = 108, password: str | None = None
) -> bytes:
    """A PNG of page `page_number` (from 1) of the PDF at a path or in bytes.

    Up to 200 dpi, and less where the page would have more than 12 million pixels; annotations are not drawn, as
    they are not part of the text. Raises NoSuchPageError, PageNotDrawableError, SandboxUnavailableError.
    """
    where = str(source.resolve()) if isinstance(source, Path) else None
    data = None if isinstance(source, Path) else source
    payload = msgpack.packb([where, data, page_number, max(1, min(dpi, MAX_DPI)), password])
    try:
        png = sandbox.run(_TARGET, payload)
    except SandboxError as error:
        raise PageNotDrawableError from error
    if png == _NO_PAGE:
        raise NoSuchPageError
    return png


def render_payload(payload: bytes) -> bytes:
    """What runs in the child: a msgpack [path, bytes, page, dpi, password] to a PNG, or to nothing for no such page."""
    path, data, number, dpi, password = msgpack.unpackb(payload)
    content: bytes = Path(path).read_bytes() if path is not None else data
    document = pdfium.FPDF_LoadMemDocument64(content, len(content), password.encode() if password else None)
    if not document:
        raise PageNotDrawableError
    try:
        if not 1 <= number <= pdfium.FPDF_GetPageCount(document):
            return _NO_PAGE
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
    scale = dpi / _POINTS_AN_INCH
    pixels = points_wide * points_high * scale * scale
    if pixels > MAX_PIXELS:
        scale *= (MAX_PIXELS / pixels) ** 0.5
    width, height = max(1, round(points_wide * scale)), max(1, round(points_high * scale))
    if width * height > 2 * MAX_PIXELS:  # a page a hair wide and a mile high
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
