"""Finds what stands around a table on its page: its title, the lines between title and table, and the lines below."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.documents.content.parsed import Block, BlockKind, ParsedPage
from workers.extraction.tables.cells import Form
from workers.extraction.tables.forms import Forms
from workers.extraction.tables.furniture import Furniture

_MOST_LINES = 6
_MOST_OF_LINE = 400
_MOST_OF_TITLE = 300
_SHORT = 90
"""Characters of a paragraph that can be a line of its own, and not prose."""
_MOST_BELOW = 40
_MOST_PARAGRAPHS = 12
"""Paragraphs between a title and its table. A heading further above belongs to other text."""
_MOST_TABLES = 4
"""Tables directly below each other that share the text above the first."""
_MOST_BLOCKS = 80
_MOST_PAGES = 3
_SENTENCE_END = re.compile(r"(?<=[a-z)\d%’”\"][.;!?])\s+(?=[A-Z“\"(])")
_INTRODUCES = re.compile(
    r"(?:\bfollow(?:s|ing)\b|\btable\b|\bbelow\b)[^:]{0,120}:\s*$|\b(?:thousand|million|billion)s[^)(]{0,60}\)\s*[:.]?\s*$|\A\W*(?:[A-Z]+\b\W*){2,12}\([^)]{4,80}\)\W*$"
)
"""A sentence that introduces a table, or a title in capitals with units in brackets."""
_SHARED = re.compile(r"\b(?:following|below)\b[^.;]{0,40}\btables?\b|\btables?\b[^.;]{0,20}\bbelow\b", re.IGNORECASE)
_PART = re.compile(r"(?:note|item|part|section)\s+\w{1,4}\b|\(?\d{1,2}[.)]\s", re.IGNORECASE)
_NO_TITLE = re.compile(r"\W*(?:(?:un)?audited|continued|cont['’]?d|in part)\W*", re.IGNORECASE)
_HEADINGS = (Form.UNITS, Form.PERIOD, Form.YEAR)


@dataclass(frozen=True, slots=True)
class Above:
    """The title, and the lines between title and table in reading order: short lines, and the sentence that introduces
    the table. `outer` has lines that hold for several tables: the units under the title of an earlier table, and a
    sentence that introduces the tables of a part.
    """

    title: str | None
    lines: tuple[str, ...]
    outer: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page's text, `start` to `end`."""

    page: ParsedPage
    start: int
    end: int


class Surroundings:
    """Reads what stands around the tables of one document. `flows` states that its pages are cut anywhere in the text,
    so that the title of a table can be on the page before.
    """

    def __init__(self, pages: Sequence[ParsedPage], forms: Forms, *, flows: bool) -> None:
        self._pages = pages
        self._forms = forms
        self._furniture = Furniture.of(pages, forms)
        self._flows = flows
        self._last = _last_table(pages) if flows else None

    @property
    def furniture(self) -> Furniture:
        return self._furniture

    def read_above(self, page: int, at: int) -> Above:
        """Read what stands above block `at` of the page with the given index."""
        lines: list[str] = []
        outer: list[str] = []
        title: str | None = None
        level, paragraphs, tables, crossed = 0, 0, 0, False
        for block, text in self._upwards(page, at):
            if title is not None:
                if not self._read_part(block, text, level, outer):
                    break
            elif block.kind is BlockKind.TABLE:
                tables += 1
                crossed = crossed or bool(lines) or tables > _MOST_TABLES
                outer.clear()
            elif paragraphs > _MOST_PARAGRAPHS:
                break
            else:
                short = " ".join(text[-_MOST_OF_LINE:].split())
                form = self._forms.of(short)
                if block.kind is BlockKind.HEADING and form not in _HEADINGS and not _NO_TITLE.fullmatch(short):
                    title, level = short[:_MOST_OF_TITLE], block.level
                    continue
                paragraphs += 1
                if crossed:
                    outer.extend([short] if form is Form.UNITS else ())
                elif len(lines) < _MOST_LINES:
                    lines.extend(reversed(_lines_of(text, is_nearest=not lines)))
        below = self._introductions_below(page, at) if (page, at) == self._last else ()
        return Above(title, tuple(reversed(lines)), (*below, *(reversed(outer) if title is not None else ())))

    def _introductions_below(self, page: int, at: int) -> tuple[str, ...]:
        """Return the sentences below the last table that introduce a table ("… were as follows (in thousands):").

        No other table follows, so that they are about this one. Some files print texts after their tables.
        """
        found: list[str] = []
        for line in self.lines_below(page, at):
            for sentence in _SENTENCE_END.split(line.page.text[line.start : line.end]):
                if _INTRODUCES.search(sentence[-_MOST_OF_LINE:]) and len(found) < _MOST_LINES:
                    found.append(sentence[-_MOST_OF_LINE:])
        return tuple(found)

    def _read_part(self, block: Block, text: str, level: int, outer: list[str]) -> bool:
        """Read a block above the title: a sentence that introduces several tables. Return whether to go on upwards."""
        if block.kind is BlockKind.HEADING:
            return not (0 < block.level < level or _PART.match(text))
        if block.kind is BlockKind.PARAGRAPH and _SHARED.search(text[-_MOST_OF_LINE:]):
            outer.append(_last_sentence(text))
            return False
        return True

    def _upwards(self, page: int, at: int) -> Iterator[tuple[Block, str]]:
        """Yield the blocks above, the nearest first, without furniture.

        If nothing else stands above a table on its page, the text above it ends the page before.
        """
        seen = yielded = 0
        for index in range(page, max(-1, page - _MOST_PAGES), -1):
            if index < page and not self._flows and (yielded or index < page - 1):
                return
            above = self._pages[index]
            for block in reversed(above.blocks[:at] if index == page else above.blocks):
                seen += 1
                if seen > _MOST_BLOCKS or (block.kind is BlockKind.TABLE and index < page and not self._flows):
                    return
                if not self._furniture.has(above, block):
                    yielded += 1
                    yield block, above.text[block.start : block.end]

    def lines_below(self, page: int, at: int) -> list[Line]:
        """Return the lines from the end of block `at` to the next table, without furniture."""
        lines: list[Line] = []
        for index in (page, page + 1) if self._flows else (page,):
            if index >= len(self._pages):
                break
            below = self._pages[index]
            for block in below.blocks[at + 1 :]:
                if block.kind is BlockKind.TABLE or len(lines) >= _MOST_BELOW:
                    return lines[:_MOST_BELOW]
                if not self._furniture.has(below, block):
                    lines.extend(_text_lines(below, block))
            at = -1
        return lines[:_MOST_BELOW]

    def lines_at_foot(self, page: int) -> list[Line]:
        """Return the last lines of a page, below all its tables."""
        blocks = self._pages[page].blocks
        return self.lines_below(page, max(at for at, block in enumerate(blocks) if block.kind is BlockKind.TABLE))


def _last_table(pages: Sequence[ParsedPage]) -> tuple[int, int] | None:
    places = (
        (index, at)
        for index in range(len(pages) - 1, -1, -1)
        for at in range(len(pages[index].blocks) - 1, -1, -1)
        if pages[index].blocks[at].kind is BlockKind.TABLE
    )
    return next(places, None)


def _lines_of(text: str, *, is_nearest: bool) -> list[str]:
    """Return a paragraph's lines if they are short, as in a block of titles. Of prose, only the sentence directly above
    the table is returned.
    """
    lines = [" ".join(line.split()) for line in text[-4 * _MOST_OF_LINE :].split("\n") if line.strip()]
    if len(lines) <= _MOST_LINES and all(len(line) < _SHORT for line in lines):
        return lines
    return [_last_sentence(text)] if is_nearest or text.rstrip().endswith(":") else []


def _last_sentence(text: str) -> str:
    """Return the last sentence of a paragraph. A bracket alone at its end belongs to the sentence before."""
    whole = " ".join(text[-3 * _MOST_OF_LINE :].split())
    starts = [found.end() for found in _SENTENCE_END.finditer(whole)]
    start = starts[-1] if starts else 0
    if whole[start : start + 1] == "(" and len(starts) > 1:
        start = starts[-2]
    return whole[start:][-2 * _MOST_OF_LINE :]


def _text_lines(page: ParsedPage, block: Block) -> Iterator[Line]:
    start = block.start
    for line in page.text[block.start : block.end].split("\n"):
        yield Line(page, start, start + len(line))
        start += len(line) + 1
