"""Reads the ruling lines of a page. A line is a thin path; a table's border consists of several."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from workers.parsing.pdf.lines import turned_back
from workers.parsing.pdf.pieces import Piece
from workers.parsing.pdf.words import PageWords

_MAX_RULES = 2_000
_THICK = 2.5
"""The maximum thickness of a line, in points."""
_SHORT = 6.0
"""The minimum length of a line, in points."""
_GAP = 1.5
"""Lines whose ends are this close, in points, are one line. A table's border is drawn cell by cell."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A horizontal line from x0 to x1 at y, in the coordinates of a page's lines."""

    x0: float
    x1: float
    y: float


ReadRules = Callable[[], list[Rule]]


@dataclass(frozen=True, slots=True)
class Clues:
    """What the page shows beside its words' positions: bold pieces, and ruling lines."""

    is_bold: Callable[[Piece], bool]
    rules: ReadRules


def read_rules(words: PageWords) -> list[Rule]:
    """Return the page's horizontal lines from top to bottom."""
    boxes: list[Sequence[float]] = words.rules.tolist()
    if words.turn in (1, 3):
        boxes = [turned_back(box, words) for box in boxes]
    rules = [Rule(x0, x1, (y0 + y1) / 2) for x0, y0, x1, y1 in boxes if y1 - y0 <= _THICK and x1 - x0 > y1 - y0]
    rules.sort(key=lambda rule: (rule.y, rule.x0))
    return [rule for rule in _joined(rules[:_MAX_RULES]) if rule.x1 - rule.x0 >= _SHORT]


def _joined(rules: list[Rule]) -> list[Rule]:
    """Join lines that touch at the same height."""
    joined: list[Rule] = []
    start = 0
    while start < len(rules):
        end = start
        while end < len(rules) and rules[end].y - rules[start].y < 1.0:
            end += 1
        level: list[Rule] = []
        for rule in sorted(rules[start:end], key=lambda rule: rule.x0):
            if level and rule.x0 <= level[-1].x1 + _GAP:
                level[-1] = Rule(level[-1].x0, max(level[-1].x1, rule.x1), level[-1].y)
            else:
                level.append(rule)
        joined += level
        start = end
    return joined
