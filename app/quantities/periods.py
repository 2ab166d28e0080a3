"""Reporting periods."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A duration from `start` to `end`, both inclusive. If `start` is None, it is the instant at the end of the day
    `end`.
    """

    end: date
    start: date | None = None

    def __str__(self) -> str:
        """Return the period in ISO 8601: one day, or two days separated by a slash."""
        return self.end.isoformat() if self.start is None else f"{self.start.isoformat()}/{self.end.isoformat()}"
