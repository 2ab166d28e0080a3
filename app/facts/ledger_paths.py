"""Derive a period from others: the fewest periods that add up to it, or are subtracted, without holes."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from app.facts.fiscal import QUARTERS_OF_YEAR, FiscalSpan

_MOST_PERIODS = 6
"""Four quarters take at most five periods: three quarters, and the year less nine months for the last."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A period that is added (`sign` 1) or subtracted (−1)."""

    sign: int
    span: FiscalSpan


def shortest_path(spans: Iterable[FiscalSpan], wanted: FiscalSpan) -> tuple[Stretch, ...] | None:
    """Return the fewest periods from whose amounts that of `wanted` follows; None if there are holes.

    Each period is a way from the quarter where it begins to the one where it ends, and back if it is subtracted. Any
    way from the beginning of `wanted` to its end gives its amount: fourth quarter = year − nine months, twelve months =
    the year's rest + the part of the new year. Periods that begin or end more than a year away are not used.
    """
    if wanted.start is None:
        return None
    low, high = wanted.start - QUARTERS_OF_YEAR, wanted.end + QUARTERS_OF_YEAR
    steps: dict[int, list[tuple[int, Stretch]]] = {}
    for span in sorted(spans, reverse=True):
        if span.start is not None and low <= span.start and span.end <= high:
            steps.setdefault(span.start, []).append((span.end, Stretch(1, span)))
            steps.setdefault(span.end, []).append((span.start, Stretch(-1, span)))
    ways: dict[int, tuple[Stretch, ...]] = {wanted.start: ()}
    queue = deque([wanted.start])
    while queue:
        at = queue.popleft()
        if at == wanted.end:
            return tuple(sorted(ways[at], key=lambda stretch: -stretch.sign))
        if len(ways[at]) == _MOST_PERIODS:
            continue
        for to, stretch in sorted(steps.get(at, ()), key=lambda step: -step[1].sign):
            if to not in ways:
                ways[to] = (*ways[at], stretch)
                queue.append(to)
    return None
