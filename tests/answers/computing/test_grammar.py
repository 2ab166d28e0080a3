"""Questions are read as expressions over items and periods, with the unit and rounding that they ask for."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.answers.computing.grammar import read_requests
from app.answers.computing.requests import AskedUnit, FigureRequest, Form, Over, Ranking, Series
from app.documents.content.statements import Statement
from app.facts.formulas.expressions import Label
from app.facts.model import FiscalLabel
from tests.speed import within_cpu_seconds


def write(request: FigureRequest) -> str:
    """Write what is asked in the language of formulas, without quotes around words."""
    asked = request.asked
    text = f"{asked.over}({asked.inner}; all)" if isinstance(asked, Series) else str(asked)
    return text.replace('"', "")


def first(question: str, *names: str) -> FigureRequest:
    return read_requests(question, names=names)[0]


@pytest.mark.parametrize(
    ("question", "expression"),
    [
        ("how much did they spend on capex in FY21", "capex[FY2021]"),
        ("lamp revenue 2024 vs 2023", "change(lamp revenue, FY2023..FY2024)"),
        ("What was the percentage change in stocks between 2018 and 2019?", "growth(stocks, FY2018..FY2019)"),
        ("What is the FY2019 - FY2020 total revenue growth rate?", "growth(total revenue, FY2019..FY2020)"),
        ("What was revenue growth in FY2021?", "growth(revenue, FY2020..FY2021)"),
        ("By what percentage did revenue increase from 2019 to 2020?", "growth(revenue, FY2019..FY2020)"),
        ("What is the 2 year total revenue CAGR from FY2020 to FY2022?", "cagr(total revenue, FY2020..FY2022)"),
        (
            "What was the average interest expense for 2018 and 2019?",
            "avg(interest expense[FY2018], interest expense[FY2019])",
        ),
        ("What is the increase / (decrease) in furniture from 2018 to 2019?", "change(furniture, FY2018..FY2019)"),
        (
            "What is the total amount of audit fees in both 2018 and 2019?",
            "sum(audit fees[FY2018], audit fees[FY2019])",
        ),
        ("What is the ratio of assets to total liabilities in 2019?", "(assets / total liabilities)[FY2019]"),
        ("What is the percentage of audit fees in total fees in 2019?", "(audit fees / total fees)[FY2019]"),
        ("What was the sum of accruals and other liabilities in 2019?", "(accruals + other liabilities)[FY2019]"),
        ("In which year was gross profit higher?", "max(gross profit; all)"),
        ("did gross margin improve in FY2023", "change(gross margin, FY2022..FY2023)"),
        ("How did gross margin compare between 2022 and 2023?", "change(gross margin, FY2022..FY2023)"),
        ("how has operating income developed from 2021 to 2023", "change(operating income, FY2021..FY2023)"),
        ("total deposits 2023 v 2022", "change(total deposits, FY2022..FY2023)"),
        ("how many stores did they operate at January 28, 2024?", "stores[2024-01-28]"),
        ("What was turnover in the year to 31 March 2024?", "turnover[2024-03-31]"),
        ("LTM revenue at September 30, 2023", "revenue[12M 2023-09-30]"),
        ("trailing twelve months net income at Q2 2023", "net income[TTM Q2 2023]"),
        ("LTM net income", "ttm(net income)"),
        ("What was the average cost for 2017,2018 and 2019?", "avg(cost[FY2017], cost[FY2018], cost[FY2019])"),
        ("What is the percentage of constitution of rent among total cost in 2018?", "(rent / total cost)[FY2018]"),
        ("What percentage of revenue was rent in FY2023?", "(rent / revenue)[FY2023]"),
        ("what is the operating margin of the Americas segment in 2023", "operating margin{Americas}[FY2023]"),
        ("operating margin of segment Europe FY2023", "operating margin{Europe}[FY2023]"),
        (
            "What was the difference in fair value between brands and patents in 2019?",
            "(brands fair value - patents fair value)[FY2019]",
        ),
    ],
)
def test_question_is_read_as_expression(question, expression) -> None:
    assert write(first(question)) == expression


def test_margin_of_an_item_other_than_profit_is_not_a_share_of_revenue() -> None:
    assert [write(each) for each in read_requests("net interest margin 2023")] == ["net interest margin[FY2023]"]


@pytest.mark.parametrize(
    ("question", "axis", "over", "is_growth"),
    [
        ("Which segment had the highest revenue in 2023?", "segment", Over.HIGHEST, False),
        ("which region was smallest by revenue in 2023", "geography", Over.LOWEST, False),
        ("Which product line grew most in FY2023?", "product", Over.HIGHEST, True),
        ("Which segment's revenue grew least in FY2023?", "segment", Over.LOWEST, True),
        ("Which segment was most profitable by revenue in 2023?", "segment", Over.HIGHEST, False),
    ],
)
def test_parts_are_ranked(question, axis, over, is_growth) -> None:
    assert first(question).asked == Ranking(over, Label("revenue"), axis, is_growth, FiscalLabel(2023))


def test_each_period_of_a_question_is_asked_for() -> None:
    request = first("What was capex in FY2023 and FY2022?")
    assert [str(each) for each in request.each] == ['"capex"[FY2022]', '"capex"[FY2023]']
    request = first("did gross margin improve from 2021 to 2023")
    assert len(request.each) == 3


@pytest.mark.parametrize(
    "question",
    [
        "Compare revenue of Lantern and Kettle in 2023",
        "Which had higher revenue in 2023, Lantern or Kettle?",
        "Lantern vs Kettle revenue 2023",
        "how does Lantern's revenue compare with Kettle's in 2023",
    ],
)
def test_comparison_of_issuers_asks_for_the_figure_of_each(question) -> None:
    assert write(first(question, "Lantern", "Kettle")) == "revenue[FY2023]"


def test_margin_can_be_a_row_or_a_quotient() -> None:
    requests = read_requests("What is the FY2019 - FY2021 3 year average operating income % margin?")
    assert [write(request) for request in requests] == [
        "avg(operating income % margin[FY2019], operating income % margin[FY2020], operating income % margin[FY2021])",
        "avg((operating income / revenue)[FY2019], (operating income / revenue)[FY2020], "
        "(operating income / revenue)[FY2021])",
    ]
    assert all(request.is_percent for request in requests)


def test_definition_in_the_question_is_the_formula() -> None:
    request = first(
        "What is the FY2019 cash conversion cycle (CCC) for Lantern? CCC is defined as: DIO - DPO. DIO is "
        "defined as: 365 * (average inventory between FY2018 and FY2019) / (FY2019 COGS). DPO is defined as: 365 * "
        "(average accounts payable between FY2018 and FY2019) / (FY2019 COGS + change in inventory between FY2018 "
        "and FY2019). "
        "Round your answer to two decimal places.",
        "Lantern Works",
    )
    assert write(request) == (
        "(365 * avg(inventory[FY2018], inventory[FY2019]) / COGS[FY2019] - "
        "365 * avg(accounts payable[FY2018], accounts payable[FY2019]) / "
        "(COGS[FY2019] + change(inventory, FY2018..FY2019)))[FY2019]"
    )
    assert request.form == Form(places=2)


def test_defined_name_is_used_inside_other_measures() -> None:
    requests = read_requests(
        "What is the FY2020 unadjusted EBITDA % margin? Define unadjusted EBITDA as operating income + depreciation."
    )
    assert "((operating income + depreciation) / revenue)[FY2020]" in [write(each) for each in requests]


def test_definition_that_needs_itself_ends() -> None:
    assert read_requests("What is the quick ratio in 2020? Define quick ratio as quick ratio / 2.")


@pytest.mark.parametrize(
    ("question", "form"),
    [
        ("How much (in USD billions) did Lantern pay in dividends for FY2020?", Form(AskedUnit.MONEY, 9)),
        ("What was revenue in 2020? Answer in USD millions.", Form(AskedUnit.MONEY, 6)),
        ("What was revenue in 2020, in thousands?", Form(AskedUnit.MONEY, 3)),
        (
            "What is the yield? Answer in units of percents and round to one decimal place.",
            Form(AskedUnit.PERCENT, None, 1),
        ),
        ("What was the return, as a percentage, rounded to the nearest tenth?", Form(AskedUnit.PERCENT, None, 1)),
        ("What was revenue in 2020?", Form()),
    ],
)
def test_unit_and_rounding_are_read(question, form) -> None:
    assert replace(first(question).form, also_percent=False) == form


def test_role_and_source_of_the_answer_are_not_part_of_the_item() -> None:
    request = first(
        "Answer as if you are a credit analyst. According to the details in the balance sheet, how much total current "
        "assets did Lantern Works have at the end of FY2019? Answer in USD millions.",
        "Lantern Works Inc.",
    )
    assert (write(request), request.statements) == ("total current assets[FY2019]", (Statement.BALANCE,))


@pytest.mark.parametrize(
    "question",
    [
        "What ratio of net debt to EBITDA does the credit agreement permit?",
        "Why did revenue fall in 2020?",
        "When does the facility mature?",
        "What does capex include?",
        "Is capex subject to approval?",
        "",
    ],
)
def test_other_questions_ask_for_no_figure(question) -> None:
    assert not read_requests(question)


@given(st.text(alphabet="average of the and to ratio % change in FY2019 (,) / + - 12 x", max_size=400))
def test_any_words_are_read_without_error(text) -> None:
    for request in read_requests(text):
        assert write(request)


@pytest.mark.parametrize(
    "text", ["a and " * 600, "(" * 3000, "ratio of a to " * 280, "FY2019 and " * 360, "average " * 500, "x / " * 900]
)
def test_hostile_questions_are_read_in_short_time(text) -> None:
    within_cpu_seconds(0.5, lambda: read_requests(f"What is {text}?"))


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("What was Wal-Lantern Stores, Inc.'s return on equity in FY2022?", "return on equity[FY2022]"),
        ("What was Wal-Lantern Stores Inc.'s revenue in FY2022?", "revenue[FY2022]"),
        ("How much did Wal-Lantern Stores, Inc. return to shareholders in FY2022?", "shareholders[FY2022]"),
        ("What was the revenue of Wal-Lantern Stores in FY2022?", "revenue[FY2022]"),
    ],
)
def test_issuer_is_not_part_of_the_item(question, words) -> None:
    assert write(first(question, "Wal-Lantern Stores, Inc.")) == words


def test_issuer_before_a_verb_leaves_no_preposition() -> None:
    request = first(
        "How much has the tax rate of Wal-Lantern Stores changed between 2021 and 2022?", "Wal-Lantern Stores"
    )
    assert request.name == "tax rate changed"


def test_month_may_is_no_permission() -> None:
    assert write(first("What were total assets at May 31, 2019?")) == "total assets[2019-05-31]"
