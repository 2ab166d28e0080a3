"""Tests of names in questions: names that no source mentions, and figures of other issuers."""

from dataclasses import replace
from uuid import UUID

import pytest

from app.answers.subjects import find_other_entity, find_unseen_names, passages_about
from app.documents.issuers import normalise_issuer
from app.retrieval.questions.issuers import VisibleIssuer

PAGES = {(UUID(int=1), 1): "Revenue of Aldous Cement rose. Operating margin was 12%. Days payable outstanding fell."}


@pytest.mark.parametrize(
    ("question", "unseen"),
    [
        ("What was Persimmon's revenue in FY2022?", ("Persimmon",)),
        ("What did Persimmon Foods Limited earn?", ("Persimmon Foods Limited",)),
        ("Persimmon’s revenue?", ("Persimmon",)),
        ("How large is the margin of PQR's trucks?", ("PQR",)),
        ("Does it lease ships from Tamar-Blake?", ("Tamar-Blake",)),
        ("What was Aldous Cement's revenue?", ()),
        ("What was revenue in March 2022, in USD millions? Answer with a number.", ()),
        ("What are the Operating Margin and the Days Payable Outstanding?", ()),
        ("What is the EBITDA of the Company?", ()),
        ("Which Item of Form 10-K tells of the Chief Financial Officer?", ()),
        ("what was persimmon's revenue?", ()),
        ("What is paid under agreement 4117-3, as of FY2023?", ("4117-3",)),
        ("How did margin change in 2021-2022, per the 10-K?", ()),
        ("How large is Net Debt, and what is its Interest Coverage?", ()),
        ("What's the margin?", ()),
        ("", ()),
    ],
)
def test_names_absent_from_all_sources_are_found(understand, question: str, unseen: tuple[str, ...]) -> None:
    assert find_unseen_names(understand(question), (), PAGES) == unseen


def test_question_naming_visible_issuer_has_no_unseen_names(understand) -> None:
    issuer = VisibleIssuer(normalise_issuer("Aldous Cement"), "Aldous Cement")
    understood = understand("How does Aldous Cement differ from Persimmon?").among([issuer])
    assert understood.issuer_names == ("Aldous Cement",)
    assert find_unseen_names(understood, (), PAGES) == ()


def test_other_issuers_are_no_sources_for_a_named_issuer(understand, library) -> None:
    issuer = VisibleIssuer(normalise_issuer("Aldous Cement"), "Aldous Cement")
    understood = understand("What was Aldous Cement's revenue?").among([issuer])
    own, unknown = (replace(library.passages[0], issuer=name) for name in ("Aldous Cement Inc.", None))
    assert passages_about(understood, [*library.passages, own, unknown]) == (own, unknown)
    assert passages_about(understand("What was revenue?"), library.passages) == tuple(library.passages)


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("What was Persimmon Foods' net revenue in 2022?", None),
        ("What did Persimmon Foods do?", "Its largest competitor is Persimmon Foods, whose customers are hotels."),
        ("What was the net revenue of Plain Holdings in 2022?", "Net revenue — 2022: $4,210 million"),
        ("What was PLNH's net revenue in 2022?", "Net revenue — 2022: $4,210 million"),
        ("What was net revenue in 2022?", "Net revenue — 2022: $4,210 million"),
    ],
)
def test_figure_of_another_issuer_is_not_given_for_a_name_that_it_mentions(
    extractive, understand, library, question, first
) -> None:
    library.add("Its largest competitor is Persimmon Foods, whose customers are hotels.", number=3)
    draft = extractive.write(question, understand(question), library.passages, library.pages, library.tables)
    assert next((claim.text for claim in draft.claims), None) == first


@pytest.mark.parametrize(
    "question", ["Aldous Lime Works net sales in 2022", "What were the net sales of Aldous Lime Works in 2022?"]
)
def test_name_that_goes_on_from_an_issuer_is_of_no_other_issuer(understand, library, question) -> None:
    own = replace(library.passages[0], issuer="Aldous Cement Inc.")
    assert passages_about(understand(question), [*library.passages, own]) == (own,)
    assert passages_about(understand(question), library.passages) == tuple(library.passages)


@pytest.mark.parametrize("question", ["What were Net Sales in 2022?", "Lantern Business sales in 2022"])
def test_names_that_begin_no_issuer_narrow_nothing(understand, library, question) -> None:
    own = replace(library.passages[0], issuer="Aldous Cement Inc.")
    assert passages_about(understand(question), [*library.passages, own]) == (*library.passages, own)


@pytest.mark.parametrize(
    ("question", "entity"),
    [
        ("What was Aldous Cement Operating Partnership's net income?", "Aldous Cement Operating Partnership"),
        ("What was the Operating Partnership's net income at Aldous Cement?", "Operating Partnership"),
        ("What was Aldous Cement's net income?", None),
        ("What did Aldous Cement earn for noncontrolling interests in the Operating Partnership?", None),
        ("What was Aldous Cement Trust's net income?", None),
    ],
)
def test_entity_beside_the_named_issuer_is_found(understand, question, entity) -> None:
    issuer = VisibleIssuer(normalise_issuer("Aldous Cement Trust"), "Aldous Cement Trust", ("aldous cement",))
    assert find_other_entity(understand(question).among([issuer])) == entity
