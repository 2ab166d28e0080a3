"""Amounts that fall due in a year are read from schedules, and not from other rows of that year."""

from dataclasses import replace

import pytest

from app.answers.computing.answering import Answered, Evidence, answer_figure
from app.answers.computing.phrasing import say_plainly
from app.answers.computing.question import FigureQuestion
from app.documents.issuers import normalise_issuer

DEBT = """Note 7. Borrowings

The scheduled maturities of our notes, excluding finance leases, are as follows ($ in millions):

Fiscal year	Principal	Interest
2025	$310	$42
2026	1,250	37
2027	400	21
Thereafter	2,000	90
"""
LEASES = """Note 9. Leases

Maturities of lease liabilities as of December 31, 2024 are as follows ($ in millions):

	Operating leases	Finance leases	Total
2025	$61	$5	$66
2026	55	4	59
2027	48	4	52
"""
BY_COLUMN = """Note 11. Retirement benefits

Benefits that are expected to be paid ($ in millions):

	2025	2026	2027	2028
Pension benefits	$12	$13	$14	$15
Health care benefits	3	4	5	6
"""
COMPARATIVE = """Note 7. Borrowings

Debt due within one year ($ in millions):

	2026	2025	2024
Notes due	$310	$280	$250
"""
KEY = normalise_issuer("Plain Holdings")


@pytest.fixture
def ask(library, understand):
    def answer(question: str, *pages: str) -> str | None:
        for number, page in enumerate(pages, start=10):
            library.add(page, number=number, units_line="($ in millions)")
        understanding = replace(
            understand(question), issuer_names=("Plain Holdings",), issuer_keys=(KEY,), issuer_forms=(frozenset({KEY}),)
        )
        figure = FigureQuestion.of(question, understanding)
        assert figure is not None
        found = answer_figure(figure, (), understanding, Evidence(library.passages, library.pages, library.tables))
        return found.draft.shown[0].text if isinstance(found, Answered) else None

    return answer


DEBT_ASKED = "How much debt does Plain Holdings have maturing in 2026?"


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (DEBT_ASKED, "Debt maturities of Plain Holdings — FY2026: $1,250 million"),
        ("What are lease payments due in 2026?", "Lease payments due of Plain Holdings — FY2026: $59 million"),
        (
            "What were scheduled pension benefits in 2027?",
            "Pension benefits of Plain Holdings — 2027: $14 million",
        ),
    ],
)
def test_amount_of_a_year_is_read_from_its_schedule(ask, question, answer) -> None:
    assert ask(question, DEBT, LEASES, BY_COLUMN) == answer


def test_other_schedule_does_not_answer_for_debt(ask) -> None:
    assert ask(DEBT_ASKED, LEASES) is None


def test_comparative_years_are_no_schedule(ask) -> None:
    assert ask(DEBT_ASKED, COMPARATIVE) is None


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("How much debt does it have maturing", "what were debt maturities"),
        ("How much of its long-term debt comes due", "what were long-term debt maturities"),
        ("How much of its debt will mature", "what were debt maturities"),
        ("How much debt is", "How much debt is"),
    ],
)
def test_question_for_debt_that_falls_due_is_read(question, words) -> None:
    assert say_plainly(question) == words
