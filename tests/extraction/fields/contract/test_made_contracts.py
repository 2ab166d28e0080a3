"""The project's fictional contracts, read as the suite `extraction` reads them, but without their files."""

import pytest

from app.documents.content.parsed import ParsedDocument, ParsedPage, Words
from app.documents.metadata import DocumentMetadata
from app.review.proposals import ProposalState
from app.review.schemas.definition import shipped_schema
from evals.datasets.contracts.writing import labels_of, load_contracts
from evals.datasets.extraction import SCHEMAS, Label
from evals.scoring.extraction import is_right, judge_field
from tests.speed import within_cpu_seconds
from workers.extraction.fields.reader import ReadDocument
from workers.extraction.fields.rules import field_reader

CONTRACTS = {contract.name: contract for contract in load_contracts()}
SCHEMA = next(schema for schema in SCHEMAS if schema.schema == "contract")


def document_of(*pages):
    parsed = tuple(ParsedPage(number, text, 612, 792, Words.none(), ()) for number, text in enumerate(pages, start=1))
    return ReadDocument(ParsedDocument("text/html", "test", parsed), (), (), DocumentMetadata(title="Test"))


def read(document, *keys):
    fields = shipped_schema("contract").fields
    wanted = [spec for spec in fields if not keys or spec.key in keys]
    return {proposal.key: proposal for proposal in field_reader().read(document, wanted)}


@pytest.mark.parametrize("name", CONTRACTS)
def test_fields_of_a_made_contract_are_right(name):
    contract = CONTRACTS[name]
    document = document_of(*("\n\n".join(page) for page in contract.pages))
    proposals = read(document)
    wrong = {}
    for raw in labels_of(contract, name):
        label = Label.model_validate(raw)
        proposal = proposals[SCHEMA.key_of(label.field)]
        judged = judge_field(label, proposal, proposals["initial_term"])
        if not is_right(judged) or judged.quoted is False:
            wrong[label.field] = (label.value, proposal.value, [quote.quote for quote in proposal.evidence])
    assert wrong == {}


@pytest.mark.parametrize("name", CONTRACTS)
def test_each_value_has_a_quote_and_each_absence_a_search(name):
    contract = CONTRACTS[name]
    document = document_of(*("\n\n".join(page) for page in contract.pages))
    for proposal in read(document).values():
        if proposal.state is ProposalState.FOUND:
            assert all(quote.is_in(document.parsed.pages[quote.page - 1].text) for quote in proposal.evidence)
            assert proposal.evidence
        if proposal.state is ProposalState.ABSENT:
            assert proposal.search.pages == tuple(range(1, len(contract.pages) + 1))
            assert proposal.search.terms


def test_page_without_text_keeps_an_absence_unread():
    proposals = read(document_of("This Agreement is between A Inc. and B Inc.", ""), "insurance", "governing_law")
    assert {each.state for each in proposals.values()} == {ProposalState.UNREAD}


@pytest.mark.parametrize(
    "text",
    [
        "(" * 60_000,
        '("' * 30_000,
        "by and between " * 4_000,
        "A " * 40_000,
        "term of " * 10_000,
        " " * 80_000,
        "a." * 40_000,
    ],
    ids=["brackets", "quotes", "openings", "capitals", "terms", "blanks", "stops"],
)
def test_hostile_text_is_read_in_linear_time(text):
    within_cpu_seconds(4, lambda: read(document_of(text)))
