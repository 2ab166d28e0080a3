"""Tables of segments and of debt are read from the ledger, and only if they are the group's."""

import pytest

from app.facts.model import Method, Place, StatementKind
from app.review.proposals import ProposalState
from app.review.schemas.definition import FieldSpec
from app.review.values import FieldKind, QuantityValue, TableValue, TextValue
from tests.extraction.fields.reports import BEFORE, DAY, DAY_BEFORE, YEAR, document, figure
from workers.extraction.fields.rules import field_reader

SEGMENTS = FieldSpec("segments", "Segments", FieldKind.TABLE, rule="report.segments", words=("segments",))
DEBT = FieldSpec("debt", "Debt", FieldKind.TABLE, rule="report.debt", words=("long-term debt",))
STATEMENT = [figure("Revenue", "100"), figure("Revenue", "90", BEFORE)]


def part(name, value, item="Revenue", period=YEAR, table=5, axis="segment"):
    members = ((axis, name),) if isinstance(name, str) else tuple((axis, each) for each in name)
    return figure(
        item, value, period, label=members[-1][1], method=Method.TABLE, statement=StatementKind.SEGMENTS,
        dimensions=members, place=Place(1, 0, 1, table=table),
    )  # fmt: skip


def debt(label, value, period=DAY, table=7, row=0, dimensions=None):
    of_instrument = (("debt instrument", label),)
    return figure(
        None, value, period, label=label, label_path=(label,), method=Method.TABLE, statement=StatementKind.DEBT,
        dimensions=of_instrument if dimensions is None else dimensions, place=Place(1, 0, 1, table=table, row=row),
    )  # fmt: skip


def read(spec, facts):
    (proposal,) = field_reader().read(document(facts), [spec])
    return proposal


def cells(proposal):
    assert isinstance(proposal.value, TableValue)
    return [
        tuple(
            None
            if cell is None
            else cell.text
            if isinstance(cell, TextValue)
            else int(cell.number / 1_000_000)
            if isinstance(cell, QuantityValue)
            else cell
            for cell in row
        )
        for row in proposal.value.rows
    ]


def test_segments_have_a_column_per_measure():
    facts = [
        *STATEMENT,
        *(part(name, value) for name, value in (("Mills", "60"), ("Ports", "45"), ("Eliminations", "-5"))),
        part("Total segments", "105"),
        part("Mills", "50", period=BEFORE),
        *(part(name, value, "OperatingIncomeLoss", table=6) for name, value in (("Mills", "9"), ("Ports", "4"))),
    ]
    proposal = read(SEGMENTS, facts)
    assert isinstance(proposal.value, TableValue)
    assert proposal.value.columns == ("Segment", "Revenue", "Operating Income")
    assert cells(proposal) == [("Mills", 60, 9), ("Ports", 45, 4), ("Eliminations", -5, None)]
    assert len(proposal.evidence) == 5
    assert [check.passed for check in proposal.checks] == [True]


def test_segments_that_add_up_go_before_a_longer_list():
    countries = [part(name, "30", table=8) for name in ("Aland", "Beland", "Celand", "Deland")]
    proposal = read(SEGMENTS, [*STATEMENT, *countries, part("Mills", "60"), part("Ports", "40")])
    assert cells(proposal) == [("Mills", 60), ("Ports", 40)]


def test_segments_that_rows_divide_further_are_read_as_wholes():
    divided = [part(("Mills", "Steel"), "25"), part(("Mills", "Paper"), "35")]
    assert cells(read(SEGMENTS, [*STATEMENT, *divided, part("Mills", "60"), part("Ports", "40")])) == [
        ("Mills", 60),
        ("Ports", 40),
    ]


def test_segments_that_do_not_add_up_are_uncertain():
    proposal = read(SEGMENTS, [*STATEMENT, part("Mills", "60"), part("Ports", "20")])
    assert proposal.confidence <= 0.5
    assert [check.name for check in proposal.checks if not check.passed] == ["segments-sum"]


def test_products_are_no_segments():
    facts = [*STATEMENT, part("Steel", "60", axis="product"), part("Paper", "40", axis="product")]
    assert read(SEGMENTS, facts).state is ProposalState.UNREAD


def balance(value):
    return [
        figure("LongTermDebt", value, day, statement=StatementKind.BALANCE, place=Place(1, 0, 1, table=2))
        for day in (DAY, DAY_BEFORE)
    ]


INSTRUMENTS = [
    debt("5.125% senior notes due 2034", "300", row=1),
    debt("5.125% senior notes due 2034", "310", DAY_BEFORE, row=1),
    debt("Term loan due 2033", "200", row=2),
    debt("Total debt", "500", row=3, dimensions=()),
    debt("Less: current portion", "-20", row=4, dimensions=()),
    debt("Unused revolving facility", "80", row=5, dimensions=(("column", "Unused capacity"),)),
    debt("2034", "300", table=9, dimensions=(("maturity", "2034"),)),
]


def test_debt_has_a_row_per_instrument_and_no_totals():
    proposal = read(DEBT, [*balance("480"), *INSTRUMENTS])
    assert isinstance(proposal.value, TableValue)
    assert proposal.value.columns == ("Instrument", "2031-12-31", "2030-12-31")
    assert cells(proposal) == [("5.125% senior notes due 2034", 300, 310), ("Term loan due 2033", 200, None)]


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ([*balance("5000"), *INSTRUMENTS], "a small part of the group's debt"),
        ([*balance("480"), *INSTRUMENTS[:3]], "no total proves the list"),
        ([*balance("480"), *INSTRUMENTS[:1], *INSTRUMENTS[3:]], "one instrument"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_other_tables_are_not_the_groups_debt(facts, why):
    assert read(DEBT, facts).state is ProposalState.UNREAD, why
