"""Several measures in one question: "revenue, EBITDA and net debt" is three, "property, plant and equipment" is one."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from app.answers.claims import CitedSpan, ClaimPart, Computation, DraftClaim, Grid, GridCell, GridRow, Operand
from app.answers.computing.ledger_figures import sought_of
from app.answers.computing.measures import find_measure
from app.answers.computing.sentences import Result
from app.facts.formulas.expressions import Label

MOST_ITEMS = 5
_JOINT = re.compile(r"( ?, ?(?:and |& )?| and | & | as well as | plus )", re.IGNORECASE)
_ARTICLE = re.compile(r"^(?:both |the |its |their |of |in |for )+", re.IGNORECASE)
_MOST_KNOWN = 4096
_MOST_PIECES = 12


@lru_cache(maxsize=_MOST_KNOWN)
def split_items(words: str) -> tuple[str, ...]:
    """Split words that name several items or measures, each by a known name; empty if they name one or are unknown.

    The longest names count: "property, plant and equipment and goodwill" is two.
    """
    pieces = _JOINT.split(words)
    if not 3 <= len(pieces) <= 2 * _MOST_PIECES or _is_known(words):
        return ()
    items: list[str] = []
    at = 0
    while at < len(pieces):
        for end in range(len(pieces), at, -2):
            name = _ARTICLE.sub("", "".join(pieces[at:end]).strip())
            if _is_known(name):
                items.append(name)
                at = end + 1
                break
        else:
            return ()
    return tuple(items) if 2 <= len(items) <= MOST_ITEMS else ()


def _is_known(words: str) -> bool:
    return bool(words) and (find_measure(words) is not None or bool(sought_of(Label(words)).names))


@dataclass(frozen=True, slots=True)
class Stated:
    """What the first claim about one measure states: its computation, citations and period, and its row of a grid."""

    name: str
    computation: Computation
    citations: tuple[CitedSpan, ...]
    period: str | None
    columns: tuple[str, ...]
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Together:
    """States several measures in one sentence, with "yes" if most reach their `limits`. Implements `Computation`."""

    statements: tuple[Computation, ...]
    limits: tuple[Decimal, ...] = ()

    def operands(self) -> Sequence[Operand]:
        return [operand for each in self.statements for operand in each.operands()]

    def sentence(self) -> str:
        return self._verdict() + "; ".join(each.sentence() for each in self.statements)

    def _verdict(self) -> str:
        results = [each for each in self.statements if isinstance(each, Result)]
        if not self.limits or len(results) < len(self.statements):
            return ""  # values of several issuers or periods are no single judgement
        values = [each.computed.again().value or Decimal(0) for each in results]
        reached = sum(value >= limit for value, limit in zip(values, self.limits, strict=True))
        return "Yes: " if 2 * reached > len(self.limits) else "No: "


def write_together(stated: Sequence[Stated], limits: tuple[Decimal, ...] = ()) -> DraftClaim:
    """Write the first claim of an answer about several measures. Most `limits` decide between yes and no."""
    together = Together(tuple(each.computation for each in stated), limits)
    citations = tuple(dict.fromkeys(span for each in stated for span in each.citations))
    periods = dict.fromkeys(each.period for each in stated if each.period)
    period = ", ".join(periods) or None
    return DraftClaim(together.sentence(), citations, together, part=ClaimPart.ANSWER, period=period)


def list_together(stated: Sequence[Stated], claims: Mapping[int, int]) -> Grid | None:
    """Return the measures as rows of a grid, if all have the same columns. `claims` has the ordinal of the claim about
    each measure, by its place.
    """
    columns = stated[0].columns
    if any(each.columns != columns for each in stated):
        return None
    rows = (
        GridRow(each.name, tuple(GridCell(cell, claims[at]) for cell in each.cells)) for at, each in enumerate(stated)
    )
    return replace(Grid(columns, ()), rows=tuple(rows))
