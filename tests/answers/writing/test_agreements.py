"""What an agreement permits is answered with the clause that names it, never with a bare "No" of another clause."""

import pytest

from app.answers.claims import ClaimPart
from app.answers.writing.drafting import known_texts, verify_draft
from app.retrieval.questions.issuers import VisibleIssuer

PAYMENTS = """SECTION 2.17 Taxes

(a) All payments made by any Loan Party under this Agreement and the Notes shall be made without withholding for any
Taxes, unless such withholding is required by any law.

SECTION 7.4 Limitation on Dividends

The Borrower shall not declare or pay any dividend on its shares, except that:

(a) the Borrower may declare and pay dividends in its own shares; and

(b) so long as no Event of Default exists, the Borrower may pay dividends of up to $20,000,000 in each fiscal year.

SECTION 7.6 Aircraft

The Borrower shall not purchase any aircraft.
"""

RATIOS = """SECTION 7.1 Financial Covenants

The Borrower shall not directly or indirectly:

(f) Fixed Charge Coverage Ratio. Permit, for any Test Period, the ratio of Adjusted EBITDA to Total Debt Service to be
less than 1.50 to 1.00.
"""


@pytest.fixture
def answer(library, understand, extractive):
    def ask(question: str, *pages: str) -> list[str]:
        for number, page in enumerate(pages, start=40):
            library.add(page, number=number)
        understanding = understand(question).among([VisibleIssuer("plain holdings", "Plain Holdings")])
        draft = extractive.write(understanding, library.passages, library.pages, library.tables)
        given = known_texts(question, library.passages)
        shown = verify_draft(draft, library.pages, library.tables, given, {}).shown
        return [claim.text for claim in shown if claim.part is not ClaimPart.RELATED]

    return ask


def test_restriction_with_exceptions_is_quoted_without_a_verdict(answer) -> None:
    first, *exceptions = answer("Does the credit agreement of Plain Holdings permit dividends?", PAYMENTS)
    assert first.startswith("The Borrower shall not declare or pay any dividend")
    assert [text for text in exceptions if "$20,000,000 in each fiscal year" in text]


def test_restriction_without_exceptions_is_no(answer) -> None:
    assert answer("Does the credit agreement permit Plain Holdings to purchase aircraft?", PAYMENTS) == [
        "No: The Borrower shall not purchase any aircraft."
    ]


def test_clause_beside_the_one_that_is_asked_for_is_no_answer(answer) -> None:
    assert answer("Does the credit agreement of Plain Holdings permit mergers?", PAYMENTS) == []


def test_covenant_that_is_there_is_shown_with_its_level(answer) -> None:
    (first,) = answer("Does the credit agreement have a minimum fixed charge coverage ratio?", PAYMENTS, RATIOS)
    assert first.startswith("Yes: ")
    assert "1.50 to 1.00" in first


def test_covenant_that_no_page_has_is_not_denied(answer) -> None:
    assert answer("Does the credit agreement have a minimum liquidity covenant ratio?", PAYMENTS, RATIOS) == []
