"""Overlays are well-formed SVG, and show each cell where it is printed with what was read of it."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from app.documents.content.parsed import DeletedText, Mark, Words
from app.tables.model import CellKind
from app.tables.overlay import COLOURS, DrawnPage, draw_overlay
from tests.tables.made_tables import PAGE, make_statement, tables_with_texts

SVG = "{http://www.w3.org/2000/svg}"
PNG = b"\x89PNG"


def make_page(text: str = PAGE, image: bytes | None = PNG, words: Words | None = None) -> DrawnPage:
    return DrawnPage(text=text, width=612, height=792, image=image, words=words or Words.none())


def draw(page: DrawnPage, *tables):
    return etree.fromstring(draw_overlay(page, 1, tables, dpi=72))


def titles(drawn):
    """Return the rectangles by the second line of their titles: a cell's text."""
    found = {}
    for group in drawn.iter(f"{SVG}g"):
        lines = group.findtext(f"{SVG}title").split("\n")
        if len(lines) > 1 and " at row " in lines[0]:
            found[lines[1]] = (group.find(f"{SVG}rect"), lines)
    return found


def rectangles(drawn, text):
    """Return the rectangles of the cell with this text."""
    groups = (group for group in drawn.iter(f"{SVG}g") if text in group.findtext(f"{SVG}title").split("\n")[1:2])
    return [group.find(f"{SVG}rect") for group in groups]


def test_cells_are_drawn_at_their_boxes_with_what_was_read():
    words = Words(np.array([[0, 5]], np.int32), np.array([[10, 20, 30, 40]], np.float32))
    drawn = draw(make_page(words=words), make_statement())
    assert (drawn.get("width"), drawn.get("viewBox")) == ("612", "0 0 612.0 792.0")
    assert drawn.find(f"{SVG}image").get("href").startswith("data:image/png;base64,")
    assert drawn.find(f"{SVG}path").get("d") == "M10.0 20.0H30.0V40.0H10.0Z"
    rectangle, lines = titles(drawn)["$ (985)"]
    assert [rectangle.get(name) for name in ("x", "y", "width", "height")] == ["200.0", "20.0", "50.0", "10.0"]
    assert rectangle.get("stroke") == COLOURS[CellKind.FIGURE]
    assert lines[2:] == ["2030", "Revenue", "amount -985 $, scale 6", "2030-01-01/2030-12-31"]
    assert titles(drawn)["Revenue"][1][-1] == "marks: 1"


def test_page_without_image_is_drawn_as_text_with_cells_marks_and_deleted_text():
    at = PAGE.index("Revenue")
    page = replace(make_page(image=None), marks=(Mark(at, "7"),), deleted=(DeletedText(at + 2, "old words"),))
    drawn = draw(page, make_statement())
    lines = [text.text for text in drawn.iter(f"{SVG}text") if text.get("font-size") == "10"]
    assert lines[:2] == ["Consolidated Statements of Income", "(in millions, except per share amounts)"]
    in_text, in_grid = rectangles(drawn, "$ 1,204.5")
    # "Revenue" has 7 characters, so the tab after it ends at column 8: 10 + 8 × 6 points.
    assert (in_text.get("x"), in_text.get("y")) == ("58.0", f"{10 + 14 * 3 + 1:.1f}")
    # In the grid, all figures of a column begin at the same place.
    assert in_grid.get("x") == rectangles(drawn, "=1+1")[1].get("x") == rectangles(drawn, "2031")[1].get("x")
    assert float(in_grid.get("y")) > float(in_text.get("y"))
    small = {text.text: text for text in drawn.iter(f"{SVG}text") if text.get("font-size") == "5"}
    assert small.keys() == {"7", "old words"}
    assert small["old words"].get("text-decoration") == "line-through"


def test_large_table_without_positions_is_drawn_in_the_text_only():
    cell = make_statement().cells[0]
    wide = replace(make_statement(), columns=100_000, cells=(replace(cell, column=99_000),))
    assert len(rectangles(draw(make_page(image=None), wide), cell.text)) == 1


def test_cells_of_other_pages_are_not_drawn():
    assert titles(draw(make_page(), make_statement(page=2))) == {}


@pytest.mark.parametrize("image", [PNG, None])
def test_text_of_a_document_cannot_add_elements(image):
    hostile = '</text><script>alert(1)</script>"\x00\ud800]]>&'
    cell = replace(make_statement().cells[0], text=hostile, marks=(hostile,), header_path=(hostile,))
    table = replace(make_statement(), title=hostile, cells=(cell,))
    drawn = draw(replace(make_page(hostile + PAGE, image), marks=(Mark(3, hostile),)), table)
    assert {etree.QName(element).localname for element in drawn.iter()} <= {
        "svg",
        "g",
        "title",
        "text",
        "rect",
        "image",
    }


@settings(max_examples=60, deadline=None)
@given(tables_with_texts(), st.booleans())
def test_overlays_of_random_tables_are_well_formed(made, has_image):
    table, texts = made
    number = table.pages[0]
    page = make_page(texts[number], PNG if has_image else None)
    drawn = etree.fromstring(draw_overlay(page, number, [table], dpi=110))
    cells = [cell for cell in table.cells if cell.page == number and cell.box is not None]
    if has_image:
        assert len(list(drawn.iter(f"{SVG}rect"))) == (len(cells) + 1 if cells else 0)
