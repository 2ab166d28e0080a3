"""Tests of names in questions that are of no visible issuer, and of what each is to the question."""

import pytest

from app.documents.issuers import normalise_issuer
from app.retrieval.questions.issuers import VisibleIssuer, find_named
from app.retrieval.questions.names import Role
from app.retrieval.questions.reader import QuestionReader
from app.retrieval.questions.spans import QuestionWords
from app.retrieval.questions.vocabulary import FinanceVocabulary

ISSUER = VisibleIssuer(normalise_issuer("Aldous Cement"), "Aldous Cement")
READER = QuestionReader(vocabulary=FinanceVocabulary())


def mentions(question: str) -> list[tuple[str, Role]]:
    words = QuestionWords(question)
    found = READER.find_mentions(words, find_named(words, [ISSUER]))
    return [(mention.text, mention.role) for mention in found]


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("What was Persimmon's revenue in FY2022?", "Persimmon"),
        ("What did Persimmon Foods Limited earn?", "Persimmon Foods Limited"),
        ("Persimmon’s revenue?", "Persimmon"),
        ("How large is the margin of PQR's trucks?", "PQR"),
        ("Persimmon Lime Works net sales in 2022", "Persimmon Lime Works"),
        ("What were the net sales of Persimmon Lime Works in 2022?", "Persimmon Lime Works"),
        ("Who are the primary customers of Persimmon as of FY2022?", "Persimmon"),
        ("Is Persimmon's business subject to cyclicality?", "Persimmon"),
        ("What are the countries that Persimmon primarily operates in?", "Persimmon"),
        ("Does PRSM have an improving operating margin as of 2022?", "PRSM"),
        ("What was the operating income of General Quarry in 2022?", "General Quarry"),
        ("Has American Quarry paid dividends?", "American Quarry"),
        ("what was persimmon's revenue?", "persimmon"),
        ("WHAT WAS PERSIMMON'S REVENUE?", "PERSIMMON"),
        ("persimmon revenue 2022", "persimmon"),
        ("What Is The Revenue Of Persimmon Foods In 2022?", "Persimmon Foods"),
    ],
)
def test_name_whose_figures_are_asked_for_is_the_subject(question: str, name: str) -> None:
    assert mentions(question) == [(name, Role.SUBJECT)]


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("Does it lease ships from Tamar-Blake?", "Tamar-Blake"),
        ("Who is Maria Persimmon?", "Maria Persimmon"),
        ("Did CEO Maria Persimmon resign?", "Maria Persimmon"),
        ("What was the acquisition of Persimmon Foods worth?", "Persimmon Foods"),
        ("What were the sales of the Lantern Business in 2022?", "Lantern Business"),
        ("When does the Persimmon Supply Agreement end?", "Persimmon Supply Agreement"),
        ("What is paid under agreement 4117-3, as of FY2023?", "4117-3"),
        ("What was Aldous Cement's investment in Persimmon?", "Persimmon"),
    ],
)
def test_people_products_deals_and_counterparties_are_no_subjects(question: str, name: str) -> None:
    assert mentions(question) == [(name, Role.OTHER)]


@pytest.mark.parametrize(
    "question",
    [
        "Compare Aldous Cement and Persimmon",
        "Compare Persimmon with Aldous Cement",
        "Did Aldous Cement earn more than Persimmon in 2022?",
        "How does Aldous Cement differ from Persimmon?",
        "Which is larger, Aldous Cement or Persimmon?",
    ],
)
def test_name_that_is_compared_with_an_issuer_is_found(question: str) -> None:
    assert mentions(question) == [("Persimmon", Role.COMPARED)]


@pytest.mark.parametrize(
    "question",
    [
        "What was Aldous Cement's revenue?",
        "What was revenue in March 2022, in USD millions? Answer with a number.",
        "What are the Operating Margin and the Days Payable Outstanding?",
        "What is the EBITDA of the Company?",
        "Which Item of Form 10-K tells of the Chief Financial Officer?",
        "How did margin change in 2021-2022, per the 10-K?",
        "How large is Net Debt, and what is its Interest Coverage?",
        "What is the maximum Net Leverage Ratio under the Credit Agreement?",
        "What is the EURIBOR floor for the Term Loan B?",
        "What is the Applicable Margin of Revolving Loans at Level II?",
        "How many employees are in Germany, and how many in the United States?",
        "What is the rating by S&P and by Moody's?",
        "Does the Board review the Audit Committee's report?",
        "Were there any board member nominees with more votes against than the other nominees?",
        "What is the cash conversion cycle (CCC)? CCC is defined as DIO + DSO - DPO.",
        "What's the margin?",
        "",
    ],
)
def test_metrics_periods_forms_and_places_are_no_names(question: str) -> None:
    assert mentions(question) == []


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
def test_entity_beside_the_named_issuer_is_found(question: str, entity: str | None) -> None:
    issuer = VisibleIssuer(normalise_issuer("Aldous Cement Trust"), "Aldous Cement Trust", ("aldous cement",))
    assert READER.read(question).among([issuer]).other_entity == entity
