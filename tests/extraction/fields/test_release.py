"""Releases state measures outside GAAP in tables, for the quarter and for the year to date."""

from dataclasses import replace

import pytest

from app.documents.metadata import DocumentType
from app.facts.model import StatementKind
from app.quantities.values import parse_value
from app.review.proposals import ProposalState
from app.review.schemas.definition import shipped_schema
from app.review.value_texts import print_value
from app.review.values import TableValue
from app.tables.model import Cell, CellKind, Table
from tests.extraction.fields.reports import (
    QUARTER,
    QUARTER_BEFORE,
    TO_DATE,
    TO_DATE_BEFORE,
    document,
    figure,
)
from workers.extraction.fields.rules import field_reader

FACTS = [
    *(figure("Revenue", "50", period) for period in (QUARTER, QUARTER_BEFORE, TO_DATE, TO_DATE_BEFORE)),
    *(
        figure("NetCashFromOperatingActivities", "7", period, statement=StatementKind.CASH_FLOW)
        for period in (TO_DATE, TO_DATE_BEFORE)
    ),
]


def release(rows):
    """Return a release with a table of these rows: (label, figure, period) …"""
    about = document(FACTS, type_=DocumentType.EARNINGS_RELEASE, end=QUARTER.end)
    start = len(about.parsed.pages[0].text)
    text, cells = "", []
    for number, (label, printed, period) in enumerate(rows):
        at = start + len(text)
        text += f"{printed}\n"
        cells.append(
            Cell(
                number, 1, 1, 1, printed, 1, ((at, at + len(printed)),), CellKind.FIGURE, label_path=(label,),
                value=parse_value(printed), period=period,
            )
        )  # fmt: skip
    page = replace(about.parsed.pages[0], text=about.parsed.pages[0].text + text)
    table = Table(4, (1,), len(rows), 2, tuple(cells))
    return replace(about, parsed=replace(about.parsed, pages=(page,)), tables=(table,))


def read(key, about):
    spec = shipped_schema("earnings-release").find_field(key)
    assert spec is not None
    (proposal,) = field_reader().read(about, [spec])
    return proposal


def test_measure_has_a_row_per_length_of_its_period():
    proposal = read(
        "measures",
        release(
            [
                ("Adjusted EBITDA", "$12 million", QUARTER),
                ("Adjusted EBITDA", "$10 million", QUARTER_BEFORE),
                ("Adjusted EBITDA", "$31 million", TO_DATE),
                ("Free cash flow", "$5 million", TO_DATE),
            ]
        ),
    )
    assert isinstance(proposal.value, TableValue)
    assert [tuple("" if cell is None else print_value(cell) for cell in row) for row in proposal.value.rows] == [
        ("Adjusted EBITDA", "USD 12,000,000 (2031-07-01/2031-09-30)", "USD 10,000,000 (2030-07-01/2030-09-30)"),
        ("Adjusted EBITDA", "USD 31,000,000 (2031-01-01/2031-09-30)", ""),
        ("Free cash flow", "USD 5,000,000 (2031-01-01/2031-09-30)", ""),
    ]
    assert {quote.table for quote in proposal.evidence} == {4}


@pytest.mark.parametrize(
    "label", ["Non-GAAP adjustments", "Tax effects of adjusted items", "Net income", "Net debt proceeds"]
)
def test_other_rows_are_no_measures(label):
    proposal = read("measures", release([(label, "$12 million", QUARTER)]))
    assert proposal.state is ProposalState.ABSENT
    assert proposal.search is not None


def test_figures_of_a_release_are_of_the_quarter_and_to_date():
    about = document(FACTS, type_=DocumentType.EARNINGS_RELEASE, end=QUARTER.end)
    periods = [read(key, about).value.period for key in ("revenue", "revenue_prior", "revenue_to_date")]
    assert periods == [QUARTER, QUARTER_BEFORE, TO_DATE]
