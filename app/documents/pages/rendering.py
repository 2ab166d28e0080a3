"""Draw a page as an image in a sandboxed child process (`app.documents.pages.drawing`), to show beside a quote."""

from pathlib import Path

import msgpack

from app.core.errors import DocumentError, NotFoundError
from app.documents.markup.rendering import PRELOAD as FILED_PRELOAD
from app.sandbox import INPUT_FILE, Limits, Sandbox
from app.sandbox.errors import SandboxError

MAX_DPI = 200
MAX_PIXELS = 12_000_000
"""Enough pixels for a Letter page at 350 dpi, or an A1 drawing at 110 dpi."""

PRELOAD = ("app.documents.pages.drawing", *FILED_PRELOAD)
LIMITS = Limits(memory_bytes=600 * 1024 * 1024, cpu_seconds=20, wall_seconds=30.0, output_bytes=48 * 1024 * 1024)
_TARGET = "app.documents.pages.drawing:render_payload"
NO_PAGE = b""


class PageNotDrawableError(DocumentError):
    code = "page-not-drawable"
    title = "This page can't be shown as an image; its text can still be read."


class NoSuchPageError(NotFoundError):
    code = "page-not-found"
    title = "The document has no page with this number."


def page_sandbox(limits: Limits = LIMITS) -> Sandbox:
    """Create a sandbox with the drawing libraries loaded. Close it when the process ends."""
    return Sandbox(preload=PRELOAD, limits=limits)


def render_page_png(
    sandbox: Sandbox, source: Path | bytes | int, page_number: int, *, dpi: int = 108, password: str | None = None
) -> bytes:
    """Draw page `page_number` (from 1) of a PDF, given as path, bytes or open descriptor, as PNG.

    The resolution is at most 200 dpi, and lower if the page would have more than 12 million pixels. Annotations are not
    drawn, because they are not part of the text. Raises NoSuchPageError, PageNotDrawableError, SandboxUnavailableError.
    """
    file = source if isinstance(source, int) else None
    where = str(source.resolve()) if isinstance(source, Path) else INPUT_FILE if file is not None else None
    data = source if isinstance(source, bytes) else None
    payload = msgpack.packb([where, data, page_number, max(1, min(dpi, MAX_DPI)), password])
    try:
        png = sandbox.run(_TARGET, payload, file=file)
    except SandboxError as error:
        raise PageNotDrawableError from error
    if png == NO_PAGE:
        raise NoSuchPageError
    return png
