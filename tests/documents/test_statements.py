"""Tests of recognising pages with primary statements."""

import pytest

from app.documents.content.statements import Statement, StatementRecogniser

INCOME = (
    "Consolidated Statements of Operations\n2021 2020 2019\nNet sales 9,100 8,800 8,500\n"
    "Cost of sales 5,100 5,000 4,900\nGross profit 4,000 3,800 3,600\nSelling, general and administrative 2,000 1,950\n"
    "Operating income 2,000 1,850 1,700\nInterest expense 100 110 120\nIncome before taxes 1,900 1,740 1,580\n"
    "Income taxes 400 390 380\nNet income 1,500 1,350 1,200\nPer share, diluted 3.10 2.80 2.50"
)
CASH = (
    "CONSOLIDATED STATEMENTS OF CASH FLOWS\n2021 2020\nOperating activities\nNet income 1,500 1,350\n"
    "Depreciation and amortization 500 480\nDeferred income taxes 20 (30)\nStock-based compensation 90 80\n"
    "Investing activities\nPurchases of property and equipment (600) (580)\nFinancing activities\n"
    "Dividends paid (400) (380)\nRepurchases of common stock (300) (200)\nProceeds from debt 900 100\n"
    "Effect of exchange rates 5 (4)\nCash at end of year 1,204 998\nNet increase in cash 206 150"
)


@pytest.mark.parametrize(("text", "statement"), [(INCOME, Statement.INCOME), (CASH, Statement.CASH_FLOW)])
def test_statement_page_is_recognised(text, statement):
    found = StatementRecogniser().recognise(text)
    assert found[statement] == 1.0
    assert (
        max(sureness for other, sureness in found.items() if other is not statement) < 0.5 if len(found) > 1 else True
    )


def test_title_below_top_lowers_confidence():
    below = StatementRecogniser().recognise("The year was good. " * 60 + INCOME)
    assert 0 < below[Statement.INCOME] < 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Index to Financial Statements\nConsolidated Balance Sheets 51\nConsolidated Statements of Cash Flows 52",
        INCOME.replace("Consolidated Statements of Operations", "Results by segment"),
    ],
    ids=["nothing", "contents", "no title"],
)
def test_other_page_is_not_recognised(text):
    assert not StatementRecogniser().recognise(text)


def test_page_is_recognised_from_all_its_chunks():
    half = INCOME.index("Operating income")
    by_page = StatementRecogniser().by_page([3, 3, 4], [INCOME[:half], INCOME[half:], "nothing"])
    assert by_page[3][Statement.INCOME] == 1.0
    assert by_page[4] == {}
