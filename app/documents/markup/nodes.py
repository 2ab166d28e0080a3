"""Builds a tree of harmless elements from the tree of an HTML file: known tags, checked attributes, text.

Nothing is copied from the file but text, names of elements and attributes from fixed lists, and values that match
narrow patterns. Elements that nobody sees, programs, pictures from elsewhere and forms are left out.
"""

import re
from dataclasses import dataclass, field
from html import escape

from lxml import etree

from app.documents.markup.looks import Looks

KEPT = frozenset(
    ["abbr", "address", "article", "aside", "b", "bdi", "bdo", "big", "blockquote", "br", "caption", "center", "cite",
     "code", "col", "colgroup", "dd", "del", "dfn", "div", "dl", "dt", "em", "figcaption", "figure", "font", "footer",
     "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "i", "ins", "kbd", "li", "main", "ol", "p", "pre", "q", "s",
     "samp", "section", "small", "span", "strike", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th",
     "thead", "time", "tr", "tt", "u", "ul", "var"]
)  # fmt: skip
"""Elements that stay what they are. Links, pictures and the body are treated apart; unknown elements are left out, and
their contents stay.
"""

DROPPED = frozenset(
    ["applet", "audio", "base", "canvas", "datalist", "embed", "frame", "frameset", "head", "iframe", "input", "link",
     "math", "meta", "noembed", "noframes", "noscript", "object", "script", "select", "style", "svg", "template",
     "textarea", "title", "video", "xml"]
)  # fmt: skip
"""Elements that are left out with their contents."""

VOID = frozenset({"br", "col", "hr", "img"})
_XBRL_DROPPED = frozenset({"hidden", "header", "resources", "references"})
_IN_TABLES = frozenset({"table", "thead", "tbody", "tfoot", "tr", "colgroup"})
_CELLS = frozenset({"td", "th"})
_ROWS = frozenset({"tr", "thead", "tbody", "tfoot"})
ATTRIBUTES: dict[str, frozenset[str]] = {
    **dict.fromkeys(
        _CELLS, frozenset({"align", "bgcolor", "colspan", "height", "nowrap", "rowspan", "valign", "width"})
    ),
    **dict.fromkeys(_ROWS, frozenset({"align", "bgcolor", "valign"})),
    **dict.fromkeys(("col", "colgroup"), frozenset({"align", "span", "width"})),
    **dict.fromkeys(("div", "p", "caption", "h1", "h2", "h3", "h4", "h5", "h6"), frozenset({"align"})),
    "table": frozenset({"align", "bgcolor", "border", "cellpadding", "cellspacing", "frame", "rules", "width"}),
    "hr": frozenset({"align", "noshade", "size", "width"}),
    "font": frozenset({"color", "face", "size"}),
    "ol": frozenset({"start", "type"}),
    "ul": frozenset({"type"}),
    "li": frozenset({"value", "type"}),
    "bdo": frozenset({"dir"}),
}
"""The attributes that are kept beside classes, by element."""

VALUE = re.compile(r"[#%A-Za-z0-9 .,+-]{0,60}")
"""What such an attribute may contain."""

PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]{1,400000}")
"""The pictures that are kept: those inside the file."""

_MOST_PICTURES = 6_000_000
_MOST_TITLE = 120


@dataclass(slots=True)
class Leaf:
    """A text."""

    text: str


@dataclass(slots=True)
class Node:
    """An element. `link` is the name of the place that it leads to; `names` are its own names
    as a place that links lead to."""

    tag: str
    attributes: str = ""
    link: str | None = None
    names: tuple[str, ...] = ()
    children: list["Node | Leaf"] = field(default_factory=list)


def build(root: etree._Element, looks: Looks) -> Node:
    """Return the body of a file. Its elements have the classes of `looks`."""
    builder = _Builder(looks, _targets(root))
    top = Node("div")
    builder.enter(root, top.children)
    return top


class _Builder:
    def __init__(self, looks: Looks, wanted: frozenset[str]) -> None:
        self._looks = looks
        self._wanted = wanted
        self._picture_bytes = 0

    def enter(self, element: etree._Element, out: list[Node | Leaf]) -> None:
        tag, is_xbrl = _tag(element)
        if not tag or tag in DROPPED or (is_xbrl and tag in _XBRL_DROPPED):
            return
        css = element.get("style")
        name, hides = self._looks.find(css) if css else ("", False)
        if hides or element.get("hidden") is not None:
            return
        if tag == "img":
            self._picture(element, name, out)
            return
        node = self._node(element, tag, name, is_xbrl=is_xbrl)
        into = out if node is None else node.children
        if tag not in VOID:
            keeps_blanks = tag not in _IN_TABLES
            self._text(element.text, into, keeps_blanks=keeps_blanks)
            for child in element:
                self.enter(child, into)
                self._text(child.tail, into, keeps_blanks=keeps_blanks)
        if node is not None:
            out.append(node)

    def _text(self, text: str | None, out: list[Node | Leaf], *, keeps_blanks: bool) -> None:
        if text and (keeps_blanks or not text.isspace()):
            out.append(Leaf(text))

    def _node(self, element: etree._Element, tag: str, name: str, *, is_xbrl: bool) -> Node | None:
        """Return the element as it is shown; None if only its contents are."""
        own = (element.get("id"), element.get("name") if tag == "a" else None)
        names = tuple(each for each in own if each in self._wanted)
        if not is_xbrl and tag in KEPT:
            return Node(tag, _attributes(element, tag, name), names=names)
        if tag == "a" and not is_xbrl:
            target = (element.get("href") or "").strip()
            link = target[1:] if target.startswith("#") and len(target) > 1 else None
            return Node("a" if link else "span", _class(name), link, names)
        if tag == "body" and not is_xbrl:
            return Node("div", _class(f"{name} n-body".strip()), names=names)
        if tag in ("html", "form", "fieldset", "nav", "details", "summary", "dialog"):
            return Node("div", _class(name), names=names) if name or names or tag != "html" else None
        return Node("span", _class(name), names=names) if name or names else None

    def _picture(self, element: etree._Element, name: str, out: list[Node | Leaf]) -> None:
        """Add a picture that is inside the file, or a note that it is not."""
        source = (element.get("src") or "").strip()
        size = "".join(f' {each}="{found}"' for each in ("width", "height") if (found := _number(element.get(each))))
        title = " ".join((element.get("alt") or "").split())[:_MOST_TITLE]
        if len(source) < 500_000 and PICTURE.fullmatch(source):
            self._picture_bytes += len(source)
            if self._picture_bytes < _MOST_PICTURES:
                out.append(Node("img", f'{_class(name)}{size} alt="{escape(title)}" src="{"".join(source.split())}"'))
        elif source:
            out.append(Node("span", f' class="n-picture" title="{escape(title)}"'))


def _targets(root: etree._Element) -> frozenset[str]:
    """Return the names of the places that the file's links lead to."""
    addresses = ((link.get("href") or "").strip() for link in root.iter("a", "{*}a"))
    return frozenset(address[1:] for address in addresses if address.startswith("#"))


def _tag(element: etree._Element) -> tuple[str, bool]:
    """Return the element's name, and whether it is one of inline XBRL."""
    tag = element.tag
    if not isinstance(tag, str):
        return "", False
    is_xbrl = "inlineXBRL" in tag or tag[:3].lower() == "ix:"
    return tag.rpartition("}")[2].rpartition(":")[2].lower(), is_xbrl


def _class(name: str) -> str:
    return f' class="{name}"' if name else ""


def _attributes(element: etree._Element, tag: str, name: str) -> str:
    known = ATTRIBUTES.get(tag)
    if not known:
        return _class(name)
    parts = [_class(name)]
    for key, value in element.attrib.items():
        lower = str(key).lower()
        if lower in known and VALUE.fullmatch(str(value)):
            parts.append(f' {lower}="{value!s}"')
    return "".join(parts)


def _number(value: str | None) -> str:
    return value if value and re.fullmatch(r"\d{1,4}%?", value) else ""
