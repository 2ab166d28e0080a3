"""Finds the sections of an agreement by their headings, without the entries of its table of contents."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from workers.extraction.fields.agreements.script import Script

_HEAD: Final = re.compile(
    r"(?:^|(?<=\n))(?:(ARTICLE|Article|SECTION|Section|Sec\.|Clause|CLAUSE|§)[ \n]?)?(?:(\d{1,3}|[IVXL]{1,7})"
    r"(?:\.(\d{1,3}))?(?:\.\d{1,2})?[.:)]?[ \t\n])"
)
_TITLED: Final = re.compile(
    r"[ \n]?[-–—:]?[ \n]?((?:[A-Z][\w'’&/,;()-]*|of|and|or|the|to|in|on|for|with|by|a|an|from)"
    r"(?:[ \t][\w'’&/,;()-]+){0,11})"
)
_CONTENTS: Final = re.compile(r"(?:\t|\.{3,}|…| )\d{1,3}$")
_MIN_CONTENTS: Final = 4
LONGEST: Final = 40_000
_MOST_HEADS: Final = 300


@dataclass(frozen=True, slots=True)
class Section:
    """A section whose heading begins at `start`; its words end at `end` of the flow's text. `top` is the number of its
    article, or the number before the first point.
    """

    top: str
    title: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Head:
    top: str
    is_article: bool
    start: int
    title: str


def find_heads(script: Script) -> Sequence[_Head]:
    """Return the headings with numbers, in order; entries of a table of contents are left out."""
    text = script.text
    heads = []
    for found in _HEAD.finditer(text):
        line_end = text.find("\n", found.end())
        line_end = len(text) if line_end < 0 else line_end
        line = text[found.start() : line_end]
        if len(line) < 160 and _CONTENTS.search(line):
            continue
        title = _TITLED.match(text, found.end())
        if title is None:
            continue
        is_article = found.group(3) is None
        heads.append(_Head(found.group(2), is_article, found.start(), title.group(1)))
    return heads


def find_sections(script: Script, title: str) -> Iterator[Section]:
    """Yield the sections whose title matches the pattern at its beginning (case ignored).

    A section ends at the next heading; an article, or a section with a whole number, at the next number.
    """
    heads = script.once(find_heads)
    starts = [head.start for head in heads]
    wanted = re.compile(title, re.I)
    for head in heads:
        if wanted.match(head.title):
            yield _section(script, heads, starts, head.start, head)
    line = re.compile(rf"(?:^|(?<=\n))(?:{title})[^\n\t]{{0,40}}(?=\n)", re.I)
    for found in line.finditer(script.text):
        at = bisect_right(starts, found.start())
        if _CONTENTS.search(found.group()) or (at and found.start() - starts[at - 1] < 20):
            continue
        before = heads[at - 1] if at else None
        yield _section(script, heads, starts, found.start(), before)


def _section(script: Script, heads: Sequence[_Head], starts: Sequence[int], start: int, head: _Head | None) -> Section:
    at = bisect_right(starts, start)
    if head is None or head.is_article:
        top = head.top if head else ""
        following = heads[at : at + _MOST_HEADS]
        end = next(
            (each.start for each in following if each.top != top and (each.is_article or not _is_roman(top))),
            len(script.text),
        )
    else:
        end = heads[at].start if at < len(heads) else len(script.text)
    return Section(head.top if head else "", head.title if head else "", start, min(end, start + LONGEST))


def _is_roman(number: str) -> bool:
    return bool(number) and not number.isdigit()
