"""Reads the figures that a filing in inline XBRL tags inside its tables, each with its place on the page.

The format is Inline XBRL 1.1. A figure is a `nonFraction` element in a table cell that contains little else: a cell of
prose with a tagged number is no cell of figures, and a tagged year is no figure. A figure's place is the number of its
first token in the visible text of the filing, so that it can be found again in any other form of the same text.
"""

import re
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from lxml import etree

from app.quantities.periods import Period
from evals.datasets.html_grid import LETTERS_BESIDE, GridReader, text_of
from evals.datasets.ixbrl import list_whole_contexts, parse_filing, read_contexts, read_number, read_units
from evals.datasets.tokens import tokenise

MOST_TAGS = 2
"""The most tagged numbers of a figure's cell: two make a range."""

_IX = "{http://www.xbrl.org/2013/inlineXBRL}"
_NUMBER = f"{_IX}nonFraction"
_XHTML = "{http://www.w3.org/1999/xhtml}"
_UNSEEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_SKIPPED = frozenset({f"{_IX}header", *(f"{_XHTML}{name}" for name in ("head", "script", "style"))})
_OPEN = re.compile(r"[(<△▲]\s*(?:[A-Z]{0,3}[$€£¥])?\s*$")
_MINUS = re.compile(r"(?:^|\0)\s*(?:[A-Z]{0,3}[$€£¥])?\s?[-‐‑–—−－]\s?(?:[A-Z]{0,3}[$€£¥])?\s?$")
_YEAR = re.compile(r"(?:19|20)\d\d")  # a year of a schedule, not a figure
_SCALE = re.compile(r"\b(?:thousand|million|billion)s?\b|(?<![\d,.])000s?\b", re.IGNORECASE)
_LINES_ABOVE = 600
_BREAK = "\0"


@dataclass(frozen=True, slots=True)
class Tag:
    """What a filing states of a figure. `value` has sign and scale applied; `scale` is a power of ten; `measure` is the
    unit ("USD", "USD/shares", "shares", "pure"). `is_whole` is false for a fact with dimensions.
    """

    name: str
    value: Decimal
    scale: int
    measure: str
    period: Period
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class PrintedFigure:
    """A tagged figure as a table prints it.

    `token` is the number of its first token. `negative` states whether brackets or a minus sign are printed around it,
    which the tag's sign does not say: filings tag payments as positive and print them in brackets. `labels` are the
    texts that may be its row's label: the nearest text on its left, and the first text of its row. `headings` are the
    untagged texts above it in its column, nearest first. `above` is the text above the table. `scale_stated` states
    whether this text or the table contains a word for a scale.
    """

    token: int
    text: str
    tags: tuple[Tag, ...]
    negative: bool
    table: int
    labels: tuple[str, ...]
    headings: tuple[str, ...]
    above: str
    scale_stated: bool


@dataclass(frozen=True, slots=True)
class TaggedTables:
    """The visible text of a filing as tokens, and the figures that it tags in tables, in the order of the text.

    `fiscal_shift` is the fiscal year of the report minus the calendar year in which its period ends. `in_prose` is the
    number of tagged numbers in cells of prose, which are left out.
    """

    tokens: tuple[str, ...]
    figures: tuple[PrintedFigure, ...]
    company: str = ""
    fiscal_shift: int = 0
    in_prose: int = 0


@dataclass
class _Open:
    """A tag that the walk has met, before its place in a table is known."""

    element: etree._Element
    token: int
    before: str


def read_tagged_tables(path: Path) -> TaggedTables:
    """Read the figures of a filing's tables. Raises DatasetError."""
    root = parse_filing(path.read_bytes(), path.name)
    walk = _Walk()
    walk.read(root)
    contexts, units, whole = dict(read_contexts(root)), dict(read_units(root)), list_whole_contexts(root)
    grids = {table: GridReader(table) for table in walk.tables}
    numbers = {table: number for number, table in enumerate(walk.tables, start=1)}
    figures: dict[int, PrintedFigure] = {}
    in_prose = 0
    for found in walk.found:
        cell = _cell_of(found.element)
        table = None if cell is None else next(cell.iterancestors(f"{_XHTML}table"), None)
        tag = _tag(found.element, contexts, units, whole)
        if cell is None or table is None or tag is None or found.token >= len(walk.tokens):
            continue
        if not _is_figure_cell(cell):
            in_prose += 1
            continue
        if found.token in figures:  # a tag inside a tag: two facts that are printed once
            figures[found.token] = replace(figures[found.token], tags=(*figures[found.token].tags, tag))
            continue
        grid = grids[table]
        placed = grid.find(cell)
        if placed is None:
            continue
        figures[found.token] = PrintedFigure(
            token=found.token,
            text=text_of(found.element),
            tags=(tag,),
            negative=_is_negative(found.before),
            table=numbers[table],
            labels=grid.labels_of(placed),
            headings=grid.headings_of(placed),
            above=walk.tables[table],
            scale_stated=bool(_SCALE.search(walk.tables[table]) or _SCALE.search(grid.text)),
        )
    ordered = tuple(figures[token] for token in sorted(figures))
    return TaggedTables(
        tokens=tuple(walk.tokens),
        figures=ordered,
        company=_named(root, "dei:EntityRegistrantName"),
        fiscal_shift=_fiscal_shift(root),
        in_prose=in_prose,
    )


@dataclass
class _Walk:
    """Walks the visible text of a filing in document order.

    `tables` has the text above each table, since the last table with tags.
    """

    tokens: list[str] = field(default_factory=list)
    found: list[_Open] = field(default_factory=list)
    tables: dict[etree._Element, str] = field(default_factory=dict)
    _row: list[str] = field(default_factory=list)
    _lines: list[str] = field(default_factory=list)

    def read(self, root: etree._Element) -> None:
        walk = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
        for event, element in walk:
            if event == "start":
                if element.tag in _SKIPPED or _UNSEEN.search(element.get("style", "")):
                    walk.skip_subtree()
                else:
                    self._start(element)
                    self._add(element.text)
            elif element is not root:
                if element.tag == f"{_XHTML}table" and next(element.iter(_NUMBER), None) is not None:
                    self._lines.clear()
                self._add(element.tail)

    def _start(self, element: etree._Element) -> None:
        if element.tag == f"{_XHTML}table":
            self.tables[element] = " ".join(self._lines)[-_LINES_ABOVE:]
        elif element.tag == f"{_XHTML}tr":
            self._row.clear()
        elif element.tag in (f"{_XHTML}td", f"{_XHTML}th"):
            self._row.append(_BREAK)
        elif element.tag == _NUMBER:
            self.found.append(_Open(element, len(self.tokens), "".join(self._row[-8:])))

    def _add(self, text: str | None) -> None:
        if text:
            self.tokens.extend(token.text for token in tokenise(text))
            self._row.append(text)
            self._lines.append(text)


def _cell_of(element: etree._Element) -> etree._Element | None:
    return next(element.iterancestors(f"{_XHTML}td", f"{_XHTML}th"), None)


def _is_figure_cell(cell: etree._Element) -> bool:
    outer = [tag for tag in cell.iter(_NUMBER) if next(tag.iterancestors(_NUMBER), None) is None]
    return len(outer) <= MOST_TAGS and _letters(cell) - sum(map(_letters, outer)) <= LETTERS_BESIDE


def _letters(element: etree._Element) -> int:
    return sum(character.isalpha() for character in text_of(element))


def _tag(
    element: etree._Element, contexts: dict[str, Period], units: dict[str, str], whole: frozenset[str]
) -> Tag | None:
    period, value = contexts.get(element.get("contextRef", "")), read_number(element)
    if period is None or value is None or _YEAR.fullmatch(text_of(element)):
        return None
    return Tag(
        name=element.get("name", ""),
        value=value,
        scale=int(element.get("scale", "0")),
        measure=units.get(element.get("unitRef", ""), ""),
        period=period,
        is_whole=element.get("contextRef", "") in whole,
    )


def _is_negative(before: str) -> bool:
    """Return whether the text of the row before a figure ends with an open bracket or a minus sign of the figure.

    A bracket may stand in a cell of its own. A dash is a minus sign only at the beginning of the figure's cell: after a
    figure, it is the dash of a range.
    """
    return bool(_OPEN.search(before.replace(_BREAK, " ")) or _MINUS.search(before))


def _fiscal_shift(root: etree._Element) -> int:
    focus, end = _named(root, "dei:DocumentFiscalYearFocus"), _end_date(root)
    return int(focus) - end.year if focus.isdecimal() and end is not None else 0


def _end_date(root: etree._Element) -> date | None:
    contexts = dict(read_contexts(root))
    for element in root.iter(f"{_IX}nonNumeric"):
        if element.get("name") == "dei:DocumentPeriodEndDate":
            found = contexts.get(element.get("contextRef", ""))
            return None if found is None else found.end
    return None


def _named(root: etree._Element, name: str) -> str:
    for element in root.iter(f"{_IX}nonNumeric"):
        if element.get("name") == name:
            return text_of(element)
    return ""
