"""Colours as CSS Color Level 4 writes them, and whether text of one colour can be seen on another."""

import re
from functools import lru_cache

from PIL import ImageColor

Colour = tuple[int, int, int, float]
"""Red, green and blue from 0 to 255, and the opacity from 0 to 1."""

_LEAST_CONTRAST = 1.1
"""Below this contrast ratio (WCAG 2.2; black on white has 21) text is invisible. Grey (244, 244,
244) on white has 1.1.
"""

_PARTS = re.compile(r"(?:rgb|hsl)a?\(([^()]{1,80})\)")


@lru_cache(maxsize=2_000)
def parse_colour(value: str) -> Colour | None:
    """Return the colour that a CSS value names, or None."""
    value = value.strip().lower()
    if value == "transparent":
        return 0, 0, 0, 0.0
    if not value or value in ("inherit", "initial", "currentcolor", "none") or len(value) > 100:
        return None
    parts = _PARTS.fullmatch(value)
    if parts:
        return _function(re.split(r"[\s,/]+", parts.group(1).strip()), is_hsl=value.startswith("hsl"))
    try:
        return _with_opacity(ImageColor.getrgb(value))
    except ValueError:
        pass  # not a colour by name or "#rrggbb": HTML attributes also have "rrggbb"
    if re.fullmatch(r"[0-9a-f]{6}", value):
        return _with_opacity(ImageColor.getrgb(f"#{value}"))
    return None


def _with_opacity(found: tuple[int, ...]) -> Colour:
    return found[0], found[1], found[2], found[3] / 255 if len(found) == 4 else 1.0


def _function(parts: list[str], *, is_hsl: bool) -> Colour | None:
    if len(parts) not in (3, 4):
        return None
    try:
        opacity = _share(parts[3]) if len(parts) == 4 else 1.0
        if is_hsl:
            red, green, blue = ImageColor.getrgb(f"hsl({float(parts[0].removesuffix('deg')):g},{parts[1]},{parts[2]})")[
                :3
            ]
            return red, green, blue, opacity
        red, green, blue = (round(_share(part) * (255 if part.endswith("%") else 1)) for part in parts[:3])
    except (ValueError, OverflowError):
        return None
    return min(red, 255), min(green, 255), min(blue, 255), opacity


def _share(part: str) -> float:
    return max(0.0, float(part[:-1]) / 100 if part.endswith("%") else float(part))


@lru_cache(maxsize=10_000)
def same_to_the_eye(text: Colour, background: Colour | None) -> bool:
    """Return whether text of this colour can't be seen on this background. None is a picture, on which it is seen."""
    if text[3] <= 0.02:
        return True
    if background is None:
        return False
    light, dark = sorted((_luminance(text), _luminance(background)), reverse=True)
    return (light + 0.05) / (dark + 0.05) < _LEAST_CONTRAST


def _luminance(colour: Colour) -> float:
    """Return the relative luminance (WCAG 2.2)."""
    red, green, blue = (
        part / 255 / 12.92 if part <= 10 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in colour[:3]
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
