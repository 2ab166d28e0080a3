"""The tags of HTML and of inline XBRL: which are blocks, which are not read, and how they look by themselves."""

from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Tag:
    """What a tag means. `attributes` states that its attributes, beside `style`, change how it looks."""

    name: str
    is_block: bool = False
    is_dropped: bool = False
    is_xbrl: bool = False
    level: int = 0
    attributes: bool = False
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
        return Tag(name, is_xbrl=True, is_dropped=name in _XBRL_DROPPED)
    return Tag(
        name,
        is_block=name in _BLOCKS,
        is_dropped=not name or name in _DROPPED,
        level=_HEADINGS.get(name, 0),
        attributes=name in ("font", "td", "th", "tr", "tbody", "thead", "tfoot", "table", "body", "div", "p")
        or name in _HEADINGS,
        look=_LOOKS.get(name, _PLAIN),
    )


def own_declarations(element: etree._Element, tag: Tag) -> str:
    """Return the element's declarations as CSS: those of its presentational attributes (HTML Living Standard 15), then
    those of its `style`.
    """
    css = element.get("style") or ""
    if element.get("hidden") is not None:
        return "display:none"
    if tag.name == "dialog" and element.get("open") is None:
        return "display:none"
    if tag.attributes:
        hints = ""
        if tag.name == "font":
            colour, size = element.get("color"), element.get("size")
            hints = (f"color:{colour};" if colour else "") + (_font_size(size) if size else "")
        else:
            colour = element.get("bgcolor")
            align = element.get("align") if tag.name != "table" else None
            hints = (f"background-color:{colour};" if colour else "") + (f"text-align:{align};" if align else "")
        if hints:
            return hints + css
    return css


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
