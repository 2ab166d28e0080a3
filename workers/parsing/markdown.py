"""Parses Markdown: ATX and setext headings, pipe tables (GitHub Flavored Markdown §4.10), paragraphs, fenced code.

Struck-through text (§6.5, and the tags `s`, `del`, `strike`) is deleted text. References of footnotes ("[^1]") and
`sup` are marks.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from app.documents.content.parsed import BlockKind, ParsedDocument
from app.documents.markup.charset import clean_text
from workers.parsing.decoding import read_text_file
from workers.parsing.flow import (
    FlowBlock,
    FlowCell,
    FlowRow,
    FlowText,
    PageBreak,
    compose_pages,
    join_texts,
    table_block,
)
from workers.parsing.html.runs import Piece, compose
from workers.parsing.html.styles import Style

_ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*")
_SETEXT = re.compile(r" {0,3}(=+|-+)[ \t]*")
_RULE = re.compile(r" {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})")
_DELIMITERS = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_STRONG = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_LINK = re.compile(r"!?\[([^\]\n]*)\]\([^)\n]*\)")
_INLINE = re.compile(
    r"~~(?=\S)(.{1,2000}?)(?<=\S)~~|<(?:s|del|strike)>(.{0,2000}?)</(?:s|del|strike)>|<sup>(.{0,100}?)</sup>"
    r"|\[\^(\w{1,3})\]:?",
    re.I,
)
_PLAIN, _STRUCK, _RAISED = Style(), Style(struck=True), Style(raised=True)
_BREAK = re.compile(r"(?:\f|<!--\s*page\s*break\s*-->|\\(?:pagebreak|newpage))\s*", re.I)


def parse_markdown(path: Path, *, password: str | None = None) -> ParsedDocument:  # noqa: ARG001 - the signature of all readers
    """Parse the Markdown file at `path`. Raises EmptyFileError, UnsupportedFormatError (binary content)."""
    text = read_text_file(path)
    return ParsedDocument("text/markdown", "markdown", compose_pages(_flow(text.split("\n"))))


def _flow(lines: list[str]) -> Iterator[FlowBlock | PageBreak]:
    held: list[str] = []
    fence = ""
    index = 0
    while index < len(lines):
        line = lines[index].rstrip()
        index += 1
        opened = _FENCE.match(line)
        if fence or opened:
            if opened and not fence:
                fence = opened.group(1)
            elif opened and opened.group(1).startswith(fence):
                fence = ""
            else:
                held.append(line)
            continue
        heading = _ATX.fullmatch(line)
        under = _SETEXT.fullmatch(line) if held else None
        if _BREAK.fullmatch(line):
            yield from _paragraph(held)
            yield PageBreak()
        elif heading:
            yield from _paragraph(held)
            yield from _heading(heading.group(2) or "", len(heading.group(1)))
        elif under:
            yield from _paragraph(held[:-1])
            yield from _heading(held[-1], 1 if under.group(1)[0] == "=" else 2)
        elif "|" in line and index < len(lines) and "-" in lines[index] and _is_table(line, lines[index]):
            yield from _paragraph(held)
            table, index = _table(lines, index - 1)
            yield table
        elif not line.strip() or _RULE.fullmatch(line):
            yield from _paragraph(held)
        else:
            held.append(line)
            continue
        held = []
    yield from _paragraph(held)


def _heading(text: str, level: int) -> Iterator[FlowBlock]:
    content = _content(text)
    if content.text:
        yield FlowBlock(BlockKind.HEADING, content, level=level)


def _paragraph(lines: list[str]) -> Iterator[FlowBlock]:
    contents = [content for content in map(_content, lines) if content]
    if any(content.text for content in contents):
        yield FlowBlock(BlockKind.PARAGRAPH, join_texts(contents, ["\n"] * len(contents)))


def _content(text: str) -> FlowText:
    """Return the text without the marks of emphasis and links, with footnote marks and deleted text beside it."""
    plain = _STRONG.sub(r"\2", _LINK.sub(r"\1", clean_text(text)))
    pieces: list[Piece] = []
    end = 0
    for found in _INLINE.finditer(plain):
        struck, tagged, raised, note = found.groups()
        pieces.append((plain[end : found.start()], _PLAIN, 0.0))
        pieces.append((raised or note, _RAISED, 0.0) if raised or note else (struck or tagged or "", _STRUCK, 0.0))
        end = found.end()
    return compose([*pieces, (plain[end:], _PLAIN, 0.0)])


def _is_table(head: str, delimiters: str) -> bool:
    return bool(_DELIMITERS.fullmatch(delimiters)) and len(_cells(head)) == len(_cells(delimiters))


def _table(lines: list[str], start: int) -> tuple[FlowBlock, int]:
    """Return the table whose header is on line `start`, and the index of the line after the table."""
    rows = [_row(lines[start], is_header=True)]
    index = start + 2
    while index < len(lines) and "|" in lines[index] and lines[index].strip():
        rows.append(_row(lines[index], is_header=False))
        index += 1
    return table_block(rows), index


def _row(line: str, *, is_header: bool) -> FlowRow:
    contents = enumerate(map(_content, _cells(line)))
    return FlowRow(
        tuple(FlowCell(column, content, is_heading=is_header) for column, content in contents if content.text),
        is_header,
    )


def _cells(line: str) -> list[str]:
    text = line.strip()
    inner = text[1 if text.startswith("|") else 0 : -1 if text.endswith("|") and not text.endswith("\\|") else None]
    return [cell.replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", inner)]
