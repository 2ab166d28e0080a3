"""How pages of statements print amounts: in the table's unit, and with the unit of those that have another one."""

from decimal import Decimal
from uuid import UUID

import pytest

from app.facts.grid import build_grid
from app.facts.grid_periods import Periods
from app.facts.model import FactSource, Measure, Place, StatementKind, StoredFact
from app.web.fact_pages import show_rows
from tests.facts.made_facts import make_fact

SOURCE = FactSource(UUID(int=1), UUID(int=2), "juniper", "Juniper", "10-K", "10-K", "2032-02-01")


def shown(**changes):
    """Return the text of a figure below two in millions of USD."""
    facts = [
        make_fact(label, place=Place(1, 0, 6, 1, row, 1), item=None, concept=None, **(changes if label == "C" else {}))
        for row, label in enumerate("ABC", 1)
    ]
    stored = [StoredFact(fact, number, SOURCE) for number, fact in enumerate(facts, 1)]
    grid = build_grid(StatementKind.INCOME, stored, periods=Periods.ANNUAL, most_columns=1)
    return show_rows(grid)[-1].figures[0][0].text


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, "4,210"),
        ({"value": "1500000", "scale": 0}, "1.5"),
        ({"value": "1234", "scale": None}, "1,234 (scale not stated)"),
        ({"currency": "EUR"}, "EUR 4,210"),
        ({"value": "0.125", "measure": Measure.PERCENT, "scale": 0, "currency": None}, "12.5%"),
        ({"value": "2.10", "measure": Measure.PER_SHARE, "scale": 0}, "2.10"),
        ({"value": "-4210000000"}, "(4,210)"),
        ({"value": "201500000", "measure": Measure.SHARES, "currency": None}, "201.5"),
        ({"value": "7" * 28 + "0" * 30}, f"{Decimal('7' * 28 + '0' * 24):,f}"),
    ],
)
def test_amount_is_in_the_unit_of_the_table_or_names_its_own(changes, text):
    assert shown(**changes) == text


def test_row_of_a_part_names_its_item():
    segment = make_fact(
        "Tools", place=Place(1, 0, 6, 1, 1, 1), statement=StatementKind.SEGMENTS, dimensions=(("segment", "Tools"),)
    )
    grid = build_grid(StatementKind.SEGMENTS, [StoredFact(segment, 1, SOURCE)], periods=Periods.ANNUAL, most_columns=1)
    assert [row.dimensions for row in show_rows(grid)] == ["Revenue"]


def test_row_names_what_its_label_does_not_say():
    plain, of_product, subtotal, shares = show_rows(
        build_grid(
            StatementKind.INCOME,
            [
                StoredFact(make_fact(label, place=Place(1, 0, 6, 1, row, 1), **changes), row, SOURCE)
                for row, (label, changes) in enumerate(
                    (
                        ("Sales of products", {"dimensions": (("product", "Product"),)}),
                        ("Sales", {"dimensions": (("segment", "Tools"),), "concept": "Sales"}),
                        ("", {"item": "OperatingIncomeLoss", "concept": "OperatingIncomeLoss"}),
                        ("Basic", {"measure": Measure.SHARES, "item": None, "concept": None}),
                    ),
                    1,
                )
            ],
            periods=Periods.ANNUAL,
            most_columns=1,
        )
    )
    assert (plain.dimensions, of_product.dimensions) == ("", "Tools")
    assert (subtotal.label, subtotal.is_printed) == ("Operating Income", False)
    assert shares.unit == "millions of shares"


def test_headings_over_rows_are_shown_once():
    facts = [
        make_fact(label, label_path=(*above, label), place=Place(1, 0, 6, 1, row, 1), item=None, concept=None)
        for row, (above, label) in enumerate(
            (
                (("Tools:",), "Net sales"),
                (("Tools:",), "Costs"),
                (("Garden:",), "Net sales"),
                ((), "Costs"),
                (("Costs",), "Fuel"),
            ),
            1,
        )
    ]
    stored = [StoredFact(fact, number, SOURCE) for number, fact in enumerate(facts, 1)]
    rows = show_rows(build_grid(StatementKind.SEGMENTS, stored, periods=Periods.ANNUAL, most_columns=1))
    assert [(row.label, row.depth, any(row.figures)) for row in rows] == [
        ("Tools:", 0, False),
        ("Net sales", 1, True),
        ("Costs", 1, True),
        ("Garden:", 0, False),
        ("Net sales", 1, True),
        ("Costs", 0, True),
        ("Fuel", 1, True),
    ]
