"""Convert a statement's figures to values with the taxonomy's signs.

A word in brackets states the meaning of figures in brackets: "income tax (expense) benefit", "other (income) expense".
If a label names only a loss, its figure is a loss, with or without brackets. Some statements put all expenses in
brackets.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.facts.line_items import LineItem, Shown, plain_label
from app.tables.rows import FigureRow, quantity_of

_EXPENSE_IN_BRACKETS = re.compile(r"\((?:[a-z]+ )?(?:expenses?|loss(?:es)?|costs?|charges?|provision)\)")
_INCOME_IN_BRACKETS = re.compile(r"\((?:[a-z]+ )?(?:income|benefits?|gains?|earnings|credits?)\)")
_OF_EXPENSE = re.compile(r"\b(?:expenses?|costs?|charges?|provision)\b")
_OF_INCOME = re.compile(r"\b(?:income|earnings|gains?|benefits?|profit|revenues?)\b")
_OF_LOSS = re.compile(r"\b(?:loss(?:es)?|deficit|decrease|used)\b")
_OF_NO_LOSS = re.compile(r"\b(?:income|earnings|gains?|profit|increase|provided|generated)\b")
# Items that are always expenses. If most of their figures are in brackets, the statement puts all expenses in brackets.
_ALWAYS_EXPENSES = frozenset(
    {
        "CostOfRevenue",
        "CostOfGoodsAndServicesSold",
        "SellingGeneralAndAdministrativeExpense",
        "GeneralAndAdministrativeExpense",
        "ResearchAndDevelopmentExpense",
        "OperatingExpenses",
        "CostsAndExpenses",
    }
)


@dataclass(frozen=True, slots=True)
class Signs:
    """The sign conventions of one statement."""

    expenses_in_brackets: bool

    @classmethod
    def of(cls, rows: Sequence[tuple[LineItem, FigureRow]]) -> "Signs":
        expenses = [figure for item, row in rows if item.name in _ALWAYS_EXPENSES for figure in _figures(row)]
        return cls(expenses_in_brackets=2 * sum(figure < 0 for figure in expenses) > len(expenses) > 0)

    def value(self, item: LineItem, row: FigureRow, figure: Decimal) -> Decimal:
        """Return the value of a row's figure, with the line item's sign."""
        if item.shown is Shown.OUTFLOW:
            return -figure
        if item.shown is Shown.DEDUCTION:
            return abs(figure)
        if item.shown is Shown.AS_IS:
            return -figure if _is_loss(row) else figure
        return figure if (item.shown is Shown.INCOME) == self._shows_income(item, row) else -figure

    def _shows_income(self, item: LineItem, row: FigureRow) -> bool:
        """Return whether a figure without brackets is income in this row."""
        folded = _own_label(row).casefold()
        if _EXPENSE_IN_BRACKETS.search(folded):
            return True
        if _INCOME_IN_BRACKETS.search(folded):
            return False
        plain = plain_label(_own_label(row))
        if item.shown is Shown.EXPENSE:
            return self.expenses_in_brackets
        if _OF_EXPENSE.search(plain) and not _OF_INCOME.search(plain):
            return self.expenses_in_brackets
        return not _is_loss(row)


def _is_loss(row: FigureRow) -> bool:
    """Return whether the label names only a loss, and the figures are not in brackets."""
    plain = plain_label(_own_label(row))
    only_loss = _OF_LOSS.search(plain) and not _OF_NO_LOSS.search(plain) and "(" not in _own_label(row)
    return bool(only_loss) and all(figure >= 0 for figure in _figures(row))


def _figures(row: FigureRow) -> list[Decimal]:
    return [value for cell in row.figures if (value := quantity_of(cell).value) is not None]


def _own_label(row: FigureRow) -> str:
    """Return the label without those of its groups, whose brackets describe other rows."""
    return row.label_path[-1]
