"""Reads the texts that a file tags in inline XBRL about the document and its entity (`dei:…`).

A text may continue in other elements (Inline XBRL 1.1 `continuedAt`) and have parts that are not of it (`exclude`). The
formats of true and false are those of the transformation registries 2 to 5, and the SEC's ballot box.
"""

import re
from collections.abc import Iterator

from lxml import etree

from workers.parsing.html.tags import find_tag

LONGEST = 200
"""Characters of the longest text that is read."""

_DEI = re.compile(r"dei:(\w{1,80})")
_ELEMENTS = ("title", "{*}title", "ix:nonnumeric", "ix:nonfraction", "{*}nonNumeric", "{*}nonFraction")
_CONTINUATIONS = ("{*}continuation", "ix:continuation")
_MOST_PARTS = 20
_FIXED = {"fixedtrue": "true", "booleantrue": "true", "fixedfalse": "false", "booleanfalse": "false"}
_BALLOT_BOX, _EMPTY_BOX, _CROSSED_BOXES = "boolballotbox", "☐", "☑☒"


def read_texts(root: etree._Element) -> Iterator[tuple[str, str]]:
    """Yield the name and the text of the file's title and of each fact, in order."""
    continuations: dict[str, etree._Element] | None = None
    for element in root.iter(*_ELEMENTS):
        name = find_tag(element).name
        if name != "title" and not _DEI.fullmatch(element.get("name", "")):
            continue
        parts = [_own_text(element)]
        at, read = _continued_at(element), set[str]()
        if at and continuations is None:
            continuations = {part.get("id", ""): part for part in root.iter(*_CONTINUATIONS)}
        while at not in read and continuations and at in continuations and len(parts) < _MOST_PARTS:
            read.add(at)
            parts.append(_own_text(continuations[at]))
            at = _continued_at(continuations[at])
        text = _formatted(" ".join("".join(parts).split()), element.get("format", ""))
        if text and len(text) <= LONGEST:
            yield ("title" if name == "title" else element.get("name", "")), text


def _continued_at(element: etree._Element) -> str:
    return element.get("continuedAt") or element.get("continuedat") or ""


def _own_text(element: etree._Element) -> str:
    excluded = set(element.iter("{*}exclude", "ix:exclude")) if len(element) else frozenset()
    if not excluded:
        return "".join(map(str, element.itertext()))
    parts: list[str] = []
    walk = etree.iterwalk(element, events=("start", "end"))
    for event, part in walk:
        if event == "end":
            parts.append((part.tail or "") if part is not element else "")
        elif part in excluded:
            walk.skip_subtree()
        else:
            parts.append(part.text or "")
    return "".join(parts)


def _formatted(text: str, form: str) -> str:
    """Return "true" or "false" for a text in a format of these, and other texts as they are."""
    name = form.rpartition(":")[2].lower().replace("-", "")
    if name == _BALLOT_BOX and text:
        return "false" if text == _EMPTY_BOX else "true" if text in _CROSSED_BOXES else text
    return _FIXED.get(name, text)
