"""Counts of the comparisons with the oracle."""

from dataclasses import dataclass, field


class DifferenceError(AssertionError):
    """The decisions of the database and the oracle differ."""


@dataclass
class Tally:
    """Counts of compared reads, attempted writes and differences. Random runs also add their seeds, the count of their
    steps, and the names of the executed rules (`kinds`).
    """

    reads: int = 0
    attempts: int = 0
    steps: int = 0
    differences: int = 0
    seeds: list[int] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)

    def summary(self) -> str:
        seeds = ", ".join(map(str, self.seeds))
        runs = f" (seeds {seeds}: {self.steps:,} steps of {len(self.kinds)} kinds)" if seeds else ""
        return f"{self.reads:,} reads checked and {self.attempts:,} writes, {self.differences} differences{runs}"
