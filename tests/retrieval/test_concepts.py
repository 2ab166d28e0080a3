"""Concepts of questions: words of the field, with the words that filings print for the same things."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.retrieval.index.lexicon import tokenise
from app.retrieval.questions.concepts import find_concepts


def others(question: str) -> set[tuple[str, ...]]:
    return {words for concept in find_concepts(question) for words in concept.others}


@pytest.mark.parametrize(
    ("asked", "printed"),
    [
        ("What is the headcount of Alder Mills?", "employees"),
        ("Who is the auditor?", "independent registered public accounting firm"),
        ("How large were buybacks in 2031?", "repurchase"),
        ("How much capex is planned?", "purchases of property, plant and equipment"),
        ("Which M&A deals were closed?", "business combinations"),
        ("Where is the HQ?", "principal executive offices"),
        ("Who is the boss?", "chief executive officer"),
        ("What was the bottom line?", "net income"),
        ("Which lawsuits are open?", "legal proceedings"),
        ("When is the debt due?", "maturities of long-term debt"),
    ],
)
def test_words_of_users_have_the_words_of_filings(asked, printed):
    assert tuple(tokenise(printed.replace("-", " "))) in others(asked)


def test_measure_has_the_line_items_that_it_is_computed_from():
    found = find_concepts("What is the quick ratio of Alder Mills?")
    inputs = [concept.others for concept in found if not concept.asked]
    assert any(("total", "current", "liabil") in names for names in inputs)


def test_longer_phrase_counts():
    (concept,) = find_concepts("current portion of long-term debt")
    assert concept.asked == ("current", "portion", "long", "term", "debt")


@given(st.text(max_size=300))
def test_any_question_has_few_concepts_of_few_words(question):
    found = find_concepts(question)
    assert len(found) <= 12
    assert all(len(concept.others) <= 8 and concept.asked not in concept.others for concept in found)
