"""What comparing comes to."""

from dataclasses import dataclass, field


class DifferenceError(AssertionError):
    """The database and the oracle do not say the same."""


@dataclass
class Tally:
    """What was compared: reads, and attempts to write. `seeds` and `kinds` of steps: of the random lives."""

    reads: int = 0
    attempts: int = 0
    steps: int = 0
    differences: int = 0
    seeds: list[int] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)

    def told(self) -> str:
        seeds = ", ".join(map(str, self.seeds))
        lives = f" (seeds {seeds}: {self.steps:,} steps of {len(self.kinds)} kinds)" if seeds else ""
        return f"{self.reads:,} reads checked and {self.attempts:,} writes, {self.differences} differences{lives}"
