"""A question before its company and period are put in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Draft:
    """A wording with what it asks for, and page numbers of its filing: one page of each group is needed. `is_free`
    states that the filing may be found by its content, without a period.
    """

    kind: str
    wording: str
    pages: Sequence[Sequence[int]]
    names: Mapping[str, str]
    period: str | None = None
    is_free: bool = False
