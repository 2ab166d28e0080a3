"""The move of a row of a table between two periods."""

from uuid import uuid4

import pytest

from app.answers.writing.rows import Move
from app.tables.rows import list_figure_rows
from tests.answers.tables import make_table

PAGE = """($ in millions)

For the years ended June 30,	2022	2021
Net revenue	$4,210	$3,900
Cost of goods sold	(2,480)	(2,310)
Net loss	(80)	(120)
"""


@pytest.mark.parametrize(("label", "move"), [("Net revenue", "rose"), ("Cost of goods sold", None), ("Net loss", None)])
def test_figures_in_brackets_state_no_direction(label, move) -> None:
    """The cost rose and the loss fell, though the values moved the other way."""
    (row,) = [row for row in list_figure_rows(make_table(PAGE, number=1)) if row.label == label]
    found = Move.of(uuid4(), row, row.figures)
    assert (found and found.sentence().split(" — ")[0]) == (move and f"{label} {move}")
