"""Parses plain text. An empty line ends a paragraph. A form feed ends a page; without any, a page has about 3,500
characters.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from app.documents.content.parsed import BlockKind, ParsedDocument
from app.quantities.headings import is_year
from app.quantities.numbers import is_amount
from workers.parsing.charset import read_text_file
from workers.parsing.flow import (
    FlowBlock,
    FlowText,
    PageBreak,
    clean_text,
    compose_pages,
    plain_row,
    table_block,
)

_GAP = re.compile(r"[ \t]{2,}|\t")
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
    rows = [[cell for cell in _GAP.split(line.strip()) if cell] for line in lines]
    numeric = [any(map(is_amount, row[1:])) for row in rows]
    if sum(numeric) * 2 >= len(rows) and sum(numeric) >= 2:
        first = next(
            (index for index, row in enumerate(rows) if any(is_amount(cell) and not is_year(cell) for cell in row[1:])),
            0,
        )
        yield table_block(
            plain_row(enumerate(_joined_signs(row)), is_header=index < min(first, 5)) for index, row in enumerate(rows)
        )
        return
    text = "\n".join(re.sub(r"[ \t]+", " ", line.strip()) for line in lines)
    is_heading = len(lines) == 1 and len(text) < 90 and text.isupper() and len(text) > 3
    yield FlowBlock(
        BlockKind.HEADING if is_heading else BlockKind.PARAGRAPH, FlowText(text), level=2 if is_heading else 0
    )


def _joined_signs(cells: list[str]) -> list[str]:
    """Join "$" to the number after it, and ")" and "%" to the number before them."""
    joined: list[str] = []
    for cell in cells:
        if (joined and re.fullmatch(r"[$€£¥(]+", joined[-1])) or (joined and re.fullmatch(r"[)%]+", cell)):
            joined[-1] += cell
        else:
            joined.append(re.sub(r"(?<=[$€£¥]) +", "", cell))
    return joined
