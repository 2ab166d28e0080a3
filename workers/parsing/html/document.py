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
from workers.parsing.charset import read_text_file
from workers.parsing.flow import clean_text, compose_tagged_pages
from workers.parsing.html.ixbrl import read_tags
from workers.parsing.html.ixbrl_texts import LONGEST, read_texts
from workers.parsing.html.sheets import apply_sheets
from workers.parsing.html.walk import FlowReader

_SGML_HEAD = re.compile(r"\A\s*(?:<SEC-DOCUMENT>.*?)?<DOCUMENT>\s*(.*?)<TEXT>\s*(?:<XBRL>\s*)?", re.S | re.I)
_SGML_FIELD = re.compile(r"^<(TYPE|DESCRIPTION)>([^\n<]{1,200})", re.M | re.I)
_LOOKS = re.compile(rb"</?(?:font|b|i|u|span|strong|em|small|big|a|center)\b[^<>]*>", re.I)
_XML_HEAD = re.compile(r"\A\s*<\?xml[^>]*\?>")
_PICTURE = re.compile(r"""(["'])data:[^"'<>]{1000,}\1""")
_MAX_SGML_HEAD = 20_000
_DROPPED = "Tagged figures that are not valid inline XBRL were read from the text only: {count}."
_LARGE = 8 << 20
"""Shorter files contain no text, comment or attribute that is too long for libxml2 (10,000,000 bytes)."""

_MAX_DEPTH = 256
"""The deepest element that is read, which is libxml2's own limit. The readers of this package recurse."""

_MAX_TAGS = 3_000_000
"""A file with more tags needs more than 400 MiB for its tree. A filing of 1,000 pages has about 300,000."""


class HtmlUnreadableError(DocumentError):
    code = "html-unreadable"
    title = "The HTML contains no readable text: save it again from its source and send the new file."


class HtmlTooDeepError(DocumentError):
    code = "html-too-deep"
    title = "The HTML nests its elements too deeply to be read completely: save it again, or send it as PDF."


class HtmlTooManyElementsError(DocumentError):
    code = "html-too-many-elements"
    title = "The HTML has too many elements to be read at once: split it, and send the parts."


def parse_html(path: Path, *, password: str | None = None) -> ParsedDocument:  # noqa: ARG001 - the signature of all readers
    """Parse the HTML file at `path`. `properties` contains its title, the EDGAR header's type, and the `dei:…` facts.

    Raises EmptyFileError, UnsupportedFormatError (binary content), HtmlUnreadableError, HtmlTooDeepError,
    HtmlTooManyElementsError, HtmlTooManyCellsError, HtmlSheetsTooLargeError.
    """
    text = clean_text(read_text_file(path, declared=True))
    properties: dict[str, str] = {}
    wrapper = _SGML_HEAD.match(text, 0, _MAX_SGML_HEAD)
    if wrapper:
        properties.update(
            {f"edgar:{name.lower()}": value.strip() for name, value in _SGML_FIELD.findall(wrapper.group(1))}
        )
        text = text[wrapper.end() :]
    root = _tree(text)
    if root is None:
        raise HtmlUnreadableError
    properties.update(_properties(root))
    if next(root.iter("style", "{*}style"), None) is not None:
        apply_sheets(root)
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


def _tree(text: str) -> etree._Element | None:
    """Parse XHTML with the XML parser, and other files with the HTML parser.

    The HTML parser misreads XHTML's elements like `<td/>`. Pictures inside the file are left out.
    """
    if text.count("<") > _MAX_TAGS:
        raise HtmlTooManyElementsError
    if len(text) > _LARGE:
        text = _PICTURE.sub('""', text)
    head = _XML_HEAD.match(text)
    body = text[head.end() :] if head else text
    raw = body.encode("utf-8", "replace")
    if head and "<!DOCTYPE" not in body[:2000].upper().replace("<!DOCTYPE HTML>", ""):
        strict = etree.XMLParser(
            encoding="utf-8",
            no_network=True,
            resolve_entities=False,
            huge_tree=False,
            load_dtd=False,
            remove_comments=True,
            remove_pis=True,
        )
        try:
            return etree.fromstring(raw, strict)
        except etree.XMLSyntaxError:
            pass  # not well-formed: use the HTML parser below
    root, is_whole = _forgiving_tree(raw)
    if not is_whole:
        # In old filings, unclosed font tags contain all later elements. Removing the tags does not change the text.
        root, is_whole = _forgiving_tree(_LOOKS.sub(b"", raw))
    if not is_whole:
        raise HtmlTooDeepError
    return root


def _forgiving_tree(raw: bytes) -> tuple[etree._Element | None, bool]:
    """Return the tree as browsers build it, and whether it is complete: no element is too deep.

    Only files with very long texts are parsed without libxml2's limits, because these limits include its depth.
    """
    root, errors = _forgiving_parse(raw, is_huge=False)
    if not errors or any("depth" in error for error in errors):
        return root, not errors
    root, errors = _forgiving_parse(raw, is_huge=True)
    return root, not errors and (root is None or _depth(root) <= _MAX_DEPTH)


def _forgiving_parse(raw: bytes, *, is_huge: bool) -> tuple[etree._Element | None, list[str]]:
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, huge_tree=is_huge, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError:
        root = None
    limits = (entry for entry in parser.error_log if entry.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT)
    return root, [str(entry.message) for entry in limits]


def _depth(root: etree._Element) -> int:
    deepest = depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        deepest = max(deepest, depth)
    return deepest


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
