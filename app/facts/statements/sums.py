"""Which rows of a statement add up to which: found by arithmetic over all columns, with labels only to break ties.

Rows are read from top to bottom. A row that is the sum of the last rows that no total has taken yet takes them. The
parts have signs: a statement of income shows expenses without brackets and subtracts them. A sum counts if it holds
in all columns, exactly, or within the rounding of its parts where the label names a total. A sum that holds in some
columns only is kept, too: the others fail the check.
"""

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache

from app.facts.model import StatementKind
from app.facts.statements.labels import plain_label

_MOST_PARTS = 45
_MOST_FREE_SIGNS = 6
"""Parts whose signs are all tried; of more parts, at most two are turned around."""
_MOST_ROUNDING = 3
_MOST_OF_NET = 3
"""Parts of a net amount in a balance sheet: the gross one, and what is deducted."""
_MOST_COLUMNS = 3
_FEWEST_COLUMNS = 2
"""Columns with amounts that a sum without the name of a total must hold in."""
_FEWEST_OF_PARTIAL = 3
"""Parts of a sum that does not hold in all columns."""
_RESULT = re.compile(r"^(?!accumulated|retained).*\b(?:total|net|income|loss|profit|earnings|margin|result)\b")
_SUBTRACTING = (StatementKind.INCOME, StatementKind.COMPREHENSIVE_INCOME)
_DEDUCTED = re.compile(
    r"^less\b|\btreasury\b|\ballowance|\baccumulated (?:depreciation|amortization|deficit|loss)|\bdiscount|\bunearned"
    r"|\bdeferred compensation\b|\breceivable from\b|\bsubscription"
)
_OF_INCOME = re.compile(
    r"^(?!.*\b(?:expenses?|costs?|provision|taxes|charges)\b).*\b(?:income|gains?|earnings|revenues?|sales|profit|benefits?)\b"
)
_TOTAL = re.compile(
    r"^(?:sub)?totals?\b|\btotal\b|^net\b|^gross (?:profit|margin)|^operating (?:income|profit|loss|earnings)"
    r"|\bbefore\b.*\btax|\b(?:end|ending|close|closing)\b"
    r"|^(?:income|loss|profit|earnings) from (?:continuing )?operations"
    r"|\b(?:increase|decrease|change) in cash|^comprehensive (?:income|loss)|^cash (?:provided|used|flows? from)"
)

Figures = Mapping[int, int]
"""A row's figures by column, in printed units."""


@dataclass(frozen=True, slots=True)
class Part:
    """A row that is added to a total (`sign` 1) or subtracted from it (-1)."""

    row: int
    sign: int


@dataclass(frozen=True, slots=True)
class Sum:
    """A row that is the sum of others. `failed` maps the columns in which it is not to the amount of the parts."""

    row: int
    parts: tuple[Part, ...]
    failed: Mapping[int, int]
    rounding: int = 0


@dataclass(frozen=True, slots=True)
class Addend:
    """A row with its label and its figures; none if it takes no part in sums."""

    label: str
    figures: Figures


@lru_cache(maxsize=8192)
def is_total_label(label: str) -> bool:
    """Return whether a label names a total or a result. A row without a label is a subtotal."""
    return not label or _TOTAL.search(plain_label(label)) is not None


@lru_cache(maxsize=8192)
def _is_net(label: str) -> bool:
    return re.search(r"\bnet\b", plain_label(label)) is not None


@lru_cache(maxsize=8192)
def _is_deduction(label: str) -> bool:
    """Return whether a label of a balance sheet names what is deducted, even if it is not in brackets."""
    return _DEDUCTED.search(label.casefold()) is not None


@lru_cache(maxsize=8192)
def _is_added(label: str) -> bool:
    """Return whether a label names income rather than an expense."""
    return _OF_INCOME.search(plain_label(label)) is not None


@lru_cache(maxsize=8192)
def _may_be_result(label: str) -> bool:
    plain = plain_label(label)
    return not plain or _RESULT.search(plain) is not None


def find_sums(rows: Sequence[Addend], kind: StatementKind) -> list[Sum]:
    """Return the sums among the rows of one statement, in order.

    In statements of income, rows without the name of a total may be results, from which others are subtracted. In
    balance sheets only what is named as a deduction is subtracted.
    """
    found: list[Sum] = []
    open_: list[int] = []
    for at, row in enumerate(rows):
        if not row.figures:
            continue
        total = _Search(rows, open_[-4 * _MOST_PARTS :], at, kind).find()
        if total is not None:
            found.append(total)
            taken = {part.row for part in total.parts}
            open_ = [number for number in open_ if number not in taken]
        open_.append(at)
    return found


class _Search:
    """Searches the parts of one row among the rows above it that no total has taken yet."""

    def __init__(self, rows: Sequence[Addend], open_: Sequence[int], at: int, kind: StatementKind) -> None:
        self._rows = rows
        # Only rows in the same columns can be parts, such as those of the same side of the table.
        self._open = [number for number in open_ if rows[number].figures.keys() & rows[at].figures.keys()]
        self._at = at
        self._figures = rows[at].figures
        self._columns = [column for column, figure in self._figures.items() if figure]
        label = rows[at].label
        self._is_total = is_total_label(label)
        self._may_fail = self._is_total and kind is not StatementKind.EQUITY
        self._is_balance = kind is StatementKind.BALANCE
        self._is_result = self._is_total or (kind in _SUBTRACTING and _may_be_result(label))
        self._is_net = self._is_balance and _is_net(label)
        self._last = self._open[: -_MOST_PARTS - 1 : -1]

    def find(self) -> Sum | None:
        if not self._columns or (not self._is_total and len(self._columns) < _FEWEST_COLUMNS):
            return None
        # A figure that was read wrongly has no sum: then another column may show the parts.
        mains = sorted(self._columns, key=lambda column: -abs(self._figures[column]))
        partial: Sum | None = None
        for main in mains[: _MOST_COLUMNS if self._may_fail else 1]:
            for parts, is_plain in self._candidates(main):
                allowed = min(_MOST_ROUNDING, len(parts) // 2) if self._is_total else 0
                failed, worst = self._check(parts, allowed)
                if not failed:
                    return Sum(self._at, self._with_nil_rows(parts), {}, worst)
                held = sum(column not in failed for column in self._columns)
                is_sure = self._may_fail and is_plain and not worst and len(parts) >= _FEWEST_OF_PARTIAL
                if partial is None and is_sure and 2 * held >= len(self._columns):
                    partial = Sum(self._at, tuple(sorted(parts, key=lambda part: part.row)), failed)
        return partial

    def _check(self, parts: Sequence[Part], allowed: int) -> tuple[dict[int, int], int]:
        """Return the columns in which the parts do not add up, with their amount, and the most rounding in others."""
        failed: dict[int, int] = {}
        worst = 0
        for column, figure in self._figures.items():
            amount = sum(part.sign * self._rows[part.row].figures.get(column, 0) for part in parts)
            difference = abs(amount - figure)
            if difference > allowed:
                failed[column] = amount
            else:
                worst = max(worst, difference)
        return failed, worst

    def _candidates(self, main: int) -> Iterator[tuple[Sequence[Part], bool]]:
        """Yield parts that add up in the largest column, and whether they are as plain as sums usually are."""
        target = self._figures[main]
        figures = [self._rows[number].figures.get(main, 0) for number in self._last]
        for spread in range(_MOST_ROUNDING + 1 if self._is_total else 1):
            amount = 0
            for count, figure in enumerate(figures, 1):
                rest = amount
                amount += figure
                if count == 1 or spread > count // 2:
                    continue
                if abs(amount - target) == spread:
                    yield [Part(number, 1) for number in self._last[:count]], True
                may_subtract = (self._is_net and count <= _MOST_OF_NET) if self._is_balance else self._is_result
                if may_subtract and abs(figure - rest - target) == spread:
                    yield self._parts([*[-1] * (count - 1), 1]), True
        if self._is_result:
            yield from ((parts, False) for parts in self._turned(figures, target))

    def _turned(self, figures: Sequence[int], target: int) -> Iterator[Sequence[Part]]:
        """Yield parts with signs by their labels, or with at most two turned around; of few parts, with any signs."""
        if self._is_balance:
            deducted = [-1 if _is_deduction(self._rows[number].label) else 1 for number in self._last]
            yield from self._turned_from(deducted, figures, target)
            return
        words = [1 if _is_added(self._rows[number].label) else -1 for number in self._last]
        bases = ([1] * len(figures), [-1] * len(figures), words)
        for base in bases:
            yield from self._turned_from(base, figures, target)
        if not self._is_total:
            return
        for count in range(3, min(_MOST_FREE_SIGNS, len(figures)) + 1):
            for turned in range(1 << count):
                signs = [-1 if turned >> at & 1 else 1 for at in range(count)]
                if sum(sign * figure for sign, figure in zip(signs, figures, strict=False)) == target:
                    yield self._parts(signs)

    def _turned_from(self, base: Sequence[int], figures: Sequence[int], target: int) -> Iterator[Sequence[Part]]:
        amount = 0
        places: dict[int, int] = {}
        for count, (sign, figure) in enumerate(zip(base, figures, strict=True), 1):
            # The uppermost part is what the others are added to or subtracted from.
            excess = amount + figure - target
            if count > 1 and excess == 0:
                yield self._parts([*base[: count - 1], 1])
            elif count > 1 and excess % 2 == 0 and not self._is_balance:
                half = excess // 2
                one = places.get(half)
                if one is not None:
                    yield self._parts([*base[: count - 1], 1], {one})
                elif self._is_total or count <= _MOST_FREE_SIGNS:
                    pair = next(
                        (
                            (first, places[half - added])
                            for added, first in places.items()
                            if places.get(half - added, first) != first
                        ),
                        None,
                    )
                    if pair is not None:
                        yield self._parts([*base[: count - 1], 1], set(pair))
            amount += sign * figure
            places.setdefault(sign * figure, count - 1)

    def _parts(self, signs: Sequence[int], turned: Set[int] = frozenset()) -> list[Part]:
        return [
            Part(number, -sign if at in turned else sign)
            for at, (number, sign) in enumerate(zip(self._last, signs, strict=False))
        ]

    def _with_nil_rows(self, parts: Sequence[Part]) -> tuple[Part, ...]:
        """Return the parts, with the rows without amounts directly above them, in the rows' order."""
        uppermost = min(part.row for part in parts)
        above: list[Part] = []
        for number in reversed(self._open[-2 * _MOST_PARTS :]):
            if number >= uppermost:
                continue
            if any(self._rows[number].figures.values()) or is_total_label(self._rows[number].label):
                break
            above.append(Part(number, 1))
        return tuple(sorted([*parts, *above], key=lambda part: part.row))
