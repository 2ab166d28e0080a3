"""The grids of HTML tables: cells with their spans, columns, marks and indents."""

from collections.abc import Callable

import pytest

from app.documents.content.parsed import BlockKind, Grid, GridCell, ParsedDocument, ParsedPage

ReadHtml = Callable[[str], ParsedDocument]


def rows_of(cells: list[list[str]]) -> str:
    return "".join("<tr>" + "".join(f"<td>{text}</td>" for text in row) + "</tr>" for row in cells)


def grids(document: ParsedDocument) -> list[tuple[ParsedPage, Grid]]:
    return [(page, block.grid) for page in document.pages for block in page.blocks if block.grid is not None]


def grid_of(document: ParsedDocument) -> tuple[ParsedPage, Grid]:
    (found,) = grids(document)
    return found


def text_of(page: ParsedPage, cell: GridCell) -> str:
    return " ".join(page.text[start:end] for start, end in cell.spans)


def printed(document: ParsedDocument) -> dict[tuple[int, int], str]:
    page, grid = grid_of(document)
    return {(cell.row, cell.column): text_of(page, cell) for cell in grid.cells}


def test_spans_are_those_of_the_file(read_html: ReadHtml) -> None:
    page, grid = grid_of(
        read_html(
            """<table><caption>In millions</caption>
            <thead><tr><th rowspan="2">Item</th><th colspan="2">Year ended</th></tr>
            <tr><th>2031</th><th>2030</th></tr></thead>
            <tbody><tr><td>Revenue</td><td>800</td><td>760</td></tr></tbody></table>"""
        )
    )
    assert (grid.rows, grid.columns) == (3, 3)
    assert [(text_of(page, c), c.row, c.column, c.row_span, c.column_span, c.is_heading) for c in grid.cells] == [
        ("Item", 0, 0, 2, 1, True),
        ("Year ended", 0, 1, 1, 2, True),
        ("2031", 1, 1, 1, 1, True),
        ("2030", 1, 2, 1, 1, True),
        ("Revenue", 2, 0, 1, 1, False),
        ("800", 2, 1, 1, 1, False),
        ("760", 2, 2, 1, 1, False),
    ]
    assert grid.caption is not None
    assert page.text[slice(*grid.caption)] == "In millions"


def test_row_span_of_nothing_reaches_the_end_of_its_row_group(read_html: ReadHtml) -> None:
    page, grid = grid_of(
        read_html(
            """<table><tbody><tr><td rowspan="0">Debt</td><td>Notes</td><td>10</td></tr>
            <tr><td>Loans</td><td>20</td></tr></tbody><tbody><tr><td>Cash</td><td>Banks</td><td>5</td></tr></tbody></table>"""
        )
    )
    assert [(text_of(page, c), c.row, c.column, c.row_span) for c in grid.cells if c.column == 0] == [
        ("Debt", 0, 0, 2),
        ("Cash", 2, 0, 1),
    ]


def test_row_groups_are_in_the_order_of_their_display(read_html: ReadHtml) -> None:
    document = read_html(
        """<table><tfoot><tr><td>Total</td><td>3</td></tr></tfoot><tbody><tr><td>A</td><td>1</td></tr></tbody>
        <tr><td>B</td><td>2</td></tr><thead><tr><td>Item</td><td>2031</td></tr></thead></table>"""
    )
    assert document.pages[0].text == "Item\t2031\nA\t1\nB\t2\nTotal\t3"


def test_empty_cells_stay_in_their_column(read_html: ReadHtml) -> None:
    cells = [["", "2031", "2030", "2029"], ["Goodwill", "", "45", ""], ["Gain", "", "", "22"], ["Tax", "(31)", "", "7"]]
    assert printed(read_html(f"<table>{rows_of(cells)}</table>")) == {
        (row, column): text for row, line in enumerate(cells) for column, text in enumerate(line) if text
    }


def test_signs_in_cells_of_their_own_belong_to_their_figure(read_html: ReadHtml) -> None:
    cells = [
        ["", "", "2031", "", "", "", "2030", ""],
        ["Sales", "$", "4,310", "", "", "$", "4,102", ""],
        ["Loss", "$", "(", "212", ")", "", "(89", ")"],
        ["Margin", "", "(4.9", ")%", "", "", "—", "%"],
        ["Leverage", "", "3.2", "x", "", "", "3.5", "x"],
        ["Spread", "", "25", "bps", "", "", "—", ""],
    ]
    assert read_html(f"<table>{rows_of(cells)}</table>").pages[0].text == (
        "2031\t2030\nSales\t$4,310\t$4,102\nLoss\t$(212)\t(89)\nMargin\t(4.9)%\t—%\nLeverage\t3.2x\t3.5x\nSpread\t25bps\t—"
    )


def test_heading_of_a_sign_alone_is_a_heading(read_html: ReadHtml) -> None:
    cells = [
        ["", "2031", "%", "2030", "$"],
        ["Sales", "300", "100.0", "290", "10"],
        ["Costs", "120", "40.0", "100", "20"],
    ]
    assert printed(read_html(f"<table>{rows_of(cells)}</table>"))[0, 2] == "%"
    assert printed(read_html(f"<table>{rows_of(cells)}</table>"))[0, 4] == "$"


def test_sign_does_not_join_the_figure_of_another_column(read_html: ReadHtml) -> None:
    cells = [["", "", "2031", "", "2030"], ["Sales", "$", "300", "$", "290"], ["Costs", "$", "", "", "100"]]
    assert read_html(f"<table>{rows_of(cells)}</table>").pages[0].text.endswith("Costs\t$\t100")


def test_lines_stacked_in_the_cells_of_a_row_are_rows(read_html: ReadHtml) -> None:
    cells = [
        ["", "2031", "2030"],
        [
            "Premiums<br>Income:<br>Interest<br>Total<br>",
            "$1,100<br><br>90<br>$1,190",
            "<p>$1,010</p><p>&nbsp;</p><p>85</p>1,095",
        ],
        ["Net income", "101", "95"],
    ]
    assert printed(read_html(f"<table>{rows_of(cells)}</table>")) == {
        (0, 1): "2031", (0, 2): "2030",
        (1, 0): "Premiums", (1, 1): "$1,100", (1, 2): "$1,010",
        (2, 0): "Income:",
        (3, 0): "Interest", (3, 1): "90", (3, 2): "85",
        (4, 0): "Total", (4, 1): "$1,190", (4, 2): "1,095",
        (5, 0): "Net income", (5, 1): "101", (5, 2): "95",
    }  # fmt: skip


def test_stacked_lines_have_their_own_indent_and_weight(read_html: ReadHtml) -> None:
    label = "<b>Income:</b><br>&nbsp;&nbsp;Interest<div style='padding-left:20px'>Fees</div><b>Total</b>"
    _, grid = grid_of(read_html(f"<table>{rows_of([[label, '<br>1<br>2<br><b>3</b>']])}<tr><td>Tax<td>9</table>"))
    assert [(cell.indent, cell.bold) for cell in grid.cells if cell.column == 0] == [
        (0, True), (8, False), (20, False), (0, True), (0, False)
    ]  # fmt: skip
    assert [cell.bold for cell in grid.cells if cell.column == 1] == [False, False, True, False]


def test_broken_label_and_broken_headings_stay_one_row(read_html: ReadHtml) -> None:
    cells = [
        ["", "Year ended<br>December 31,<br>2031", "Weighted-<br>average<br>price"],
        ["Depreciation and<br>amortization", "100", "2.50"],
        ["Notes due<br>2035 and 2036", "7<br>(note 3)", ""],
    ]
    assert read_html(f"<table>{rows_of(cells)}</table>").pages[0].text == (
        "Year ended December 31, 2031\tWeighted-average price\nDepreciation and amortization\t100\t2.50\n"
        "Notes due 2035 and 2036\t7 (note 3)"
    )


@pytest.mark.parametrize(
    "mark",
    [
        "<sup>{}</sup>",
        '<span style="vertical-align:super">{}</span>',
        '<font style="position:relative;top:-3.5pt;font-size:6.5pt">{}</font>',
        '<font size="1" style="vertical-align:top">{}</font>',
        '<a href="#note"><sup>{}</sup></a>',
        '<a href="#note" style="font-size:60%">{}</a>',
    ],
)
def test_raised_marks_stand_beside_the_text(read_html: ReadHtml, mark: str) -> None:
    one, two = mark.format("1"), mark.format("(a)(2)")
    cells = [["", "2031", f"2030{two}"], [f"Sales{one}", f"$81{one}", "$77"], ["Costs", "5", "6"]]
    page, grid = grid_of(read_html(f"<p>Debt of $4.5{one} times</p><table>{rows_of(cells)}</table>"))
    assert page.text == "Debt of $4.5 times\n\n2031\t2030\nSales\t$81\t$77\nCosts\t5\t6"
    assert {text_of(page, c): c.marks for c in grid.cells if c.marks} == {
        "2030": ("(a)", "(2)"), "Sales": ("1",), "$81": ("1",),
    }  # fmt: skip
    assert [(page.text[: m.offset].split()[-1], m.text) for m in page.marks] == [
        ("$4.5", "1"), ("2030", "(a)"), ("2030", "(2)"), ("Sales", "1"), ("$81", "1"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("source", "text", "marks"),
    [
        ("4.5⁸ times", "4.5 times", ["8"]),
        ("Net debt¹ ² of $5", "Net debt of $5", ["1", "2"]),
        ("9 m<sup>2</sup> and 4 ft²", "9 m² and 4 ft²", []),
        ("3 × 10<sup>6</sup> units", "3 × 10⁶ units", []),
        ("the 1<sup>st</sup> of 2<sup>nd</sup>", "the 1st of 2nd", []),
        ("Brand<sup>TM</sup> and Mark<sup>®</sup>", "Brand™ and Mark®", []),
        ("5<sup>1</sup>/<sub>2</sub>% notes", "5 1/2% notes", []),
        ('Backlog<a href="#n1">(1)</a> grew', "Backlog grew", ["(1)"]),
        ('see <a href="#p9">page 9</a>', "see page 9", []),
        ("<sup>(1)</sup> Includes leases.", "Includes leases.", ["(1)"]),
        ("H<sub>2</sub>O", "H2O", []),
        ("a<sup>1</sup> b² c<sup>3</sup> d⁴ e<sup>(5)</sup>", "a b c d e", ["1", "2", "3", "4", "(5)"]),
    ],
)
def test_only_footnote_marks_leave_the_text(read_html: ReadHtml, source: str, text: str, marks: list[str]) -> None:
    (page,) = read_html(f"<p>{source}</p>").pages
    assert (page.text, [mark.text for mark in page.marks]) == (text, marks)


def test_mark_of_a_footnote_is_before_its_first_character(read_html: ReadHtml) -> None:
    notes = "<table>" + rows_of([["<sup>1</sup>", "Restated."], ["<sup>2</sup>", "Net of tax."]]) + "</table>"
    (page,) = read_html(f"<p>Sales<sup>1</sup> rose.</p>{notes}").pages
    assert page.text == "Sales rose.\n\nRestated.\n\nNet of tax."
    assert [(page.text[mark.offset :][:3], mark.text) for mark in page.marks] == [
        (" ro", "1"),
        ("Res", "1"),
        ("Net", "2"),
    ]


def test_indent_and_weight_of_cells_are_kept(read_html: ReadHtml) -> None:
    _, grid = grid_of(
        read_html(
            """<table><tr><td>Assets</td><td>2031</td></tr>
            <tr><td style="padding:2px 1pt 2px 12pt">Cash</td><td>5</td></tr>
            <tr><td><div style="padding-left:9pt;text-indent:-9pt">Loans</div></td><td>6</td></tr>
            <tr><td>&#160;&#160;&#160;Bonds</td><td>7</td></tr>
            <tr><td><p style="margin-left:6pt"><b>Total</b></p></td><td><b>1</b>8</td></tr></table>"""
        )
    )
    labels = [(cell.indent, cell.bold) for cell in grid.cells if cell.column == 0]
    assert labels == [(0, False), (16, False), (0, False), (12, False), (8, True)]
    assert [cell.bold for cell in grid.cells if cell.column == 1] == [False] * 5


def test_page_break_within_a_table_continues_it(read_html: ReadHtml) -> None:
    document = read_html(
        """<p>Before</p><table><tr><td></td><td>2031</td><td>2030</td></tr><tr style="page-break-after:always">
        <td>A</td><td>1</td><td>2</td></tr><tr><td>B</td><td></td><td>4</td></tr></table>"""
    )
    (first, upper), (second, lower) = grids(document)
    assert (first.text, second.text) == ("Before\n\n2031\t2030\nA\t1\t2", "B\t4")
    assert (upper.continues, lower.continues) == (False, True)
    assert [cell.column for cell in lower.cells] == [0, 2]
    assert upper.columns == lower.columns == 3


def test_long_table_is_continued_on_the_next_page(read_html: ReadHtml) -> None:
    lines = [["Item", "2031", "2030"], *([f"Line {number} of the table", "", str(number)] for number in range(900))]
    found = grids(read_html(f"<table>{rows_of(lines)}</table>"))
    assert len(found) > 5
    assert [grid.continues for _, grid in found] == [False] + [True] * (len(found) - 1)
    assert {grid.columns for _, grid in found} == {3}
    assert sum(grid.rows for _, grid in found) == 901


def test_tables_beside_each_other_in_a_layout_table_are_two_tables(read_html: ReadHtml) -> None:
    one, two = rows_of([["Cash", "1"], ["Debt", "2"]]), rows_of([["Sales", "3"], ["Costs", "4"]])
    document = read_html(f"<table><tr><td><table>{one}</table></td><td><table>{two}</table></td></tr></table>")
    assert document.pages[0].text == "Cash\t1\nDebt\t2\n\nSales\t3\nCosts\t4"


def test_table_of_one_row_inside_a_cell_is_part_of_the_cell(read_html: ReadHtml) -> None:
    figure = "<table><tr><td>$</td><td>{}</td></tr></table>"
    cells = [["", "2031", "2030"], ["Cash", figure.format("5"), figure.format("6")], ["Debt", "7", "8"]]
    assert read_html(f"<table>{rows_of(cells)}</table>").pages[0].text == "2031\t2030\nCash\t$5\t$6\nDebt\t7\t8"


def test_struck_text_is_kept_beside_the_text(read_html: ReadHtml) -> None:
    table = rows_of([["Fee", "<s>1</s>2"], ["<s>Old</s>", "<s>9</s>"], ["New", "3"]])
    (page,) = read_html(
        f"""<p>a rate of <strike>6.00</strike><u>5.50</u>% a<s> calendar </s>year<span
        style="text-decoration: line-through">, or less</span>.</p>
        <p><del>Gone.</del></p><table>{table}</table><p>End</p>"""
    ).pages
    assert page.text == "a rate of 5.50% a year.\n\nFee\t2\nNew\t3\n\nEnd"
    assert [deleted.text for deleted in page.deleted] == ["6.00", "calendar", ", or less", "Gone.", "1", "Old", "9"]
    assert page.text[: page.deleted[0].offset] == "a rate of "


@pytest.mark.parametrize(
    "style",
    [
        "display:none",
        "visibility: hidden",
        "opacity:0",
        "font-size:0",
        "font-size:0.0pt",
        "color:#fff",
        "color:white",
        "color:rgb(255, 255, 255)",
        "color:transparent",
        "color:rgba(0,0,0,0)",
        "height:0;overflow:hidden",
        "position:absolute;left:-9999px",
        "position:absolute;clip:rect(0,0,0,0)",
        "text-indent:-9999px",
        "background:#000;color:#000",
    ],
)
def test_text_that_nobody_can_see_is_not_read(read_html: ReadHtml, style: str) -> None:
    document = read_html(
        f'<p>seen <span style="{style}">$777 million</span></p><div style="{style}">$888</div><p>end</p>'
    )
    assert document.pages[0].text == "seen\n\nend"


def test_white_text_on_a_dark_cell_is_read(read_html: ReadHtml) -> None:
    head = '<tr bgcolor="#003366"><td style="color:#ffffff">Item</td><td style="color:#ffffff">2031</td></tr>'
    document = read_html(f"<table>{head}<tr><td>Sales</td><td>5</td></tr></table>")
    assert document.pages[0].text == "Item\t2031\nSales\t5"


def test_layout_table_is_text(read_html: ReadHtml) -> None:
    document = read_html("<table><tr><td><p>One</p><p>Two</p></td></tr></table>")
    assert {block.kind for block in document.pages[0].blocks} == {BlockKind.PARAGRAPH}


@pytest.mark.parametrize(
    "figures", [("1.234.567", "8,5 %"), ("1 234 567", "98 765"), ("1’234", "△142"), ("(1 205)", "2,11")]
)
def test_rows_of_figures_in_other_formats_are_no_headers(read_html: ReadHtml, figures: tuple[str, str]) -> None:
    cells = [["", "31.12.2031", "2030"], ["Revenue", *figures], ["Costs", *figures]]
    (page,) = read_html(f"<table>{rows_of(cells)}</table>").pages
    assert [row.is_header for row in page.blocks[0].rows] == [True, False, False]
