"""Placing the rows of fictional statements."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.facts.items.features import Context
from app.facts.items.model import ItemModel
from app.facts.items.rows import ItemRow, Placed
from app.facts.items.standard import load_items
from app.facts.model import Measure, StatementKind


def _row(label: str, *figures: int, heading: str | None = None, **other: object) -> ItemRow:
    path = (label,) if heading is None else (heading, label)
    return ItemRow(label, path, figures=tuple(map(Decimal, figures)), **other)  # type: ignore[arg-type]


def _place(rows: list[ItemRow], statement: StatementKind, context: Context | None = None) -> dict[str, Placed]:
    placed = ItemModel.load().place(rows, statement, context)
    assert len(placed) == len(rows)
    return {" / ".join(row.label_path): at for row, at in zip(rows, placed, strict=True)}


BALANCE = [
    _row("Current assets:"),
    _row("Cash and cash equivalents", 1_204, 1_010, heading="Current assets:", part_of=5),
    _row("Trade receivables, net", 2_310, 2_222, heading="Current assets:", part_of=5),
    _row("Inventories", 880, 905, heading="Current assets:", part_of=5),
    _row("Prepaid expenses and other current assets", 140, 133, heading="Current assets:", part_of=5),
    _row("Total current assets", 4_534, 4_270, heading="Current assets:", sums=(1, 2, 3, 4), part_of=9),
    _row("Property, plant and equipment, net", 3_310, 3_100, part_of=9),
    _row("Goodwill", 1_020, 1_020, part_of=9),
    _row("Other assets", 301, 290, part_of=9),
    _row("Total assets", 9_165, 8_680, sums=(5, 6, 7, 8)),
    _row("Current liabilities:"),
    _row("Accounts payable", 1_401, 1_377, heading="Current liabilities:", part_of=14),
    _row("Current portion of long-term debt", 250, 250, heading="Current liabilities:", part_of=14),
    _row("Operating lease liabilities", 60, 55, heading="Current liabilities:", part_of=14),
    _row("Total current liabilities", 1_711, 1_682, heading="Current liabilities:", sums=(11, 12, 13)),
    _row("Long-term debt", 2_750, 3_000),
    _row("Operating lease liabilities", 201, 190),
    _row("Total liabilities", 4_662, 4_872, sums=(14, 15, 16), part_of=22),
    _row("Common stock, $0.01 par value; 500,000,000 shares authorized", 12, 12, part_of=21),
    _row("Additional paid-in capital", 1_100, 1_020, part_of=21),
    _row("Retained earnings", 3_391, 2_776, part_of=21),
    _row("Total stockholders’ equity", 4_503, 3_808, sums=(18, 19, 20), part_of=22),
    _row("Total liabilities and stockholders’ equity", 9_165, 8_680, sums=(17, 21)),
]


def test_rows_of_a_balance_sheet_are_placed() -> None:
    placed = _place(BALANCE, StatementKind.BALANCE)
    items = {label: at.item for label, at in placed.items()}
    assert items["Current assets: / Cash and cash equivalents"] == "CashAndMarketableSecurities"
    assert items["Current assets: / Trade receivables, net"] == "TradeReceivables"
    assert items["Current assets: / Inventories"] == "Inventories"
    assert items["Current assets: / Total current assets"] == "CurrentAssetsTotal"
    assert items["Property, plant and equipment, net"] == "PlantPropertyEquipmentNet"
    assert items["Total assets"] == "Assets"
    assert items["Current liabilities: / Accounts payable"] == "TradePayables"
    assert items["Total liabilities"] == "Liabilities"
    assert items["Retained earnings"] == "RetainedEarnings"
    assert items["Total liabilities and stockholders’ equity"] == "LiabilitiesAndEquity"
    assert placed["Total assets"].concept == "Assets"


def test_same_label_has_another_concept_in_another_section() -> None:
    placed = _place(BALANCE, StatementKind.BALANCE)
    assert placed["Current liabilities: / Operating lease liabilities"].item == "OperatingLeaseCurrentDebtEquivalent"
    assert placed["Operating lease liabilities"].item == "OperatingLeaseNonCurrentDebtEquivalent"


def test_headings_are_not_placed() -> None:
    assert _place(BALANCE, StatementKind.BALANCE)["Current assets:"] == Placed()


def test_basic_and_diluted_rows_are_told_apart_by_their_headings() -> None:
    rows = [
        _row("Net revenues", 9_000, 8_000),
        _row("Cost of revenues", 5_000, 4_500),
        _row("Gross profit", 4_000, 3_500),
        _row("Selling, general and administrative", 2_000, 1_900),
        _row("Operating income", 2_000, 1_600),
        _row("Interest expense", 100, 110),
        _row("Income before income taxes", 1_900, 1_490),
        _row("Provision for income taxes", 400, 310),
        _row("Net income", 1_500, 1_180),
        _row("Earnings per share:"),
        _row("Basic", 3, 2, heading="Earnings per share:", measure=Measure.PER_SHARE),
        _row("Diluted", 3, 2, heading="Earnings per share:", measure=Measure.PER_SHARE),
        _row("Weighted average shares outstanding:"),
        _row("Basic", 500, 510, heading="Weighted average shares outstanding:", measure=Measure.SHARES),
        _row("Diluted", 505, 516, heading="Weighted average shares outstanding:", measure=Measure.SHARES),
    ]
    items = {label: at.item for label, at in _place(rows, StatementKind.INCOME).items()}
    assert items["Net revenues"] == "Revenue"
    assert items["Operating income"] == "OperatingIncomeLoss"
    assert items["Income before income taxes"] == "PretaxIncomeLoss"
    assert items["Provision for income taxes"] == "IncomeTaxes"
    assert items["Earnings per share: / Basic"] == "EarningsPerShareBasic"
    assert items["Earnings per share: / Diluted"] == "EarningsPerShareDiluted"
    assert items["Weighted average shares outstanding: / Basic"] == "SharesAverage"
    assert items["Weighted average shares outstanding: / Diluted"] == "SharesFullyDilutedAverage"


@pytest.mark.parametrize("shows_interests", [False, True])
def test_net_income_is_the_companys_unless_there_are_noncontrolling_interests(*, shows_interests: bool) -> None:
    rows = [
        _row("Net sales", 9_000, 8_000),
        _row("Cost of sales", 5_000, 4_500),
        _row("Income before income taxes", 1_900, 1_490),
        _row("Provision for income taxes", 400, 310),
        _row("Net income including noncontrolling interests" if shows_interests else "Net income", 1_500, 1_180),
    ]
    if shows_interests:
        rows.append(_row("Less: net income attributable to noncontrolling interests", 100, 80))
        rows.append(_row("Net income attributable to the company", 1_400, 1_100))
    items = [placed.item for placed in ItemModel.load().place(rows, StatementKind.INCOME)]
    assert items[4:] == (
        ["ProfitLoss", "MinorityInterestIncomeExpense", "NetIncome"] if shows_interests else ["NetIncome"]
    )


def test_rows_of_a_statement_of_cash_flows_are_placed() -> None:
    rows = [
        _row("Operating activities"),
        _row("Net income", 1_500, 1_180, heading="Operating activities"),
        _row("Depreciation and amortization", 300, 280, heading="Operating activities"),
        _row("Stock-based compensation", 120, 100, heading="Operating activities"),
        _row("Inventories", -40, 20, heading="Operating activities"),
        _row("Net cash provided by operating activities", 1_880, 1_580, heading="Operating activities"),
        _row("Investing activities"),
        _row("Purchases of property and equipment", -500, -450, heading="Investing activities"),
        _row("Net cash used in investing activities", -500, -450, heading="Investing activities"),
        _row("Financing activities"),
        _row("Repurchases of common stock", -600, -500, heading="Financing activities"),
        _row("Dividends paid", -300, -280, heading="Financing activities"),
        _row("Net cash used in financing activities", -900, -780, heading="Financing activities"),
    ]
    items = {label.rpartition(" / ")[2]: at.item for label, at in _place(rows, StatementKind.CASH_FLOW).items()}
    assert items["Depreciation and amortization"] == "DepreciationAmortizationCF"
    assert items["Stock-based compensation"] == "StockBasedCompensationCF"
    assert items["Inventories"] == "ChangeInInventory"
    assert items["Net cash provided by operating activities"] == "NetCashFromOperatingActivities"
    assert items["Purchases of property and equipment"] == "CapitalExpenses"
    assert items["Repurchases of common stock"] == "StockRepurchasePayments"
    assert items["Dividends paid"] == "CommonDividendsPaid"


def test_row_of_unknown_words_is_not_placed() -> None:
    placed = _place([*BALANCE, _row("Zorblatt quux frobnication", 7, 8)], StatementKind.BALANCE)
    assert placed["Zorblatt quux frobnication"].item is None
    assert placed["Zorblatt quux frobnication"].concept is None


@pytest.mark.parametrize("statement", [StatementKind.DEBT, StatementKind.SEGMENTS, StatementKind.OTHER])
def test_other_tables_are_not_placed(statement: StatementKind) -> None:
    assert set(ItemModel.load().place(BALANCE, statement)) == {Placed()}


@pytest.mark.parametrize("rows", [[], [_row("Total assets", 5)], [_row("Total assets", 5)] * 1_001])
def test_tables_that_are_no_statements_by_their_size_are_not_placed(rows: list[ItemRow]) -> None:
    assert list(ItemModel.load().place(rows, StatementKind.BALANCE)) == [Placed()] * len(rows)


_LABELS = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        ["Total assets", "Cash", "Net income (loss)", "Less: allowance", "(Note 5)", "$" * 400, "a" * 10_000]
    ),
)
_FIGURES = st.lists(
    st.one_of(st.none(), st.decimals(allow_nan=True, allow_infinity=True), st.integers().map(Decimal)), max_size=3
).map(tuple)
_ROWS = st.lists(
    st.builds(lambda label, figures: ItemRow(label, (label,), figures=figures), _LABELS, _FIGURES), max_size=12
)


@settings(max_examples=60, deadline=None)
@given(_ROWS, st.sampled_from(list(StatementKind)))
def test_any_rows_have_places_with_probabilities(rows: list[ItemRow], statement: StatementKind) -> None:
    context = Context.of([(StatementKind.INCOME, rows)])
    placed = ItemModel.load().place(rows, statement, context)
    assert len(placed) == len(rows)
    for row, at in zip(rows, placed, strict=True):
        assert 0 <= at.item_confidence <= 1
        assert 0 <= at.concept_confidence <= 1
        assert 0 <= at.part <= 1
        assert at.item is None or at.item in load_items()
        assert (at.item is None) == (at.item_confidence == 0)
        assert (at.concept is None) == (at.concept_confidence == 0)
        assert row.figures or at == Placed()
    assert placed == ItemModel.load().place(rows, statement, context)
