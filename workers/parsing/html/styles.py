"""How elements look: the CSS declarations that decide whether text is seen, raised, struck through or bold.

Sources: CSS Cascading Level 4 (inheritance), CSS Color Level 4 (colours), CSS Text Decoration Level 3 (lines through
text), CSS 2.2 (visibility, vertical alignment).
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from workers.parsing.html.colours import Colour, parse_colour, same_to_the_eye

_BREAKS = frozenset({"always", "page", "left", "right", "recto", "verso"})
_LENGTH = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))(px|pt|pc|in|cm|mm|em|rem|ex|ch|%)?")
_LONGEST_LENGTH = 40
_PIXELS = {"px": 1.0, "pt": 4 / 3, "pc": 16.0, "in": 96.0, "cm": 96 / 2.54, "mm": 9.6 / 2.54, "rem": 16.0}
_SIZES = {
    "xx-small": 9.0,
    "x-small": 10.0,
    "small": 13.0,
    "medium": 16.0,
    "large": 18.0,
    "x-large": 24.0,
    "xx-large": 32.0,
}
PROPERTIES = frozenset(
    ["background", "background-color", "background-image", "break-after", "break-before", "clip", "clip-path", "color",
     "content-visibility", "display", "float", "font", "font-size", "font-variant-position", "font-weight", "height",
     "left", "margin", "margin-left", "margin-top", "max-height", "max-width", "opacity", "overflow", "overflow-x",
     "overflow-y", "padding", "padding-left", "page-break-after", "page-break-before", "position", "right", "bottom",
     "text-align", "text-decoration", "text-decoration-line", "text-indent", "top", "transform", "vertical-align",
     "visibility", "width"]
)  # fmt: skip
"""The properties that a Look is made of."""

_FAR = -400.0
"""Text this many pixels to the left or above its place is off the screen."""

_SMALL = 0.75
"""Text of at most this share of the size around it is small, as footnote marks are."""

_LEAST_SIZE = 1.0
"""Text of at most this many pixels can't be seen."""


@dataclass(frozen=True, slots=True)
class Look:
    """What an element's own declarations say. None means that they say nothing about it. Lengths are CSS pixels."""

    absent: bool = False
    unseen: bool = False
    visible: bool | None = None
    bold: bool | None = None
    centred: bool | None = None
    underlined: bool = False
    struck: bool = False
    raised: bool | None = None
    lifted: bool = False
    size: tuple[float, str] | None = None
    colour: Colour | None = None
    background: Colour | None = None
    pictured: bool = False
    indent: float = 0.0
    floated: bool = False
    break_before: bool = False
    break_after: bool = False


class Style:
    """How text looks, with what it inherits. Compared by identity, so that it is a quick key of a cache."""

    __slots__ = (
        "background",
        "bold",
        "centred",
        "colour",
        "level",
        "linked",
        "plain",
        "raised",
        "seen",
        "size",
        "small",
        "struck",
        "underlined",
        "visible",
    )

    def __init__(
        self,
        *,
        bold: bool = False,
        centred: bool = False,
        underlined: bool = False,
        struck: bool = False,
        raised: bool = False,
        linked: bool = False,
        small: bool = False,
        visible: bool = True,
        size: float = 16.0,
        colour: Colour = (0, 0, 0, 1.0),
        background: Colour | None = (255, 255, 255, 1.0),
        level: int = 0,
    ) -> None:
        self.bold = bold
        self.centred = centred
        self.underlined = underlined
        self.struck = struck
        self.raised = raised
        self.linked = linked
        self.small = small
        self.visible = visible
        self.size = size
        self.colour = colour
        self.background = background
        self.level = level
        self.seen = visible and size > _LEAST_SIZE and not same_to_the_eye(colour, background)
        self.plain = self.seen and not (struck or raised or linked)


def inherit(outer: Style, look: Look, *, level: int = 0, linked: bool = False) -> Style:
    """Return the style of an element within `outer` with the element's own `look`."""
    size = _size(look.size, outer.size) if look.size is not None else outer.size
    background = None if look.pictured else outer.background
    if look.background is not None and look.background[3] > 0:
        background = look.background
    return Style(
        bold=outer.bold if look.bold is None else look.bold,
        centred=outer.centred if look.centred is None else look.centred,
        underlined=outer.underlined or look.underlined,
        struck=outer.struck or look.struck,
        raised=(look.raised if look.raised is not None else outer.raised) or (look.lifted and size < outer.size),
        linked=outer.linked or linked,
        small=outer.small or size <= outer.size * _SMALL,
        visible=outer.visible if look.visible is None else look.visible,
        size=size,
        colour=outer.colour if look.colour is None else look.colour,
        background=background,
        level=level or outer.level,
    )


@lru_cache(maxsize=20_000)
def parse_look(css: str) -> Look:
    """Read the declarations of a style attribute. What can't be read is left out."""
    return _look(_declarations(css))


def _declarations(css: str) -> dict[str, str]:
    """Return the last value of each property. Important ones win (CSS Cascading Level 4)."""
    normal: dict[str, str] = {}
    important: dict[str, str] = {}
    for part in (_plain_css(css) if "\\" in css or "/*" in css else css).lower().split(";"):
        name, colon, value = part.partition(":")
        if colon:
            value, mark, _ = value.partition("!")
            (important if mark else normal)[name.strip()] = value.strip()
    return normal | important


def _plain_css(css: str) -> str:
    from app.documents.markup.declarations import plain_css  # noqa: PLC0415 - few files need a parser of CSS

    return plain_css(css)


def _look(css: dict[str, str]) -> Look:
    get = css.get
    weight = get("font-weight") or get("font", "")
    top, position = _pixels(get("top", "")), get("position", "")
    align = get("vertical-align", "")
    moved = position == "relative" and top is not None and -40 < top < 0
    lines = get("text-decoration", "") + " " + get("text-decoration-line", "")
    background = get("background-color") or get("background") or ""
    return Look(
        absent=get("display") == "none" or get("visibility") == "collapse",
        unseen=_is_unseen(css, position),
        visible={"hidden": False, "collapse": False, "visible": True}.get(get("visibility", "")),
        bold=_bold(weight, is_font="font-weight" not in css),
        centred={"center": True, "left": False, "right": False, "justify": False}.get(get("text-align", "")),
        underlined="underline" in lines,
        struck="line-through" in lines,
        raised=True if align == "super" or get("font-variant-position") == "super" else None,
        lifted=moved or align in ("top", "text-top") or ((_pixels(align) or 0) > 0),
        size=_size_of(get("font-size") or _font_size(get("font", ""))),
        colour=parse_colour(get("color", "")),
        background=parse_colour(background.split(" ")[0]) if background else None,
        pictured="url(" in get("background", "") or "url(" in get("background-image", ""),
        indent=_left(css, "padding") + _left(css, "margin") + (_pixels(get("text-indent", "")) or 0.0),
        floated=get("float") == "left",
        break_before=get("page-break-before") in _BREAKS or get("break-before") in _BREAKS,
        break_after=get("page-break-after") in _BREAKS or get("break-after") in _BREAKS,
    )


def _is_unseen(css: dict[str, str], position: str) -> bool:
    """Return whether nothing inside the element is painted: clear, clipped, in a box of no size, or off the page."""
    get = css.get
    clear = _number(get("opacity", "")) == 0 or get("content-visibility") == "hidden"
    return clear or _is_clipped(css, position) or _is_away(css, position)


def _is_clipped(css: dict[str, str], position: str) -> bool:
    get = css.get
    hides = any(get(name) in ("hidden", "clip") for name in ("overflow", "overflow-x", "overflow-y"))
    if hides and any(_is_nothing(get(name, "")) for name in ("width", "height", "max-width", "max-height")):
        return True
    if position in ("absolute", "fixed") and re.fullmatch(
        r"rect ?\( ?(?:[01] ){3}[01] ?\)", re.sub(r"[\s,]+|px", " ", get("clip", "")).replace("  ", " ")
    ):
        return True
    return re.match(r"inset\(\s*(?:50|100)%", get("clip-path", "")) is not None


def _is_nothing(length: str) -> bool:
    pixels = _pixels(length)
    return length == "0%" or (pixels is not None and pixels <= _LEAST_SIZE)


def _is_away(css: dict[str, str], position: str) -> bool:
    names = ["text-indent", "margin-left", "margin-top"]
    if position in ("absolute", "fixed"):
        names += ["left", "top", "right", "bottom"]
    if any((_pixels(css.get(name, "")) or 0.0) <= _FAR for name in names):
        return True
    return re.search(r"scale\(\s*0\s*[,)]", css.get("transform", "")) is not None


def _bold(weight: str, *, is_font: bool) -> bool | None:
    if is_font:
        return True if "bold" in weight.split() else None
    if weight.isdecimal() and len(weight) < 5:
        return int(weight) >= 600
    return {"bold": True, "bolder": True, "normal": False, "lighter": False}.get(weight)


def _left(css: dict[str, str], name: str) -> float:
    own = css.get(f"{name}-left")
    if own is None:
        sides = css.get(name, "").split()
        own = sides[3] if len(sides) == 4 else sides[1] if len(sides) > 1 else sides[0] if sides else ""
    return _pixels(own) or 0.0


def _pixels(value: str) -> float | None:
    """Return a length in CSS pixels, with 16 pixels an em; None for a percentage or no length."""
    found = _length(value)
    if not found or found.group(2) == "%":
        return None
    unit = found.group(2)
    if unit in ("em", "ch", "ex"):
        return float(found.group(1)) * (16.0 if unit == "em" else 8.0)
    return float(found.group(1)) * _PIXELS.get(unit or "px", 1.0)


def _length(value: str) -> re.Match[str] | None:
    return _LENGTH.fullmatch(value) if len(value) <= _LONGEST_LENGTH else None


def _number(value: str) -> float | None:
    found = _length(value)
    return float(found.group(1)) if found else None


def _size_of(value: str) -> tuple[float, str] | None:
    if value in _SIZES:
        return _SIZES[value], "px"
    if value in ("smaller", "larger"):
        return (5 / 6 if value == "smaller" else 1.2), "em"
    found = _length(value)
    if not found:
        return None
    number, unit = float(found.group(1)), found.group(2)
    if unit == "%":
        return number / 100, "em"
    if unit in ("em", "ex", "ch"):
        return number if unit == "em" else number / 2, "em"
    return number * _PIXELS.get(unit or "px", 1.0), "px"


def _font_size(font: str) -> str:
    """Return the size in a `font` shorthand."""
    for word in font.split():
        size = word.partition("/")[0]
        if size in _SIZES or (_length(size) and not size.isdecimal()):
            return size
    return ""


def _size(own: tuple[float, str], outer: float) -> float:
    return own[0] * outer if own[1] == "em" else own[0]
