"""Rows of tables as page text has them."""

import pytest

from app.answers.writing.extractive import row_sentence
from app.documents.content.tables import PageLines, TableRow


def rows(page: str) -> dict[str, TableRow]:
    lines = PageLines(page)
    return {lines.label(index): lines.row(index) for index in lines.row_lines(0, len(page))}


INCOME = """Consolidated Statements of Income
($ in millions, except per share data)

For the years ended June 30,\t2022\t2021\t2020
Net sales\t$14,544\t$12,861\t$12,468
Other, net of tax\t— 19 (14)
Net income per share:
Basic\t$0.53\t$0.60\t$0.39
"""


def test_a_row_is_read_out_with_its_period_value_and_units() -> None:
    row = rows(INCOME)["Net sales"]
    assert row_sentence(row, frozenset({2021})) == ("Net sales — 2021: $12,861 ($ in millions, except per share data)")
    assert row_sentence(row, frozenset()).startswith("Net sales — 2022: $14,544; 2021: $12,861; 2020: $12,468")


def test_everything_that_the_sentence_says_is_in_the_spans() -> None:
    row = rows(INCOME)["Net sales"]
    said = [INCOME[start:end] for start, end in (row.span, *row.support)]
    assert said == [
        "Net sales\t$14,544\t$12,861\t$12,468",
        "For the years ended June 30,\t2022\t2021\t2020",
        "($ in millions, except per share data)",
    ]


def test_cells_that_run_together_are_told_apart() -> None:
    assert rows(INCOME)["Other, net of tax"].values == ("—", "19", "(14)")


def test_a_label_that_is_part_of_a_group_is_given_its_name() -> None:
    row = rows(INCOME)["Net income per share: Basic"]
    assert INCOME[slice(*row.support[-1])] == "Net income per share:"


def test_headings_of_several_lines_make_one_label_a_column() -> None:
    page = (
        "(In thousands)\n\nThree Months Ended\tNine Months Ended\nMarch 31,\tMarch 31,\tMarch 31,\tMarch 31,\n"
        "2023\t2022\t2023\t2022\nNet sales\t$10\t$20\t$30\t$40\n"
    )
    row = rows(page)["Net sales"]
    assert [column.label for column in row.columns] == [
        "Three Months Ended March 31, 2023",
        "Three Months Ended March 31, 2022",
        "Nine Months Ended March 31, 2023",
        "Nine Months Ended March 31, 2022",
    ]
    assert row.units == "In thousands"


def test_columns_of_percentages_are_left_out_where_only_years_have_headings() -> None:
    row = rows("(in millions)\t2022\t2021\nNet sales\t$14\t100.0%\t$12\t100.0%\n")["Net sales"]
    assert row_sentence(row, frozenset()) == "Net sales — 2022: $14; 2021: $12 (in millions)"


def test_signs_that_stand_apart_belong_to_their_values() -> None:
    row = rows("\tFISCAL 2021\tFISCAL 2020\t% CHANGE\tFISCAL 2019\nRevenues\t$44\t$37\t19\t% $\t39\n")["Revenues"]
    assert row.values == ("$44", "$37", "19%", "$39")
    assert [column.label for column in row.columns] == ["FISCAL 2021", "FISCAL 2020", "% CHANGE", "FISCAL 2019"]


def test_values_without_a_clear_column_are_not_given_a_period() -> None:
    row = rows("\t2022\t2021\t2020\nRestructuring\t5\t7\n")["Restructuring"]
    assert row.columns == ()
    assert row_sentence(row, frozenset({2022})) == "Restructuring: 5 | 7 — columns: 2022 | 2021 | 2020"


def test_headings_above_a_paragraph_do_not_reach_the_table_below_it() -> None:
    prose = "The table below has nothing to do with the one above, which is about other years and other things. " * 2
    row = rows(f"\t2022\t2021\nSales\t1\t2\n{prose}\nStores\t5\t7\n")["Stores"]
    assert row.columns == ()


def test_a_line_of_dates_is_no_row() -> None:
    assert rows("January 28,\tJanuary 29,\n2023\t2022\nCash\t5\t6\n").keys() == {"Cash"}


def test_values_are_not_given_years_when_a_cell_is_blank() -> None:
    row = rows("2022\t2021\tChange\nNet gain\t\t1,100\t(1,100)\n")["Net gain"]
    assert "2022: 1,100" not in row_sentence(row, frozenset())


def test_the_cells_are_where_the_values_stand() -> None:
    row = rows(INCOME)["Net sales"]
    assert [INCOME[start:end] for start, end in row.cells] == ["$14,544", "$12,861", "$12,468"]
    assert row.heading is not None
    assert INCOME[slice(*row.heading)] == "For the years ended June 30,\t2022\t2021\t2020"


def test_a_dash_in_a_cell_of_its_own_is_a_value_of_its_own() -> None:
    row = rows("\t2022\t2021\t2020\nBonds issued\t–\t5,228\t-\n")["Bonds issued"]
    assert row.values == ("–", "5,228", "-")


def test_a_row_of_small_figures_in_brackets_is_no_heading() -> None:
    row = rows("\t2022\t2021\nTreasury stock, at cost\t(95)\t(80)\n")["Treasury stock, at cost"]
    assert row.values == ("(95)", "(80)")


@pytest.mark.parametrize(
    ("line", "units"),
    [
        ("(In millions, except per share data)", "In millions, except per share data"),
        ("Statements of income (in thousands) (unaudited)", "in thousands"),
        ("Amounts in millions of U.S. dollars", "Amounts in millions of U.S. dollars"),
        ("Assets\tDollars in billions\tNotes", "Dollars in billions"),
        ("Thousands of customers", ""),
    ],
)
def test_units_are_told_as_far_as_their_brackets_or_cell_reach(line: str, units: str) -> None:
    assert rows(f"{line}\n\t2022\t2021\nSales\t1\t2\n")["Sales"].units == units


def test_a_line_that_seems_to_name_units_all_along_costs_no_more_than_its_length() -> None:
    heading = "thousands of " + "x of " * 50_000
    assert rows(f"{heading}\n\t2022\t2021\nSales\t1\t2\n")["Sales"].units == ""


@pytest.mark.parametrize(
    ("heading", "years", "labels"),
    [
        ("Increase (decrease)", "2031\t2030\t2031 vs. 2030", ["2031", "2030", "2031 vs. 2030"]),
        ("Percentage increase (decrease)", "2031\t2030", [f"Percentage increase (decrease) {y}" for y in (2031, 2030)]),
        (
            "Three months ended\tIncrease (decrease)",
            "2031\t2030\tAmount\tRate",
            [
                "Three months ended 2031",
                "Three months ended 2030",
                "Increase (decrease) Amount",
                "Increase (decrease) Rate",
            ],
        ),
    ],
)
def test_a_heading_of_changes_is_over_columns_of_changes(heading: str, years: str, labels: list[str]) -> None:
    row = rows(f"{heading}\n{years}\nNet sales\t5\t4\t1\t2\n")["Net sales"]
    assert [column.label for column in row.headings] == labels


def test_a_label_that_begins_like_a_month_is_a_row() -> None:
    page = "Years ended June 30,\t2031\t2030\nSales of marketable securities\t$(91)\t$(1)\n"
    assert rows(page)["Sales of marketable securities"].values == ("$(91)", "$(1)")
