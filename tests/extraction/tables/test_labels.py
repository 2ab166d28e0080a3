"""Label paths: the hierarchy of rows."""

from tests.extraction.tables.grids import C, G, H, table_of


def paths(rows):
    table = table_of(H("Table"), G([["", "2024", "2023"], *rows]))
    return [cell.label_path for cell in table.cells if cell.header_path == ("2024",)]


def test_totals_close_their_group():
    assert paths(
        [
            ["Current assets:"],
            ["Cash", "1", "1"],
            ["Total current assets", "1", "1"],
            ["Goodwill", "2", "2"],
        ]
    ) == [("Current assets:", "Cash"), ("Total current assets",), ("Goodwill",)]


def test_two_names_of_groups_in_a_row_are_nested():
    assert paths(
        [
            ["ASSETS"],
            ["Current assets:"],
            ["Cash", "1", "1"],
            ["Total current assets", "1", "1"],
            ["Goodwill", "2", "2"],
            ["Total assets", "3", "3"],
            ["LIABILITIES"],
            ["Debt", "3", "3"],
        ]
    ) == [
        ("ASSETS", "Current assets:", "Cash"),
        ("ASSETS", "Total current assets"),
        ("ASSETS", "Goodwill"),
        ("Total assets",),
        ("LIABILITIES", "Debt"),
    ]


def test_indents_put_rows_below_the_row_above():
    assert paths(
        [
            ["Net sales", "9", "9"],
            [C("Products", indent=12), "5", "5"],
            [C("Services", indent=12), "4", "4"],
            ["Cost of sales", "3", "3"],
        ]
    ) == [("Net sales",), ("Net sales", "Products"), ("Net sales", "Services"), ("Cost of sales",)]


def test_a_label_over_two_lines_is_one_label():
    assert paths([["Net income attributable to"], ["common shareholders", "9", "9"], ["Dividends", "1", "1"]]) == [
        ("Net income attributable to common shareholders",),
        ("Dividends",),
    ]


def test_a_row_without_a_label_belongs_to_its_group():
    assert paths([["Inventories:"], ["Raw materials", "1", "1"], ["Finished goods", "2", "2"], ["", "3", "3"]]) == [
        ("Inventories:", "Raw materials"),
        ("Inventories:", "Finished goods"),
        ("Inventories:",),
    ]


def test_a_label_over_several_rows_is_the_outer_label_of_each():
    table = table_of(
        G(
            [
                ["", "", "2024"],
                [C("Europe", down=2), "Net sales", "9"],
                ["Net income", "1"],
                ["Asia", "Net sales", "5"],
            ]
        )
    )
    figures = {cell.text: cell.label_path for cell in table.cells if cell.header_path == ("2024",)}
    assert figures["1"][-2:] == ("Europe", "Net income")


def test_labels_in_the_middle_belong_to_the_figures_on_their_right():
    table = table_of(
        G(
            [
                ["Assets", "2024", "Liabilities", "2024"],
                ["Cash", "10", "Debt", "6"],
                ["Goodwill", "5", "Payables", "9"],
                ["Land", "5", "Equity", "5"],
            ]
        )
    )
    assert {cell.text: cell.label_path for cell in table.cells if cell.column == 3 and cell.row == 2} == {
        "9": ("Payables",)
    }
