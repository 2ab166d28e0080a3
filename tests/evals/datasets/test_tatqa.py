"""TAT-QA's tables are read as figures with years, and questions add scales."""

import json
from decimal import Decimal

import pytest

from evals.datasets.files import DatasetError
from evals.datasets.tatqa import is_tatqa, load_tatqa, parse_figure

PAGE = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>t</title></head><body><h1>Context</h1><table>
<tr><td></td><td>Note</td><td>2031</td><td>2030</td></tr>
<tr><td>Revenue</td><td>3</td><td>$ 4,210</td><td>3,985</td></tr>
<tr><td>Loss</td><td></td><td>(12.5)</td><td>—</td></tr>
<tr><td></td><td></td><td>US$000</td><td>2029</td></tr>
<tr><td>Sundry</td><td></td><td>7</td><td>7</td></tr>
</table><p>Revenue was $ 4,210 in 2031.</p></body></html>"""


def question(**changes):
    row = {"id": "q", "document": "d1.html", "question": "What was the revenue in 2031?", "answer": ["4,210"]}
    return row | {"answer_type": "span", "scale": "thousand", "derivation": "", "answer_from": "table"} | changes


@pytest.fixture
def read(tmp_path):
    """Return a function that reads the figures of the page with questions."""

    def read_figures(*questions):
        (tmp_path / "documents").mkdir(exist_ok=True)
        (tmp_path / "documents" / "d1.html").write_text(PAGE)
        (tmp_path / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in questions))
        assert is_tatqa(tmp_path)
        (table,) = load_tatqa(tmp_path)
        assert all(table.tokens[figure.token] in figure.text for figure in table.figures)
        return table.figures

    return read_figures


def test_figures_have_labels_and_the_years_of_their_columns(read):
    figures = [(str(figure.value), figure.label, figure.year, figure.scale) for figure in read()]
    assert figures == [
        ("4210", "Revenue", 2031, None),
        ("3985", "Revenue", 2030, None),
        ("-12.5", "Loss", 2031, None),
        ("7", "Sundry", 2031, None),
        ("7", "Sundry", 2029, None),
    ]


def test_answer_and_parts_of_a_sum_have_the_scale_of_the_question(read):
    summed = question(id="s", answer=225, answer_type="arithmetic", derivation="4,210 - 3,985")
    assert [figure.scale for figure in read(summed)] == [3, 3, None, None, None]
    assert [figure.scale for figure in read(question())] == [3, None, None, None, None]


@pytest.mark.parametrize(
    "changes",
    [
        {"answer_type": "arithmetic", "derivation": "(4,210 - 3,985) / 3,985", "scale": "percent"},
        {"answer": ["7"], "scale": "million"},
        {"answer_from": "text"},
        {"scale": ""},
    ],
)
def test_quotients_and_ambiguous_numbers_say_nothing_about_scales(read, changes):
    assert not any(figure.scale or figure.is_percent for figure in read(question(**changes)))


def test_contradicting_questions_say_nothing(read):
    assert not any(figure.scale for figure in read(question(), question(id="r", scale="million")))


@pytest.mark.parametrize(
    ("text", "value"),
    [("$ (1,234.5)", "-1234.5"), ("-3", "-3"), ("– 3", "-3"), (".5%", ".5"), ("(2.4)%", "-2.4"), ("€ 7", "7")],
)
def test_figure_of_a_cell_is_parsed_with_its_sign(text, value):
    assert parse_figure(text) == Decimal(value)


@pytest.mark.parametrize("text", ["", "—", "2031 was", "Note 5", "000", "$000", "1,2,3"])
def test_other_cells_are_no_figures(text):
    assert parse_figure(text) is None


def test_row_without_a_document_is_an_error(tmp_path):
    (tmp_path / "documents").mkdir()
    (tmp_path / "questions.jsonl").write_text('{"id": "q"}\n')
    with pytest.raises(DatasetError, match="Line 1"):
        load_tatqa(tmp_path)
