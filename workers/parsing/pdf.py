"""PDF: pdfium for text and geometry, pypdf for what pdfium doesn't tell, and as second reader when pdfium refuses."""

import ctypes
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pypdfium2.raw as pdfium

from app.documents.parsed import OutlineEntry, ParsedDocument, Words
from workers.parsing.errors import (
    DocumentTooLargeError,
    PdfDamagedError,
    PdfEncryptedError,
    PdfNoTextError,
    PdfWrongPasswordError,
)
from workers.parsing.pdf_chars import read_page_words
from workers.parsing.pdf_headings import mark_headings
from workers.parsing.pdf_page import BoldLines, PageDraft, compose_page, finish_page

MEDIA_TYPE = "application/pdf"
MAX_PAGES = 10_000
MAX_CHARS = 50_000_000
_PROPERTIES = ("Title", "Author", "Subject", "Keywords", "Creator", "Producer", "CreationDate", "ModDate")
_MAX_OUTLINE = 5_000
_FORCE_BOLD = 1 << 18
"""The font descriptor's ForceBold flag (ISO 32000-1 table 123, bit 19)."""


def parse_pdf(path: Path, *, password: str | None = None) -> ParsedDocument:
    """The document in the file at `path`.

    Raises PdfDamagedError, PdfEncryptedError, PdfWrongPasswordError, PdfNoTextError, DocumentTooLargeError.
    """
    with open_pdf(path, password) as document:
        count = int(pdfium.FPDF_GetPageCount(document))
        if count > MAX_PAGES:
            raise DocumentTooLargeError(f"The document has {count:,} pages; up to {MAX_PAGES:,} can be read.")
        if count == 0:
            raise PdfDamagedError("The PDF has no pages: fetch it again from its source.")
        drafts, warnings, has_images = _read_pages(document, count)
        if not any(draft.text for draft in drafts):
            if has_images:
                raise PdfNoTextError
            raise PdfNoTextError("The PDF has no text on any page: there is nothing in it to search.")
        blocks = mark_headings(drafts)
        return ParsedDocument(
            media_type=MEDIA_TYPE,
            reader="pdfium",
            pages=tuple(finish_page(draft, found) for draft, found in zip(drafts, blocks, strict=True)),
            outline=tuple(_outline(document)),
            properties=_properties(document),
            warnings=tuple(warnings),
        )


@contextmanager
def open_pdf(path: Path, password: str | None) -> Iterator[pdfium.FPDF_DOCUMENT]:
    """The opened document. Raises PdfDamagedError, PdfEncryptedError, PdfWrongPasswordError."""
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


def _read_pages(document: pdfium.FPDF_DOCUMENT, count: int) -> tuple[list[PageDraft], list[str], bool]:
    drafts: list[PageDraft] = []
    bad: list[int] = []
    chars = 0
    has_images = False
    for index in range(count):
        page = pdfium.FPDF_LoadPage(document, index)
        if not page:
            bad.append(index + 1)
            drafts.append(_empty_page(index + 1))
            continue
        try:
            draft = _read_page(page, index + 1)
            has_images = has_images or (not draft.text and _has_image(page))
        finally:
            pdfium.FPDF_ClosePage(page)
        drafts.append(draft)
        chars += len(draft.text)
        if chars > MAX_CHARS:
            raise DocumentTooLargeError(f"The document has more than {MAX_CHARS:,} characters: split it.")
    if len(bad) == count:
        raise PdfDamagedError
    warnings = [f"{len(bad)} of {count} pages are damaged and were left out, first page {bad[0]}."] if bad else []
    return drafts, warnings, has_images


def _read_page(page: pdfium.FPDF_PAGE, number: int) -> PageDraft:
    text_page = pdfium.FPDFText_LoadPage(page)
    if not text_page:
        return _empty_page(number)
    try:
        words = read_page_words(page, text_page)
        return compose_page(number, words, BoldLines(starts=words.starts, is_bold=_bold_reader(text_page)))
    finally:
        pdfium.FPDFText_ClosePage(text_page)


def _bold_reader(text_page: pdfium.FPDF_TEXTPAGE) -> Callable[[int], bool]:
    """Whether a character's font is bold, asked once a font of the page: by its name, its weight or its flags."""
    known: dict[int, bool] = {}

    def is_bold(index: int) -> bool:
        item = pdfium.FPDFText_GetTextObject(text_page, index)
        font = pdfium.FPDFTextObj_GetFont(item) if item else None
        if not font:
            return False
        address = ctypes.cast(font, ctypes.c_void_p).value or 0
        if address not in known:
            known[address] = _is_bold_font(font)
        return known[address]

    return is_bold


def _is_bold_font(font: pdfium.FPDF_FONT) -> bool:
    name = ctypes.create_string_buffer(256)
    pdfium.FPDFFont_GetBaseFontName(font, name, 256)
    lowered = name.value.lower()
    if any(part in lowered for part in (b"bold", b"black", b"heavy", b"demi")):
        return True
    return int(pdfium.FPDFFont_GetWeight(font)) >= 600 or bool(int(pdfium.FPDFFont_GetFlags(font)) & _FORCE_BOLD)


def _has_image(page: pdfium.FPDF_PAGE) -> bool:
    count = min(int(pdfium.FPDFPage_CountObjects(page)), 200)
    kinds = {int(pdfium.FPDFPageObj_GetType(pdfium.FPDFPage_GetObject(page, index))) for index in range(count)}
    return bool(kinds & {pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_FORM})


def _empty_page(number: int) -> PageDraft:
    return PageDraft(
        number=number, text="", width=0.0, height=0.0, words=Words.none(), blocks=[], styles=[], sizes=Counter()
    )


def _properties(document: pdfium.FPDF_DOCUMENT) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in _PROPERTIES:
        value = _wide(partial(pdfium.FPDF_GetMetaText, document, name.encode()))
        if value:
            found[name] = value[:2_000]
    return found


def _outline(document: pdfium.FPDF_DOCUMENT) -> Iterator[OutlineEntry]:
    """The bookmarks in order; a chain that comes back to itself ends there."""
    seen: set[int] = set()
    stack = [(pdfium.FPDFBookmark_GetFirstChild(document, None), 1)]
    while stack and len(seen) < _MAX_OUTLINE:
        mark, level = stack.pop()
        address = ctypes.cast(mark, ctypes.c_void_p).value if mark else None
        if address is None or address in seen:
            continue
        seen.add(address)
        title = _wide(partial(pdfium.FPDFBookmark_GetTitle, mark))
        target = pdfium.FPDFBookmark_GetDest(document, mark)
        page = int(pdfium.FPDFDest_GetDestPageIndex(document, target)) if target else -1
        if title and page >= 0:
            yield OutlineEntry(title=title[:500], page=page + 1, level=level)
        stack.append((pdfium.FPDFBookmark_GetNextSibling(document, mark), level))
        if level < 12:
            stack.append((pdfium.FPDFBookmark_GetFirstChild(document, mark), level + 1))


def _wide(read: Callable[[ctypes.Array[ctypes.c_char] | None, int], int]) -> str:
    """A UTF-16 string that pdfium writes into a buffer, without control characters."""
    size = int(read(None, 0))
    if not 2 < size <= 100_000:
        return ""
    buffer = ctypes.create_string_buffer(size)
    read(buffer, size)
    text = buffer.raw[: size - 2].decode("utf-16-le", "replace")
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
