"""Turns the declarations of an HTML file's elements into classes of a style sheet of our own.

A strict content security policy forbids style attributes. Only properties that place or emphasise text are kept, and
only values of plain tokens (CSS Syntax Level 3): words, numbers, lengths and colours. Nothing of a file can name an
address, because no value with `url()`, a string or another function is kept.
"""

import re
from collections.abc import Sequence
from typing import Any

import tinycss2

_SIDES = ("top", "right", "bottom", "left")
_BORDERS = [
    f"border{side}{part}"
    for side in ("", *(f"-{side}" for side in _SIDES))
    for part in ("", "-color", "-style", "-width")
]
_TEXT = ["color", "direction", "font", "font-family", "font-size", "font-style", "font-variant", "font-weight",
         "letter-spacing", "line-height", "list-style-type", "text-align", "text-decoration", "text-decoration-color",
         "text-decoration-line", "text-decoration-style", "text-indent", "text-transform", "vertical-align",
         "visibility", "white-space", "word-spacing"]  # fmt: skip
_BOX = ["align-items", "background", "background-color", "border-collapse", "border-spacing", "box-sizing",
        "caption-side", "clear", "column-count", "display", "empty-cells", "flex-direction", "float", "gap", "height",
        "justify-content", "max-height", "max-width", "min-height", "min-width", "opacity", "overflow", "position",
        "table-layout", "top", "left", "width"]  # fmt: skip
PROPERTIES = frozenset(
    [
        *_TEXT,
        *_BOX,
        *_BORDERS,
        "margin",
        "padding",
        *(f"{box}-{side}" for box in ("margin", "padding") for side in _SIDES),
    ]
)
"""The properties that are kept."""

_ONLY = {
    "position": frozenset({"relative"}),
    "overflow": frozenset({"hidden", "visible"}),
    "display": frozenset(
        ["block", "inline", "inline-block", "none", "list-item", "flex", "inline-flex", "inline-table", "table",
         "table-cell", "table-row", "table-row-group", "table-header-group", "table-footer-group", "table-column",
         "table-column-group", "table-caption"]
    ),
}  # fmt: skip
_UNITS = frozenset({"px", "pt", "pc", "in", "cm", "mm", "em", "rem", "ex", "ch"})
_COLOURS = frozenset({"rgb", "rgba", "hsl", "hsla"})
_WORD = re.compile(r"-?[a-z][a-z-]{0,30}")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9 -]{0,40}")
_HEX = re.compile(r"[0-9a-fA-F]{3,8}")
_FAR = 3_000
"""No length of a page is longer, in any unit."""

_LONGEST = 4_000
_MOST = 20_000
"""Classes of one file. Elements beyond them have no class."""


class Looks:
    """The classes of one file. Elements with the same kept declarations share a class."""

    def __init__(self) -> None:
        self._by_css: dict[str, tuple[str, bool]] = {}
        self._names: dict[str, str] = {}

    def find(self, css: str) -> tuple[str, bool]:
        """Return the class for these declarations (empty without any), and whether they hide the element."""
        found = self._by_css.get(css)
        if found is None:
            kept = _kept(css)
            hides = kept.get("display", "").removesuffix("!important") == "none"
            rule = ";".join(f"{name}:{value}" for name, value in kept.items())
            if rule and rule not in self._names and len(self._names) < _MOST:
                self._names[rule] = f"s{len(self._names)}"
            found = self._names.get(rule, ""), hides
            if len(self._by_css) < _MOST:
                self._by_css[css] = found
        return found

    def sheet(self) -> str:
        """Return the style sheet of all classes."""
        return "\n".join(f".{name}{{{rule}}}" for rule, name in self._names.items())


def _kept(css: str) -> dict[str, str]:
    """Return the kept declarations. Later ones win, unless only earlier ones are important (CSS Cascading Level 4)."""
    kept: dict[str, str] = {}
    if len(css) > _LONGEST:
        return kept
    for item in tinycss2.parse_blocks_contents(css, skip_comments=True, skip_whitespace=True):
        if item.type != "declaration" or item.lower_name not in PROPERTIES:
            continue
        name = item.lower_name
        value = _background(item.value) if name == "background" else _value(name, item.value)
        if value is None or value.lower() not in _ONLY.get(name, (value.lower(),)):
            continue
        name = "background-color" if name == "background" else name
        if kept.get(name, "").endswith("!important") and not item.important:
            continue
        kept.pop(name, None)  # shorthands and their parts count in their order
        kept[name] = f"{value}!important" if item.important else value
    return kept


def _value(name: str, tokens: Sequence[Any]) -> str | None:
    """Return a value whose tokens are all plain, or None."""
    parts = []
    for token in tokens:
        part = _token(name, token)
        if part is None:
            return None
        parts.append(part)
    return " ".join("".join(parts).split()) or None


def _token(name: str, token: Any) -> str | None:
    found: str | None
    match token.type:
        case "whitespace" | "comment":
            found = " "
        case "literal":
            found = str(token.value) if token.value in (",", "/") else None
        case "ident":
            word = _WORD.fullmatch(token.lower_value)
            found = word.group() if word else _family(name, token.value)
        case "string":
            found = _family(name, token.value)
        case "hash":
            found = f"#{token.value}" if _HEX.fullmatch(token.value) else None
        case "function":
            found = _colour(token)
        case _:
            found = _number(token)
    return found


def _number(token: Any) -> str | None:
    if token.type not in ("number", "percentage", "dimension") or abs(token.value) > _FAR:
        return None
    number = f"{token.value:.6f}".rstrip("0").rstrip(".")
    if token.type == "dimension":
        return f"{number}{token.lower_unit}" if token.lower_unit in _UNITS else None
    return f"{number}%" if token.type == "percentage" else number


def _family(name: str, value: str) -> str | None:
    return f'"{value}"' if name in ("font", "font-family") and _NAME.fullmatch(value) else None


def _colour(token: Any) -> str | None:
    if token.lower_name not in _COLOURS:
        return None
    parts = []
    for each in token.arguments:
        part = " " if each.type == "whitespace" else each.value if each.type == "literal" else _number(each)
        if part is None or (each.type == "literal" and each.value not in (",", "/")):
            return None
        parts.append(part)
    return f"{token.lower_name}({''.join(parts)})"


def _background(tokens: Sequence[Any]) -> str | None:
    """Return the colour of a background, without its pictures."""
    for token in tokens:
        found = _token("background", token) if token.type in ("ident", "hash", "function") else None
        if found and (token.type != "ident" or found not in _NO_COLOURS):
            return found
    return None


_NO_COLOURS = frozenset(
    ["none", "repeat", "repeat-x", "repeat-y", "no-repeat", "round", "space", "scroll", "fixed", "local", "top",
     "right", "bottom", "left", "center", "cover", "contain", "auto", "border-box", "padding-box", "content-box"]
)  # fmt: skip
