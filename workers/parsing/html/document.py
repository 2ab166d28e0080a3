"""Parses HTML, with inline XBRL (Inline XBRL 1.1).

The text of visible facts is kept; hidden facts are left out. The parser does not use the network, does not resolve a
document's entities, and does not build huge trees. Pages follow the file's page breaks for print (CSS Fragmentation,
`page-break-*`). Long pages are split between blocks.
"""

import re
from pathlib import Path

from lxml import etree

from app.core.errors import DocumentError
from app.documents.content.parsed import ParsedDocument
from app.documents.markup.charset import clean_text
from app.documents.markup.sheets import apply_sheets
from app.documents.markup.tree import parse_tree, split_wrapper
from workers.parsing.decoding import read_text_file
from workers.parsing.flow import compose_tagged_pages
from workers.parsing.html.ixbrl import read_tags
from workers.parsing.html.ixbrl_texts import LONGEST, read_texts
from workers.parsing.html.styles import PROPERTIES
from workers.parsing.html.walk import FlowReader

_SGML_FIELD = re.compile(r"^<(TYPE|DESCRIPTION)>([^\n<]{1,200})", re.M | re.I)
_DROPPED = "Tagged figures that are not valid inline XBRL were read from the text only: {count}."


class HtmlUnreadableError(DocumentError):
    code = "html-unreadable"
    title = "The HTML contains no readable text: save it again from its source and send the new file."


def parse_html(path: Path, *, password: str | None = None) -> ParsedDocument:  # noqa: ARG001 - the signature of all readers
    """Parse the HTML file at `path`. `properties` contains its title, the EDGAR header's type, and the `dei:…` facts.

    Raises EmptyFileError, UnsupportedFormatError (binary content), HtmlUnreadableError, HtmlTooDeepError,
    HtmlTooManyElementsError, HtmlTooManyCellsError, HtmlSheetsTooLargeError.
    """
    head, body = split_wrapper(clean_text(read_text_file(path, declared=True)))
    properties = {f"edgar:{name.lower()}": value.strip() for name, value in _SGML_FIELD.findall(head)}
    root = parse_tree(body)
    if root is None:
        raise HtmlUnreadableError
    properties.update(_properties(root))
    if next(root.iter("style", "{*}style"), None) is not None:
        apply_sheets(root, PROPERTIES)
    tags = read_tags(root)
    pages, places = compose_tagged_pages(FlowReader(root, tags.numbers).read())
    if not pages:
        raise HtmlUnreadableError
    return ParsedDocument(
        "text/html",
        "lxml",
        pages,
        properties=properties,
        warnings=(_DROPPED.format(count=tags.dropped),) if tags.dropped else (),
        tags=tags.place(pages, places),
    )


def _properties(root: etree._Element) -> dict[str, str]:
    """Return the title and the inline-XBRL facts about the document and its entity (`dei:…`).

    If the entity has several trading symbols, they are joined.
    """
    found: dict[str, str] = {}
    for name, value in read_texts(root):
        if name not in found:
            found[name] = value
        elif name == "dei:TradingSymbol" and value not in found[name].split():
            found[name] = f"{found[name]} {value}"[:LONGEST]
    return found
