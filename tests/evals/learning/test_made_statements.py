"""Fictional statements to learn from: the format, their figures, and the way through the reader."""

import re
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from app.facts.items.rows import ItemRow
from app.facts.items.standard import load_items
from app.facts.model import StatementKind
from evals.learning.examples import Example, Source, Truth
from evals.learning.made_figures import Drawn, draw_figures
from evals.learning.made_rows import MadeRow
from evals.learning.made_statements import (
    OTHER_NAME,
    STATEMENTS,
    MadeStatementError,
    parse_company,
    read_made_company,
)
from evals.learning.training import FOLDS, lessons_of

_NAMES = STATEMENTS.with_name("us_gaap_names.txt")
_FILES = sorted(STATEMENTS.glob("*.txt"))

_TOY = """\
# a seller of lanterns
@ income-statement
Net sales:
  Lanterns = part Revenues
  Repairs = part Revenues
  Total net sales = Revenues << 2
- Cost of sales = CostOfRevenue
- Administration = GeneralAndAdministrativeExpense
- Wages of lamplighters = other
- Total costs and expenses = CostsAndExpenses << 3
Income before income taxes = IncomeLossFromContinuingOperationsBeforeIncomeTaxesDomestic << 2
- Provision for income taxes = IncomeTaxExpenseBenefit
Net income = NetIncomeLoss << 2
Basic earnings per share = EarningsPerShareBasic !per-share
@ balance-sheet
Assets
Current assets:
  Cash and cash equivalents = CashAndCashEquivalentsAtCarryingValue
  Inventories, net = InventoryNet
    Total current assets = AssetsCurrent << *
Property and equipment, net = PropertyPlantAndEquipmentNet
Total assets = Assets << 2
Liabilities and stockholders’ equity
Accounts payable = AccountsPayableCurrent
Long-term debt = LongTermDebtNoncurrent
Common stock, $0.01 par value; 500,000 shares authorized = CommonStockValue
(-) Accumulated deficit = RetainedEarningsAccumulatedDeficit
Total liabilities and stockholders’ equity = LiabilitiesAndStockholdersEquity << **
@ cash-flow-statement
Operating activities:
Net income = NetIncomeLoss
~ Inventories = IncreaseDecreaseInInventories
Net cash provided by operating activities = NetCashProvidedByUsedInOperatingActivities << 2
Investing activities:
(-) Purchases of property and equipment = PaymentsToAcquirePropertyPlantAndEquipment
Net cash used in investing activities = NetCashProvidedByUsedInInvestingActivities << 1
Financing activities:
Proceeds from loans = ProceedsFromIssuanceOfLongTermDebt
(-) Dividends paid = PaymentsOfDividends
Net cash provided by (used in) financing activities = NetCashProvidedByUsedInFinancingActivities << *
Net increase in cash and cash equivalents = CashAndCashEquivalentsPeriodIncreaseDecrease << 3
Cash and cash equivalents at beginning of year = CashAndCashEquivalentsAtCarryingValue
Cash and cash equivalents at end of year = CashAndCashEquivalentsAtCarryingValue << 2
"""


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    path = tmp_path / "lanterns.txt"
    path.write_text(_TOY)
    return path


def _draw(path: Path) -> list[Drawn]:
    company = parse_company(path)
    return draw_figures(company.statements, company.name)


def test_rows_have_concepts_marks_and_parts(toy: Path) -> None:
    income = parse_company(toy).statements[0]
    rows = {row.label: row for row in income.rows}
    assert rows["Net sales:"].concept is None
    assert rows["Lanterns"] == MadeRow("Lanterns", 1, "Revenues", is_part=True)
    assert rows["Total net sales"].parts == (1, 2)
    assert rows["Wages of lamplighters"].concept == OTHER_NAME
    assert rows["Total costs and expenses"].mark == "-"
    assert rows["Basic earnings per share"].measure == "per-share"


def _by_label(drawn: Drawn) -> dict[str, tuple[Decimal | None, ...]]:
    return {row.label: figures for row, figures in zip(drawn.statement.rows, drawn.figures, strict=True)}


def test_statements_agree(toy: Path) -> None:
    income, balance, cash_flow = map(_by_label, _draw(toy))
    assert income["Net income"] == cash_flow["Net income"]
    assert balance["Total assets"] == balance["Total liabilities and stockholders’ equity"]
    assert cash_flow["Cash and cash equivalents at end of year"][:2] == balance["Cash and cash equivalents"]


def test_same_name_gives_same_figures(toy: Path) -> None:
    assert _draw(toy) == _draw(toy)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("Goodwill = Goodwill << 9", "too few rows"),
        ("Goodwill = Good will", "not valid"),
        ("Goodwill = Goodwill !apples", "no measure"),
        ("Cash = CashAndCashEquivalentsAtCarryingValue", "stands twice"),
        ("@ ballad", "ballad"),
        ("@ balance-sheet", "same kind"),
    ],
)
def test_mistakes_are_named_with_their_line(tmp_path: Path, line: str, fault: str) -> None:
    path = tmp_path / "wrong.txt"
    path.write_text(f"@ balance-sheet\nCash = CashAndCashEquivalentsAtCarryingValue\n{line}\n")
    with pytest.raises(MadeStatementError, match=rf"^wrong\.txt.*{fault}"):
        parse_company(path)


def test_reader_finds_the_rows_with_their_sums(toy: Path) -> None:
    read = {example.statement: example for example in read_made_company(toy)}
    assert set(read) == {StatementKind.INCOME, StatementKind.BALANCE, StatementKind.CASH_FLOW}
    income = read[StatementKind.INCOME]
    truth = {row.label: own for row, own in zip(income.rows, income.truth, strict=True)}
    assert truth["Lanterns"] == Truth("Revenues", is_part=True)
    assert truth["Total net sales"] == Truth("Revenues")
    assert truth["Wages of lamplighters"] == Truth(OTHER_NAME)
    assert truth["Net sales:"] is None
    assert income.rows[-2].label == "Net income"
    assert income.rows[-2].sums


def test_every_model_learns_from_fictional_companies() -> None:
    rows = (ItemRow("Net income", figures=(Decimal(1),)),)
    names = [*map(str, range(12)), "made-up lanterns"]
    examples = [
        Example(name, "filing", Source.HTML, StatementKind.INCOME, rows, (Truth("NetIncomeLoss"),)) for name in names
    ]
    (lesson,) = lessons_of(examples)
    folds = Counter(lesson.fold(row) for row in lesson.rows)
    assert sum(folds[fold] for fold in range(FOLDS)) == 12
    assert lesson.fold(lesson.rows[-1]) not in range(FOLDS)


@pytest.mark.parametrize("path", _FILES, ids=[path.stem for path in _FILES])
def test_file_is_consistent(path: Path) -> None:
    known = {concept for item in load_items().values() for concept in item.concepts} | {OTHER_NAME}
    known |= set(_NAMES.read_text().split())
    for own in _draw(path):
        rows = own.statement.rows
        assert [row.concept for row in rows if row.concept and row.concept not in known] == []
        shown = [(row.label, row.concept, _heading(rows, at)) for at, row in enumerate(rows) if row.concept]
        assert own.statement.kind is StatementKind.EQUITY or len(shown) == len(set(shown))
        for at, row in enumerate(rows):
            if row.parts and not own.headings:
                signs = [-1 if rows[part].mark == "-" and row.mark != "-" else 1 for part in row.parts]
                parts = [own.figures[part] for part in row.parts]
                for column, figure in enumerate(own.figures[at]):
                    assert figure == sum(sign * (each[column] or 0) for sign, each in zip(signs, parts, strict=True))
    names = {own.statement.kind: own for own in _draw(path)}
    assert {StatementKind.BALANCE, StatementKind.INCOME, StatementKind.CASH_FLOW} <= set(names)
    assert not re.search(r"[<>=]", " ".join(row.label for own in names.values() for row in own.statement.rows))


def _heading(rows: list[MadeRow], at: int) -> str:
    return next((row.label for row in reversed(rows[:at]) if row.concept is None), "")
