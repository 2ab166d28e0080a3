"""Parses HTML and XHTML into trees, with limits. Nothing is fetched, and a document's entities are not resolved."""

import re

from lxml import etree

from app.core.errors import DocumentError

_SGML_HEAD = re.compile(r"\A\s*(?:<SEC-DOCUMENT>.*?)?<DOCUMENT>\s*(.*?)<TEXT>\s*(?:<XBRL>\s*)?", re.S | re.I)
_MAX_SGML_HEAD = 20_000
_LOOKS = re.compile(rb"</?(?:font|b|i|u|span|strong|em|small|big|a|center)\b[^<>]*>", re.I)
_XML_HEAD = re.compile(r"\A\s*<\?xml[^>]*\?>")
_PICTURE = re.compile(r"""(["'])data:[^"'<>]{1000,}\1""")
_LARGE = 8 << 20
"""Shorter files contain no text, comment or attribute that is too long for libxml2 (10,000,000 bytes)."""

_MAX_DEPTH = 256
"""The deepest element that is read, which is libxml2's own limit. The readers of this package recurse."""

_MAX_TAGS = 3_000_000
"""A file with more tags needs more than 400 MiB for its tree. A filing of 1,000 pages has about 300,000."""


class HtmlTooDeepError(DocumentError):
    code = "html-too-deep"
    title = "The HTML nests its elements too deeply to be read completely: save it again, or send it as PDF."


class HtmlTooManyElementsError(DocumentError):
    code = "html-too-many-elements"
    title = "The HTML has too many elements to be read at once: split it, and send the parts."


def split_wrapper(text: str) -> tuple[str, str]:
    """Return the header that EDGAR writes around a file (empty without one), and the file itself."""
    wrapper = _SGML_HEAD.match(text, 0, _MAX_SGML_HEAD)
    return (wrapper.group(1), text[wrapper.end() :]) if wrapper else ("", text)


def parse_tree(text: str) -> etree._Element | None:
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
