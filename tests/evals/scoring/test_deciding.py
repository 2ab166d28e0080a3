"""Checks decide answers as people do, and never accept a wrong one."""

from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.scoring.agreement import CLAIMS, grade_judged, print_table
from evals.scoring.answers import Grade, grade_answer
from evals.scoring.dated_figures import dated_figures
from evals.scoring.truths import read_truth
from evals.scoring.wording import Direction, content_words, days_in, direction_of, polarity

JUDGED = list(grade_judged())


def test_no_answer_that_people_call_wrong_is_accepted():
    assert [each.answer for each in JUDGED if each.accepts_wrongly] == []


def test_no_answer_that_people_call_right_is_rejected():
    assert [each.answer for each in JUDGED if each.rejects_wrongly] == []


def test_most_judged_answers_are_decided():
    decided = Counter(each.grade is not Grade.UNDECIDED for each in JUDGED if each.kind != "free text")
    assert decided[True] / decided.total() >= 0.85
    right = [each.grade for each in JUDGED if each.is_right and each.kind != "free text"]
    assert right.count(Grade.RIGHT) / len(right) >= 0.99


def test_table_counts_every_judged_answer():
    rows = [line.split("|") for line in print_table(JUDGED).splitlines()[2:]]
    assert sum(int(row[2]) for row in rows) == len(JUDGED)
    assert all(int(row[2]) == sum(map(int, (row[3] + "," + row[4]).split(","))) for row in rows)


@pytest.mark.parametrize(
    ("question", "truth", "answer", "grade"),
    [
        # Remarks of who wrote the truth are no part of it.
        ("What share fell in Q4?", "36%. The answer here assumes a year of 12 months.", "It was 36%.", Grade.RIGHT),
        # The figure is there, but the yes or no is not, and no direction means one.
        ("Did it pay dividends?", "Yes, it paid $0.55 a share.", "A graph. || Dividends — $0.55", Grade.UNDECIDED),
        # The other sign may be another convention.
        (
            "How does the tax rate in FY2022 compare to FY2021?",
            "The tax rate in FY2022 was 0.62%, compared to -14.76% in FY2021.",
            "Tax rate fell — FY2021 to FY2022: -15.38 percentage points || Tax rate — FY2021: 14.76%; FY2022: -0.62%",
            Grade.UNDECIDED,
        ),
        # A decline is no "no".
        ("Is it growing?", "No, sales fell.", "No figure for sales was found in the documents.", Grade.UNDECIDED),
        ("What changed?", "Net revenue rose from $5 million to $7 million.", "It fell from $7 million to $5 million.",
         Grade.UNDECIDED),
    ],
)  # fmt: skip
def test_doubtful_answers_stay_undecided(question, truth, answer, grade):
    assert grade_answer(question, truth, answer.split(CLAIMS)).grade is grade


@given(
    st.lists(st.sampled_from(["Yes", "No", "rose", "fell", "5%", "$7 million", "2021", "and", ",", ".", "A — B: 5"]))
)
def test_any_answer_has_a_grade(parts):
    text = " ".join(parts)
    for truth in ("Yes, it rose from 5% in 2021 to 7%.", "A, B and C", "There are none", "May 1, 2021", text or "x"):
        assert grade_answer("How did the margin change in 2021?", truth, [text, text]).grade in Grade


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("from 24.6% in FY 2021 to 21.6% in FY 2022", [{"21"}, {"22"}]),
        ("In 2021 it was 24.6%, in 2022 it was 21.6%", [{"21"}, {"22"}]),
        ("The rate in 2022 was 0.62%, compared to 14.76% in 2021", [{"22"}, {"21"}]),
        ("Margin — 2022: 5%; 2021: 7%", [{"22"}, {"21"}]),
        ("from 0.67 times to 0.69 times between 2023 and 2022", [set(), set()]),
    ],
)
def test_figures_have_the_year_that_the_sentence_gives_them(text, years):
    assert [figure.years for figure in dated_figures(text)] == years


def test_truth_is_read_with_its_kind():
    assert read_truth("Which?", "United States, EMEA, APAC, and LACC").items == tuple(
        map(content_words, ("United States", "EMEA", "APAC", "LACC"))
    )
    assert read_truth("When?", "It was signed on 18 May 2021.").day == date(2021, 5, 18)
    assert read_truth("Any?", "There are none").is_none
    assert read_truth("How much?", "EBITDA was $2,018mn in FY 2023").figure is not None
    assert read_truth("Why?", "The opening of 47 new stores drove it.").figure is None
    assert read_truth("Which?", "(1) Pricing litigation and (2) opioids").figures == ()


def test_words_say_directions_and_yes_or_no():
    assert [direction_of(text) for text in ("It rose.", "It fell.", "It was flat.", "It rose, then fell.")] == [
        Direction.UP, Direction.DOWN, Direction.FLAT, None,
    ]  # fmt: skip
    assert [polarity(text) for text in ("Yes.", "No: 5%", "No customer is large", "Note 5")] == [
        "yes",
        "no",
        None,
        None,
    ]
    assert days_in("on February 30, 2021 and 1 March 2021") == [date(2021, 3, 1)]
