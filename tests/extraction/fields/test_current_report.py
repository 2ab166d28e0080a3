"""Current reports are read by item: title, first sentence, amounts, exhibits, and the dates of the cover."""

from datetime import date

import pytest

from app.documents.content.parsed import ParsedDocument, ParsedPage, Words
from app.documents.metadata import DocumentMetadata, DocumentType, FieldSource, Origin
from app.review.proposals import Proposal, ProposalState
from app.review.schemas.definition import shipped_schema
from app.review.value_texts import print_value
from app.review.values import TableValue
from workers.extraction.fields.current_report.sections import find_sections
from workers.extraction.fields.reader import ReadDocument
from workers.extraction.fields.rules import field_reader

COVER = "Harrow Mills Corporation\n\nDate of Report (Date of earliest event reported): March 3, 2031\n"
BODY = (
    "Item 1.01\tEntry into a Material Definitive Agreement.\n"
    "On March 3, 2031, Harrow Mills Corporation agreed to buy Teasel Ports for $450 million in cash. It has common "
    "stock, par value $0.01. As described in\nItem 2.03 of this report, it will borrow.\n\n"
    "ITEM 2.03. Creation of a Direct Financial Obligation or an Obligation under an Off-Balance Sheet Arrangement of "
    "a Registrant\nThe company borrowed $300,000,000 under a term loan.\n"
)
EXHIBITS = (
    "Item 9.01 Financial Statements and Exhibits.\n(d) Exhibits\n10.1\tPurchase agreement dated March 3, 2031\n"
    "99.1*\tPress release\n\nSIGNATURES\nDated March 5, 2031\n"
)
ANNEX = "Item 8.01 Other Events\nThis heading stands in an exhibit, for $9 million.\n"


def page(number, text):
    return ParsedPage(number, text, 612, 792, Words.none(), ())


def report(*texts, **about):
    pages = tuple(page(number, text) for number, text in enumerate(texts or (COVER + BODY, EXHIBITS, ANNEX), start=1))
    metadata = DocumentMetadata(title="Report", document_type=DocumentType.FORM_8K, currency="USD", **about)
    return ReadDocument(ParsedDocument("application/pdf", "test", pages), (), (), metadata)


def read(key, document) -> Proposal:
    spec = shipped_schema("current-report").find_field(key)
    assert spec is not None
    (proposal,) = field_reader().read(document, [spec])
    return proposal


def rows(proposal):
    assert isinstance(proposal.value, TableValue)
    return [tuple("" if cell is None else print_value(cell) for cell in row) for row in proposal.value.rows]


def test_items_have_their_official_title_and_first_sentence():
    assert rows(read("items", report())) == [
        (
            "1.01",
            "Entry into a Material Definitive Agreement",
            "On March 3, 2031, Harrow Mills Corporation agreed to buy Teasel Ports for $450 million in cash.",
        ),
        (
            "2.03",
            "Creation of a Direct Financial Obligation or an Obligation under an Off-Balance Sheet Arrangement of a "
            "Registrant",
            "The company borrowed $300,000,000 under a term loan.",
        ),
        ("9.01", "Financial Statements and Exhibits", ""),
    ]


def test_amounts_have_their_item_and_are_no_par_values_and_not_of_exhibits():
    assert [row[:2] for row in rows(read("amounts", report()))] == [
        ("1.01", "USD 450,000,000"),
        ("2.03", "USD 300,000,000"),
    ]


def test_exhibits_have_their_numbers():
    value = read("exhibits", report()).value
    assert value is not None
    assert print_value(value) == "10.1 Purchase agreement dated March 3, 2031; 99.1 Press release"


def test_report_without_amounts_proves_the_search():
    proposal = read("amounts", report("Item 8.01 Other Events.\nThe board met.\nSIGNATURE\n"))
    assert proposal.state is ProposalState.ABSENT
    assert proposal.search is not None


def test_event_date_is_the_covers_with_its_words():
    start = COVER.index("March 3")
    source = FieldSource(Origin.TEXT, 0.9, "March 3, 2031", 1, start, start + 13)
    about = report(COVER, period_end=date(2031, 3, 3), sources={"period_end": source})
    proposal = read("event_date", about)
    assert proposal.value is not None
    assert print_value(proposal.value) == "2031-03-03"
    assert [quote.quote for quote in proposal.evidence] == ["March 3, 2031"]


@pytest.mark.parametrize("key", ["items", "amounts", "exhibits", "event_date", "report_date"])
def test_other_documents_have_unread_fields(key):
    assert read(key, report("Harrow Mills Corporation announces its results.\n")).state is ProposalState.UNREAD


def test_item_that_continues_on_the_next_page_is_one():
    sections = find_sections([page(1, "Item 8.01 Other Events\nThe board"), page(2, "met.\nSIGNATURE\nItem 7.01 x")])
    assert [(section.number, [part.text for part in section.parts]) for section in sections] == [
        ("8.01", ["\nThe board", "met.\n"])
    ]
