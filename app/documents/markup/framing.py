"""Writes a filed page as the document of a frame: passages marked, then cleaned by a sanitiser (ammonia)."""

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Any

import numpy as np

from app.documents.markup.alignment import offsets, squeeze
from app.documents.markup.filing import FiledPage
from app.documents.markup.nodes import ATTRIBUTES, KEPT, PICTURE, VALUE

QUOTE = "quote"
"""The ID of the first passage's mark, to which the frame's address may lead."""

_CLASS = re.compile(r"(?:s\d{1,6}|n-[a-z]{1,20})(?: n-[a-z]{1,20})?")
_ID = re.compile(rf"x\d{{1,7}}|{QUOTE}")
_PLACE = re.compile(r"(?:\.\./\d{1,7}/filed)?#x\d{1,7}")
_NUMBER = re.compile(r"\d{1,7}%?")
_BASE = """
html{background:#fff;color:#000;color-scheme:only light}
body{margin:0}
.n-body{margin:8px;overflow-wrap:break-word}
table{overflow-wrap:normal}
img{max-width:100%}
a{color:inherit;text-decoration:underline}
mark{background:#ffdf7e;color:#111;scroll-margin:35vh 20px}
mark.n-now{background:#ffc53d;outline:2px solid #8a5a00}
.n-picture::before{content:"[picture: not in the file]";color:#595959;font:12px sans-serif}
"""


@dataclass(frozen=True, slots=True)
class Passage:
    """The part `start` to `end` of a page's stored text, to be marked."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Frame:
    """A document for a frame, and the content security policy that it needs."""

    html: str
    policy: str


def frame_page(page: FiledPage, sheet: str, text: str, passages: Sequence[Passage], *, is_strict: bool) -> Frame:
    """Return the document of a page with stored text `text`. Its style sheet is the only thing that its policy allows,
    except pictures inside it.
    """
    css = f"{_BASE}{sheet}\n"
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    body = clean(_marked(page, text, passages))
    doctype = "<!doctype html>\n" if is_strict else ""
    html = (
        f'{doctype}<html lang="en"><head><meta charset="utf-8"><title>Page</title><style>{css}</style></head>'
        f"<body>{body}</body></html>\n"
    )
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; form-action 'none'; base-uri 'none'; "
        "frame-ancestors 'self'; sandbox allow-same-origin"
    )
    return Frame(html, policy)


def clean(markup: str) -> str:
    """Return markup with the elements and attributes of filed pages only."""
    cleaned: str = _cleaner().clean(markup)
    return cleaned


@lru_cache(maxsize=1)
def _cleaner() -> Any:
    import nh3  # noqa: PLC0415 - few requests show a filing

    shared = {"class", "id"}
    attributes = {tag: {*ATTRIBUTES.get(tag, ()), *shared} for tag in (*KEPT, "mark")}
    attributes |= {"a": {*shared, "href"}, "img": {*shared, "alt", "height", "src", "width"}}
    attributes["span"] = {*shared, "title"}
    return nh3.Cleaner(
        tags={*attributes},
        attributes=attributes,
        attribute_filter=_filter,
        url_schemes={"data"},
        link_rel=None,
    )


def _filter(tag: str, name: str, value: str) -> str | None:
    if name == "class":
        pattern = _CLASS
    elif name == "id":
        pattern = _ID
    elif name == "href":
        pattern = _PLACE
    elif name == "src":
        pattern = PICTURE
    elif name in ("alt", "title"):
        return value
    elif tag == "img":
        pattern = _NUMBER
    else:
        pattern = VALUE
    return value if pattern.fullmatch(value) else None


def _marked(page: FiledPage, text: str, passages: Sequence[Passage]) -> str:
    before = offsets(text)
    last = len(before) - 1
    looked = np.zeros(len(page.places), bool)
    first = looked.copy()
    for index, each in enumerate(passages):
        start, end = (int(before[min(max(0, offset), last)]) for offset in (each.start, each.end))
        hit = (page.places >= start) & (page.places < end)
        looked |= hit
        first = first if index else hit
    out: list[str] = []
    count = 0
    is_first = True
    for index, part in enumerate(page.parts):
        if index % 2 == 0:
            out.append(part)
            continue
        length = len(squeeze(part))
        hits = np.flatnonzero(looked[count : count + length])
        is_of_first = bool(first[count : count + length].any())
        count += length
        if not len(hits):
            out.append(escape(part, quote=False))
            continue
        places = offsets(part)
        start = int(np.searchsorted(places, hits[0], "right")) - 1
        end = int(np.searchsorted(places, hits[-1] + 1))
        name = ' class="n-now"' if is_of_first and len(passages) > 1 else ""
        if is_of_first and is_first:
            name, is_first = f'{name} id="{QUOTE}"', False
        head, marked, tail = (escape(each, quote=False) for each in (part[:start], part[start:end], part[end:]))
        out.append(f"{head}<mark{name}>{marked}</mark>{tail}")
    return "".join(out)
