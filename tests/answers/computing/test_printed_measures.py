"""Measures of a sector are taken as tables print them, not by the textbook formula."""

from uuid import uuid4

import pytest

from app.answers.computing.computed import Computed, compute
from app.answers.computing.found import Missing
from app.answers.computing.printed_measures import find_printed
from app.answers.computing.question import FigureQuestion
from app.answers.computing.table_figures import TableFigures
from app.retrieval.questions.understanding import Understanding
from tests.answers.tables import make_table

HEADING = "In	2022	2021\n"
INCOME = f"{HEADING}Premiums earned	$1,000	$900\nPolicy benefits and claims	640	590\n"


def rows_of(page: str) -> TableFigures:
    key = (uuid4(), 1)
    return TableFigures({key: [make_table(page)]}, {key: page})


@pytest.mark.parametrize(
    ("printed", "value"),
    [([], None), (["65.2%"], "0.652"), (["65.2%", "70.3%"], "several")],
)
def test_printed_measure_of_a_sector_goes_before_the_textbook_formula(printed, value) -> None:
    text = "What was the loss ratio in 2022?"
    question = FigureQuestion.of(text, Understanding(core=text))
    computed = compute(question.of_ledger[0], rows_of(INCOME))
    assert isinstance(computed, Computed)
    assert str(computed.result.value) == "0.64"
    page = HEADING + "".join(f"Loss ratio	{figure}	66.1%\n" for figure in printed) + "Other	1	2\n"
    found = find_printed(question, computed, rows_of(page))
    if value == "several":
        assert isinstance(found, Missing)
    else:
        assert (found and str(found.result.value)) == value
