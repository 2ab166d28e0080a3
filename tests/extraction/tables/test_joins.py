"""Tables that go on over a page."""

from app.quantities.values import Kind
from tests.extraction.tables.grids import C, G, H, P, document, figure, table_of
from workers.extraction.tables import read_tables

HEAD = ["", "2024", "2023"]


def read(first, second, *, above=(), width=612.0):
    return read_tables(
        document(
            (H("CONSOLIDATED STATEMENTS OF OPERATIONS"), "(In millions)", G([HEAD, *first]), "41"),
            (*above, G(second)),
            width=width,
        )
    )


def test_a_table_that_goes_on_keeps_headings_and_units():
    (table,) = read([["Revenues", "5,100", "4,900"]], [["Net income", "233", "201"]])
    cell = figure(table, "Net income", "2024")
    assert table.pages == (1, 2)
    assert (cell.page, cell.row, cell.value.scale) == (2, 2, 6)
    assert str(cell.period) == "2024-01-01/2024-12-31"


def test_repeated_headings_are_dropped():
    (table,) = read(
        [["Revenues", "5,100", "4,900"]],
        [HEAD, ["Net income", "233", "201"]],
        above=(H("CONSOLIDATED STATEMENTS OF OPERATIONS (Continued)"), "(In millions)"),
    )
    assert [cell.text for cell in table.cells].count("2024") == 1
    assert table.rows == 3


def test_a_new_title_starts_a_new_table():
    first, second = read(
        [["Revenues", "5,100", "4,900"]],
        [HEAD, ["Total assets", "9,000", "8,000"]],
        above=(H("CONSOLIDATED BALANCE SHEETS"),),
    )
    assert (first.title, second.title) == ("CONSOLIDATED STATEMENTS OF OPERATIONS", "CONSOLIDATED BALANCE SHEETS")


def test_another_period_above_the_same_headings_starts_a_new_table():
    def page(period, *figures):
        return (period, G([["", "Revenues", "Expenses"], *(["Mobile", *figures], ["Cable", *figures])]))

    first, second = read_tables(
        document(
            (H("Segments"), *page("For the three months ended June 30, 2023", "20", "11")),
            page("For the three months ended June 30, 2022", "19", "10"),
        )
    )
    assert str(figure(first, "Mobile", "Revenues").period) == "2023-04-01/2023-06-30"
    assert str(figure(second, "Mobile", "Revenues").period) == "2022-04-01/2022-06-30"


def test_periods_above_tables_on_several_pages_are_no_furniture():
    def page(year):
        heads = ("MADE CORP.", "JUNE 30, 2023", "NOTES TO THE STATEMENTS")
        rows = [["", "Revenues", "Expenses"], ["Mobile", "20", "11"], ["Cable", "19", "10"]]
        return (*heads, f"For the three months ended June 30, {year}", G(rows))

    tables = read_tables(document(*map(page, (2023, 2022, 2021, 2020))))
    periods = [str(figure(table, "Mobile", "Revenues").period) for table in tables]
    assert periods == [f"{year}-04-01/{year}-06-30" for year in (2023, 2022, 2021, 2020)]


def test_the_same_period_above_repeated_headings_goes_on():
    def page(*rows):
        return ("For the three months ended June 30, 2023", G([["", "Revenues", "Expenses"], *rows]))

    (table,) = read_tables(document((H("Segments"), *page(["Mobile", "20", "11"])), page(["Cable", "19", "10"])))
    assert table.pages == (1, 2)


def test_other_units_above_the_same_headings_start_a_new_table():
    first, second = read(
        [["Revenues", "5,100", "4,900"]], [HEAD, ["Net income", "233", "201"]], above=("(In thousands)",)
    )
    assert figure(first, "Revenues", "2024").value.scale == 6
    assert figure(second, "Net income", "2024").value.scale == 3


def test_other_columns_start_a_new_table():
    assert len(read([["Revenues", "5,100", "4,900"]], [["Net income", "233"]])) == 2


def test_other_places_on_the_page_start_a_new_table():
    def row(label, *edges):
        return [label, *(C("10", box=(edge - 20, 10, edge, 20)) for edge in edges)]

    assert len(read([row("Revenues", 300, 400)], [row("Net income", 300, 402)])) == 1
    assert len(read([row("Revenues", 300, 400)], [row("Net income", 340, 440)])) == 2


def test_columns_without_figures_on_the_second_page_are_left_out():
    def row(label, *edges):
        return [label, *(C(str(edge), box=(edge - 20, 10, edge, 20)) for edge in edges)]

    heads = ["", C("2024", 2), C("2023", 2)]
    first = [heads, ["", "Shares", "Amount", "Shares", "Amount"], row("Shares issued", 300, 360, 420, 480)]

    def pages(*second):
        return read_tables(document((H("STATEMENTS OF EQUITY"), G(first)), (G(second),)))

    (table,) = pages(row("Earnings", 361, 482))
    assert figure(table, "Earnings", "2024").header_path == ("2024", "Amount")
    assert figure(table, "Earnings", "2023").value.value == 482
    assert len(pages(row("Earnings", 330, 450))) == 2


def test_a_label_may_begin_on_the_page_before():
    def pages(label, between):
        return read_tables(
            document((H("Income"), G([HEAD, ["Revenues", "51", "49"]]), between), (G([[label, "23", "21"]]),))
        )

    (table,) = pages("operations", "Net income from continuing")
    assert figure(table, "Net income from continuing operations", "2023").value.value == 21
    assert len(pages("Operations", "Net income from continuing")) == 2
    assert len(pages("operations", "See the notes to the statements.")) == 2


def test_the_file_can_say_that_a_grid_goes_on():
    (table,) = read_tables(
        document(
            (G([HEAD, ["Revenues", "5", "4"]]), "Text after it."),
            (G([["Net income", "1", "1"]], continues=True),),
        )
    )
    assert figure(table, "Net income", "2023").value.kind is Kind.AMOUNT


def test_marks_lead_to_footnotes_below():
    table = table_of(
        H("Results"),
        G([["", C("2023", marks=("1",)), "2024"], ["Net sales (2)", "10", "20"], ["Other(x)", "1", "2"]]),
        P("Restated.", marks=("1",)),
        "(2) Net of returns.",
    )
    assert [(note.mark, note.text) for note in table.footnotes] == [("1", "Restated."), ("(2)", "Net of returns.")]
    assert figure(table, "Net sales", "2024").value.value == 20
    label = next(cell for cell in table.cells if cell.text == "Net sales")
    assert label.marks == ("(2)",)
    assert next(cell for cell in table.cells if cell.row == 2).text == "Other(x)"
