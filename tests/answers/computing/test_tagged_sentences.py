"""Figures that a filing tags in a sentence are cited with it."""

from decimal import Decimal
from uuid import UUID

import pytest

from app.answers.computing.found import Figure
from app.answers.computing.ledger_figures import attach_sentence
from app.answers.evidence_tables import EvidenceTables
from app.quantities.values import Kind

PAGE = "The depots closed in May. In fiscal 2022, we recorded a restructuring result of $36 million in all depots.\n"
KEY = (UUID(int=1), 4)
START = PAGE.index("$36")


@pytest.mark.parametrize(("value", "turned"), [(36, False), (-36, True)])
def test_amount_of_a_sentence_keeps_the_sign_of_its_fact(value, turned) -> None:
    span = (START, START + len("$36 million"))
    figure = Figure(Decimal(value), Kind.AMOUNT, "USD", 6, "Restructuring result", "FY2022", KEY, span, 0.97)
    found = attach_sentence(figure, {KEY: PAGE}, EvidenceTables.none())
    assert found is not None
    assert found.amount() == Decimal(value).scaleb(6)
    assert found.turned is turned
