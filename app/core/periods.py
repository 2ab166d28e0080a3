"""Periods that figures are about."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A duration from `start` to `end`, both days included; an instant (the end of the day `end`) without a start."""

    end: date
    start: date | None = None

    def __str__(self) -> str:
        """The period in ISO 8601: a day, or two with a slash between."""
        return self.end.isoformat() if self.start is None else f"{self.start.isoformat()}/{self.end.isoformat()}"
