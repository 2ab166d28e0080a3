"""Places the cells of an HTML table in rows and columns by their spans (HTML standard, "forming a table").

This module shares no code with `workers.parsing.html`, because it measures the results of that package.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

LETTERS_BESIDE = 8
"""The most letters that a cell may contain beside its figure ("years", "million"). Cells with more are prose."""

_XHTML = "{http://www.w3.org/1999/xhtml}"
_TAGGED = "{http://www.xbrl.org/2013/inlineXBRL}nonFraction"
_BREAKING = frozenset({"br", "p", "div", "li", "tr", "td", "th"})
_MOST_COLUMNS, _MOST_ROWS = 1_000, 65_534
_FIGURE_LETTERS = 3
_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True, slots=True)
class PlacedCell:
    """A cell with text. It covers rows `row` to `bottom` and columns `left` to `right` (exclusive)."""

    row: int
    bottom: int
    left: int
    right: int
    text: str
    tagged: bool

    @property
    def is_label(self) -> bool:
        """Return whether the cell contains words or a year, not only a figure, a sign or a mark.

        A label may contain a tagged number ("2.5% notes due 2031").
        """
        letters = sum(map(str.isalpha, self.text))
        if self.tagged:
            return letters > LETTERS_BESIDE
        return letters > _FIGURE_LETTERS or _YEAR.fullmatch(self.text) is not None


class GridReader:
    """The cells of a `table` element, without those of tables inside it."""

    def __init__(self, table: etree._Element) -> None:
        self._by_element: dict[etree._Element, PlacedCell] = {}
        taken: dict[int, int] = {}  # column → the row at which the cell that covers it ends
        rows = [row for row in table.iter(f"{_XHTML}tr") if next(row.iterancestors(f"{_XHTML}table"), None) is table]
        for number, row in enumerate(rows):
            column = 0
            for element in row.iterchildren(f"{_XHTML}td", f"{_XHTML}th"):
                while taken.get(column, 0) > number:
                    column += 1
                width = _span(element, "colspan", _MOST_COLUMNS)
                bottom = number + _span(element, "rowspan", _MOST_ROWS)
                for covered in range(column, column + width):
                    taken[covered] = bottom
                self._by_element[element] = PlacedCell(
                    row=number,
                    bottom=bottom,
                    left=column,
                    right=column + width,
                    text=text_of(element),
                    tagged=next(element.iter(_TAGGED), None) is not None,
                )
                column += width
        self.cells = tuple(cell for cell in self._by_element.values() if cell.text)
        self.text = " ".join(cell.text for cell in self.cells)
        self._by_row: dict[int, list[PlacedCell]] = {}
        for cell in self.cells:
            self._by_row.setdefault(cell.row, []).append(cell)

    def find(self, element: etree._Element) -> PlacedCell | None:
        """Return the place of a `td` or `th` element of this table."""
        return self._by_element.get(element)

    def row(self, number: int) -> tuple[PlacedCell, ...]:
        """Return the cells with text that begin in a row, from left to right."""
        return tuple(self._by_row.get(number, ()))

    def labels_of(self, figure: PlacedCell) -> tuple[str, ...]:
        """Return the texts that may be the label of a figure's row: the nearest on its left, and the first."""
        words = [
            cell
            for cell in self.cells
            if cell.row <= figure.row < cell.bottom and cell.right <= figure.left and cell.is_label
        ]
        if not words:
            return ()
        ordered = sorted(words, key=lambda cell: cell.left)
        return tuple(dict.fromkeys((ordered[-1].text, ordered[0].text)))

    def headings_of(self, figure: PlacedCell) -> tuple[str, ...]:
        """Return the untagged texts above a figure that share a column with it, nearest first.

        Texts that begin at the left edge of the table and end before the figure's column are labels.
        """
        above = [
            cell
            for cell in self.cells
            if cell.bottom <= figure.row
            and cell.left < figure.right
            and figure.left < cell.right
            and not cell.tagged
            and any(map(str.isalnum, cell.text))
        ]
        return tuple(dict.fromkeys(cell.text for cell in sorted(above, key=lambda cell: -cell.row)))


def text_of(element: etree._Element) -> str:
    """Return the text of an element, with a blank for each line break and between its paragraphs."""
    return " ".join("".join(_texts(element)).split())


def _texts(element: etree._Element) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if isinstance(child.tag, str):
            gap = " " if child.tag.removeprefix(_XHTML) in _BREAKING else ""
            yield gap
            yield from _texts(child)
            yield gap
        yield child.tail or ""


def _span(element: etree._Element, name: str, most: int) -> int:
    text = (element.get(name) or "1").strip()
    return min(max(int(text), 1), most) if text.isdecimal() else 1
