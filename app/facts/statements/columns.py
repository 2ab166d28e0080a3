"""What the columns of a table stand for besides periods: entities, components of equity, segments; and restatements."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from app.facts.model import StatementKind
from app.facts.statements.rows import Row
from app.quantities.column_periods import is_period_heading
from app.quantities.units import parse_units

Dimensions = tuple[tuple[str, str], ...]

_RESTATED = re.compile(r"\b(?:(?:as\s+)?(?:restated|recast|revised|reclassified)|as\s+adjusted)\b", re.IGNORECASE)
_WHOLE = re.compile(
    r"(?:(?:total|consolidated|group|the|company|as|reported|combined|totals?|consolidation|registrant|amounts?)\W*)+",
    re.IGNORECASE,
)
_NO_MEMBER = re.compile(
    r"\W*|\(?(?:un)?audited\)?|\(?note\)?|.*\bnotes?\b.*|(?:as\s+)?(?:previously\s+)?(?:restated|recast|revised|reported)|actual"
    r"|(?:for\s+)?the\W*|amounts?|shares|fiscal(?:\s+years?)?",
    re.IGNORECASE,
)
_TOTAL_EQUITY = re.compile(
    r"\btotals?\b(?!\s+(?:share|stock)\S*holders?\W+(?:equity|deficit)\s+attributable)", re.IGNORECASE
)
_ENTITY = re.compile(
    r"\b(?:parent|issuers?|guarantors?|eliminat\w+|consolidating|adjustments?|predecessor|successor|reclassif\w+|registrant"
    r"|subsidiar\w+|holdings?)\b",
    re.IGNORECASE,
)


def columns_of(
    kind: StatementKind, rows: Sequence[Row], axis: str = "column"
) -> dict[tuple[int, tuple[str, ...]], Dimensions]:
    """Return the dimensions of each column (by its number and headings) of one table.

    `axis` is what headings name that are neither periods nor entities.
    """
    paths = {(cell.column, cell.header_path) for row in rows for cell in row.figures}
    members = {key: tuple(filter(None, map(_member, key[1]))) for key in paths}
    common = set.intersection(*map(set, members.values())) if members else set()
    if kind is StatementKind.EQUITY:
        axis = "equity component"
    return {key: _dimensions(axis, [part for part in parts if part not in common]) for key, parts in members.items()}


def is_restated(header_path: Iterable[str]) -> bool:
    """Return whether the headings over a column say that its figures are restated."""
    return any(map(_RESTATED.search, header_path))


def _dimensions(axis: str, parts: Sequence[str]) -> Dimensions:
    own = [part for part in parts if not _WHOLE.fullmatch(part)]
    if not own or (axis == "equity component" and any(map(_TOTAL_EQUITY.match, own))):
        return ()
    return tuple(("entity" if _ENTITY.search(part) else axis, part) for part in own)


@lru_cache(maxsize=8192)
def _member(heading: str) -> str | None:
    """Return the heading without units if it names something; None for a period, a unit or a note."""
    text = heading
    for start, end in sorted(parse_units(text).spans, reverse=True):
        text = text[:start] + text[end:]
    text = " ".join(text.split()).strip(" ,:;()*-–—")
    if not text or _NO_MEMBER.fullmatch(text) or is_period_heading(text) or is_period_heading(heading):
        return None
    return text
