"""Questions without an answer are made from questions that have one."""

from collections import Counter

import pytest

from evals.datasets.absent import ABSENT_FACT, ABSENT_ISSUER, ABSENT_YEAR, NOBODY, YEARS_BACK, make_absent
from evals.datasets.questions import EvidencePage, QuestionCase


def made(question, issuer="Merrowdale Foods, Inc."):
    case = QuestionCase(
        id="q", question=question, issuer=issuer, evidence=(EvidencePage(document="merrowdale-2022", page=1),)
    )
    return {each.kind: each.question for each in make_absent([case])}


def test_issuer_is_replaced_however_much_of_its_name_is_said():
    for name in ("Merrowdale Foods, Inc.", "Merrowdale Foods", "MERROWDALE", "Merrowdale"):
        assert made(f"What was {name}'s revenue?")[ABSENT_ISSUER] == f"What was {NOBODY[0]}'s revenue?"


@pytest.mark.parametrize(
    "question",
    ["What was its revenue?", "What did Merrowdale (formerly Tolvane) earn?", "Is Merrowdale's Foods segment larger?"],
)
def test_question_that_may_still_name_the_issuer_is_left_out(question):
    assert ABSENT_ISSUER not in made(question)


def test_all_years_move_back_by_the_same_number():
    asked = "How did the margin change from FY2021 to fiscal 2022, and in FY22, with $2,022 million at 2022.5?"
    moved = f"How did the margin change from FY{2021 - YEARS_BACK} to fiscal {2022 - YEARS_BACK}, and in FY95, with"
    assert made(asked)[ABSENT_YEAR] == f"{moved} $2,022 million at 2022.5?"
    assert ABSENT_YEAR not in made("What is the head office?")


def test_absent_fact_is_asked_of_the_issuer_in_the_year_of_its_question():
    fact = made("What was revenue in 2022?")[ABSENT_FACT]
    assert "Merrowdale Foods, Inc." in fact
    assert "2022" in fact
    assert ABSENT_FACT not in made("What was revenue in 2022?", issuer="")


def test_ids_are_unique():
    evidence = (EvidencePage(document="made", page=1),)
    cases = [
        QuestionCase(
            id=f"q{number}", question="What was Tolvane's revenue in 2022?", issuer="Tolvane", evidence=evidence
        )
        for number in range(5)
    ]
    ids = Counter(each.id for each in make_absent(cases))
    assert len(ids) == 15
    assert set(ids.values()) == {1}
