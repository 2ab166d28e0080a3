"""Fixtures: a sandbox, and small PDFs that are drawn in code. They contain prose, a statement or two columns."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter
from reportlab.lib.pagesizes import letter
from reportlab.pdfgen.canvas import Canvas

from app.sandbox import Limits
from workers.parsing.reader import ParsingSandbox

Draw = Callable[[Canvas], None]


@pytest.fixture
def make_pdf(tmp_path: Path) -> Callable[..., Path]:
    """Return `make_pdf(draw, …)`, which writes a PDF with one Letter page per drawing function."""

    def make(*pages: Draw, name: str = "made.pdf", bookmarks: bool = False) -> Path:
        buffer = io.BytesIO()
        canvas = Canvas(buffer, pagesize=letter, invariant=True)
        canvas.setTitle("Annual report of Example Holdings")
        canvas.setAuthor("Finance")
        for number, draw in enumerate(pages, start=1):
            if bookmarks:
                canvas.bookmarkPage(f"page{number}")
                canvas.addOutlineEntry(f"Section {number}", f"page{number}", level=0)
            draw(canvas)
            canvas.showPage()
        canvas.save()
        path = tmp_path / name
        path.write_bytes(buffer.getvalue())
        return path

    return make


@pytest.fixture
def change_pdf() -> Callable[[Path, Callable[[PdfWriter], None]], Path]:
    """Return `change_pdf(path, change)`. It calls `change` with pypdf's writer of a copy, and saves the copy."""

    def change_file(path: Path, change: Callable[[PdfWriter], None]) -> Path:
        writer = PdfWriter(clone_from=PdfReader(path))
        change(writer)
        changed = path.with_name("changed.pdf")
        writer.write(changed)
        return changed

    return change_file


@pytest.fixture
def draw_prose() -> Draw:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica-Bold", 16)
        canvas.drawString(72, 720, "Item 7. Discussion of Results")
        canvas.setFont("Helvetica", 10)
        for index in range(8):
            canvas.drawString(
                72, 690 - 12 * index, f"Sentence {index} of the discussion says something about the year."
            )

    return draw


@pytest.fixture
def draw_statement() -> Draw:
    """Return a function that draws an income statement with separate currency signs, dashes and a wrapped label."""

    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica-Bold", 12)
        canvas.drawString(72, 740, "Consolidated Statements of Income")
        canvas.setFont("Helvetica", 10)
        y = 700
        canvas.drawRightString(460, y, "Year ended December 31,")
        y -= 14
        canvas.drawRightString(400, y, "2023")
        canvas.drawRightString(500, y, "2022")
        rows = [
            ("Net sales", "$", "1,234.5", "$", "(99)"),
            ("Cost of sales", "", "(800.1", "", "—"),
            ("Net loss attributable to shareholders of the", "", "", "", ""),
            ("parent company", "", "12.5%", "", "7"),
        ]
        for label, sign, first, second_sign, second in rows:
            y -= 14
            canvas.drawString(72, y, label)
            canvas.drawString(340, y, sign)
            canvas.drawRightString(400, y, first)
            if first.startswith("("):
                canvas.drawString(402, y, ")")
            canvas.drawString(450, y, second_sign)
            canvas.drawRightString(500, y, second)

    return draw


@pytest.fixture
def draw_columns() -> Draw:
    """Return a function that draws a headline and two columns of prose. It draws left and right lines alternately."""

    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica-Bold", 18)
        canvas.drawString(72, 730, "A letter to the shareholders of the company, over both columns")
        canvas.setFont("Helvetica", 9)
        for index in range(20):
            canvas.drawString(72, 690 - 11 * index, f"left line {index:02d} that fills the column with words on it")
            canvas.drawString(305, 690 - 11 * index, f"right line {index:02d} that fills the column with words too")

    return draw


@pytest.fixture(scope="session")
def parsing() -> Iterator[ParsingSandbox]:
    limits = Limits(memory_bytes=512 << 20, cpu_seconds=20, wall_seconds=30.0, output_bytes=32 << 20)
    with ParsingSandbox(limits=limits) as sandbox:
        yield sandbox
