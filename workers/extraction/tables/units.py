"""Units that texts around a figure state, from the nearest place outwards."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from app.quantities.units import Units, parse_units

NO_UNITS = Units()
_EXPONENTS = {"thousand": 3, "million": 6, "billion": 9}
_SCALE_OF = re.compile(r"([^,;()\d:]{2,60}?)\s+(?:are\s+|is\s+)?in\s+(thousand|million|billion)s\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]{2,}")
_GENERAL = frozenset(
    {
        *("us", "dollars", "dollar", "amounts", "amount", "figures", "all", "data", "except", "and", "as", "noted"),
        *("otherwise", "unless", "the", "stated", "expressed", "presented", "shown", "follows", "following", "table"),
        *("tables", "are", "is", "in", "for", "of", "per"),
    }
)
"""Words of a statement of units that name no rows or columns."""


def units_of(path: Iterable[str]) -> Units:
    """Return the units that texts state, the outermost text first. The innermost that states something counts."""
    found = NO_UNITS
    for text in path:
        units = parse_units(text)
        if units != NO_UNITS:
            measure = units.measure or found.measure
            found = replace(units.within(found), measure=measure, spans=())
    return found


@dataclass(frozen=True, slots=True)
class ScaleOf:
    """The scale of the rows or columns that some words name ("shares in thousands")."""

    words: frozenset[str]
    scale: int


def find_scales_of(texts: Iterable[str]) -> tuple[ScaleOf, ...]:
    """Find the scales that texts state for some rows or columns only, the nearest text last."""
    found = []
    for text in texts:
        for match in _SCALE_OF.finditer(text):
            words = _words(match.group(1)) - _GENERAL
            if words:
                found.append(ScaleOf(frozenset(words), _EXPONENTS[match.group(2).lower()]))
    return tuple(reversed(found))


def scale_of(scales: Iterable[ScaleOf], path: Iterable[str]) -> int | None:
    """Return the scale that is stated for a figure with the given headings and labels; None if none is."""
    words = set().union(*map(_words, path))
    return next((named.scale for named in scales if named.words <= words), None)


def _words(text: str) -> set[str]:
    return {word.removesuffix("s") for word in map(str.casefold, _WORD.findall(text)) if word not in _GENERAL}
