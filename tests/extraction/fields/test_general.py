"""Fields that a tenant defines, read by their words alone."""

from datetime import date
from decimal import Decimal

import pytest

from app.documents.content.parsed import ParsedDocument, ParsedPage, Words
from app.documents.metadata import DocumentMetadata
from app.review.proposals import ProposalState
from app.review.schemas.definition import parse_definition
from app.review.value_texts import print_value
from app.review.values import DateValue, DurationValue, QuantityValue, TextValue, YesNoValue
from app.tables.model import Cell, CellKind, Table
from workers.extraction.fields.reader import ReadDocument
from workers.extraction.fields.rules import field_reader

TEXT = (
    "Notes offered: Senior Notes due 2038\n\n"
    "Coupon: 5.25%\n\n"
    "The issue price of the notes is 99.5% of their principal amount.\n\n"
    "The Settlement Date is June 30, 2031. Interest accrues from the Settlement Date.\n\n"
    "The grace period for payments of interest is thirty (30) days.\n\n"
    "The notes are unsecured and rank equally with other senior debt. The notes are not listed on any exchange.\n\n"
    "The trustee is Quillmark Trust Company, N.A.\n\n"
    "The aggregate principal amount is $750 million.\n\n"
    "Covenants: liens, mergers, and sales of assets\n\n"
    "The backstop date is to be agreed."
)


def document_of(text=TEXT, tables=()):
    page = ParsedPage(1, text, 612, 792, Words.none(), ())
    parsed = ParsedDocument("text/html", "test", (page,))
    return ReadDocument(parsed, tuple(tables), (), DocumentMetadata(title="Test"))


def read(document, title, words=(), **field):
    own = field.pop("x", {})
    raw = {"title": title, "x-field": {"words": list(words), **own}, **field}
    (spec,) = parse_definition("own", {"properties": {"field": raw}}).fields
    (proposal,) = field_reader().read(document, [spec])
    return proposal


@pytest.mark.parametrize(
    ("title", "field", "value"),
    [
        ("Coupon", {"type": "number"}, QuantityValue(Decimal("5.25"), "%")),
        ("Issue price", {"type": "number", "x": {"unit": "%"}}, QuantityValue(Decimal("99.5"), "%")),
        ("Principal amount", {"type": "number", "x": {"unit": "USD"}}, QuantityValue(Decimal(750_000_000), "USD")),
        ("Settlement date", {"type": "string", "format": "date"}, DateValue(date(2031, 6, 30))),
        ("Grace period", {"type": "string", "format": "duration"}, DurationValue(Decimal(30), "day")),
        ("Ranking", {"type": "string", "enum": ["Senior", "Subordinated"], "words": ["rank"]}, TextValue("Senior")),
        ("Notes offered", {"type": "string"}, TextValue("Senior Notes due 2038")),
        ("Unsecured", {"type": "boolean"}, YesNoValue(True)),
    ],
)
def test_value_is_read_beside_the_words_of_the_field(title, field, value):
    proposal = read(document_of(), title, **field)
    assert (proposal.state, proposal.value) == (ProposalState.FOUND, value)
    assert proposal.evidence[0].is_in(TEXT)


def test_party_and_list_are_read():
    party = read(document_of(), "Trustee", x={"kind": "party"})
    assert print_value(party.value) == "Quillmark Trust Company, N.A."
    listed = read(document_of(), "Covenants", type="array")
    assert print_value(listed.value) == "liens; mergers; sales of assets"


def test_absent_field_has_its_search_and_named_field_without_value_is_unread():
    absent = read(document_of(), "Make-whole", ["make whole", "treasury rate"], type="number")
    assert absent.state is ProposalState.ABSENT
    assert (absent.search.terms, absent.search.pages) == (("Make-whole", "make whole", "treasury rate"), (1,))
    named = read(document_of(), "Backstop date", type="string", format="date")
    assert (named.state, named.value) == (ProposalState.UNREAD, None)
    assert read(document_of(), "Listed", type="boolean").value == YesNoValue(False)


def test_different_values_beside_the_words_are_alternatives():
    text = "The coupon is 5.25% a year.\n\nIn the summary, the coupon is 5.50% a year."
    proposal = read(document_of(text), "Coupon", type="number")
    assert print_value(proposal.value) == "5.25%"
    assert [print_value(other.value) for other in proposal.alternatives] == ["5.5%"]


def test_row_of_a_table_wins_over_sentences():
    text = "The coupon is described below.\n\nCoupon\t4.75%\nPrice\t100%"
    start = text.index("Coupon\t")
    cells = (
        Cell(0, 0, 1, 1, "Coupon", 1, ((start, start + 6),), CellKind.LABEL),
        Cell(0, 1, 1, 1, "4.75%", 1, ((start + 7, start + 12),), CellKind.FIGURE),
    )
    proposal = read(
        document_of(text, [Table(1, (1,), 1, 2, cells, title="Terms of the notes")]), "Coupon", type="number"
    )
    assert print_value(proposal.value) == "4.75%"
    assert (proposal.evidence[0].table, proposal.evidence[0].row, proposal.evidence[0].column) == (1, 0, 1)
    table = read(
        document_of(text, [Table(1, (1,), 1, 2, cells, title="Terms of the notes")]),
        "Terms of the notes",
        x={"kind": "table"},
    )
    assert table.value.rows == ((TextValue("Coupon"), TextValue("4.75%")),)


def test_words_of_a_field_are_no_pattern():
    assert read(document_of("a" * 5_000), "(a+)+$", type="number").state is ProposalState.ABSENT
