"""Fields that a tenant defines, read by their words alone."""

from datetime import date
from decimal import Decimal

import pytest

from app.documents.content.parsed import ParsedDocument, ParsedPage, Words
from app.documents.metadata import DocumentMetadata
from app.review.proposals import ProposalState
from app.review.schemas.definition import parse_definition, shipped_schema
from app.review.value_texts import print_value
from app.review.values import DateValue, DurationValue, QuantityValue, TextValue, YesNoValue
from app.tables.model import Cell, CellKind, Table
from workers.extraction.fields.reader import ReadDocument, extraction_digest
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


CONTENTS = (
    "TABLE OF CONTENTS\n"
    "Section 2.1 Upfront Fee ............ 45\n"
    "Section 2.2 Coupon . . . . . . . . . 46\n"
    "Section 2.3 Settlement Date ........ 47\n"
    "Section 2.4 Use of Proceeds ........ 112"
)
GAPS = "CONTENTS\nUpfront Fee\t145\nCoupon\t146\nGrace Period 147\nUse of Proceeds 212"
HEADINGS = "ARTICLE V\nSection 5.01 Upfront Fee\nSection 5.02 Coupon\nSection 5.03 Proceeds\nSection 5.04 Trustee"


@pytest.mark.parametrize("listed", [CONTENTS, GAPS, HEADINGS])
@pytest.mark.parametrize("field", [{"type": "number"}, {"type": "string"}, {"type": "boolean"}])
def test_table_of_contents_and_headings_state_no_value(listed, field):
    assert read(document_of(listed), "Upfront fee", **field).state is not ProposalState.FOUND


@pytest.mark.parametrize("listed", [CONTENTS, GAPS, HEADINGS])
def test_value_is_read_behind_a_table_of_contents(listed):
    pages = [ParsedPage(n, text, 612, 792, Words.none(), ()) for n, text in enumerate((listed, TEXT), 1)]
    document = ReadDocument(ParsedDocument("text/html", "test", tuple(pages)), (), (), DocumentMetadata(title="Test"))
    proposal = read(document, "Coupon", type="number")
    assert print_value(proposal.value) == "5.25%"
    assert [quote.page for quote in proposal.evidence] == [2]
    assert proposal.alternatives == ()


def test_row_of_a_table_of_contents_states_no_value():
    start = GAPS.index("Upfront")
    cells = (
        Cell(0, 0, 1, 1, "Upfront Fee", 1, ((start, start + 11),), CellKind.LABEL),
        Cell(0, 1, 1, 1, "145", 1, ((start + 12, start + 15),), CellKind.FIGURE),
    )
    document = document_of(GAPS, [Table(1, (1,), 1, 2, cells, title="Upfront Fee")])
    assert read(document, "Upfront fee", type="number").state is not ProposalState.FOUND
    assert read(document, "Upfront fee", x={"kind": "table"}).state is not ProposalState.FOUND


def test_amount_behind_leader_dots_is_a_value():
    text = "Upfront Fee ............ $45 million\nArranger ............ Quillmark\nMaturity ............ 2031"
    assert print_value(read(document_of(text), "Upfront fee", type="number").value) == "$45,000,000"


def test_number_of_a_section_is_no_amount():
    text = "The upfront fee is described in Section 5.3 of the fee letter."
    assert read(document_of(text), "Upfront fee", type="number").value is None
    text = "The upfront fee, which Section 5.3 describes, is 2.5 million."
    assert read(document_of(text), "Upfront fee", type="number").value == QuantityValue(Decimal(2_500_000), None)


def test_field_with_the_name_of_a_shipped_one_does_not_take_its_rule():
    text = "Governing law: Delaware\n\nThis agreement is governed by the laws of the State of New York."
    shipped = next(spec for spec in shipped_schema("contract").fields if spec.key == "governing_law")
    raw = {"title": shipped.title, "type": "string", "x-field": {"kind": "term"}, "enum": ["Delaware", "New York"]}
    (own,) = parse_definition("own", {"properties": {shipped.key: raw}}).fields
    (proposal,) = field_reader().read(document_of(text), [own])
    assert proposal.value == TextValue("Delaware")
    with_rule = {"title": shipped.title, "type": "string", "x-field": {"rule": shipped.rule}}
    (named,) = parse_definition("own", {"properties": {shipped.key: with_rule}}).fields
    assert extraction_digest(named) != extraction_digest(own)
    (proposal,) = field_reader().read(document_of(text), [named])
    assert print_value(proposal.value) == "New York"
