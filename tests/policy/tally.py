"""Counts of what the proof compared."""

from dataclasses import dataclass, field


class DifferenceError(AssertionError):
    """The database and the oracle decide differently."""


@dataclass
class Tally:
    """Compared reads and attempts to write. `seeds` and `kinds` (names of steps) belong to the random runs."""

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
