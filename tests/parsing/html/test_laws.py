"""Laws of the HTML reader, over generated tables and texts."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import permutations

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app.core.errors import DocumentError
from app.documents.content.parsed import ParsedDocument, ParsedPage
from tests.speed import within_cpu_seconds

ReadHtml = Callable[[str], ParsedDocument]
law = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@dataclass(frozen=True)
class Place:
    rows: range
    columns: range

    def apart(self, other: "Place") -> bool:
        return not (set(self.rows) & set(other.rows) and set(self.columns) & set(other.columns))


def formed(rows: list[list[tuple[bool, int, int]]]) -> tuple[dict[str, Place], bool]:
    """Form the table as HTML Living Standard 4.9.12 says, cell by cell on a grid of slots.

    Return the cells with text, and whether any cells overlap, which the standard calls an error of the table.
    """
    overlap = False
    taken: set[tuple[int, int]] = set()
    places: dict[str, Place] = {}
    for y, row in enumerate(rows):
        x = 0
        for number, (has_text, colspan, rowspan) in enumerate(row):
            while (y, x) in taken:
                x += 1
            down = range(y, len(rows) if rowspan == 0 else min(len(rows), y + rowspan))
            across = range(x, x + colspan)
            slots = {(slot, column) for slot in down for column in across}
            overlap |= bool(taken & slots)
            taken |= slots
            if has_text:
                places[f"t{y}c{number}"] = Place(down, across)
            x += colspan
    return places, overlap


_ROWS = st.lists(
    st.lists(st.tuples(st.booleans(), st.integers(1, 4), st.integers(0, 3)), min_size=1, max_size=6),
    min_size=2,
    max_size=6,
)


@law
@given(rows=_ROWS)
@example(rows=[[(True, 1, 3), (True, 2, 1)], [(False, 1, 1), (True, 1, 2)], [(True, 2, 1)]])
def test_cells_stand_to_each_other_as_in_the_file(read_html: ReadHtml, rows: list[list[tuple[bool, int, int]]]) -> None:
    markup = "".join(
        "<tr>"
        + "".join(
            f'<td colspan="{across}" rowspan="{down}">{f"t{y}c{number}" if has_text else ""}</td>'
            for number, (has_text, across, down) in enumerate(row)
        )
        + "</tr>"
        for y, row in enumerate(rows)
    )
    places, overlap = formed(rows)
    try:
        document = read_html(f"<table><tbody>{markup}</tbody></table>")
    except DocumentError:
        assert not places
        return
    assert sorted(" ".join(page.text for page in document.pages).split()) == sorted(places)
    for page in document.pages:
        for block in page.blocks:
            if block.grid is None:
                continue
            read = {
                page.text[slice(*cell.spans[0])]: Place(
                    range(cell.row, cell.row + cell.row_span), range(cell.column, cell.column + cell.column_span)
                )
                for cell in block.grid.cells
            }
            assert all(place.rows.stop <= block.grid.rows for place in read.values())
            assert all(place.columns.stop <= block.grid.columns for place in read.values())
            if not overlap:
                _check_order(read, places)


def _check_order(read: dict[str, Place], places: dict[str, Place]) -> None:
    for one, two in permutations(read, 2):
        if set(places[one].rows) & set(places[two].rows):
            assert read[one].apart(read[two])
            if places[one].columns.stop <= places[two].columns.start:
                assert read[one].columns.stop <= read[two].columns.start
        if places[one].columns == places[two].columns:
            assert read[one].columns == read[two].columns


_FIGURES = st.sampled_from(
    ["$(1,234)", "$5.5", "(12)%", "(.45)%", "7%", "3.2x", "$—", "—%", "(56)", "€(7)", "25bps", "812"]
)


@law
@given(figures=st.lists(st.tuples(_FIGURES, _FIGURES), min_size=2, max_size=5), data=st.data())
def test_figures_are_the_same_however_their_signs_are_split(
    read_html: ReadHtml, figures: list[tuple[str, str]], data: st.DataObject
) -> None:
    lines = ["<tr><td></td><td colspan=5>2031</td><td></td><td colspan=5>2030</td></tr>"]
    for number, pair in enumerate(figures):
        cells = "".join(f"{_split(figure, data)}<td></td>" for figure in pair)
        lines.append(f"<tr><td>Line {number}</td>{cells}</tr>")
    (page,) = read_html(f"<table>{''.join(lines)}</table>").pages
    assert page.text.split("\n")[1:] == [f"Line {number}\t{one}\t{two}" for number, (one, two) in enumerate(figures)]
    grid = page.blocks[0].grid
    assert grid is not None
    assert grid.columns == 3


def _split(figure: str, data: st.DataObject) -> str:
    """Return five cells: the figure's signs before it and after it stand in cells of their own, or not."""
    digits = [index for index, character in enumerate(figure) if character.isdigit() or character in ".—"]
    before, core, after = figure[: digits[0]], figure[digits[0] : digits[-1] + 1], figure[digits[-1] + 1 :]
    signs = [after, ""] if after.isalpha() else [after[:1], after[1:]]
    parts = [*before[:2].ljust(2), core, *signs]
    parts = ["", before, core, after, ""] if data.draw(st.booleans()) else parts
    if parts[1] and data.draw(st.booleans()):
        parts[2], parts[1] = parts[1].strip() + parts[2], ""
    return "".join(f"<td>{part.strip()}</td>" for part in parts)


_WORDS = st.lists(
    st.sampled_from(["Sales", "of", "4.5", "times", "$5", "rose", "(net)", "2031,", "and"]), min_size=1, max_size=12
)
_ASIDE = st.sampled_from(
    [
        ("{}<sup>1</sup> ", "marks"),
        ('{}<span style="vertical-align:super">(2)</span> ', "marks"),
        ("{}<s> gone</s> ", "deleted"),
        ('{} <span style="text-decoration:line-through">gone</span> ', "deleted"),
        ('{} <span style="display:none">777</span> ', ""),
        ('{}<font color="#FFFFFF">888</font> ', ""),
        ("{}<ix:hidden>999</ix:hidden> ", ""),
        ("{}&#8203; ", ""),
        ("{} ", ""),
    ]
)  # fmt: skip


@law
@given(words=_WORDS, data=st.data(), in_table=st.booleans())
def test_asides_change_no_character_of_the_text(
    read_html: ReadHtml, words: list[str], data: st.DataObject, in_table: bool
) -> None:
    asides = [data.draw(_ASIDE) for _ in words]
    source = "".join(form.format(word) for word, (form, _) in zip(words, asides, strict=True))
    markup = (
        f"<table><tr><td>{source}</td><td>1</td></tr><tr><td>a</td><td>2</td></tr></table>"
        if in_table
        else f"<p>{source}</p>"
    )
    (page,) = read_html(markup).pages
    text = " ".join(words)
    assert page.text == (f"{text}\t1\na\t2" if in_table else text)
    _check_aside(page, words, [kind for _, kind in asides])


def _check_aside(page: ParsedPage, words: list[str], kinds: list[str]) -> None:
    ends = [len(" ".join(words[: number + 1])) for number in range(len(words))]
    assert [mark.offset for mark in page.marks] == [
        end for end, kind in zip(ends, kinds, strict=True) if kind == "marks"
    ]
    assert len(page.deleted) == kinds.count("deleted")


@pytest.mark.parametrize(
    "markup",
    [
        "<p>x" + "<s>a b</s>" * 60_000,
        "<p>" + "x<sup>1</sup>y² " * 30_000,
        "<p>a<sup>" + "ab" * 300_000 + "!</sup> <a href='#b' style='font-size:50%'>" + "cd" * 300_000 + "</a>",
        "<p>a<sup>abcdefghijklmnopqrstuvw!</sup> <a href='#b' style='font-size:50%'>efghijklmnopqrstuvw#</a>",
        '<p style="font-size:{0}x;margin-left:{0}e;font-weight:{0}">a'.format("1" * 300_000),
        "<table><tr><td>" + "1" * 200_000 + "a<td>5<tr><td>a<td>" + "1," * 100_000 + "b</table>",
        "<table><tr><td>$" + "<td colspan=1000>" * 50_000 + "<td>5<tr><td>a<td>b</table>",
        "<table>" + "<tr><td colspan=1000 rowspan=65534>" * 900 + "<tr><td>a<td>b" * 3_000 + "</table>",
        "<table><tr><td>a<tr><td>" * 60 + "<table>" + "<tr><td>x<td>1" * 1_000 + "</table>" * 61,
    ],
    ids=["struck", "marks", "long marks", "words as marks", "lengths", "figures", "wide", "high", "nested"],
)
def test_hostile_markup_takes_no_more_than_linear_time(read_html: ReadHtml, markup: str) -> None:
    assert within_cpu_seconds(10, lambda: read_html(markup)).pages
