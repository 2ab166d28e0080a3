"""Typed values of figures: where currency, scale and measure come from."""

from decimal import Decimal

import pytest

from app.documents.metadata import DocumentMetadata, DocumentType
from app.quantities.values import Kind
from tests.extraction.tables.grids import C, G, H, document, figure, table_of
from workers.extraction.tables import read_tables


def test_per_share_rows_and_rows_of_shares_do_not_take_the_scale_of_amounts():
    table = table_of(
        H("CONSOLIDATED STATEMENTS OF OPERATIONS"),
        "(In thousands, except share and per share data)",
        G(
            [
                ["", "2024", "2023"],
                ["Revenues", "$512,340", "$498,120"],
                ["Diluted earnings per share", "$1.37", "$1.28"],
                ["Weighted average shares outstanding, diluted", "30,094,891", "30,012,340"],
            ]
        ),
    )
    values = [figure(table, label, "2024").value for label in ("Revenues", "Diluted earnings per share")]
    assert [(value.unit, value.scale, value.kind) for value in values] == [
        ("USD", 3, Kind.AMOUNT),
        ("USD", 0, Kind.PER_SHARE),
    ]
    shares = figure(table, "Weighted average shares outstanding, diluted", "2024").value
    assert (shares.value, shares.unit, shares.scale) == (30_094_891, "shares", 0)


def test_a_scale_that_nobody_states_is_unknown():
    table = table_of(H("Debt"), G([["", "2024"], ["Notes", "$450"]]))
    value = figure(table, "Notes", "2024").value
    assert (value.value, value.unit, value.scale) == (450, "USD", None)


def test_a_dollar_of_an_unknown_country_stays_a_dollar_sign():
    (table,) = read_tables(document((H("Accounts"), "$ millions", G([["", "2024"], ["Revenue", "$450"]]))))
    assert figure(table, "Revenue", "2024").value.unit == "$"


@pytest.mark.parametrize(("kind", "currency"), [(DocumentType.FORM_10K, "USD"), (DocumentType.ANNUAL_REPORT, None)])
def test_amounts_without_a_sign_are_dollars_in_forms_of_domestic_registrants_only(kind, currency):
    parsed = document((H("Results"), "(In millions)", G([["", "2024"], ["Revenues", "450"]])))
    (table,) = read_tables(parsed, DocumentMetadata(title="", document_type=kind))
    assert figure(table, "Revenues", "2024").value.unit == currency


def test_each_column_has_the_currency_of_its_heading():
    table = table_of(
        H("Results"),
        "(in millions)",
        G([["", "2023", "2024", "2024"], ["", "€", "€", "US$"], ["Revenues", "900", "950", "1,026"]]),
    )
    assert [cell.value.unit for cell in table.cells if cell.value] == ["EUR", "EUR", "USD"]


@pytest.mark.parametrize(
    ("above", "stub", "heading", "label", "expected"),
    [
        ("(in millions)", "", "2024", "Sales", 6),
        ("(in millions)", "(in thousands)", "2024", "Sales", 3),
        ("(in millions)", "", "2024 $'000", "Sales", 3),
        ("(in millions)", "", "2024", "Sales (in billions)", 9),
    ],
)
def test_the_nearest_place_states_the_scale(above, stub, heading, label, expected):
    table = table_of(H("Sales"), above, G([[stub, heading], [label, "4"], ["Other", "5"]]))
    assert figure(table, label, heading).value.scale == expected


def test_the_units_under_a_title_hold_for_all_tables_under_it():
    first, second = read_tables(
        document(
            (
                H("Note 4 - Debt"),
                "(In millions)",
                G([["", "2024"], ["Notes", "450"]]),
                "Of which are due within one year:",
                G([["", "2024"], ["Loans", "20"]]),
            )
        )
    )
    assert figure(first, "Notes", "2024").value.scale == figure(second, "Loans", "2024").value.scale == 6


def test_the_whole_table_decides_the_number_style():
    table = table_of(
        H("Konzern"),
        "(TEUR)",
        G([["", "2024", "2023"], ["Revenue", "1.234.567", "1.198.402"], ["Profit", "98.765", "-1.205"]]),
    )
    assert figure(table, "Profit", "2024").value.value == 98765
    assert figure(table, "Profit", "2023").value.value == Decimal(-1205)


def test_the_document_decides_where_a_table_does_not():
    first, second = read_tables(
        document(
            (
                H("Gewinn- und Verlustrechnung"),
                "(in EUR thousand)",
                G([["", "2024", "2023"], ["Revenue", "1.234.567", "1.198.402"], ["Margin", "8,0 %", "7,6 %"]]),
                H("Inventories"),
                "(in EUR thousand)",
                G([["", "2024", "2023"], ["Materials", "1.234", "2.345"]]),
            )
        )
    )
    assert figure(first, "Revenue", "2024").value.value == 1234567
    assert figure(second, "Materials", "2024").value.value == 1234


def test_debit_and_credit_are_signs_where_a_heading_says_so():
    rows = [["Receivables", "1,200 DR"], ["Payables", "900 CR"]]
    table = table_of(H("Balances"), "(in thousands)", G([["", "Balance Dr (Cr)"], *rows]))
    assert [cell.value.value for cell in table.cells if cell.value] == [1200, -900]
    table = table_of(H("Balances"), "(in thousands)", G([["", "Balance"], *rows]))
    assert [cell.value.kind for cell in table.cells if cell.value] == [Kind.TEXT, Kind.TEXT]


def test_texts_in_columns_of_figures_stay_texts():
    table = table_of(G([["", "Rate", "2024"], ["Term loan", "SOFR plus 2%", "$100"], ["Notes", "4.5%", "$200"]]))
    assert figure(table, "Term loan", "Rate").value.kind is Kind.TEXT
    assert figure(table, "Notes", "Rate").value.value == Decimal("4.5")


def test_a_caption_states_units():
    table = table_of(H("Results"), G([["", C("Year Ended December 31, 2024")], ["Net sales", "800"]], "In millions"))
    assert table.caption == "In millions"
    assert figure(table, "Net sales", "Year Ended December 31, 2024").value.scale == 6


def test_an_introduction_below_the_last_table_states_its_units():
    (table,) = read_tables(
        document(
            (G([["", "2024"], ["Prepaid rent", "450"]]), "Prepaid expenses consist of the following (in thousands):")
        )
    )
    assert figure(table, "Prepaid rent", "2024").value.scale == 3


def test_whole_numbers_in_a_group_of_amounts_per_share_are_not_per_share():
    table = table_of(
        H("Earnings per share"),
        "(in millions, except per share amounts)",
        G([["", "2024"], ["Basic EPS"], ["Net income", "$4,278"], ["Basic earnings per share", "$2.39"]]),
    )
    assert figure(table, "Net income", "2024").value.scale == 6
    assert figure(table, "Basic earnings per share", "2024").value.scale == 0


def test_the_percent_sign_of_the_first_and_last_figure_holds_between():
    table = table_of(
        H("Income taxes"),
        G([["", "2024"], ["Federal rate", "21.0%"], ["State taxes", "2.3"], ["Effective rate", "23.3%"]]),
    )
    assert {cell.value.unit for cell in table.cells if cell.value} == {"%"}


def test_a_scale_that_makes_amounts_impossibly_large_is_unknown():
    table = table_of(
        H("Treasury stock"),
        "(in millions)",
        G([["", "Common stock"], ["Balance", "849,893,601"], ["Acquired", "16,518"]]),
    )
    assert {cell.value.scale for cell in table.cells if cell.value} == {None}


def test_scales_for_some_rows_hold_for_those():
    table = table_of(
        H("Earnings per share"),
        "The computation is as follows (net income in millions and shares in thousands):",
        G([["", "2024"], ["Net income", "$93,736"], ["Weighted-average shares outstanding", "15,343,783"]]),
    )
    assert figure(table, "Net income", "2024").value.scale == 6
    assert figure(table, "Weighted-average shares outstanding", "2024").value.scale == 3


@pytest.mark.parametrize(
    ("label", "scale"),
    [
        ("Oil (MBbl)", 0),
        ("Square feet (in thousands)", 3),
        ("Remaining term (years)", 0),
        ("Days sales outstanding", 0),
        ("Stores at end of period", 0),
    ],
)
def test_units_of_no_currency_are_no_money(label, scale):
    table = table_of("(Dollars in millions)", G([["", "2024", "2023"], ["Sales", "$10", "$11"], [label, "12", "13"]]))
    value = figure(table, label, "2024").value
    assert (value.kind, value.unit, value.scale) == (Kind.NUMBER, None, scale)


def test_a_line_above_can_state_a_unit_of_no_currency():
    table = table_of("(In thousands of barrels)", G([["", "2024", "2023"], ["Crude", "10", "11"], ["Gas", "12", "13"]]))
    value = figure(table, "Crude", "2024").value
    assert (value.kind, value.unit, value.scale) == (Kind.NUMBER, None, 3)


def test_prices_per_unit_are_not_in_the_scale_of_the_table():
    table = table_of(
        "(Dollars in millions)",
        G([["", "2024", "2023"], ["Sales", "$10", "$11"], ["Sales per square foot", "$412", "$405"]]),
    )
    assert figure(table, "Sales per square foot", "2024").value.scale == 0


def test_a_column_of_units_holds_for_its_rows():
    table = table_of(
        G(
            [
                ["", "Unit", "2024", "2023"],
                ["Revenue", "EUR million", "12", "11"], ["Margin", "%", "4.1", "3.9"], ["Leverage", "x", "2.0", "2.1"],
            ]
        )
    )  # fmt: skip
    values = [figure(table, label, "2024").value for label in ("Revenue", "Margin", "Leverage")]
    assert [(value.unit, value.scale) for value in values] == [("EUR", 6), ("%", 0), ("x", 0)]


def test_a_year_with_units_is_a_heading():
    table = table_of(G([["", "Notes", "2024 £m", "2023 £m"], ["Revenue", "3", "120", "110"]]))
    cell = figure(table, "Revenue", "2024 £m")
    assert (cell.value.value, cell.value.unit, cell.value.scale) == (120, "GBP", 6)
    assert str(cell.period) == "2024-01-01/2024-12-31"


def test_years_of_maturity_are_no_amounts():
    table = table_of(
        "(In millions)", G([["", "Maturity", "2024"], ["Term loan", "2030", "500"], ["Notes", "2028", "1950"]])
    )
    assert figure(table, "Term loan", "Maturity").value.kind is Kind.PERIOD
    assert figure(table, "Notes", "2024").value.value == 1950


def test_rows_that_count_things_are_no_amounts_of_the_page_s_currency():
    table = table_of(
        H("Mobility"),
        "Dollars in millions except per share amounts",
        G([["(in 000s)", "2024", "2023"], ["Postpaid subscribers", "85,846", "82,694"]]),
    )
    value = figure(table, "Postpaid subscribers", "2024").value
    assert (value.kind, value.unit, value.scale) == (Kind.NUMBER, None, 3)


@pytest.mark.parametrize("label", ["Sales of stores", "Stores", "Loans to employees"])
def test_rows_of_money_with_things_in_their_labels_stay_amounts(label):
    table = table_of(
        H("Revenue"),
        "(Dollars in millions)",
        G([["", "2024", "2023"], ["Net sales", "$2,173", "$2,189"], [label, "1,818", "1,756"]]),
    )
    assert figure(table, label, "2024").value.kind is Kind.AMOUNT
