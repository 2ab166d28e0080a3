"""The PDF reader for files that pdfium can't open. It uses pypdf, which is ten times slower and gives no positions."""

import re
from pathlib import Path

from pypdf import PdfReader

from app.documents.content.parsed import Block, BlockKind, ParsedDocument, ParsedPage, Words
from workers.parsing.errors import PdfDamagedError, PdfEncryptedError, PdfNoTextError, PdfWrongPasswordError
from workers.parsing.pdf.chars import clean_text
from workers.parsing.pdf.normal import normalise_word

MAX_PAGES = 1_000
_BLANK_LINES = re.compile(r"\n\s*\n")


def read_damaged_pdf(path: Path, password: str | None) -> ParsedDocument:
    """Return the text of a PDF that pdfium can't open. Text that pypdf can't recover is missing.

    Raises PdfDamagedError, PdfEncryptedError, PdfWrongPasswordError, PdfNoTextError.
    """
    try:
        pages = _texts(path, password)
    except (MemoryError, PdfEncryptedError, PdfWrongPasswordError):
        raise
    except Exception as error:
        raise PdfDamagedError from error
    if not pages:
        raise PdfDamagedError
    if not any(pages):
        raise PdfNoTextError
    return ParsedDocument(
        media_type="application/pdf",
        reader="pypdf",
        pages=tuple(_page(number, text) for number, text in enumerate(pages, start=1)),
        warnings=("The PDF is damaged: its text was recovered without its layout, and pages may be missing.",),
    )


def _texts(path: Path, password: str | None) -> list[str]:
    with PdfReader(path, strict=False) as reader:
        if reader.is_encrypted and not reader.decrypt(password or ""):
            raise PdfWrongPasswordError if password else PdfEncryptedError
        count = min(len(reader.pages), MAX_PAGES)
        return [_clean(reader.pages[index].extract_text()) for index in range(count)]


def _clean(text: str) -> str:
    lines = [
        " ".join(word for part in clean_text(line).split() if (word := normalise_word(part)))
        for line in text.splitlines()
    ]
    return "\n\n".join(part.strip() for part in _BLANK_LINES.split("\n".join(lines)) if part.strip())


def _page(number: int, text: str) -> ParsedPage:
    blocks: list[Block] = []
    start = 0
    for part in text.split("\n\n"):
        if part:
            blocks.append(Block(BlockKind.PARAGRAPH, start, start + len(part)))
        start += len(part) + 2
    return ParsedPage(number=number, text=text, width=0.0, height=0.0, words=Words.none(), blocks=tuple(blocks))
