"""The parts that a question ranks are those of a whole, without the whole itself."""

from decimal import Decimal

import pytest

from app.answers.computing.parts import list_parts


def named(**amounts: int) -> dict[tuple[str, str], Decimal]:
    return {("segment", label.replace("_", " ")): Decimal(amount) for label, amount in amounts.items()}


@pytest.mark.parametrize(
    "whole", ["Total", "Group", "Group operating profit", "Total operating profit", "Consolidated", "Operating profit"]
)
def test_total_is_no_part(whole):
    parts = list_parts({**named(Lamps=90, Kettles=40), ("segment", whole): Decimal(120)}, {"operating profit"})
    assert parts == (("segment", "Lamps"), ("segment", "Kettles"))


def test_sum_of_the_other_rows_is_no_part():
    parts = list_parts(named(Lamps=90, Kettles=40, Central_costs=-10, Result_before_tax=120), {"operating profit"})
    assert [label for _, label in parts] == ["Lamps", "Kettles", "Central costs"]


@pytest.mark.parametrize("label", ["Group Lending", "Consumer Group", "Profit Services"])
def test_part_with_the_words_of_a_whole_is_kept(label):
    assert ("segment", label) in list_parts({**named(Lamps=90), ("segment", label): Decimal(40)}, {"profit"})
