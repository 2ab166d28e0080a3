"""Figures of fictional statements, drawn at random so that totals add up and statements agree.

A row without parts is drawn. A total that another statement shows too, and total liabilities and equity, have a figure
to reach: rows below them are moved until they add up.
"""

import math
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from app.facts.model import StatementKind
from evals.learning.made_rows import MadeRow, MadeStatement

COLUMNS = 3
Figure = Decimal | None
_ORDER = (
    StatementKind.INCOME,
    StatementKind.BALANCE,
    StatementKind.COMPREHENSIVE_INCOME,
    StatementKind.CASH_FLOW,
    StatementKind.EQUITY,
)
_SAME = {"LiabilitiesAndStockholdersEquity": "Assets"}
_LOSS = re.compile(r"^(?:consolidated )?net loss\b(?!.*\bincome\b)|^loss before\b|^operating loss\b", re.IGNORECASE)
_EITHER = re.compile(r"\bincome \(loss\)|\b\(?loss\)? income|earnings \(loss\)|\(loss\) earnings", re.IGNORECASE)
_BOTTOM = ("NetIncomeLoss", "ProfitLoss", "NetIncomeLossAvailableToCommonStockholdersBasic")
_SMALL = re.compile(
    r"^CommonStock|^PreferredStock|Tax|Interest|Other|Nonoperating|EquityMethod|Noncontrolling|Minority"
)
_MOVED = re.compile(r"AdditionalPaidIn|RetainedEarnings|Capital$|^StockholdersEquity|^Cash|MembersEquity")
"""Rows that are moved before others so that a total adds up."""
_LARGE = re.compile(r"^PropertyPlant|^Goodwill|RetainedEarnings|^LongTermDebt|AdditionalPaidIn|^Inventory")


@dataclass
class Drawn:
    """A statement with the figures of its rows by column; none for headings."""

    statement: MadeStatement
    figures: list[tuple[Figure, ...]]
    headings: tuple[str, ...] = ()
    """Names of the columns of a statement of equity."""


def draw_figures(statements: Sequence[MadeStatement], seed: str) -> list[Drawn]:
    """Draw the figures of a company's statements, in the order of `statements`. The same seed gives the same ones."""
    company = _Company(random.Random(seed))  # noqa: S311  not for security
    drawn = {kind: company.draw(own) for kind in _ORDER for own in statements if own.kind is kind}
    return [drawn[own.kind] for own in statements]


@dataclass
class _Company:
    chance: random.Random
    shown: dict[str, list[int]] = field(default_factory=dict)
    """Figures of concepts by column, for all statements."""
    size: float = field(init=False)
    """The sales of a year."""
    growth: tuple[float, ...] = field(init=False)
    per_share: float = field(init=False)
    has_loss: bool = False

    def __post_init__(self) -> None:
        self.size = 10 ** self.chance.uniform(3.7, 7.3)
        self.growth = (1.0, self.chance.uniform(0.8, 1.1), self.chance.uniform(0.7, 1.1))
        self.per_share = 10 ** self.chance.uniform(-0.7, 1)

    def draw(self, statement: MadeStatement) -> Drawn:
        rows = statement.rows
        if statement.kind is StatementKind.INCOME:
            self._decide_loss(rows)
        table = _Table(rows, [[0] * COLUMNS for _ in rows])
        last = {row.concept: at for at, row in enumerate(rows) if row.concept and not row.is_part}
        shares = self._shares_of_sales(rows) if statement.kind is StatementKind.INCOME else {}
        for at, row in enumerate(rows):
            if row.concept is None or row.measure is not None:
                continue
            if row.parts:
                self._total(table, at, is_last=last.get(row.concept) == at)
            elif last.get(row.concept) == at and row.concept in self.shown:
                table.figures[at] = [_marked(row, figure) for figure in self.shown[row.concept]]
                table.fixed.add(at)
            else:
                is_debt = any(own.concept == "Assets" for own in rows[:at])
                table.figures[at] = self._leaf(row, statement.kind, shares.get(at), 0.5 if is_debt else 1.0)
        for concept, at in last.items():
            if concept and ":" not in concept and rows[at].measure is None:
                self.shown.setdefault(concept, table.figures[at])
        if statement.kind is StatementKind.EQUITY:
            return _spread(statement, [own[0] for own in table.figures], self.chance)
        columns = 2 if statement.kind is StatementKind.BALANCE else COLUMNS
        return Drawn(statement, [self._printed(row, table.figures[at], columns) for at, row in enumerate(rows)])

    def _decide_loss(self, rows: Sequence[MadeRow]) -> None:
        bottom = [row.label for row in rows if row.concept in _BOTTOM]
        if any(_LOSS.search(label) and not _EITHER.search(label) for label in bottom):
            self.has_loss = True
        elif any(_EITHER.search(label) for label in bottom):
            self.has_loss = self.chance.random() < 0.4

    def _shares_of_sales(self, rows: Sequence[MadeRow]) -> Mapping[int, float]:
        """Return how much of the sales each row of an income statement is."""
        leaves = [at for at, row in enumerate(rows) if row.concept and not row.parts and row.measure is None]
        costs = [at for at in leaves if rows[at].mark or any(rows[part].mark for part in _above(rows, at))]
        first = min(costs, default=len(rows))
        sales = [at for at in leaves if at < first]
        sold = {at: self.chance.uniform(0.2, 1) for at in sales}
        spent = {at: self._weight(rows[at]) * (3 if at == first else 1) for at in costs}
        share = self.chance.uniform(1.1, 1.6) if self.has_loss else self.chance.uniform(0.7, 0.95)
        found = {at: weight / sum(sold.values()) for at, weight in sold.items()}
        found |= {at: share * weight / sum(spent.values()) for at, weight in spent.items()}
        return found | {at: 0.01 * self._weight(rows[at]) for at in leaves if at not in found}

    def _weight(self, row: MadeRow) -> float:
        weight = math.exp(self.chance.gauss(0, 0.8))
        concept = row.concept or ""
        return weight * (0.1 if _SMALL.search(concept) else 3 if _LARGE.search(concept) else 1)

    def _leaf(self, row: MadeRow, kind: StatementKind, share: float | None, factor: float) -> list[int]:
        if share is None:
            part = {StatementKind.BALANCE: 0.15, StatementKind.CASH_FLOW: 0.05}.get(kind, 0.01)
            is_held = kind is StatementKind.EQUITY and _BALANCE.match(row.concept or "")
            share = factor * self._weight(row) * (0.3 if is_held else part)
        sign = -1 if row.mark == "(-)" or (row.mark == "~" and self.chance.random() < 0.5) else 1
        growth = [own * self.chance.uniform(0.93, 1.05) for own in self.growth]
        signs = [sign if row.mark != "~" or self.chance.random() < 0.7 else -sign for _ in growth]
        return [own * max(1, round(self.size * share * grown)) for own, grown in zip(signs, growth, strict=True)]

    def _total(self, table: "_Table", at: int, *, is_last: bool) -> None:
        concept = table.rows[at].concept or ""
        table.add_up()
        wanted = self.shown.get(concept) if is_last else None
        if concept in _SAME and wanted is None:
            wanted = next((table.figures[n] for n, row in enumerate(table.rows) if row.concept == _SAME[concept]), None)
        if wanted is None and is_last and "Cash" in concept and "Activities" not in concept:
            beginning = self.size * self.chance.uniform(0.02, 0.2)
            changes = [
                table.figures[at][column] - table.figures[table.rows[at].parts[-1]][column] for column in range(COLUMNS)
            ]
            wanted = (
                [round(beginning * grown + max(0, change)) for grown, change in zip(self.growth, changes, strict=True)]
                if "Period" not in concept
                else None
            )
        if wanted is None:
            return
        for column in range(COLUMNS):
            table.move(at, column, wanted[column], self.chance)
        table.fixed.add(at)

    def _printed(self, row: MadeRow, figures: Sequence[int], columns: int) -> tuple[Figure, ...]:
        if row.concept is None:
            return ()
        if row.measure is None:
            return tuple(Decimal(figure) for figure in figures[:columns])
        is_diluted = "dilut" in row.label.casefold()
        if row.measure == "per-share":
            sign = -1 if self.has_loss and "ividend" not in row.label else 1
            per_share = self.per_share * (0.98 if is_diluted else 1)
            return tuple(sign * Decimal(max(1, round(100 * per_share * own))) / 100 for own in self.growth[:columns])
        if row.measure == "ratio":
            return tuple(Decimal(round(200 * own)) / 10 for own in self.growth[:columns])
        shares = self.size / 4 * (1.02 if is_diluted else 1) + 10_000
        return tuple(Decimal(round(shares * own)) for own in self.growth[:columns])


@dataclass
class _Table:
    rows: Sequence[MadeRow]
    figures: list[list[int]]
    fixed: set[int] = field(default_factory=set)
    """Rows whose figures, and those of all their parts, do not change any more."""

    def add_up(self) -> None:
        for at, row in enumerate(self.rows):
            if row.parts:
                parts = [(self._sign(part, at), self.figures[part]) for part in row.parts]
                self.figures[at] = [sum(sign * own[column] for sign, own in parts) for column in range(COLUMNS)]

    def _sign(self, part: int, total: int) -> int:
        """Return how a part counts: what is deducted adds up in a total that is deducted itself."""
        return -1 if self.rows[part].mark == "-" and self.rows[total].mark != "-" else 1

    def move(self, at: int, column: int, wanted: int, chance: random.Random) -> None:
        """Move figures of rows below a total, so that it becomes `wanted`; their signs stay if they can."""
        free = self._free(at, 1)
        rest = wanted - self.figures[at][column]
        if not free or not rest:
            return
        amounts = {leaf: sign * self.figures[leaf][column] for leaf, sign in free.items()}
        usual = [leaf for leaf in free if _MOVED.search(self.rows[leaf].concept or "")]
        usual = [leaf for leaf in usual if (amounts[leaf] + rest > 0) == (amounts[leaf] > 0)]
        if usual:
            self.figures[usual[0]][column] += free[usual[0]] * rest
            self.add_up()
            return
        same = {leaf: amount for leaf, amount in amounts.items() if (amount > 0) == (rest > 0)}
        if same:
            leaf = chance.choice(sorted(same, key=lambda own: (-abs(same[own]), own))[:3])
            self.figures[leaf][column] += free[leaf] * rest
        else:
            self._shrink(free, amounts, column, rest)
        self.add_up()

    def _shrink(self, free: Mapping[int, int], amounts: Mapping[int, int], column: int, rest: int) -> None:
        whole = sum(amounts.values())
        factor = max(0.05, 1 + rest / whole) if whole else 1.0
        largest = max(free, key=lambda own: abs(amounts[own]))
        moved = 0
        for leaf, sign in free.items():
            figure = round(amounts[leaf] * factor)
            moved += figure - amounts[leaf]
            self.figures[leaf][column] = sign * figure
        self.figures[largest][column] += free[largest] * (rest - moved)

    def _free(self, at: int, sign: int) -> dict[int, int]:
        """Return the rows without parts below a total that may change, with the signs that they count with."""
        found: dict[int, int] = {}
        for part in self.rows[at].parts:
            own = sign * self._sign(part, at)
            if part in self.fixed:
                continue
            if self.rows[part].parts:
                found |= self._free(part, own)
            else:
                found[part] = own
        return found


def _marked(row: MadeRow, figure: int) -> int:
    return abs(figure) if row.mark == "-" else -abs(figure) if row.mark == "(-)" else figure


def _above(rows: Sequence[MadeRow], at: int) -> list[int]:
    """Return the totals that a row is a part of, and those of these."""
    found = [number for number, row in enumerate(rows) if at in row.parts]
    return found + [above for number in found for above in _above(rows, number)]


_OF_EARNINGS = re.compile(r"NetIncome|ProfitLoss|Dividends|StockRepurchasedAndRetired|CumulativeEffect")
_OF_COMPREHENSIVE = re.compile(r"OtherComprehensive")
_OF_OTHERS = re.compile(r"Minority|Noncontrolling")
_BALANCE = re.compile(r"^(?:StockholdersEquity|PartnersCapital|MembersEquity|CommonStockholdersEquity)")
_EQUITY = ("Common stock and paid-in capital", "Accumulated other comprehensive loss", "Retained earnings")


def _spread(statement: MadeStatement, totals: Sequence[int], chance: random.Random) -> Drawn:
    """Return a statement of equity: each movement in a column of its own, and in the last one the total."""
    has_others = any(_OF_OTHERS.search(row.concept or "") for row in statement.rows if not row.parts)
    headings = (*_EQUITY, *(("Noncontrolling interests",) if has_others else ()), "Total")
    held = [0] * (len(headings) - 1)
    figures: list[tuple[Figure, ...]] = []
    for row, total in zip(statement.rows, totals, strict=True):
        if row.concept is None or row.measure is not None:
            figures.append(() if row.concept is None else (Decimal(abs(total) + 10_000), *[None] * len(held)))
        elif _BALANCE.match(row.concept):
            if not any(held):
                held = [round(total * chance.uniform(0.1, 0.4)) for _ in held]
                held[0] += total - sum(held)
            figures.append((*map(Decimal, held), Decimal(total)))
        else:
            column = _column(row.concept, len(held))
            held[column] += total
            figures.append((*(Decimal(total) if at == column else None for at in range(len(held))), Decimal(total)))
    return Drawn(statement, figures, headings)


def _column(concept: str, columns: int) -> int:
    if _OF_OTHERS.search(concept) and columns > len(_EQUITY):
        return len(_EQUITY)
    return 2 if _OF_EARNINGS.search(concept) else 1 if _OF_COMPREHENSIVE.search(concept) else 0
