"""The names that analysts give to items, and the items' concepts."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.facts.items.names import find_items, find_names
from app.facts.items.standard import find_item, load_items
from app.facts.model import StatementKind


@pytest.mark.parametrize(
    ("name", "item"),
    [
        ("capex", "CapitalExpenses"),
        ("Capital Expenditures", "CapitalExpenses"),
        ("top line", "Revenue"),
        ("opex", "TotalOperatingExpenses"),
        ("D&A", "DepreciationAmortizationCF"),
        ("depreciation & amortisation", "DepreciationAmortizationCF"),
        ("PP&E", "PlantPropertyEquipmentNet"),
        ("AR", "TradeReceivables"),
        ("a/r", "TradeReceivables"),
        ("accounts payable", "TradePayables"),
        ("SG&A", "SellingGeneralAndAdminExpenses"),
        ("EPS", "EarningsPerShareDiluted"),
        ("stockholders’ equity", "AllEquityBalance"),
        ("shareholders' equity", "AllEquityBalance"),
        ("Cash Flows from Operations", "NetCashFromOperatingActivities"),
        ("net PP&E", "PlantPropertyEquipmentNet"),
        ("goodwill impairment", "GoodwillWriteoffs"),
        ("due to related parties", "DueToRelatedParties"),
        ("due from related parties", "DueFromRelatedParties"),
    ],
)
def test_analysts_words_name_items(name: str, item: str) -> None:
    assert find_items(name)[0] == item


def test_other_words_name_no_item() -> None:
    assert find_items("weather") == ()
    assert find_items("") == ()


def test_longest_name_in_a_question_counts() -> None:
    question = "What share of net income went to capex, and how did the change in accounts receivable move?"
    found = {question[name.start : name.end]: name.items[0] for name in find_names(question)}
    assert found == {
        "net income": "NetIncome",
        "capex": "CapitalExpenses",
        "change in accounts receivable": "ChangeInReceivables",
    }


@given(st.text(alphabet="net incomeRATIO of&/-s ", max_size=80))
def test_names_are_in_order_and_apart(text: str) -> None:
    found = find_names(text)
    assert all(0 <= name.start < name.end <= len(text) and name.items for name in found)
    assert all(before.end <= after.start for before, after in itertools.pairwise(found))


def test_concept_has_one_item_a_statement() -> None:
    seen = [(concept, item.statement) for item in load_items().values() for concept in item.concepts]
    assert len(seen) == len(set(seen)) > 1_000


@pytest.mark.parametrize(
    ("concept", "statement", "item"),
    [
        ("DepreciationDepletionAndAmortization", StatementKind.CASH_FLOW, "DepreciationAmortizationCF"),
        ("DepreciationDepletionAndAmortization", StatementKind.INCOME, "DepreciationExpense"),
        ("CashAndCashEquivalentsAtCarryingValue", StatementKind.BALANCE, "CashAndMarketableSecurities"),
        ("CashAndCashEquivalentsAtCarryingValue", StatementKind.CASH_FLOW, "CashAndCashEquivalents"),
        ("NetIncomeLoss", StatementKind.CASH_FLOW, "NetIncome"),
        ("ifrs-full:Revenue", StatementKind.INCOME, "Revenue"),
        ("own:Revenue", StatementKind.INCOME, None),
        ("SomethingElse", StatementKind.INCOME, None),
    ],
)
def test_item_of_a_concept_depends_on_the_statement(concept: str, statement: StatementKind, item: str | None) -> None:
    assert find_item(concept, statement) == item
