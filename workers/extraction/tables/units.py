"""Units that texts around a figure state, from the nearest place outwards."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from app.quantities.physical_units import may_state_physical_unit
from app.quantities.units import Units, parse_units

NO_UNITS = Units()
_MAY_STATE = (
    *("thousand", "million", "billion", "trillion", "lakh", "lac", "crore", "000", "$", "%", "in ", "per", "number"),
    *("share", "stock", "dilut", "option", "award", "price", "value", "unit", "dollar", "euro", "pound", "sterling"),
    *("yen", "yuan", "renminbi", "rupee", "franc", "kron", "peso", "cent", "pence", "point", "pct", "bps", "times"),
    *("ratio", "tsd", "mrd", "mio", "mln", "mn", "bn", "mm", "eps", "ads", "adr", "pp", "pts", "(x", " x"),
)
_CODE = re.compile(r"[A-Z]{3}")
_EXPONENTS = {"thousand": 3, "million": 6, "billion": 9}
_SCALE = re.compile(r"\bin (thousand|million|billion)s\b", re.IGNORECASE)
_BEFORE_NAME = re.compile(r"[,;()\d:]")
_MOST_OF_NAME = 60
_SHARES = frozenset({"share"})
_WORD = re.compile(r"[^\W\d_]{2,}")
_GENERAL = frozenset(
    {
        *("us", "dollars", "dollar", "amounts", "amount", "figures", "all", "data", "except", "and", "as", "noted"),
        *("otherwise", "unless", "the", "stated", "expressed", "presented", "shown", "follows", "following", "table"),
        *("tables", "are", "is", "in", "for", "of", "per"),
    }
)
"""Words of a statement of units that name no rows or columns."""


@lru_cache(maxsize=20_000)
def may_state_units(text: str) -> bool:
    """Return whether a text has a word that can state units. It is much faster than reading them."""
    if not text.isascii() or _CODE.search(text) is not None or text in ("x", "X"):
        return True
    return any(map(text.lower().__contains__, _MAY_STATE)) or may_state_physical_unit(text)


def units_of(path: Iterable[str]) -> Units:
    """Return the units that texts state, the outermost text first. The innermost that states something counts."""
    found = NO_UNITS
    for text in path:
        if not may_state_units(text):
            continue
        units = parse_units(text)
        if units != NO_UNITS:
            within = units.within(found)
            found = within if within.measure or not found.measure else replace(within, measure=found.measure)
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
        before = 0
        for match in _SCALE.finditer(text):
            name = _BEFORE_NAME.split(text[max(before, match.start() - _MOST_OF_NAME) : match.start()])[-1]
            before = match.end()
            if words := _words(name):
                found.append(ScaleOf(frozenset(words), _EXPONENTS[match.group(1).lower()]))
    return tuple(reversed(found))


def scale_of(scales: Iterable[ScaleOf], path: Iterable[str], *, of_shares: bool) -> int | None:
    """Return the scale that is stated for a figure with the given headings and labels; None if none is.

    What is stated for shares holds for numbers of shares only, and not for rows that merely mention shares.
    """
    words = set().union(*map(_words, path))
    return next(
        (named.scale for named in scales if (of_shares if named.words == _SHARES else named.words <= words)),
        None,
    )


def _words(text: str) -> set[str]:
    return {word.removesuffix("s") for word in map(str.casefold, _WORD.findall(text)) if word not in _GENERAL}
