from collections.abc import Callable
from pathlib import Path

import pytest
from pypdf import PdfWriter
from reportlab.pdfgen.canvas import Canvas

from app.documents.content.parsed import BlockKind
from workers.parsing.errors import PdfDamagedError, PdfEncryptedError, PdfNoTextError, PdfWrongPasswordError
from workers.parsing.pdf.damaged import read_damaged_pdf

MakePdf = Callable[..., Path]
ChangePdf = Callable[[Path, Callable[[PdfWriter], None]], Path]
Draw = Callable[[Canvas], None]


def test_fallback_reader_returns_text_and_warns_of_lost_layout(make_pdf: MakePdf, draw_prose: Draw) -> None:
    document = read_damaged_pdf(make_pdf(draw_prose, draw_prose), None)
    assert (document.reader, len(document.pages)) == ("pypdf", 2)
    assert "Sentence 3 of the discussion" in document.pages[1].text
    assert "without its layout" in document.warnings[0]
    for page in document.pages:
        assert [block.kind for block in page.blocks] == [BlockKind.PARAGRAPH] * len(page.blocks)
        assert "\n\n".join(page.text[block.start : block.end] for block in page.blocks) == page.text


def test_fallback_reader_also_requires_the_password(make_pdf: MakePdf, change_pdf: ChangePdf, draw_prose: Draw) -> None:
    path = change_pdf(make_pdf(draw_prose), lambda writer: writer.encrypt("user", algorithm="AES-128"))
    with pytest.raises(PdfEncryptedError):
        read_damaged_pdf(path, None)
    with pytest.raises(PdfWrongPasswordError):
        read_damaged_pdf(path, "wrong")
    assert "Sentence 3" in read_damaged_pdf(path, "user").pages[0].text


def test_file_that_the_fallback_reader_cannot_read_raises_damaged(tmp_path: Path) -> None:
    path = tmp_path / "bad.pdf"
    path.write_bytes(b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 1 0 R >>\nendobj\nstartxref\n99999\n%%EOF\n")
    with pytest.raises(PdfDamagedError):
        read_damaged_pdf(path, None)


def test_fallback_reader_rejects_file_without_text(make_pdf: MakePdf) -> None:
    with pytest.raises(PdfNoTextError):
        read_damaged_pdf(make_pdf(lambda canvas: canvas.rect(1, 1, 9, 9)), None)
