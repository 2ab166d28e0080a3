"""Files are parsed and pages are drawn in sandboxes, as in production."""

import re
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from app.core.errors import DocumentError
from app.documents.content.parsed import ParsedDocument
from app.documents.pages.rendering import (
    MAX_PIXELS,
    NoSuchPageError,
    PageNotDrawableError,
    page_sandbox,
    render_page_png,
)
from app.sandbox import Limits, Sandbox
from workers.parsing.errors import (
    DocumentTooLargeError,
    ParseCrashedError,
    ParseMemoryError,
    ParseTimeoutError,
    PdfEncryptedError,
)
from workers.parsing.pdf.document import parse_pdf
from workers.parsing.reader import ParsingSandbox, parse_in_sandbox

MakePdf = Callable[..., Path]
Draw = Callable[[Canvas], None]
ODD_PDFS = Path(__file__).parents[4] / "shared" / "corpus" / "odd-pdfs"


def test_sandbox_returns_the_document_unchanged(
    parsing: ParsingSandbox, make_pdf: MakePdf, draw_statement: Draw, draw_prose: Draw
) -> None:
    path = make_pdf(draw_statement, draw_prose, bookmarks=True)
    there, here = parsing.parse_document(path, filename="a.pdf"), parse_pdf(path)
    assert [(page.text, page.blocks) for page in there.pages] == [(page.text, page.blocks) for page in here.pages]
    assert (there.outline, there.properties) == (here.outline, here.properties)
    for one, other in zip(there.pages, here.pages, strict=True):
        assert np.array_equal(one.words.spans, other.words.spans)
        assert np.abs(one.words.boxes - other.words.boxes).max() < 0.03


def test_child_imports_no_more_modules_of_libraries(make_pdf: MakePdf, draw_statement: Draw) -> None:
    code = (
        "import sys, pathlib; from app.sandbox.child import preload;"
        "from workers.parsing.reader import PRELOAD, parse_file;"
        "preload(PRELOAD); known = set(sys.modules); parse_file(pathlib.Path(sys.argv[1]), filename='a.pdf');"
        "print({name for name in set(sys.modules) - known if name.startswith(('numpy', 'pypdf', 'lxml'))})"
    )
    path = make_pdf(draw_statement, _draw_cut)
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def _draw_cut(canvas: Canvas) -> None:
    """Draw a line that the end of the page cuts in two, as browsers print it."""
    clip = canvas.beginPath()
    clip.rect(0, 40, 595, 780)
    canvas.clipPath(clip, stroke=0)
    for place, text in ((400, "Revenue grew by a tenth."), (37, "Costs did not.")):
        canvas.drawString(72, place, text)
    canvas.showPage()


def test_sandbox_returns_the_files_error(parsing: ParsingSandbox, tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"PK\x03\x04rest")
    with pytest.raises(DocumentError, match="zip archive") as caught:
        parsing.parse_document(path, filename="report.pdf")
    assert caught.value.code == "type-mismatch"


def test_sandbox_receives_the_password(
    parsing: ParsingSandbox, make_pdf: MakePdf, change_pdf: Callable[..., Path], draw_prose: Draw
) -> None:
    path = change_pdf(make_pdf(draw_prose), lambda writer: writer.encrypt("user", algorithm="AES-256"))
    with pytest.raises(PdfEncryptedError):
        parsing.parse_document(path, filename="a.pdf")
    assert parsing.parse_document(path, filename="a.pdf", password="user").pages[0].text


BAD_READERS = """
import ctypes

def crash(payload):
    ctypes.string_at(0)

def grow(payload):
    kept = []
    while True:
        kept.append(bytearray(8 << 20))

def spin(payload):
    while True:
        pass

def gush(payload):
    return b"x" * (2 << 20)

def babble(payload):
    return b"not a document"
"""


@pytest.mark.parametrize(
    ("reader", "error", "code"),
    [
        ("crash", ParseCrashedError, "parse-crashed"),
        ("babble", ParseCrashedError, "parse-crashed"),
        ("grow", ParseMemoryError, "parse-memory"),
        ("spin", ParseTimeoutError, "parse-timeout"),
        ("gush", DocumentTooLargeError, "document-too-large"),
    ],
)
def test_failing_reader_fails_its_file_with_a_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reader: str, error: type[DocumentError], code: str
) -> None:
    (tmp_path / "bad_readers.py").write_text(BAD_READERS)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr("workers.parsing.reader._TARGET", f"bad_readers:{reader}")
    sandbox = Sandbox(preload=["bad_readers"], limits=Limits(128 << 20, 1, 10.0, 1 << 20))
    try:
        with pytest.raises(error) as caught:
            parse_in_sandbox(sandbox, tmp_path / "any.pdf", filename="any.pdf")
    finally:
        sandbox.close()
    assert caught.value.code == code


def test_page_is_drawn_at_the_requested_size(make_pdf: MakePdf, draw_prose: Draw) -> None:
    sandbox = page_sandbox()
    try:
        path = make_pdf(draw_prose)
        image = _image(render_page_png(sandbox, path, 1, dpi=72))
        assert image.size == (612, 792)
        assert _image(render_page_png(sandbox, path.read_bytes(), 1, dpi=144)).size == (1224, 1584)
        assert _image(render_page_png(sandbox, path, 1, dpi=5000)).size == (1700, 2200)
        x0, y0, x1, y1 = parse_pdf(path).pages[0].words.boxes[0].tolist()
        grey = np.asarray(image.convert("L"))
        assert grey[int(y0) : int(y1) + 1, int(x0) : int(x1) + 1].min() < 100  # the word's box contains dark pixels
        assert grey[: int(y0) - 1].min() == 255
        for number in (0, 2):
            with pytest.raises(NoSuchPageError):
                render_page_png(sandbox, path, number)
        path.write_bytes(b"%PDF-1.4 broken")
        with pytest.raises(PageNotDrawableError):
            render_page_png(sandbox, path, 1)
    finally:
        sandbox.close()


def test_huge_page_is_drawn_within_the_pixel_limit(make_pdf: MakePdf) -> None:
    sandbox = page_sandbox()
    try:
        path = make_pdf(lambda canvas: canvas.setPageSize((8000, 6000)))
        width, height = _image(render_page_png(sandbox, path, 1, dpi=200)).size
    finally:
        sandbox.close()
    assert 0.98 * MAX_PIXELS <= width * height <= 1.001 * MAX_PIXELS


@pytest.mark.corpus
@pytest.mark.skipif(not ODD_PDFS.exists(), reason="the folder of odd PDFs is missing")
def test_each_unusual_pdf_of_a_sample_returns_a_document_or_an_error(parsing: ParsingSandbox) -> None:
    for path in sorted(ODD_PDFS.glob("*.pdf"))[::12]:
        try:
            result: ParsedDocument | DocumentError = parsing.parse_document(path, filename=path.name)
        except DocumentError as error:
            result = error
        if isinstance(result, DocumentError):
            assert re.fullmatch(r"[a-z-]+", result.code), path.name
            assert result.code != "parse-crashed", path.name
        else:
            assert any(page.text for page in result.pages), path.name


def _image(png: bytes) -> Image.Image:
    return Image.open(BytesIO(png))
