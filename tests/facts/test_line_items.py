"""Tests of the normalisation of line-item labels."""

import pytest

from app.facts.line_items import plain_label


@pytest.mark.parametrize(
    ("label", "plain"),
    [
        ("Less: Income  tax (benefit) expense (Note 7)", "income tax expense"),
        ("Net income (loss)", "net income"),
        ("Weighted\u00a0average shares (in thousands)", "weighted average shares"),
        ("Selling , general & administrative*", "selling, general and administrative"),
    ],
)
def test_plain_label_removes_notes_units_and_alternatives(label: str, plain: str) -> None:
    assert plain_label(label) == plain


def test_label_of_white_space_and_brackets_takes_linear_time() -> None:
    assert plain_label(f"Net{' ' * 100_000}income") == "net"
    assert plain_label("(note " * 100_000).startswith("(note (note")
