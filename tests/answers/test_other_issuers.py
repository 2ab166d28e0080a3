"""Tests of questions with names that are of no visible issuer: sentences and rows about others do not answer them."""

from dataclasses import replace

import pytest

from app.answers.claims import ClaimPart

PERSIMMON = (("Persimmon", "Foods"),)


@pytest.mark.parametrize(
    ("question", "must_mention", "first"),
    [
        ("What was Persimmon Foods' net revenue in 2022?", PERSIMMON, None),
        (
            "What did Persimmon Foods do?",
            PERSIMMON,
            "Its largest competitor is Persimmon Foods, whose customers are hotels.",
        ),
        ("What was net revenue in 2022?", (), "Net revenue — 2022: $4,210 million"),
    ],
)
def test_figure_of_another_issuer_is_not_given_for_a_name_that_it_mentions(
    extractive, understand, library, question, must_mention, first
) -> None:
    library.add("Its largest competitor is Persimmon Foods, whose customers are hotels.", number=3)
    understood = replace(understand(question), must_mention=must_mention)
    draft = extractive.write(understood, library.passages, library.pages, library.tables)
    assert next((claim.text for claim in draft.claims if claim.part is ClaimPart.ANSWER), None) == first
