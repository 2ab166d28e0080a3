"""Tests of the check that a claim says no more than its quotes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.answers.verification.support import find_terms, says_more

AUDITOR = "Birchwood & Hale LLP has served as the Company's independent auditor since 2011."
DIVIDENDS = "We do not pay dividends on our common stock, and we intend to keep our earnings."
SALES = "Net sales decreased by 4% because of lower volumes in the Nordic region."


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("Birchwood & Hale LLP is the auditor.", AUDITOR),
        ("The company's independent auditor since 2011: Birchwood & Hale LLP.", AUDITOR),
        ("The company does not pay dividends.", DIVIDENDS),
        ("No. No dividends are paid on the common stock.", DIVIDENDS),
        ("No: we do not pay dividends on our common stock.", DIVIDENDS),
        ("Net sales fell 4% due to lower volumes in the Nordic region.", SALES),
        ("The year ended Dec. 31, 2023.", "For the fiscal year ended December 31, 2023"),
        ("Four segments are reported.", "We report four segments."),
        ("Long-term debt stood at $90 million.", "Total debt, long-term\t$90 million"),
        ("Net sales rose from $80 million to $90 million.", "Net sales\t$90 million\t$80 million"),
        ("It sold the plant.", "In May, we sell the plant."),
    ],
)
def test_claim_in_words_of_its_quote_says_no_more(text: str, quote: str) -> None:
    assert not says_more(text, [quote], frozenset())


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("Birchwood & Hale LLP is the auditor. Zibbermoss.", AUDITOR),
        ("Birchwood & Hale LLP is the trusted auditor.", AUDITOR),
        ("The auditor is First Hale LLP, Point.", AUDITOR),
        ("The company pays dividends on its common stock.", DIVIDENDS),
        ("The earnings are not to be kept.", "We intend to keep our earnings."),
        ("Net sales increased by 4%.", SALES),
        ("Net sales decreased in the Baltic region.", SALES),
        ("Net sales rose to $90 million.", "Net sales\t$90 million"),
        ("Net sales rose from $90 million to $80 million.", "Net sales\t$80 million\t$90 million"),
        ("Net sales fell to $90 million in 2022 from $80 million.", "Net sales\t$90 million\t$80 million 2022"),
    ],
)
def test_claim_with_an_unsupported_word_or_the_opposite_says_more(text: str, quote: str) -> None:
    assert says_more(text, [quote], frozenset())


def test_words_of_the_question_need_no_support() -> None:
    text = "Persimmon's external accountant: Birchwood & Hale LLP."
    assert says_more(text, [AUDITOR], frozenset())
    assert not says_more(text, [AUDITOR], find_terms("Who is Persimmon's external accountant?"))


@given(st.lists(st.sampled_from(["net", "sales", "dividends", "debt", "plant", "paid", "sold", "keeps"]), min_size=1))
def test_a_text_never_says_more_than_itself(words: list[str]) -> None:
    text = f"{' '.join(words).capitalize()} in 2023."
    assert not says_more(text, [text], frozenset())


@given(st.text(alphabet="bcdfghjklmnpqrstvwxz", min_size=6, max_size=12))
def test_a_word_that_no_quote_has_is_always_found(word: str) -> None:
    assert says_more(f"Birchwood & Hale LLP is the auditor {word}.", [AUDITOR], frozenset())


@pytest.mark.parametrize(
    ("sentence", "is_turned"),
    [("Net sales fell from $1.4 to $1.2 billion.", False), ("Net sales rose from $1.4 to $1.2 billion.", True)],
)
def test_scale_that_stands_only_once_counts_for_both_amounts_of_a_move(sentence, is_turned) -> None:
    quote = "Net sales moved from $1.4 to $1.2 billion; costs rose, and margins fell."
    assert says_more(sentence, [quote], ()) is is_turned
