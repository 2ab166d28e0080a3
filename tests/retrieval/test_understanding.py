"""Tests of understanding a question: its issuers, periods, document types and statements, and its core text."""

import pytest

from app.documents.content.statements import Statement
from app.documents.issuers import issuer_aliases, normalise_issuer
from app.documents.metadata import DocumentType
from app.retrieval.questions.issuers import VisibleIssuer, find_issuers, name_forms
from app.retrieval.questions.reader import QuestionReader
from app.retrieval.questions.vocabulary import FinanceVocabulary
from app.retrieval.questions.wording import get_core, search_terms


def issuer(name: str, *, tickers: tuple[str, ...] = ()) -> VisibleIssuer:
    return VisibleIssuer(normalise_issuer(name), name, issuer_aliases(name, tickers=tickers))


ISSUERS = [
    issuer("Marlow Freight, Inc.", tickers=("MFRT",)),
    issuer("Marlow Freight Finance Corp."),
    issuer("Lindenfeld Optics AG"),
    issuer("Target Corporation", tickers=("TGT",)),
    issuer("Allied Land Logistics Ltd"),
    issuer("Oak, Inc."),
]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What is Marlow Freight's revenue?", ["Marlow Freight, Inc."]),
        ("What is MARLOW FREIGHT, INC.'s revenue?", ["Marlow Freight, Inc."]),
        ("How did Marlow Freight Finance fund it?", ["Marlow Freight Finance Corp."]),
        ("what is marlow freight's revenue?", ["Marlow Freight, Inc."]),
        ("Compare MFRT with Lindenfeld Optics", ["Marlow Freight, Inc.", "Lindenfeld Optics AG"]),
        ("What is Target's capital target?", ["Target Corporation"]),
        ("Did the company reach its target for the year?", []),
        ("Did all segments of the Company grow?", []),
        ("What did ALL report?", ["Allied Land Logistics Ltd"]),
        ("Is Oak profitable?", ["Oak, Inc."]),
        ("Is the oak table theirs? They sell furniture.", []),
        ("What is Unheard Corp's revenue?", []),
    ],
)
def test_issuers_are_recognised_by_common_names(question, expected):
    assert [found.name for found in find_issuers(question, ISSUERS)] == expected


@pytest.mark.parametrize("one", ISSUERS, ids=lambda one: one.name)
def test_name_forms_of_question_include_an_alias_of_the_issuer(one):
    assert {one.key, *one.aliases} & set(name_forms(f"What is {one.name}'s revenue?"))


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("in the 10-K", (DocumentType.FORM_10K,)),
        ("in its 8k filing", (DocumentType.FORM_8K,)),
        ("the earnings release and the 10-Q", (DocumentType.FORM_10Q, DocumentType.EARNINGS_RELEASE)),
        ("under the credit agreement", (DocumentType.CREDIT_AGREEMENT,)),
        ("how many people work there", ()),
    ],
)
def test_document_types_are_recognised(question, expected):
    reader = QuestionReader(vocabulary=FinanceVocabulary())
    assert reader.read(question).document_types == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How high was capex?", {Statement.CASH_FLOW}),
        ("What is the quick ratio?", {Statement.BALANCE}),
        ("What is the EBITDA margin?", {Statement.INCOME, Statement.CASH_FLOW}),
        ("From the P&L statement", {Statement.INCOME}),
        ("in the statement of financial position", {Statement.BALANCE}),
        ("Who sits on the board?", set()),
    ],
)
def test_metrics_imply_their_statements(question, expected):
    understood = QuestionReader(vocabulary=FinanceVocabulary()).read(question)
    assert set(understood.statements) == expected


def test_capex_is_also_searched_by_its_line_item():
    understood = QuestionReader(vocabulary=FinanceVocabulary()).read("capex in 2021?")
    assert "purchases of property, plant and equipment" in understood.synonyms[0]


def test_understanding_is_recorded_as_plain_values():
    understood = QuestionReader(vocabulary=FinanceVocabulary()).read(
        "What was Oak's capex in Q2 2021 as of June 30, 2021 in the 10-Q?"
    )
    assert understood.among(ISSUERS).as_record() == {
        "issuers": ["Oak, Inc."],
        "fiscal_years": [2021],
        "quarters": [[2, 2021]],
        "days": ["2021-06-30"],
        "document_types": ["10-Q"],
        "statements": ["cash-flow-statement"],
    }


@pytest.mark.parametrize(
    ("question", "core"),
    [
        ("What is the margin? Round to one decimal.", "What is the margin?"),
        ("Please answer in millions. What is net debt?", "What is net debt?"),
        ("What is churn? If that makes no sense here, then say so and explain.", "What is churn?"),
        ("Answer in millions.", "Answer in millions."),
        ("What is X? X is defined as A over B.", "What is X? X is defined as A over B."),
    ],
)
def test_sentences_about_form_of_answer_are_removed(question, core):
    assert get_core(question) == core


def test_conversational_words_are_searched_only_if_there_are_no_other_words():
    assert search_terms("please calculate the leverage") == search_terms("leverage")
    assert search_terms("please explain") == ["pleas", "explain"]
