"""Tests of locating quotes and splitting sentences."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.answers.verification.quotes import locate_quote
from app.answers.verification.sentences import find_sentences


@pytest.mark.parametrize(
    ("quote", "text", "found"),
    [
        ("net sales rose", "Our net sales rose.", "net sales rose"),
        ("net  sales\nrose", "Our net sales rose.", "net sales rose"),
        ("the company's debt", "All the Company’s  debt is due.", "the Company’s  debt"),
        ('"Notes" - due', "The “Notes” — due 2030", "“Notes” — due"),
        ("Net sales $14,544 $12,861", "Net sales\t$14,544\t$12,861", "Net sales\t$14,544\t$12,861"),
        ("ﬁnancial statements", "the financial statements", "financial statements"),
    ],
)
def test_quote_is_found_despite_different_spaces_marks_and_case(quote: str, text: str, found: str) -> None:
    place = locate_quote(quote, text)
    assert place is not None
    assert text[slice(*place)] == found


@pytest.mark.parametrize("quote", ["", "  ", "net sales fell", "a b", "$14,545"])
def test_absent_quote_is_not_found(quote: str) -> None:
    assert locate_quote(quote, "Our net sales rose. Ab. $14,544") is None


@given(text=st.text(), data=st.data())
def test_excerpt_is_found_with_exactly_its_words(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    place = locate_quote(text[start:end], text)
    if text[start:end].strip():
        assert place is not None
        assert text[slice(*place)] == text[start:end].strip()
    else:
        assert place is None


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in find_sentences(text)]


def test_sentences_end_at_marks_and_paragraphs_but_not_at_abbreviations() -> None:
    text = 'Acme Inc. and U.S. Steel Corp. agreed. It paid $1.5 million. "Done." Next\n\nA heading\n\nThe end'
    assert sentences(text) == [
        "Acme Inc. and U.S. Steel Corp. agreed.",
        "It paid $1.5 million.",
        '"Done."',
        "Next",
        "A heading",
        "The end",
    ]


def test_bullets_start_sentences() -> None:
    assert sentences("We face: • higher costs • lower prices") == ["We face:", "higher costs", "lower prices"]


@given(text=st.text(alphabet="aB.!? \n\t•\"'()"))
def test_sentences_are_ordered_and_cover_all_letters(text: str) -> None:
    spans = find_sentences(text)
    assert all(start < end for start, end in spans)
    assert all(first[1] <= second[0] for first, second in pairwise(spans))
    kept = "".join(text[start:end] for start, end in spans)
    assert [char for char in kept if char.isalpha()] == [char for char in text if char.isalpha()]
