"""Everyday questions are read like those in the words of statements."""

import pytest

from app.answers.computing.grammar import read_requests
from app.answers.computing.phrasing import name_companies, say_plainly, without_companies
from app.answers.computing.requests import Ranking
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
