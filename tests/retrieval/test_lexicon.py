"""Tests of terms and their weights."""

import math
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.retrieval.index.lexicon import TERM_SPACE, idf, term_id, term_weights, text_weights, tokenise


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("$1,234.5 million", ["1234.5", "million"]),
        ("(12,345)", ["12345"]),
        ("Form 10-K", ["form", "10-k"]),
        ("Q3 2022", ["q3", "2022"]),
        ("FY2022 and FY23", ["fy2022", "2022", "fy23", "2023"]),
        ("4Q21", ["4q21", "2021"]),
        ("long-term debt", ["long-term", "long", "term", "debt"]),
        ("the issuer's revenues", ["issuer", "revenu"]),
        ("R&D in the U.S.", ["rd", "us"]),
        ("ﬁnancial STATEMENTS", ["financi", "statement"]),
        ("12.3%", ["12.3"]),
        ("", []),
    ],
)
def test_text_is_split_into_terms(text: str, terms: list[str]) -> None:
    assert tokenise(text) == terms


def test_words_with_same_stem_are_one_term() -> None:
    assert len({*tokenise("borrowing"), *tokenise("Borrowings"), *tokenise("borrowed")}) == 1


def test_number_is_the_same_term_with_and_without_commas() -> None:
    assert tokenise("1,234,567") == tokenise("1234567")


def test_very_long_word_is_truncated() -> None:
    (term,) = tokenise("x" * 100_000)
    assert len(term) <= 80


def test_term_id_is_the_same_in_another_process() -> None:
    code = "from app.retrieval.index.lexicon import term_id; print(term_id('revenu'))"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(other.stdout) == term_id("revenu")


@given(st.text())
def test_term_ids_are_within_the_space(text: str) -> None:
    assert all(1 <= term_id(term) <= TERM_SPACE for term in tokenise(text))


@given(st.lists(st.sampled_from(["debt", "cash", "yield", "note"]), min_size=1), st.floats(1, 1000))
def test_weights_are_between_zero_and_k1_plus_one(tokens: list[str], average: float) -> None:
    weights = term_weights(tokens, average_length=average)
    assert set(weights) == {term_id(token) for token in tokens}
    assert all(0 < weight < 2.2 for weight in weights.values())


def test_weight_is_term_frequency_part_of_bm25() -> None:
    weights = term_weights(["debt", "debt", "cash", "note"], average_length=8)
    norm = 1.2 * (0.25 + 0.75 * 4 / 8)
    assert weights[term_id("debt")] == pytest.approx(2 * 2.2 / (2 + norm))
    assert weights[term_id("cash")] == pytest.approx(2.2 / (1 + norm))


@given(st.text(alphabet=st.one_of(st.sampled_from("debt cash 1,234.5 10-k fy22 U.S. ﬁ"), st.characters())))
def test_weights_of_a_text_are_those_of_its_terms(text: str) -> None:
    assert text_weights(text, average_length=8) == term_weights(tokenise(text), average_length=8)


def test_rare_terms_have_higher_idf() -> None:
    assert idf(3, total=1000) > idf(900, total=1000) > 0
    assert idf(0, total=0) == pytest.approx(math.log(2))
