"""Tests that the guide to formulas has every measure and function, and that its examples are formulas."""

import re
from pathlib import Path

import pytest

from app.facts.formulas.functions import FUNCTIONS
from app.facts.formulas.parsing import parse_expression
from app.facts.formulas.registry import MEASURES, standard_vocabulary

GUIDE = Path(__file__).parents[2].joinpath("docs", "formulas.md").read_text(encoding="utf-8")


def registry_table() -> str:
    """Return the registry as the guide prints it."""
    rows = ["| measure | unit | definition | formula | source | also |", "|---|---|---|---|---|---|"]
    for measure in MEASURES:
        words = ", ".join(measure.words)
        cells = (
            f"**{measure.title}** `{measure.name}`",
            measure.unit.kind.value,
            measure.definition,
            f"`{measure.formula}`",
            measure.source,
            words,
        )
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def functions_table() -> str:
    """Return the functions as the guide prints them."""
    rows = ["| function | value |", "|---|---|"]
    rows += [f"| `{function.name}` | {function.meaning} |" for function in FUNCTIONS.values()]
    return "\n".join(rows)


def test_guide_has_the_whole_registry():
    assert registry_table() in GUIDE


def test_guide_has_every_function():
    assert functions_table() in GUIDE


@pytest.mark.parametrize("text", re.findall(r"^- `([^`]+)`", GUIDE, re.MULTILINE))
def test_example_of_the_guide_is_a_formula(text):
    parse_expression(text, standard_vocabulary())
