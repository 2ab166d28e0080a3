"""Makes the pages of an HTML file as it was filed, in a sandboxed child process."""

from dataclasses import dataclass
from pathlib import Path

import msgpack
import numpy as np

from app.core.errors import DocumentError
from app.documents.markup.filing import FiledPage
from app.sandbox import INPUT_FILE, Limits, Sandbox
from app.sandbox.errors import SandboxError

PRELOAD = ("app.documents.markup.drawing",)
LIMITS = Limits(memory_bytes=900 * 1024 * 1024, cpu_seconds=60, wall_seconds=90.0, output_bytes=64 * 1024 * 1024)
_TARGET = "app.documents.markup.drawing:draw_payload"


class FilingNotShownError(DocumentError):
    code = "page-not-filed-as-html"
    title = "This page can't be shown as it was filed; its text can still be read."


@dataclass(frozen=True, slots=True)
class Filing:
    """The pages of an HTML file and the style sheet of their classes. `is_strict` states that browsers show the file
    in standards mode (HTML Living Standard, "quirks mode").
    """

    sheet: str
    is_strict: bool
    pages: tuple[FiledPage, ...]


def encode_filing(filing: Filing) -> bytes:
    """Return the filing in msgpack."""
    pages = [[list(page.parts), page.places.astype("<i4").tobytes()] for page in filing.pages]
    return bytes(msgpack.packb([filing.sheet, filing.is_strict, pages]))


def decode_filing(data: bytes) -> Filing:
    """Return a filing from `encode_filing`. Raises FilingNotShownError if it is damaged."""
    try:
        sheet, is_strict, pages = msgpack.unpackb(data)
        made = tuple(FiledPage(tuple(parts), np.frombuffer(places, "<i4")) for parts, places in pages)
    except (ValueError, TypeError, msgpack.UnpackException) as error:
        raise FilingNotShownError from error
    if not isinstance(sheet, str) or not all(isinstance(part, str) for page in made for part in page.parts):
        raise FilingNotShownError
    return Filing(sheet, bool(is_strict), made)


def render_filing(sandbox: Sandbox, source: Path | int, texts: list[str]) -> Filing:
    """Return the filing in a file, given as path or open descriptor, cut into the pages with these stored texts.

    Raises FilingNotShownError, SandboxUnavailableError.
    """
    path, file = (str(source.resolve()), None) if isinstance(source, Path) else (INPUT_FILE, source)
    try:
        data = sandbox.run(_TARGET, bytes(msgpack.packb([path, texts])), limits=LIMITS, file=file)
    except SandboxError as error:
        raise FilingNotShownError from error
    return decode_filing(data)
