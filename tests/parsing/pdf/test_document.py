from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pypdf import PdfWriter
from pypdf.generic import RectangleObject
from reportlab.pdfgen.canvas import Canvas

from app.documents.content.parsed import BlockKind, ParsedDocument, ParsedPage
from workers.parsing.errors import (
    PdfDamagedError,
    PdfEncryptedError,
    PdfNoTextError,
    PdfWrongPasswordError,
)
from workers.parsing.pdf.document import parse_pdf

MakePdf = Callable[..., Path]
ChangePdf = Callable[[Path, Callable[[PdfWriter], None]], Path]
Draw = Callable[[Canvas], None]


def word_box(page: ParsedPage, word: str) -> list[float]:
    """Return the box of the first occurrence of the word."""
    for (start, end), box in zip(page.words.spans.tolist(), page.words.boxes.tolist(), strict=True):
        if page.text[start:end] == word:
            return [round(float(value), 1) for value in box]
    raise AssertionError(f"no word {word!r} in {page.text!r}")


def table_of(page: ParsedPage) -> list[list[tuple[int, str]]]:
    (block,) = [block for block in page.blocks if block.kind is BlockKind.TABLE]
    return [[(cell.column, page.text[cell.start : cell.end]) for cell in row.cells] for row in block.rows]


def check_offsets(document: ParsedDocument) -> None:
    """Check on every page that blocks are in order within the text, rows within blocks, and cells within rows."""
    for page in document.pages:
        end = 0
        for block in page.blocks:
            assert end <= block.start < block.end <= len(page.text)
            end = block.end
            inner = block.start
            for row in block.rows:
                assert inner <= row.start <= row.end <= block.end
                assert "\n" not in page.text[row.start : row.end]
                inner = row.end
                assert page.text[row.start : row.end] == "\t".join(page.text[c.start : c.end] for c in row.cells)
        spans = page.words.spans
        assert (spans[1:, 0] >= spans[:-1, 1]).all()
        words = [page.text[start:stop] for start, stop in spans.tolist()]
        assert "".join(words) == "".join(page.text.split())


def test_statement_is_read_by_rows_with_signs_joined_to_numbers(make_pdf: MakePdf, draw_statement: Draw) -> None:
    document = parse_pdf(make_pdf(draw_statement))
    assert table_of(document.pages[0]) == [
        [(1, "Year ended December 31,")],
        [(1, "2023"), (2, "2022")],
        [(0, "Net sales"), (1, "$1,234.5"), (2, "$(99)")],
        [(0, "Cost of sales"), (1, "(800.1)"), (2, "—")],
        [(0, "Net loss attributable to shareholders of the parent company"), (1, "12.5%"), (2, "7")],
    ]
    (table,) = [block for block in document.pages[0].blocks if block.rows]
    assert [row.is_header for row in table.rows] == [True, True, False, False, False]
    assert "Net sales\t$1,234.5\t$(99)\n" in document.pages[0].text
    check_offsets(document)


def test_columns_of_prose_are_read_one_after_another(make_pdf: MakePdf, draw_columns: Draw) -> None:
    document = parse_pdf(make_pdf(draw_columns))
    text = document.pages[0].text
    lines = [line for line in text.splitlines() if line]
    assert lines[0].startswith("A letter to the shareholders")
    assert [line.split()[0] for line in lines[1:]] == ["left"] * 20 + ["right"] * 20
    assert [line.split()[2] for line in lines[1:21]] == [f"{index:02d}" for index in range(20)]
    check_offsets(document)


def test_table_without_numbers_is_read_by_rows(make_pdf: MakePdf) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 10)
        for index, (mark, name) in enumerate([("EX10", "New York"), ("EX21", "London"), ("EX31", "Frankfurt")]):
            canvas.drawString(72, 700 - 14 * index, mark)
            canvas.drawString(300, 700 - 14 * index, name)

    document = parse_pdf(make_pdf(draw))
    assert document.pages[0].text == "EX10\tNew York\nEX21\tLondon\nEX31\tFrankfurt"
    assert [cells[1] for cells in table_of(document.pages[0])] == [(1, "New York"), (1, "London"), (1, "Frankfurt")]


def test_heading_is_distinguished_from_the_text_below(make_pdf: MakePdf, draw_prose: Draw) -> None:
    (page,) = parse_pdf(make_pdf(draw_prose)).pages
    heading, paragraph = page.blocks
    assert (heading.kind, heading.level) == (BlockKind.HEADING, 2)
    assert page.text[heading.start : heading.end] == "Item 7. Discussion of Results"
    assert paragraph.kind is BlockKind.PARAGRAPH
    assert page.text[paragraph.start : paragraph.end].count("\n") == 7


def test_line_that_consists_of_dots_is_left_out(make_pdf: MakePdf) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(72, 700, "Signed by the borrower")
        canvas.drawString(72, 680, "........................................")
        canvas.drawString(72, 660, "Signed by the lender")

    (page,) = parse_pdf(make_pdf(draw)).pages
    assert [line for line in page.text.split("\n") if line] == ["Signed by the borrower", "Signed by the lender"]


def test_dotted_leaders_are_not_text(make_pdf: MakePdf) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 10)
        canvas.drawString(72, 700, "Risk Factors " + ". " * 40)
        canvas.drawRightString(500, 700, "12")
        canvas.drawString(72, 686, "Properties " + "." * 60)
        canvas.drawRightString(500, 686, "31")

    (page,) = parse_pdf(make_pdf(draw)).pages
    assert page.text == "Risk Factors\t12\nProperties\t31"


def test_word_boxes_match_the_displayed_words(make_pdf: MakePdf) -> None:
    (page,) = parse_pdf(make_pdf(lambda canvas: canvas.drawString(100, 692, "anchor"))).pages
    x0, y0, x1, y1 = word_box(page, "anchor")
    assert (page.width, page.height) == (612, 792)
    assert x0 == pytest.approx(100, abs=0.5)
    assert x1 == pytest.approx(100 + 12 * 2.9, abs=4)
    assert y0 < 792 - 692 < y1  # the baseline lies inside the box
    assert y1 - y0 < 20


@pytest.mark.parametrize("angle", [90, 180, 270])
def test_boxes_of_a_rotated_page_are_in_displayed_coordinates(
    make_pdf: MakePdf, change_pdf: ChangePdf, angle: int
) -> None:
    path = make_pdf(lambda canvas: canvas.drawString(100, 692, "first second"))
    (upright,) = parse_pdf(path).pages
    (page,) = parse_pdf(change_pdf(path, lambda writer: writer.pages[0].rotate(angle) and None)).pages
    assert (page.width, page.height) == ((612, 792) if angle == 180 else (792, 612))
    x0, y0, x1, y1 = word_box(upright, "first")
    turned = {
        90: [792 - y1, x0, 792 - y0, x1],
        180: [612 - x1, 792 - y1, 612 - x0, 792 - y0],
        270: [y0, 612 - x1, y1, 612 - x0],
    }[angle]
    assert word_box(page, "first") == pytest.approx(turned, abs=0.2)
    assert sorted(page.text.split()) == ["first", "second"]


def test_rotated_table_is_read_in_its_own_direction(make_pdf: MakePdf) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.translate(612, 0)
        canvas.rotate(90)
        for index in range(4):
            canvas.drawString(72, 500 - 20 * index, f"Label number {index}")
            canvas.drawString(400, 500 - 20 * index, f"{index},000")

    (page,) = parse_pdf(make_pdf(draw)).pages
    assert page.text == "\n".join(f"Label number {index}\t{index},000" for index in range(4))
    assert (page.words.boxes[:, 3] - page.words.boxes[:, 1] > 0).all()


def test_page_has_the_size_of_its_crop_box(make_pdf: MakePdf, change_pdf: ChangePdf) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(100, 692, "seen")
        canvas.drawString(20, 20, "hidden")

    def crop(writer: PdfWriter) -> None:
        writer.pages[0].cropbox = RectangleObject((50, 100, 550, 750))

    (page,) = parse_pdf(change_pdf(make_pdf(draw), crop)).pages
    assert (page.width, page.height, page.text) == (500, 650, "seen")
    x0, y0, _, y1 = word_box(page, "seen")
    assert x0 == pytest.approx(50, abs=0.5)
    assert y0 < 750 - 692 < y1


def test_metadata_and_outline_are_read(make_pdf: MakePdf, draw_prose: Draw) -> None:
    document = parse_pdf(make_pdf(draw_prose, draw_prose, bookmarks=True))
    assert document.properties["Title"] == "Annual report of Example Holdings"
    assert document.properties["Author"] == "Finance"
    assert [(entry.title, entry.page, entry.level) for entry in document.outline] == [
        ("Section 1", 1, 1),
        ("Section 2", 2, 1),
    ]
    assert (document.reader, document.media_type, document.warnings) == ("pdfium", "application/pdf", ())


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-256"])
def test_encrypted_file_requires_its_password(
    make_pdf: MakePdf, change_pdf: ChangePdf, draw_prose: Draw, algorithm: str
) -> None:
    path = change_pdf(
        make_pdf(draw_prose), lambda writer: writer.encrypt("user", "owner", algorithm=algorithm, permissions_flag=-44)
    )
    with pytest.raises(PdfEncryptedError):
        parse_pdf(path)
    with pytest.raises(PdfWrongPasswordError):
        parse_pdf(path, password="wrong")
    document = parse_pdf(path, password="user")
    assert "Sentence 3" in document.pages[0].text
    assert document.properties["Encrypted"] == "yes"
    assert document.properties["Permissions"] == "print, copy"


def test_file_with_restricted_permissions_needs_no_password(
    make_pdf: MakePdf, change_pdf: ChangePdf, draw_prose: Draw
) -> None:
    path = change_pdf(make_pdf(draw_prose), lambda writer: writer.encrypt("", "owner", algorithm="AES-128"))
    assert "Sentence 3" in parse_pdf(path).pages[0].text


def test_file_without_any_text_is_rejected(make_pdf: MakePdf) -> None:
    def scan(canvas: Canvas) -> None:
        canvas.drawInlineImage(_grey_image(), 0, 0, 612, 792)

    with pytest.raises(PdfNoTextError, match="OCR"):
        parse_pdf(make_pdf(scan, scan))


def test_scanned_page_among_others_is_an_empty_page(make_pdf: MakePdf, draw_prose: Draw) -> None:
    document = parse_pdf(make_pdf(draw_prose, lambda canvas: canvas.rect(10, 10, 50, 50)))
    assert [bool(page.text) for page in document.pages] == [True, False]
    assert document.pages[1].words.spans.shape == (0, 2)


def test_truncated_file_is_read_with_a_warning_or_rejected(make_pdf: MakePdf, draw_prose: Draw) -> None:
    path = make_pdf(*[draw_prose] * 6)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) - 9])
    document = parse_pdf(path)
    assert "Sentence 3" in document.pages[0].text
    assert any("cut off" in warning for warning in document.warnings)
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(PdfDamagedError):
        parse_pdf(path)


@pytest.mark.parametrize("content", [b"%PDF-1.7", b"%PDF-1.4\n" + b"\x00" * 5000, b"%PDF-1.7\n%%EOF\n"])
def test_file_with_only_a_pdf_header_raises_damaged(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.pdf"
    path.write_bytes(content)
    with pytest.raises(PdfDamagedError):
        parse_pdf(path)


def test_no_control_character_reaches_the_text(make_pdf: MakePdf) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(72, 700, "one\x00two\x07three four\x1f")

    (page,) = parse_pdf(make_pdf(draw)).pages
    assert all(char.isprintable() or char in "\n\t" for char in page.text)


def test_reading_twice_returns_the_same_document(make_pdf: MakePdf, draw_statement: Draw, draw_columns: Draw) -> None:
    path = make_pdf(draw_statement, draw_columns)
    first, second = parse_pdf(path), parse_pdf(path)
    for one, other in zip(first.pages, second.pages, strict=True):
        assert (one.text, one.blocks) == (other.text, other.blocks)
        assert np.array_equal(one.words.spans, other.words.spans)
        assert np.array_equal(one.words.boxes, other.words.boxes)


def _grey_image() -> object:
    from PIL import Image  # noqa: PLC0415 - only this test draws an image

    return Image.new("L", (20, 20), 128)


def test_rotated_amounts_in_one_line_are_read(make_pdf: MakePdf) -> None:
    """The labels of a chart's axis are often rotated numbers."""

    def draw(canvas: Canvas) -> None:
        canvas.setFont("Times-Roman", 10)
        for number in range(12):
            canvas.drawString(72, 700 - 14 * number, f"Sales of the region {number} grew in all quarters of the year.")
        canvas.translate(500, 300)
        canvas.rotate(90)
        for number, text in enumerate(("320", "00", "1,450")):
            canvas.drawString(60 * number, 0, text)

    (page,) = parse_pdf(make_pdf(draw)).pages
    assert [word for word in page.text.split() if word in ("320", "00", "1,450")] == ["320", "00", "1,450"]


def test_page_with_only_invisible_text_has_no_words(make_pdf: MakePdf, draw_prose: Draw) -> None:
    """A page that was scaled down by mistake has text that is too small to read."""

    def draw(canvas: Canvas) -> None:
        draw_prose(canvas)
        canvas.showPage()
        canvas.setFont("Times-Roman", 0.5)
        canvas.drawString(72, 700, "Payment (1), and (2). The rest follows.")

    _, tiny = parse_pdf(make_pdf(draw)).pages
    assert (tiny.text, len(tiny.words.spans)) == ("", 0)
