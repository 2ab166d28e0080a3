"""The tags of HTML and of inline XBRL: which are blocks, which are not read, and how they look by themselves."""

from dataclasses import dataclass, replace

from lxml import etree

from workers.parsing.html.styles import Look

_BLOCKS = frozenset(
    ["address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "div", "dl",
     "dt", "fieldset", "figcaption", "figure", "footer", "form", "header", "hgroup", "hr", "html", "legend", "li",
     "main", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
     "h1", "h2", "h3", "h4", "h5", "h6"]
)  # fmt: skip
_DROPPED = frozenset(
    ["audio", "canvas", "datalist", "head", "iframe", "math", "noscript", "object", "script", "select", "style", "svg",
     "template", "textarea", "video"]
)  # fmt: skip
_XBRL_DROPPED = frozenset({"hidden", "header", "resources", "references"})
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_HINTED = frozenset({"font", "td", "th", "tr", "tbody", "thead", "tfoot", "table", "body", "div", "p", *_HEADINGS})
_BOLD = Look(bold=True)
_UNDERLINED = Look(underlined=True)
_STRUCK = Look(struck=True)
_LOOKS = {
    **dict.fromkeys(("b", "strong", "th", *_HEADINGS), _BOLD),
    **dict.fromkeys(("u", "ins"), _UNDERLINED),
    **dict.fromkeys(("s", "strike", "del"), _STRUCK),
    "sup": Look(raised=True, size=(5 / 6, "em")),
    "sub": Look(raised=False, size=(5 / 6, "em")),
    "small": Look(size=(5 / 6, "em")),
    "big": Look(size=(1.2, "em")),
    "center": Look(centred=True),
}
_PLAIN = Look()


@dataclass(frozen=True, slots=True, eq=False)
class Tag:
    """What a tag means. `has_hints` states that attributes beside `style` may change how it looks. `is_figure` states
    that it is inline XBRL's tag of a figure.
    """

    name: str
    is_block: bool = False
    is_dropped: bool = False
    level: int = 0
    has_hints: bool = False
    is_figure: bool = False
    look: Look = _PLAIN


_known: dict[object, Tag] = {}


def find_tag(element: etree._Element) -> Tag:
    """Return the tag of an element. Comments and processing instructions are dropped tags."""
    tag = element.tag
    found = _known.get(tag)
    if found is None:
        found = _tag(tag)
        if len(_known) < 2_000:
            _known[tag] = found
    return found


def _tag(tag: object) -> Tag:
    if not isinstance(tag, str):
        return Tag("", is_dropped=True)
    name = tag.rpartition("}")[2].rpartition(":")[2].lower()
    if tag.lower().startswith("ix:") or "inlineXBRL" in tag:
        return Tag(name, is_dropped=name in _XBRL_DROPPED, is_figure=name == "nonfraction")
    return Tag(
        name,
        is_block=name in _BLOCKS,
        is_dropped=not name or name in _DROPPED,
        level=_HEADINGS.get(name, 0),
        has_hints=name in _HINTED,
        look=_LOOKS.get(name, _PLAIN),
    )


def combine(tag: Tag, own: Look) -> Look:
    """Return the look of an element by its tag and by its own declarations, which win.

    A block is not raised: in a cell, `vertical-align` says where its lines stand (CSS 2.2 10.8.1, 17.5.3).
    """
    base = tag.look
    return replace(
        own,
        bold=base.bold if own.bold is None else own.bold,
        centred=base.centred if own.centred is None else own.centred,
        underlined=base.underlined or own.underlined,
        struck=base.struck or own.struck,
        raised=None if tag.is_block else base.raised if own.raised is None else own.raised,
        lifted=own.lifted and not tag.is_block,
        size=base.size if own.size is None else own.size,
    )


def hints(element: etree._Element, tag: Tag) -> str:
    """Return CSS for an element's presentational attributes (HTML Living Standard 15). Its `style` comes after it."""
    if element.get("hidden") is not None or (tag.name == "dialog" and element.get("open") is None):
        return "display:none!important;"
    if not tag.has_hints:
        return ""
    if tag.name == "font":
        colour, size = element.get("color"), element.get("size")
        return (f"color:{colour};" if colour else "") + (_font_size(size) if size else "")
    colour, align = element.get("bgcolor"), element.get("align")
    css = f"background-color:{colour};" if colour else ""
    return f"{css}text-align:{align};" if align and tag.name != "table" else css


def has_hints(root: etree._Element) -> bool:
    """Return whether any element of the tree may have presentational attributes."""
    if next(root.iter("font", "dialog", "{*}font", "{*}dialog"), None) is not None:
        return True
    return bool(root.xpath("boolean(//@bgcolor) or boolean(//@align) or boolean(//@hidden)"))


def _font_size(size: str) -> str:
    names = {
        "1": "x-small",
        "2": "small",
        "3": "medium",
        "4": "large",
        "5": "x-large",
        "6": "xx-large",
        "7": "xx-large",
    }
    size = size.strip()
    if size[:1] in ("+", "-") and size[1:].isdecimal() and len(size) == 2:
        size = str(min(7, max(1, 3 + int(size))))
    return f"font-size:{names[size]};" if size in names else ""
