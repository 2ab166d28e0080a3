"""Answers are graded by what their reader sees first."""

import pytest

from evals.datasets.newcomer.questions import NewcomerCase
from evals.scoring.declining import says_absent
from evals.scoring.newcomer import Seen, grade_newcomer, names_issuers

SALES = {"figures": [{"value": "550.7", "scale": 6, "unit": "USD"}], "must_not": ["554.6", "554,577"]}
NAME = {"words": [["Malinowski"]], "must_not": ["Brackenridge"]}
MAY = {"says": "no", "words": [["3.50", "3.5"]]}
BONDS = {"words": [["2027"], ["2034"], ["2039"]], "least": 2, "is_list": True}
RATE = {"figures": [{"value": "42.2", "unit": "%"}, {"value": "40.3", "unit": "%"}]}
DUE = {"figures": [{"value": "250", "scale": 6, "unit": "USD", "or": [{"value": "280.5", "scale": 6, "unit": "USD"}]}]}
NONE = {"is_declined": True}


def seen(expected, *claims):
    return grade_newcomer(NewcomerCase.model_validate({"id": "q", "question": "?", **expected}), claims).seen


@pytest.mark.parametrize(
    ("expected", "claims", "grade"),
    [
        (SALES, ["Net revenue of Made was $550.7 million in fiscal 2024."], Seen.RIGHT_FIRST),
        (SALES, ["Net revenue — 2024: 550,713; 2023: 554,577 (in thousands)"], Seen.RIGHT_FIRST),
        (SALES, ["Net revenue — 2024: $550,713 thousand"], Seen.RIGHT_FIRST),
        (SALES, ["Net revenue was $0.551 billion."], Seen.RIGHT_FIRST),
        (SALES, ["Net revenue fell from $554.6 million to $550.7 million."], Seen.RIGHT_BELOW),
        (SALES, ["Cost of sales was $318 million.", "Net revenue was $550.7 million."], Seen.RIGHT_BELOW),
        (SALES, ["Net revenue was $554.6 million in 2023."], Seen.WRONG),
        (SALES, ["Net revenue was €550.7 million."], Seen.WRONG),
        (SALES, ["Net revenue was $550.7 thousand."], Seen.WRONG),
        (SALES, ["Net revenue rose by 550.7%."], Seen.USELESS),
        (SALES, ["The brewery stands in Duluth."], Seen.USELESS),
        (SALES, [], Seen.DECLINED),
        (NAME, ["The Board appointed Tadeusz Malinowski."], Seen.RIGHT_FIRST),
        (NAME, ["Walter J. Brackenridge leads the company."], Seen.WRONG),
        (NAME, ["Brackenridge retires.", "Malinowski succeeds him."], Seen.RIGHT_BELOW),
        (MAY, ["No: the limit is 3.50 to 1.00."], Seen.RIGHT_FIRST),
        (MAY, ["Yes: the limit is 3.50 to 1.00."], Seen.WRONG),
        (MAY, ["The limit is 3.50 to 1.00."], Seen.RIGHT_BELOW),
        (BONDS, ["4.625% bond due 2027", "5.875% bond due 2034"], Seen.RIGHT_FIRST),
        (BONDS, ["The bonds of Made:", "due 2027", "due 2034"], Seen.RIGHT_FIRST),
        (BONDS, ["The weather was wet.", "due 2027", "due 2034"], Seen.RIGHT_BELOW),
        (BONDS, ["4.625% bond due 2027"], Seen.USELESS),
        (RATE, ["Gross margin — FY2023: 40.27%; FY2024: 42.18%"], Seen.RIGHT_FIRST),
        (RATE, ["Gross margin rose by 1.91 percentage points."], Seen.WRONG),
        (DUE, ["2026: $280.5 million"], Seen.RIGHT_FIRST),
        (NONE, [], Seen.RIGHT_FIRST),
        (NONE, ["No document of Northwick was found; the nearest is a report of Made."], Seen.RIGHT_FIRST),
        (NONE, ["Revenue was $5 million."], Seen.ANSWERED),
    ],
)  # fmt: skip
def test_grade(expected, claims, grade):
    assert seen(expected, *claims) is grade


@pytest.mark.parametrize(
    ("claim", "is_absent"),
    [
        ("The filings do not state a figure for fiscal 2019; they state one for fiscal 2023.", True),
        ("Goodwill isn't disclosed in the documents.", True),
        ("No other customer reached 10%.", False),
        ("Net sales were $271 million. No figure for the fourth quarter was found.", False),
        ("The notes will not be listed on any exchange.", False),
    ],
)
def test_first_words_say_that_nothing_was_found(claim, is_absent):
    assert says_absent(claim) is is_absent


def test_items_of_a_list_that_only_support_the_answer_come_below():
    case = NewcomerCase.model_validate({"id": "q", "question": "?", **BONDS})
    claims = ["4.625% bond due 2027", "5.875% bond due 2034"]
    assert grade_newcomer(case, claims, leading=2).seen is Seen.RIGHT_FIRST
    assert grade_newcomer(case, claims, leading=1).seen is Seen.RIGHT_BELOW


def test_claim_has_to_name_each_issuer():
    case = NewcomerCase.model_validate(
        {"id": "q", "question": "?", **SALES, "issuers": ["Merrowdale Brewing Company", "Tolvane plc"]}
    )
    assert names_issuers(case, "Merrowdale earned more than Tolvane.")
    assert not names_issuers(case, "Merrowdale Brewing Company earned more.")
