"""Periods of figures: from headings, labels, and the lines above."""

from tests.extraction.tables.grids import C, G, H, figure, table_of


def test_the_line_above_completes_the_years_of_the_headings():
    table = table_of(
        H("Inventories"),
        "Inventories as of December 31, 2024 and 2023 were as follows (in millions):",
        G([["", "2024", "2023"], ["Raw materials", "5", "4"]]),
    )
    assert str(figure(table, "Raw materials", "2023").period) == "2023-12-31"


def test_rows_can_be_periods():
    table = table_of(H("Dividends"), G([["", "Amount"], ["2024", "$1.20"], ["2023", "$1.10"]]))
    assert str(figure(table, "2023", "Amount").period) == "2023-01-01/2023-12-31"


def test_opening_and_closing_balances_are_instants():
    table = table_of(
        H("Goodwill"),
        "The changes for the years ended December 31 were:",
        G(
            [
                ["", "2024", "2023"],
                ["Balance at beginning of year", "5", "4"],
                ["Acquisitions", "1", "1"],
                ["Balance at end of year", "6", "5"],
            ]
        ),
    )
    assert str(figure(table, "Balance at beginning of year", "2024").period) == "2023-12-31"
    assert str(figure(table, "Balance at end of year", "2024").period) == "2024-12-31"
    assert str(figure(table, "Acquisitions", "2024").period) == "2024-01-01/2024-12-31"


def test_a_row_between_two_balances_has_the_period_between():
    table = table_of(
        H("Stockholders' equity"),
        G(
            [
                ["", "Common stock", "Total"],
                ["Balance at December 31, 2022", "5", "9"],
                ["Net income", "", "3"],
                ["Balance at December 31, 2023", "5", "12"],
                ["Net income", "", "4"],
                ["Balance at December 31, 2024", "5", "16"],
            ]
        ),
    )
    periods = [str(cell.period) for cell in table.cells if cell.header_path == ("Total",)]
    assert periods == [
        "2022-12-31",
        "2023-01-01/2023-12-31",
        "2023-12-31",
        "2024-01-01/2024-12-31",
        "2024-12-31",
    ]


def test_years_to_come_in_a_schedule_are_no_periods():
    table = table_of(
        H("Maturities of debt"),
        "As of December 31, 2024, maturities are as follows:",
        G([["", "Amount"], ["2025", "5"], ["2026", "4"], ["Thereafter", "10"]]),
    )
    assert {str(cell.period) for cell in table.cells if cell.value} == {"2024-12-31"}


def test_columns_of_changes_have_no_period():
    table = table_of(G([["", "2024", "2023", "% change"], ["Net sales", "450", "430", "4.7"]]))
    assert figure(table, "Net sales", "% change").period is None


def test_ordinals_beside_each_other_are_quarters_of_the_year_beside_them():
    heads = ["First", "Second", "Third", "Fourth", "Year"]
    table = table_of(
        G(
            [
                ["2024", *heads], ["Revenues", "100", "110", "120", "130", "460"],
                ["2023", *heads], ["Costs", "90", "95", "100", "105", "390"],
            ]
        )
    )  # fmt: skip
    assert str(figure(table, "Revenues", "Second").period) == "2024-04-01/2024-06-30"
    assert str(figure(table, "Costs", "Fourth").period) == "2023-10-01/2023-12-31"
    assert str(figure(table, "Costs", "Year").period) == "2023-01-01/2023-12-31"


def test_a_year_beside_days_without_a_year_completes_them():
    table = table_of(G([["", C("Three months ended", 2)], ["2024", "March 31", "June 30"], ["Revenues", "100", "110"]]))
    assert str(figure(table, "Revenues", "June 30").period) == "2024-04-01/2024-06-30"


def test_years_above_rows_of_quarters_name_these_rows():
    table = table_of(
        G(
            [
                ["", "High", "Low"],
                ["2024", "", ""], ["First quarter", "$21.10", "$18.20"], ["Second quarter", "$22.10", "$19.20"],
                ["2023", "", ""], ["Third quarter", "$15.10", "$14.20"], ["Fourth quarter", "$16.10", "$15.20"],
            ]
        )
    )  # fmt: skip
    assert str(figure(table, "First quarter", "High").period) == "2024-01-01/2024-03-31"
    assert str(figure(table, "Fourth quarter", "Low").period) == "2023-10-01/2023-12-31"
