"""Read an HTML file and cut it into its pages. Import this module only in sandbox processes."""

import re
from collections.abc import Sequence
from pathlib import Path

import msgpack

from app.documents.markup.charset import clean_text, decode_text
from app.documents.markup.filing import cut_pages
from app.documents.markup.looks import PROPERTIES, Looks
from app.documents.markup.nodes import Node, build
from app.documents.markup.rendering import Filing, FilingNotShownError, encode_filing
from app.documents.markup.sheets import apply_sheets
from app.documents.markup.tree import parse_tree, split_wrapper

_STRICT = re.compile(
    r"\s*(?:<!--.*?-->\s*)*<!DOCTYPE\s+html(?:\s*>|\s+(?:SYSTEM|PUBLIC\s+\"-//W3C//DTD (?:X?HTML 1|HTML 4\.01//)))",
    re.I | re.S,
)


def draw_payload(payload: bytes) -> bytes:
    """Draw a filing in the child process. `payload` is the list [path, texts of the stored pages] in msgpack."""
    path, texts = msgpack.unpackb(payload)
    return encode_filing(draw_filing(Path(path).read_bytes(), texts))


def draw_filing(raw: bytes, texts: Sequence[str]) -> Filing:
    """Return the HTML file cut into the pages with these stored texts.

    Raises FilingNotShownError, HtmlTooDeepError, HtmlTooManyElementsError, HtmlSheetsTooLargeError.
    """
    _, body = split_wrapper(clean_text(decode_text(raw, declared=True)))
    root = parse_tree(body)
    if root is None:
        raise FilingNotShownError
    if next(root.iter("style", "{*}style"), None) is not None:
        apply_sheets(root, PROPERTIES)
    looks = Looks()
    top: Node = build(root, looks)
    return Filing(looks.sheet(), _STRICT.match(body) is not None, cut_pages(top, texts, link_to))


def link_to(page: int, name: str) -> str:
    """Return the address of a place on a page, relative to the address of another page; page 0 is the same page."""
    return f"../{page}/filed#{name}" if page else f"#{name}"
