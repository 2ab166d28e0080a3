"""Tests of reading table rows from page text."""

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


def test_row_sentence_has_period_value_and_units() -> None:
    row = rows(INCOME)["Net sales"]
    assert row_sentence(row, frozenset({2021})) == ("Net sales — 2021: $12,861 ($ in millions, except per share data)")
    assert row_sentence(row, frozenset()).startswith("Net sales — 2022: $14,544; 2021: $12,861; 2020: $12,468")


def test_spans_contain_everything_in_row_sentence() -> None:
    row = rows(INCOME)["Net sales"]
    cited = [INCOME[start:end] for start, end in (row.span, *row.support)]
    assert cited == [
        "Net sales\t$14,544\t$12,861\t$12,468",
        "For the years ended June 30,\t2022\t2021\t2020",
        "($ in millions, except per share data)",
    ]


def test_values_in_one_cell_are_separated() -> None:
    assert rows(INCOME)["Other, net of tax"].values == ("—", "19", "(14)")


def test_label_of_row_in_group_includes_the_group_name() -> None:
    row = rows(INCOME)["Net income per share: Basic"]
    assert INCOME[slice(*row.support[-1])] == "Net income per share:"


def test_multiline_headings_are_joined_per_column() -> None:
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


def test_percentage_columns_without_headings_are_omitted() -> None:
    row = rows("(in millions)\t2022\t2021\nNet sales\t$14\t100.0%\t$12\t100.0%\n")["Net sales"]
    assert row_sentence(row, frozenset()) == "Net sales — 2022: $14; 2021: $12 (in millions)"


def test_separate_signs_belong_to_their_values() -> None:
    row = rows("\tFISCAL 2021\tFISCAL 2020\t% CHANGE\tFISCAL 2019\nRevenues\t$44\t$37\t19\t% $\t39\n")["Revenues"]
    assert row.values == ("$44", "$37", "19%", "$39")
    assert [column.label for column in row.columns] == ["FISCAL 2021", "FISCAL 2020", "% CHANGE", "FISCAL 2019"]


def test_value_without_clear_column_has_no_period() -> None:
    row = rows("\t2022\t2021\t2020\nRestructuring\t5\t7\n")["Restructuring"]
    assert row.columns == ()
    assert row_sentence(row, frozenset({2022})) == "Restructuring: 5 | 7 — columns: 2022 | 2021 | 2020"


def test_heading_does_not_apply_to_rows_after_a_paragraph() -> None:
    prose = "The table below has nothing to do with the one above, which is about other years and other things. " * 2
    row = rows(f"\t2022\t2021\nSales\t1\t2\n{prose}\nStores\t5\t7\n")["Stores"]
    assert row.columns == ()


def test_line_of_dates_is_not_a_row() -> None:
    assert rows("January 28,\tJanuary 29,\n2023\t2022\nCash\t5\t6\n").keys() == {"Cash"}


def test_row_with_blank_cell_has_no_years() -> None:
    row = rows("2022\t2021\tChange\nNet gain\t\t1,100\t(1,100)\n")["Net gain"]
    assert "2022: 1,100" not in row_sentence(row, frozenset())


def test_cell_spans_cover_values() -> None:
    row = rows(INCOME)["Net sales"]
    assert [INCOME[start:end] for start, end in row.cells] == ["$14,544", "$12,861", "$12,468"]
    assert row.heading is not None
    assert INCOME[slice(*row.heading)] == "For the years ended June 30,\t2022\t2021\t2020"


def test_dash_in_separate_cell_is_a_value() -> None:
    row = rows("\t2022\t2021\t2020\nBonds issued\t–\t5,228\t-\n")["Bonds issued"]
    assert row.values == ("–", "5,228", "-")


def test_row_of_small_figures_in_brackets_is_not_a_heading() -> None:
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
def test_units_end_with_their_brackets_or_cell(line: str, units: str) -> None:
    assert rows(f"{line}\n\t2022\t2021\nSales\t1\t2\n")["Sales"].units == units


def test_line_full_of_unit_words_takes_linear_time() -> None:
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
def test_change_heading_spans_change_columns_only(heading: str, years: str, labels: list[str]) -> None:
    row = rows(f"{heading}\n{years}\nNet sales\t5\t4\t1\t2\n")["Net sales"]
    assert [column.label for column in row.headings] == labels


def test_row_label_that_begins_like_a_month_is_not_a_heading() -> None:
    page = "Years ended June 30,\t2031\t2030\nSales of marketable securities\t$(91)\t$(1)\n"
    assert rows(page)["Sales of marketable securities"].values == ("$(91)", "$(1)")
