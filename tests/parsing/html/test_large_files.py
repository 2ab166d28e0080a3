"""Large HTML files in the sandbox, with the limits of a worker: they are read, or rejected for the true reason."""

import base64
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.errors import DocumentError
from workers.parsing.html.cells import HtmlTooManyCellsError
from workers.parsing.html.document import parse_html
from workers.parsing.reader import ParsingSandbox


@pytest.fixture(scope="module")
def sandbox() -> Iterator[ParsingSandbox]:
    with ParsingSandbox() as opened:
        yield opened


def picture(size: int) -> str:
    return "data:image/png;base64," + base64.b64encode(random.Random(5).randbytes(size * 3 // 4)).decode()


@pytest.mark.parametrize("head", ["", '<?xml version="1.0" encoding="utf-8"?>'])
def test_filing_with_a_large_picture_is_read(sandbox: ParsingSandbox, tmp_path: Path, head: str) -> None:
    image = f'<p><img alt="chart" src="{picture(11 << 20)}"/></p>'
    path = tmp_path / "filing.html"
    path.write_text(
        f"{head}<html><body><p>Before</p>{image}<p>After</p><table><tr><td/><td>5</td></tr></table></body></html>"
    )
    (page,) = sandbox.parse_document(path, filename="filing.html").pages
    assert page.text == "Before\n\nAfter\n\n5"


@pytest.mark.parametrize("long", ["<script>{}</script>", "<!--{}-->", '<p title="{}"></p>'])
def test_text_that_nobody_reads_may_be_long(sandbox: ParsingSandbox, tmp_path: Path, long: str) -> None:
    path = tmp_path / "filing.html"
    path.write_text(f"<html><body><p>Before</p>{long.format('word ' * (2 << 20))}<p>After</p></body></html>")
    assert sandbox.parse_document(path, filename="filing.html").pages[0].text == "Before\n\nAfter"


def test_table_of_30_megabytes_is_read(sandbox: ParsingSandbox, tmp_path: Path) -> None:
    style = "padding:2px 1pt 2px 1pt;text-align:right;vertical-align:bottom;background-color:#cceeff;" * 16
    row = f'<tr><td colspan="3">Line {{}}</td><td style="{style}">1,234</td><td style="{style}">(56)</td></tr>\n'
    count = (30 << 20) // len(row)
    path = tmp_path / "table.html"
    path.write_text("<table>" + "".join(row.format(number) for number in range(count)) + "</table>")
    assert path.stat().st_size > 30 << 20
    pages = sandbox.parse_document(path, filename="table.html").pages
    grids = [block.grid for page in pages for block in page.blocks if block.grid is not None]
    assert (sum(grid.rows for grid in grids), {grid.columns for grid in grids}) == (count, {3})
    assert pages[-1].text.endswith(f"Line {count - 1}\t1,234\t(56)")


def test_file_of_too_many_elements_is_rejected_as_such(sandbox: ParsingSandbox, tmp_path: Path) -> None:
    path = tmp_path / "table.html"
    path.write_text("<table>" + "<tr><td>1</td><td>2</td><td>3</td></tr>" * 800_000 + "</table>")
    with pytest.raises(DocumentError, match="too many elements"):
        sandbox.parse_document(path, filename="table.html")


def test_tables_of_too_many_cells_are_rejected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workers.parsing.html.walk.MAX_CELLS", 1_000)
    table = "<table>" + "<tr><td>1</td><td>2</td></tr>" * 300 + "</table>"
    path = tmp_path / "table.html"
    path.write_text(table)
    assert parse_html(path).pages
    path.write_text(table * 2)
    with pytest.raises(HtmlTooManyCellsError):
        parse_html(path)
