"""Everyday questions are read like those in the words of statements."""

from decimal import Decimal

import pytest

from app.answers.computing.grammar import read_requests
from app.answers.computing.ledger_figures import sought_of
from app.answers.computing.measures import find_measure
from app.answers.computing.phrasing import name_companies, say_plainly, without_companies
from app.answers.computing.plain_words import read_plainly
from app.answers.computing.question import FigureQuestion
from app.answers.computing.requests import Ranking
from app.answers.computing.several import split_items
from app.facts.formulas.expressions import Label
from app.retrieval.questions.understanding import Understanding
from tests.speed import within_cpu_seconds


def first(question: str, *phrases: str) -> str:
    asked = read_requests(name_companies(question, phrases))[0].asked
    return str(asked).replace('"', "")


@pytest.mark.parametrize(
    ("question", "expression"),
    [
        ("How much cash did it generate from operations in FY2022?", "operating cash flow[FY2022]"),
        ("How much cash did the business of Lantern throw off from operations in FY22?", "operating cash flow[FY2022]"),
        ("How much did Lantern invest in property, plant and equipment in 2023?", "capital expenditures[FY2023]"),
        ("How much stock did Lantern buy back in 2023?", "share repurchases[FY2023]"),
        ("How much did Lantern owe its suppliers at the end of 2023?", "accounts payable[FY2023]"),
        ("How much cash did lantern have at the end of 2023?", "cash and cash equivalents[FY2023]"),
        ("How fast did Lantern's revenue grow in 2023?", "growth(revenue, FY2022..FY2023)"),
        ("What was Lantern's year-over-year net income growth in 2023?", "growth(net income, FY2022..FY2023)"),
        ("How much did Lantern's sales grow or shrink from 2021 to 2022 in percent?", "growth(sales, FY2021..FY2022)"),
        ("By what percentage did Lantern's sales change from 2021 to 2022?", "growth(sales, FY2021..FY2022)"),
        ("How much debt is on the balance sheet at the end of 2023?", "debt[FY2023]"),
        ("What revenue did the Lamps segment have in FY2023, in USD millions?", "revenue{Lamps}[FY2023]"),
        ("Lantern dividends paid in the first nine months of fiscal 2024", "dividends paid[9M 2024]"),
        ("What was Lantern's EBIT from operations in FY2023?", "operating income[FY2023]"),
        ("What was Lantern's working capital based on FY2022 data?", "working capital[FY2022]"),
        ("How much revenue did Lantern get from Garden Lamps in 2023?", "revenue from Garden Lamps[FY2023]"),
        ("What was revenue in Europe at Lantern in 2023?", "revenue in Europe[FY2023]"),
        (
            "What is the quantity of restructuring costs directly outlined in Lantern's income statements for FY2022?",
            "restructuring costs[FY2022]",
        ),
    ],
)
def test_everyday_question_is_read_as_expression(question, expression) -> None:
    assert first(question, "Lantern", "lantern") == expression


@pytest.mark.parametrize(
    "question",
    [
        "What was Lantern's biggest segment by revenue in 2023?",
        "Which Lantern segment brought in the most revenue in 2023?",
        "Which segment of Lantern had the highest revenue in 2023?",
    ],
)
def test_best_part_is_asked_for_in_several_ways(question) -> None:
    asked = read_requests(name_companies(question, ("Lantern",)))[0].asked
    assert isinstance(asked, Ranking)
    assert (str(asked.inner), asked.axis) == ('"revenue"', "segment")


def test_name_of_an_issuer_is_removed_in_any_form() -> None:
    named = name_companies("What was A&B's debt, and that of b.light, Inc. in 2023?", ("A&B", "b.light, Inc"))
    assert without_companies(named) == "What was debt, and that in 2023?"


def test_change_in_percent_is_relative_unless_it_is_of_a_margin() -> None:
    assert first("What is the change in revenue from 2021 to 2022 in percent?") == "growth(revenue, FY2021..FY2022)"
    assert first("What is the change in gross margin from 2021 to 2022 in percent?").startswith("change(")


HOSTILE = ("how much did " + "it have " * 500, "which " * 2_000, "what was the " + "a in " * 800)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_read_in_short_time(text) -> None:
    within_cpu_seconds(1, lambda: (say_plainly(text[:400]), without_companies(text)))


@pytest.mark.parametrize(
    ("question", "expression"),
    [
        (
            "What did Lantern earn in Q2 2023, and what was it in the same quarter a year earlier?",
            "net income[Q2 2023]",
        ),
        ("How big was Lantern's order backlog at the end of 2023 and how big a year before?", "order backlog[FY2023]"),
    ],
)
def test_year_before_is_asked_for_beside_the_period(question, expression) -> None:
    request = read_requests(name_companies(question, ("Lantern",)))[0]
    assert str(request.asked).replace('"', "") == expression
    assert len(request.each) == 2


@pytest.mark.parametrize(
    ("question", "expression"),
    [
        ("How much money did Lantern lose in the quarter to the end of June 2023?", "net income[3M 2023-06-30]"),
        ("What was revenue for the June quarter of 2023?", "revenue[3M 2023-06-30]"),
        ("What was Lantern's revenue in the first three quarters of fiscal 2024?", "revenue[9M 2024]"),
        ("how much did lantern lose on garden lamps in q2 2023", "operating income from garden lamps[Q2 2023]"),
        (
            "What percent of Lantern's total spend on stock repurchases for FY2023 occurred in Q4 of FY2023?",
            "stock repurchases[Q4 2023] / stock repurchases[FY2023]",
        ),
    ],
)
def test_everyday_period_is_read(question, expression) -> None:
    assert first(question, "Lantern", "lantern") == expression


def test_named_items_are_ranked() -> None:
    question = "Among operations, investing, and financing activities, which brought in the most cash flow in FY2023?"
    asked = read_requests(question)[0].asked
    assert isinstance(asked, Ranking)
    assert str(asked.inner).replace('"', "") == (
        "max(cash flow from operations, investing cash flow, financing cash flow)"
    )


@pytest.mark.parametrize(
    ("question", "is_read"),
    [
        ("How much of Lantern's debt matures by 2027?", False),
        ("How much debt comes due after 2027?", False),
        ("What were the debt maturities through the end of fiscal 2027?", False),
        ("How much debt comes due in 2027?", True),
        ("What were the debt maturities from 2025 through 2027?", True),
    ],
)
def test_amounts_due_up_to_a_year_are_not_those_of_the_year(question, is_read) -> None:
    assert bool(read_requests(name_companies(question, ("Lantern",)))) is is_read


def test_use_of_cash_is_not_ranked_as_its_source() -> None:
    question = "Among operations, investing, and financing activities, which used the most cash flow in FY2023?"
    assert not any(isinstance(request.asked, Ranking) for request in read_requests(question))


@pytest.mark.parametrize(
    ("words", "other"),
    [("sales expenses", "sales"), ("inventory charges", "inventory"), ("cash outlays", "cash"), ("debt costs", "debt")],
)
def test_costs_of_an_item_are_not_the_item(words, other) -> None:
    assert set(sought_of(Label(words)).names).isdisjoint(sought_of(Label(other)).names)
    assert find_measure(words) is None or find_measure(words) != find_measure(other)


@pytest.mark.parametrize(
    ("words", "item"),
    [("advertising costs", "MarketingExpenses"), ("R&D outlays", "ResearchAndDevelopmentExpenses"),
     ("capex spending", "CapitalExpenses"), ("goodwill balance", "Goodwill")],
)  # fmt: skip
def test_words_for_costs_and_balances_may_follow_their_names(words, item) -> None:
    assert item in sought_of(Label(words)).names


@pytest.mark.parametrize(
    ("words", "items"),
    [
        ("revenue, EBITDA and net debt", ("revenue", "EBITDA", "net debt")),
        ("property, plant and equipment and goodwill", ("property, plant and equipment", "goodwill")),
        ("selling, general and administrative expenses", ()),
        ("depreciation and amortization", ()),
        ("revenue and lamps", ()),
        ("net income", ()),
    ],
)
def test_several_measures_are_told_from_one_with_a_long_name(words, items) -> None:
    assert split_items(words) == items


@pytest.mark.parametrize(
    ("question", "text", "holds"),
    [
        ("Does Lantern have a healthy liquidity profile based on its quick ratio for FY2022?", "quick ratio", "1.2"),
        ("Was Lantern's gross margin in 2023 higher than in 2022?", "gross margin", "0.1"),
    ],
)
def test_judgement_is_a_verdict_on_a_figure(question, text, holds) -> None:
    plain = read_plainly(question)
    assert text in plain.text
    assert plain.verdict is not None
    assert plain.verdict.holds(Decimal(holds))
    assert not plain.verdict.holds(-Decimal(holds))


@pytest.mark.parametrize(
    ("question", "is_rise"),
    [
        ("Did Lantern's net debt improve in 2023?", False),
        ("Is Lantern's leverage worse than in 2022?", True),
        ("Was the effective tax rate better in 2023 than in 2022?", False),
        ("Has Lantern improved its debt-to-equity ratio in 2023?", False),
        ("Does Lantern have improving operating costs?", False),
        ("Did Lantern's net debt increase in 2023?", True),
        ("Did Lantern's interest coverage improve in 2023?", True),
        ("Did cash flow to debt improve in 2023?", True),
        ("Did Lantern's gross margin improve in 2023 in spite of higher costs?", True),
        ("Has Lantern improved its gross margin in 2023?", True),
        ("Was Lantern's gross margin in 2022 higher than in 2023?", False),
        ("Was revenue lower in FY22 than in FY23?", True),
        ("Was revenue in Q1 2023 lower than in Q2 2023?", True),
        ("Was revenue in 2023 higher compared to 2022?", True),
        ("Was revenue in Q3 2023 lower than in Q2 2023?", False),
    ],
)
def test_verdict_on_a_move_has_its_direction_over_time(question, is_rise) -> None:
    verdict = read_plainly(question).verdict
    assert verdict is not None
    assert verdict.holds(Decimal(1)) is is_rise
    assert verdict.holds(Decimal(-1)) is not is_rise


@pytest.mark.parametrize("move", ["decrease", "improve", "get worse"])
def test_move_of_a_loss_is_stated_without_a_verdict(move) -> None:
    plain = read_plainly(f"Did Lantern's net loss {move} in 2023?")
    assert plain.verdict is None
    assert read_plainly("Did Lantern make a net loss in 2023?").verdict is not None


def test_capital_intensity_is_judged_by_three_measures() -> None:
    understanding = Understanding(issuer_phrases=("Lantern",))
    figure = FigureQuestion.of("Is Lantern a capital-intensive business based on FY2022 data?", understanding)
    assert figure is not None
    assert [str(part.of_tables[0].asked).replace('"', "") for part in figure.parts] == [
        "(capital expenditures / revenue)[FY2022]",
        "(net property, plant and equipment / total assets)[FY2022]",
        "(total assets / revenue)[FY2022]",
    ]
    assert len(figure.limits) == 3
