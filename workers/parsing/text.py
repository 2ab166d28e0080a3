"""Parses plain text. An empty line ends a paragraph. A form feed ends a page; without any, a page has about 3,500
characters.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from app.documents.content.parsed import BlockKind, ParsedDocument
from app.documents.markup.charset import clean_text
from app.quantities.headings import is_year
from app.quantities.numbers import is_amount
from workers.parsing.columns import place_columns
from workers.parsing.decoding import read_text_file
from workers.parsing.flow import (
    FlowBlock,
    FlowCell,
    FlowRow,
    FlowText,
    PageBreak,
    compose_pages,
)

_PART = re.compile(r"[^ ]+(?: [^ ]+)*")
_LEADER = re.compile(r"(?: ?\.){4,}")
_RULE = re.compile(r"[-=_]{2,}")
_CAPTION_TAG = re.compile(r"^<(?:PAGE|S|C|CAPTION|TABLE|/TABLE|FN|/FN)>[ \t]*$|<(?:S|C)>", re.M)


def parse_text(path: Path, *, password: str | None = None) -> ParsedDocument:  # noqa: ARG001 - the signature of all readers
    """Parse the text file at `path`. Raises EmptyFileError, UnsupportedFormatError (binary content)."""
    text = read_text_file(path)
    return ParsedDocument("text/plain", "text", compose_pages(_flow(text)))


def _flow(text: str) -> Iterator[FlowBlock | PageBreak]:
    """Yield blocks and page breaks.

    In old EDGAR submissions, "<PAGE>" begins a page (Regulation S-T's ASCII rules). In other files, a form feed does.
    """
    for number, sheet in enumerate(re.split(r"\f|^<PAGE>.*$", text, flags=re.M)):
        if number:
            yield PageBreak()
        for paragraph in re.split(r"\n[ \t]*\n", _CAPTION_TAG.sub("", clean_text(sheet))):
            yield from text_blocks(paragraph)


def text_blocks(paragraph: str) -> Iterator[FlowBlock]:
    """Return a table if most of the paragraph's lines are a label and numbers separated by spaces, else its text."""
    lines = [line.rstrip() for line in paragraph.split("\n") if line.strip()]
    if not lines:
        return
    rows = [row for row in map(_cells, lines) if row]
    numeric = [any(is_amount(cell.text) for cell in row[1:]) for row in rows]
    if sum(numeric) * 2 >= len(rows) and sum(numeric) >= 2:
        yield _table(rows)
        return
    text = "\n".join(re.sub(r"[ \t]+", " ", line.strip()) for line in lines)
    is_heading = len(lines) == 1 and len(text) < 90 and text.isupper() and len(text) > 3
    yield FlowBlock(
        BlockKind.HEADING if is_heading else BlockKind.PARAGRAPH, FlowText(text), level=2 if is_heading else 0
    )


@dataclass(frozen=True, slots=True)
class _Cell:
    """A part of a line between wide gaps, and its place on the line."""

    left: int
    right: int
    text: str
    row_span: int = 1


def _cells(line: str) -> list[_Cell]:
    """Return a line's cells. "$" and "(" join the number after them, and ")" and "%" the number before them."""
    joined: list[_Cell] = []
    for cell in _parts(line):
        last = joined[-1] if joined else None
        if last and (re.fullmatch(r"[$€£¥(]+", last.text) or re.fullmatch(r"[)%]+", cell.text)):
            joined[-1] = _Cell(last.left, cell.right, last.text + cell.text)
        else:
            joined.append(cell)
    return joined


def _parts(line: str) -> Iterator[_Cell]:
    """Yield what wide gaps, leader dots or tabs part. Lines of dashes are rules, not cells."""
    if "\t" in line:
        for number, part in enumerate(line.split("\t")):
            if part.strip():
                yield _Cell(number, number + 1, re.sub(r" +", " ", part.strip()))
        return
    for found in _PART.finditer(_LEADER.sub(lambda dots: " " * len(dots.group()), line)):
        if not _RULE.fullmatch(found.group()):
            yield _Cell(found.start(), found.end(), re.sub(r"(?<=[$€£¥]) +", "", found.group()))


def _table(rows: Sequence[Sequence[_Cell]]) -> FlowBlock:
    """Return the table of these lines. Its columns are where its cells stand above each other."""
    first = next(
        (
            index
            for index, row in enumerate(rows)
            if any(is_amount(cell.text) and not is_year(cell.text) for cell in row[1:])
        ),
        0,
    )
    # A long label may reach over the figures of other lines. It still belongs to the column of labels.
    figures = min(cell.left for row in rows for cell in row[1:])
    shown = [
        [replace(cell, right=min(cell.right, figures)) if cell.left < figures else cell for cell in row] for row in rows
    ]
    placed, width = place_columns(shown)
    return FlowBlock(
        BlockKind.TABLE,
        rows=tuple(
            FlowRow(
                tuple(
                    FlowCell(column, FlowText(cell.text), column_span=span, indent=float(cell.left))
                    if not column
                    else FlowCell(column, FlowText(cell.text), column_span=span)
                    for cell, (column, span) in zip(row, at, strict=True)
                ),
                is_header=index < min(first, 5),
            )
            for index, (row, at) in enumerate(zip(rows, placed, strict=True))
        ),
        columns=width,
    )
