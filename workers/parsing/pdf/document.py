"""Parses PDF. pdfium reads text and positions. pypdf reads metadata, and also the text if pdfium fails."""

import gc
import logging
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pypdfium2.raw as pdfium

from app.core.errors import MISTAKES
from app.documents.content.parsed import ParsedDocument, Words
from workers.parsing.errors import (
    DocumentTooLargeError,
    PdfDamagedError,
    PdfEncryptedError,
    PdfNoTextError,
    PdfWrongPasswordError,
)
from workers.parsing.pdf.chars import read_page_words
from workers.parsing.pdf.damaged import read_damaged_pdf
from workers.parsing.pdf.details import read_details
from workers.parsing.pdf.headings import mark_headings
from workers.parsing.pdf.page import PageDraft, compose_page, finish_page
from workers.parsing.pdf.painting import Painter
from workers.parsing.pdf.rules import read_rules
from workers.parsing.pdf.tables import Prose

MEDIA_TYPE = "application/pdf"
MAX_PAGES = 5_000
MAX_CHARS = 50_000_000
_log = logging.getLogger(__name__)


def parse_pdf(path: Path, *, password: str | None = None) -> ParsedDocument:
    """Return the document in the file at `path`.

    Raises PdfDamagedError, PdfEncryptedError, PdfWrongPasswordError, PdfNoTextError, DocumentTooLargeError.
    """
    try:
        return _by_pdfium(path, password)
    except PdfDamagedError:
        return read_damaged_pdf(path, password)


def _by_pdfium(path: Path, password: str | None) -> ParsedDocument:
    with open_pdf(path, password) as document:
        count = int(pdfium.FPDF_GetPageCount(document))
        if count > MAX_PAGES:
            raise DocumentTooLargeError(f"The document has {count:,} pages; up to {MAX_PAGES:,} can be read.")
        if count == 0:
            raise PdfDamagedError("The PDF has no pages: fetch it again from its source.")
        details = read_details(path, password, document)
        painter = Painter(has_hidden_layers=details.has_hidden_layers)
        drafts, warnings, has_images = _read_pages(document, count, painter)
        if not any(draft.text for draft in drafts):
            # The text layer of a scan is also read if its images are lost.
            drafts, warnings, has_images = _read_pages(document, count, None)
            warnings.append("No text of the file is visible: its invisible text was read.")
        if not any(draft.text for draft in drafts):
            if has_images:
                raise PdfNoTextError
            raise PdfNoTextError("The PDF has no text on any page: there is nothing in it to search.")
        if not _has_end(path):
            warnings.append("The file has no end mark: it may have been cut off, and pages may be missing.")
        blocks = mark_headings(drafts)
        return ParsedDocument(
            media_type=MEDIA_TYPE,
            reader="pdfium",
            pages=tuple(finish_page(draft, found) for draft, found in zip(drafts, blocks, strict=True)),
            outline=details.outline,
            properties=details.properties,
            warnings=tuple(warnings),
        )


@contextmanager
def open_pdf(path: Path, password: str | None) -> Iterator[pdfium.FPDF_DOCUMENT]:
    """Open the document. Raises PdfDamagedError, PdfEncryptedError, PdfWrongPasswordError."""
    document = pdfium.FPDF_LoadDocument(str(path).encode(), password.encode() if password else None)
    if not document:
        error = int(pdfium.FPDF_GetLastError())
        if error == pdfium.FPDF_ERR_PASSWORD:
            raise PdfWrongPasswordError if password else PdfEncryptedError
        raise PdfDamagedError
    try:
        yield document
    finally:
        pdfium.FPDF_CloseDocument(document)


def _has_end(path: Path) -> bool:
    """Return whether "%%EOF" occurs in the last 1024 bytes (ISO 32000-1 annex H.3)."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 1024))
        return b"%%EOF" in file.read()


@dataclass(slots=True)
class _Losses:
    """The numbers of pages that are not in the document, or not with their tables, and the mistake that lost them."""

    damaged: list[int] = field(default_factory=list)
    unread: list[int] = field(default_factory=list)
    without_tables: list[int] = field(default_factory=list)
    mistake: str = ""

    def add(self, pages: list[int], number: int, error: Exception) -> None:
        """Record a page that one of our own mistakes has lost. The error's message can have the document's text."""
        frame = traceback.extract_tb(error.__traceback__)[-1]
        self.mistake = f"{type(error).__name__} in {Path(frame.filename).name}:{frame.lineno}"
        pages.append(number)
        _log.warning("parsing.page.failed: page %d", number, exc_info=error)

    def warnings(self, count: int) -> list[str]:
        cases = (
            (self.damaged, "are damaged and were left out", ""),
            (self.unread, "were left out after an error", f" ({self.mistake})"),
            (self.without_tables, "were read without tables after an error", f" ({self.mistake})"),
        )
        return [
            f"{len(pages)} of {count} pages {what}, first page {pages[0]}{why}." for pages, what, why in cases if pages
        ]


def _read_pages(
    document: pdfium.FPDF_DOCUMENT, count: int, painter: Painter | None
) -> tuple[list[PageDraft], list[str], bool]:
    drafts: list[PageDraft] = []
    losses = _Losses()
    chars = 0
    has_images = False
    for index in range(count):
        page = pdfium.FPDF_LoadPage(document, index)
        if not page:
            losses.damaged.append(index + 1)
            drafts.append(_empty_page(index + 1))
            continue
        try:
            with _without_collector():
                draft = _read_page(page, index + 1, painter, losses)
            has_images = has_images or (not draft.text and _has_image(page))
        except MISTAKES as error:
            losses.add(losses.unread, index + 1, error)
            draft = _empty_page(index + 1)
        finally:
            pdfium.FPDF_ClosePage(page)
        drafts.append(draft)
        chars += len(draft.text)
        if chars > MAX_CHARS:
            raise DocumentTooLargeError(f"The document has more than {MAX_CHARS:,} characters: split it.")
    if len(losses.damaged) + len(losses.unread) == count:
        raise PdfDamagedError
    return drafts, losses.warnings(count), has_images


@contextmanager
def _without_collector() -> Iterator[None]:
    """Stop Python's cyclic garbage collector. A page makes many objects, and no cycles."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _read_page(page: pdfium.FPDF_PAGE, number: int, painter: Painter | None, losses: _Losses) -> PageDraft:
    text_page = pdfium.FPDFText_LoadPage(page)
    if not text_page:
        return _empty_page(number)
    try:
        words = read_page_words(page, text_page, painter)
        try:
            return compose_page(number, words, partial(read_rules, words))
        except MISTAKES as error:
            losses.add(losses.without_tables, number, error)
            return compose_page(number, words, partial(read_rules, words), lambda lines, _: [Prose(lines)])
    finally:
        pdfium.FPDFText_ClosePage(text_page)


def _has_image(page: pdfium.FPDF_PAGE) -> bool:
    count = min(int(pdfium.FPDFPage_CountObjects(page)), 200)
    kinds = {int(pdfium.FPDFPageObj_GetType(pdfium.FPDFPage_GetObject(page, index))) for index in range(count)}
    return bool(kinds & {pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_FORM})


def _empty_page(number: int) -> PageDraft:
    return PageDraft(
        number=number, text="", width=0.0, height=0.0, words=Words.none(), blocks=[], styles=[], sizes=Counter()
    )
