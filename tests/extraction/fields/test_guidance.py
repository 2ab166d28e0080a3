"""Guidance is read from sentences and tables that say what is expected of later periods, with its amounts."""

from dataclasses import replace

import pytest

from app.documents.content.parsed import Block, BlockKind, ParsedDocument, ParsedPage, Words
from app.documents.metadata import DocumentMetadata, DocumentType, FiscalPeriod
from app.quantities.values import parse_value
from app.review.proposals import Proposal, ProposalState
from app.review.schemas.definition import FieldSpec
from app.review.value_texts import print_value
from app.review.values import FieldKind, TableValue
from app.tables.model import Cell, CellKind, Table
from workers.extraction.fields.reader import ReadDocument
from workers.extraction.fields.rules import field_reader

SPEC = FieldSpec("guidance", "Guidance", FieldKind.TABLE, rule="report.guidance", words=("outlook",))


def read(text, tables=(), *, year=2031, period=FiscalPeriod.FY) -> Proposal:
    block = Block(BlockKind.PARAGRAPH, 0, len(text))
    page = ParsedPage(1, text, 612, 792, Words.none(), (block,))
    metadata = DocumentMetadata(
        title="Report", document_type=DocumentType.FORM_10K, fiscal_year=year, fiscal_period=period, currency="USD"
    )
    document = ReadDocument(ParsedDocument("text/html", "test", (page,)), tuple(tables), (), metadata)
    (proposal,) = field_reader().read(document, [SPEC])
    return proposal


def rows(proposal):
    if not isinstance(proposal.value, TableValue):
        return []
    return [tuple("" if cell is None else print_value(cell) for cell in row) for row in proposal.value.rows]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        (
            "We expect full-year 2032 revenue to be in the range of $2.75 billion to $2.80 billion.",
            [("full-year 2032 revenue", "full-year 2032", "USD 2,750,000,000", "USD 2,800,000,000")],
        ),
        (
            "For fiscal 2032, the Company anticipates capital expenditures of approximately $45 million.",
            [("capital expenditures", "fiscal 2032", "USD 45,000,000", "USD 45,000,000")],
        ),
        (
            "For 2032, we now expect adjusted EBITDA of $11 to $12 million, and free cash flow of $6.5 million.",
            [
                ("adjusted EBITDA", "2032", "USD 11,000,000", "USD 12,000,000"),
                ("free cash flow", "2032", "USD 6,500,000", "USD 6,500,000"),
            ],
        ),
        (
            "We expect the Mills segment's 2032 revenue to rise to $1.2 billion with operating margin of 7.6%.",
            [
                ("Mills segment's 2032 revenue", "2032", "USD 1,200,000,000", "USD 1,200,000,000"),
                ("operating margin", "2032", "7.6%", "7.6%"),
            ],
        ),
        (
            "Management expects capital spending next year of between $8 million and $9 million.",
            [("capital spending", "next year", "USD 8,000,000", "USD 9,000,000")],
        ),
        (
            "We expect diluted earnings per share of $1.10 to $1.25 in fiscal 2032.",
            [("diluted earnings per share", "fiscal 2032", "USD 1.1", "USD 1.25")],
        ),
    ],
)
def test_sentence_states_measure_period_and_both_ends(sentence, expected):
    assert rows(read(sentence)) == expected


@pytest.mark.parametrize(
    "sentence",
    [
        "Revenue in 2031 was $2.75 billion.",
        "We expect to recognize approximately 40% of our remaining performance obligations as revenue in 2032.",
        "We expect to contribute $50 million to our pension plans in 2032.",
        "A 10% change in rates would change the interest expense that we expect for 2032 by $3 million.",
        "We adopted the accounting guidance on revenue of $3 million in 2032.",
        "We expect 2032 interest expense to be approximately $320.",
        "We expected revenue of $3 billion in fiscal 2031.",
        "The Company expects revenue to grow in 2032.",
        "For 2032, we expect dividends on the 6.00% Series A preferred stock.",
    ],
)
def test_other_sentences_are_no_guidance(sentence):
    proposal = read(sentence)
    assert proposal.state is ProposalState.ABSENT, rows(proposal)
    assert proposal.search is not None


def test_amount_of_comparison_is_no_guidance():
    found = rows(read("We expect 2032 capital spending of $27 million compared to spending of $30 million."))
    assert [row[2] for row in found] == ["USD 27,000,000"]


def test_year_of_a_quarterly_report_is_still_to_come():
    sentence = "We expect 2031 revenue of $27 million."
    assert rows(read(sentence, period=FiscalPeriod.Q2))
    assert not rows(read(sentence, period=FiscalPeriod.FY))


def outlook(rows_, heads=("2031", "2032 Outlook"), title="Outlook"):
    """Return a page text, and a table on it."""
    text, cells = "", []
    for number, line in enumerate(rows_, start=1):
        for column, printed in enumerate(line):
            start = len(text)
            text += f"{printed}\t"
            kind = CellKind.LABEL if column == 0 else CellKind.FIGURE
            cell = Cell(number, column, 1, 1, printed, 1, ((start, start + len(printed)),), kind)
            if column:
                value = parse_value(printed)
                cell = replace(cell, value=value, header_path=(heads[column - 1],), label_path=(line[0],))
            cells.append(cell)
    return text, Table(3, (1,), len(rows_) + 1, len(heads) + 1, tuple(cells), title=title)


def test_table_of_an_outlook_has_a_row_per_measure_and_no_figures_of_the_past():
    text, table = outlook([("Net sales", "$1.9 billion", "$2.0 billion to $2.1 billion"), ("Tax rate", "23%", "24%")])
    proposal = read(text, [table])
    assert rows(proposal) == [
        ("Net sales", "2032", "USD 2,000,000,000", "USD 2,100,000,000"),
        ("Tax rate", "2032", "24%", "24%"),
    ]
    assert [(quote.table, quote.row, quote.column) for quote in proposal.evidence] == [(3, 1, 2), (3, 2, 2)]


def test_columns_of_low_and_high_are_one_row():
    text, table = outlook(
        [("Adjusted EBITDA", "$20 million", "$25 million")], ("Low", "High"), "Outlook for fiscal 2032"
    )
    assert rows(read(text, [table])) == [("Adjusted EBITDA", "fiscal 2032", "USD 20,000,000", "USD 25,000,000")]


def test_earlier_outlook_beside_a_new_one_is_left_out():
    text, table = outlook([("Net sales", "$9 million", "$10 million")], ("Prior 2032 outlook", "2032 outlook"))
    assert [row[2] for row in rows(read(text, [table]))] == ["USD 10,000,000"]
