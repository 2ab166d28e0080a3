"""Small bar charts as numbers for inline SVG. The policy forbids inline styles, so that colours come from classes."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

_GAP = 0.25
"""The share of a bar's place that stays empty."""
_LEAST = 1.0
"""The height of the smallest bar, so that a small figure differs from a missing one."""


@dataclass(frozen=True, slots=True)
class Point:
    """A value with its label and its text. A value that is None is missing, which is not 0."""

    label: str
    value: Decimal | None
    text: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar, or the place of a missing value (`height` is 0). `middle` is where its label is centred."""

    x: float
    y: float
    width: float
    height: float
    middle: float
    point: Point

    @property
    def is_missing(self) -> bool:
        return self.point.value is None

    @property
    def is_negative(self) -> bool:
        return self.point.value is not None and self.point.value < 0


@dataclass(frozen=True, slots=True)
class BarChart:
    """Bars in a box of `width` × `height`; `baseline` is the height of zero. `said` is the text alternative."""

    width: int
    height: int
    baseline: float
    bars: tuple[Bar, ...]
    said: str


def draw_bars(points: Sequence[Point], *, width: int = 132, height: int = 28) -> BarChart | None:
    """Return a chart of values in one unit; None if no value is known."""
    known = [point.value for point in points if point.value is not None]
    if not known:
        return None
    top, bottom = max(*known, Decimal(0)), min(*known, Decimal(0))
    spread = float(top - bottom) or 1.0
    baseline = float(top) / spread * height
    place = width / len(points)
    bars = []
    for index, point in enumerate(points):
        value = float(point.value or 0)
        tall = 0.0 if point.value is None else max(abs(value) / spread * height, _LEAST)
        y = baseline if value < 0 else max(0.0, baseline - tall)
        x = place * (index + _GAP / 2)
        bars.append(
            Bar(
                x=round(x, 1),
                y=round(min(y, height - tall), 1),
                width=round(place * (1 - _GAP), 1),
                height=round(tall, 1),
                middle=round(place * (index + 0.5), 1),
                point=point,
            )
        )
    return BarChart(width, height, round(baseline, 1), tuple(bars), _said(points))


def _said(points: Sequence[Point]) -> str:
    known = [point for point in points if point.value is not None]
    missing = [point.label for point in points if point.value is None]
    first, last = known[0], known[-1]
    said = f"{first.label}: {first.text}" if first is last else (
        f"{first.label}: {first.text}; {last.label}: {last.text}")  # fmt: skip
    return f"{said}; no figure for {', '.join(missing)}" if missing else said
