"""Headings of tables: which rows they are, and over which columns they stand."""

from app.quantities.values import Kind
from app.tables.model import CellKind
from tests.extraction.tables.grids import C, G, H, figure, table_of, tables_of

STATEMENT = H("CONSOLIDATED STATEMENTS OF OPERATIONS")


def test_headings_stand_over_the_columns_they_span():
    table = table_of(
        STATEMENT,
        "(In millions)",
        G(
            [
                ["", C("Year Ended December 31,", 3), C("Three Months Ended March 31,", 1)],
                ["", "2024", "2023", "2022", "2025"],
                ["Net sales", "$450", "$430", "$400", "$115"],
            ]
        ),
    )
    annual, interim = figure(table, "Net sales", "2022"), figure(table, "Net sales", "2025")
    assert annual.header_path == ("Year Ended December 31,", "2022")
    assert interim.header_path == ("Three Months Ended March 31,", "2025")
    assert (str(annual.period), str(interim.period)) == ("2022-01-01/2022-12-31", "2025-01-01/2025-03-31")


def test_columns_without_a_heading_in_a_row_get_none_from_it():
    table = table_of(G([["", C("Change", 2), ""], ["", "$", "%", "2024"], ["Net sales", "200", "20.0", "1,200"]]))
    assert figure(table, "Net sales", "2024").header_path == ("2024",)
    assert figure(table, "Net sales", "%").value.kind is Kind.PERCENTAGE


def test_a_second_row_of_headings_starts_a_new_section():
    table = table_of(
        G(
            [
                ["", "2024", "2023"],
                ["Net sales", "450", "430"],
                ["", "Europe", "Asia"],
                ["Net sales", "300", "150"],
            ]
        ),
    )
    assert figure(table, "Net sales", "Europe").header_path == ("Europe",)
    assert figure(table, "Net sales", "2024").value.value == 450


def test_a_period_in_a_row_of_its_own_heads_the_rows_below():
    rows = [["", "Europe", "Asia"]]
    for year, amount in ((2024, "17"), (2023, "12")):
        rows += [[f"Year ended December 31, {year}"], ["Operating income", amount, "5"], ["Total", amount, "5"]]
    table = table_of(H("Segments"), G(rows))
    cells = [cell for cell in table.cells if cell.label_path[-1:] == ("Total",) and cell.column == 1]
    assert [cell.header_path for cell in cells] == [
        ("Year ended December 31, 2024", "Europe"),
        ("Year ended December 31, 2023", "Europe"),
    ]
    assert [cell.period.end.year for cell in cells] == [2024, 2023]


def test_headings_over_several_columns_keep_the_headings_of_single_columns():
    table = table_of(
        G(
            [
                ["", C("Year ended December 31, 2024", 2)],
                ["", "Level 1", "Level 2"],
                ["Bonds", "10", "20"],
                ["", C("Year ended December 31, 2023", 2)],
                ["Bonds", "11", "21"],
            ]
        ),
    )
    last = [cell for cell in table.cells if cell.row == 4 and cell.kind is CellKind.FIGURE]
    assert last[1].header_path == ("Year ended December 31, 2023", "Level 2")


def test_a_heading_never_reaches_into_the_next_table():
    first, second = tables_of(
        STATEMENT,
        "(In millions)",
        G([["", "2024", "2023"], ["Net sales", "$300", "$290"]]),
        "Half-year figures follow.",
        G([["", "1H24", "1H23"], ["Gross profit", "$155", "$150"]]),
    )
    cell = figure(second, "Gross profit", "1H24")
    assert cell.header_path == ("1H24",)
    assert str(cell.period) == "2024-01-01/2024-06-30"
    assert (cell.value.unit, cell.value.scale) == ("USD", 6)
    assert str(figure(first, "Net sales", "2024").period) == "2024-01-01/2024-12-31"


def test_a_row_of_periods_after_the_last_figures_changes_nothing_above():
    table = table_of(G([["", "2024", "2023"], ["Net sales", "450", "430"], ["", "2022", "2021"]]))
    assert figure(table, "Net sales", "2024").header_path == ("2024",)
    assert [cell.kind for cell in table.cells if cell.row == 2] == [CellKind.HEADING, CellKind.HEADING]


def test_words_over_the_labels_are_no_heading_of_a_column():
    table = table_of(G([["(In thousands)", "2024", "2023"], ["Net sales", "450", "430"]]))
    cell = figure(table, "Net sales", "2024")
    assert cell.header_path == ("2024",)
    assert cell.value.scale == 3
    assert table.units_line == "(In thousands)"


def test_numbers_of_notes_are_no_values():
    table = table_of(
        G([["", "Note", "2024", "2023"], ["Revenue", "3", "1,310", "1,254"], ["Finance costs", "7", "(21)", "(19)"]])
    )
    notes = [cell for cell in table.cells if cell.kind is CellKind.NOTE]
    assert [(cell.text, cell.value) for cell in notes] == [("3", None), ("7", None)]
    assert figure(table, "Revenue", "2024").value.value == 1310


def test_empty_cells_move_nothing():
    table = table_of(G([["", "2024", "2023", "2022"], ["Net sales", "9", "8", "7"], ["Impairment", "", "45", ""]]))
    assert [cell.header_path for cell in table.cells if cell.label_path == ("Impairment",)] == [("2023",)]


def test_one_word_above_rows_is_no_heading_of_its_column():
    table = table_of(
        G(
            [
                ["", "2024", "2023", "2022"],
                ["", "Statement of operations data:"],
                ["Net sales", "9", "8", "7"],
                ["", "Balance sheet data:"],
                ["Total assets", "90", "80", "70"],
            ]
        )
    )
    assert figure(table, "Total assets", "2024").header_path == ("2024",)
    assert figure(table, "Net sales", "2022").header_path == ("2022",)


def test_headings_beside_units_start_a_new_section():
    table = table_of(
        G(
            [
                ["(In millions)", "Dec 29, 2023", "Acquisitions", "Dec 28, 2024"],
                ["Goodwill", "24", "3", "27"],
                ["(In millions)", "Dec 31, 2022", "Acquisitions", "Dec 29, 2023"],
                ["Goodwill", "20", "4", "24"],
            ]
        )
    )
    assert [cell.header_path[-1] for cell in table.cells if cell.row == 3 and cell.value] == [
        "Dec 31, 2022",
        "Acquisitions",
        "Dec 29, 2023",
    ]


def test_long_headings_and_labels_are_cut_in_paths():
    """Every figure below a heading repeats it: a heading of a megabyte would fill the memory."""
    table = table_of(G([["", "Sales " * 2_000, "2023"], ["Net sales " * 2_000, "1,200", "1,100"]]))
    figures = [cell for cell in table.cells if cell.kind is CellKind.FIGURE]
    assert figures
    assert all(len(entry) <= 600 for cell in figures for entry in (*cell.header_path, *cell.label_path))
