"""A mistake in the code of a reader loses at most the page or the table at which it occurs, never the document."""

from collections.abc import Callable
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas
from structlog.testing import capture_logs

from app.documents.content.parsed import BlockKind
from tests.extraction.tables.grids import G
from tests.extraction.tables.grids import document as document_of
from workers.extraction.tables import joins, read_tables
from workers.extraction.tables import reading as tables_reading
from workers.parsing.html import walk
from workers.parsing.html.document import parse_html
from workers.parsing.pdf import document as pdf_document
from workers.parsing.pdf import tables as pdf_tables
from workers.parsing.pdf.document import parse_pdf

MakePdf = Callable[..., Path]
Draw = Callable[[Canvas], None]


def failing_at(call: int, function: Callable[..., object], error: Exception) -> Callable[..., object]:
    """Return a function that raises `error` at its n-th call, and otherwise does what `function` does."""
    calls = 0

    def fail(*args: object, **named: object) -> object:
        nonlocal calls
        calls += 1
        if calls == call:
            raise error
        return function(*args, **named)

    return fail


def test_page_whose_reading_fails_is_left_out_with_a_warning(
    make_pdf: MakePdf,
    draw_prose: Draw,
    draw_statement: Draw,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = make_pdf(draw_prose, draw_statement, draw_prose)
    whole = parse_pdf(path)
    logged: list[str] = []
    monkeypatch.setattr(pdf_document._log, "warning", lambda text, *parts, **_: logged.append(text % parts))
    read = failing_at(2, pdf_document.read_page_words, IndexError("Net sales of the document"))
    monkeypatch.setattr(pdf_document, "read_page_words", read)
    document = parse_pdf(path)
    assert [page.text for page in document.pages] == [whole.pages[0].text, "", whole.pages[2].text]
    (warning,) = document.warnings
    assert warning.startswith(
        "1 of 3 pages were left out after an error, first page 2 (IndexError in test_mistakes.py:"
    )
    assert logged == ["parsing.page.failed: page 2"]


def test_page_whose_tables_cannot_be_read_keeps_its_text(
    make_pdf: MakePdf, draw_prose: Draw, draw_statement: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_pdf(draw_prose, draw_statement)
    words = parse_pdf(path).pages[1].text.split()
    monkeypatch.setattr(pdf_tables, "find_columns", failing_at(1, pdf_tables.find_columns, KeyError(7)))
    document = parse_pdf(path)
    assert "".join(document.pages[1].text.split()) == "".join(words)
    assert not any(block.kind is BlockKind.TABLE for block in document.pages[1].blocks)
    assert "read without tables" in document.warnings[0]


def test_lack_of_memory_ends_the_file(make_pdf: MakePdf, draw_prose: Draw, monkeypatch: pytest.MonkeyPatch) -> None:
    read = failing_at(1, pdf_document.read_page_words, MemoryError())
    monkeypatch.setattr(pdf_document, "read_page_words", read)
    with pytest.raises(MemoryError):
        parse_pdf(make_pdf(draw_prose, draw_prose))


def test_html_table_whose_reading_fails_is_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = "<tr><td>Net sales</td><td>10</td><td>20</td></tr><tr><td>Costs</td><td>(1)</td><td>(2)</td></tr>"
    path = tmp_path / "made.html"
    path.write_text(f"<p>Before</p><table>{rows}</table><p>Between</p><table>{rows}</table>")
    monkeypatch.setattr(walk, "print_table", failing_at(1, walk.print_table, AttributeError("left")))
    (page,) = parse_html(path).pages
    assert [block.kind for block in page.blocks].count(BlockKind.TABLE) == 1
    assert page.text.count("Net sales") == page.text.count("(2)") == 2


@pytest.mark.parametrize(
    ("place", "name", "read"),
    [(tables_reading, "build_table", 1), (joins, "_goes_on", 2)],
)
def test_table_whose_building_fails_stays_text(
    place: object, name: str, read: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = [["", "2024", "2023"], ["Net sales", "10", "20"], ["Costs", "(1)", "(2)"]]
    parsed = document_of(("A sentence.", G(table), "Another sentence.", G(table)))
    assert len(read_tables(parsed)) == 2
    monkeypatch.setattr(place, name, failing_at(1, getattr(place, name), TypeError("no number")))
    with capture_logs() as logged:
        tables = read_tables(parsed)
    assert [found.number for found in tables] == list(range(1, read + 1))
    assert [entry["log_level"] for entry in logged] == ["warning"]
