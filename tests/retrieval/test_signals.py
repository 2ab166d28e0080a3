"""Signals of candidate pages, and their order."""

from datetime import date
from uuid import uuid4

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.documents.content.statements import Statement
from app.retrieval.evidence import EvidenceGatherer
from app.retrieval.index.lexicon import text_weights
from app.retrieval.index.postings import pack_layout, pack_postings
from app.retrieval.limits import SearchLimits
from app.retrieval.priors import DOCUMENT_SIGNALS, document_priors, document_signals
from app.retrieval.questions.reader import QuestionReader
from app.retrieval.questions.vocabulary import FinanceVocabulary
from app.retrieval.ranker import SIGNALS, standard_ranker
from app.retrieval.repository import Candidate, Near, SearchRepository, TermRows
from app.retrieval.signals import PAGE_SIGNALS

READER = QuestionReader(vocabulary=FinanceVocabulary())
GROUPS = (("headcount", "employees"), ("lawsuits", "legal proceedings"), ("rivals", "competitors"))


class OneDocument(SearchRepository):
    """A document whose pages have one chunk each."""

    def __init__(self, pages: list[str]) -> None:
        packed = pack_postings([text_weights(page, average_length=20.0) for page in pages])
        self._rows = dict(zip(packed.term_ids, zip(packed.counts, packed.packed, strict=True), strict=True))

    def list_terms(self, terms, documents):
        return [TermRows(term, [1], [count], data) for term in terms if term in self._rows
                for count, data in [self._rows[term]]]  # fmt: skip

    def find_nearest(self, vector, documents, *, space_id, limit):
        return Near(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float32))


def document(pages: int = 1, **fields: object) -> Candidate:
    known = dict.fromkeys(Candidate.__dataclass_fields__) | {
        "document_id": uuid4(),
        "chunk_count": pages,
        "document_type": "10-K",
        "layout": pack_layout(list(range(1, pages + 1)), [False] * pages, {}),
    }
    return Candidate(**(known | fields))


def signals_of(question: str, pages: list[str], statements=None) -> dict[str, list[float]]:
    understanding = READER.read(question)
    layout = pack_layout(list(range(1, len(pages) + 1)), [False] * len(pages), statements or {})
    scope = [document(len(pages), layout=layout)]
    gatherer = EvidenceGatherer(
        repository=OneDocument(pages), scope=scope, priors=[1.0], space_id=1, limits=SearchLimits()
    )
    found = gatherer.collect(None, understanding, depth=50)
    assert found is not None
    rows = dict(zip(found.pages.numbers.tolist(), found.signals.tolist(), strict=True))
    return {name: [rows[number][column] if number in rows else 0.0 for number in range(1, len(pages) + 1)]
            for column, name in enumerate(PAGE_SIGNALS)}  # fmt: skip


@settings(max_examples=40)
@given(
    group=st.sampled_from(GROUPS),
    beside=st.lists(st.sampled_from(["alpha", "bravo", "charlie", "delta"]), max_size=6),
    rest=st.lists(st.sampled_from(["echo foxtrot", "golf", "hotel india"]), min_size=1, max_size=5),
)
def test_other_words_never_give_a_page_better_concepts_than_the_asked_words(group, beside, rest):
    asked, printed = group
    own, other = " ".join([asked, *beside]), " ".join([printed, *beside])
    found = signals_of(f"{asked} {' '.join(beside)}", [own, other, *rest])
    for name in ("concepts", "page_concepts"):
        assert found[name][0] >= found[name][1] > 0


def test_words_of_filings_find_the_page_that_the_asked_words_miss():
    found = signals_of("How many people work here, what is the headcount?", ["weather and tides", "employees: 4,100"])
    assert found["page_concepts"][1] > found["page_concepts"][0] == 0


def test_page_of_the_implied_statement_has_its_confidence():
    statements = {2: {Statement.CASH_FLOW: 1.0}}
    found = signals_of("What was capex in 2031?", ["capital expenditures 4", "capital expenditures 5"], statements)
    assert found["statement"] == [0, 1]


def test_line_items_of_a_measure_are_found_on_their_page():
    pages = ["quick steps", "Total current liabilities 5 Accounts receivable 4 Cash and cash equivalents 3"]
    found = signals_of("What is the quick ratio?", pages)
    assert found["page_inputs"][1] > found["page_inputs"][0]


def row(question: str, candidate: Candidate, *others: Candidate) -> set[str]:
    scope = [candidate, *others]
    understanding = READER.read(question)
    priors = np.asarray(document_priors(scope, understanding), np.float32)
    values = document_signals(scope, priors, understanding, [0])[0].tolist()
    return {name for name, value in zip(DOCUMENT_SIGNALS, values, strict=True) if value and name != "prior"}


@pytest.mark.parametrize(
    ("question", "fields", "expected"),
    [
        ("Sales in FY2031?", {"fiscal_year": 2031}, {"same_year", "annual", "whole_year"}),
        ("Sales in FY2031?", {"fiscal_year": 2032}, {"year_after", "annual"}),
        ("Sales in FY2031?", {"fiscal_year": 2031, "fiscal_period": "Q2", "document_type": "10-Q"},
         {"same_year", "quarterly", "part_of_year"}),
        ("Sales in FY2031?", {"fiscal_year": 2030, "period_end": date(2031, 1, 31)},
         {"ends_in_year", "annual", "whole_year_by_end"}),
        ("Sales in Q2 FY2031?", {"fiscal_year": 2031, "fiscal_period": "Q2", "document_type": "10-Q"},
         {"same_year", "same_quarter"}),
        ("The 8-K of May 3, 2031?", {"filing_date": date(2031, 5, 3), "document_type": "8-K"},
         {"same_day", "near_day", "same_year", "type_fits", "current_of_day"}),
        ("The 8-K of May 3, 2031?", {"fiscal_year": 2031}, {"same_year", "type_differs"}),
        ("What are sales?", {"fiscal_year": 2031}, {"is_newest", "annual", "annual_undated"}),
    ],
)  # fmt: skip
def test_signals_of_documents_say_how_they_fit_the_question(question, fields, expected):
    assert row(question, document(**fields)) == expected


def test_older_document_has_an_age():
    assert "age" in row("What are sales?", document(fiscal_year=2029), document(fiscal_year=2031))


def test_shipped_weights_are_read_once():
    assert len(SIGNALS) == len(set(SIGNALS))
    assert standard_ranker() is standard_ranker()
