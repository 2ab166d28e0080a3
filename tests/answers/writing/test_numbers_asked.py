"""Sentences and rows that answer "how many" count what is asked for, and those of a place answer for no whole."""

import pytest

from app.answers.claims import ClaimPart
from app.answers.writing.drafting import known_texts, verify_draft
from app.answers.writing.numbers_asked import counted_terms
from app.retrieval.questions.issuers import VisibleIssuer

PEOPLE = """Properties

Our World Headquarters is a 400-acre site of over 40 buildings near Owensboro.

Labor

About 22% of our workforce is represented by collective bargaining agreements. The cooperages negotiated 62 collective
bargaining agreements directly.

As of June 30, 2022, there were 2,140 employees worldwide.
"""

CREDIT = """Liquidity

No amount was outstanding under the revolving credit agreement as of June 30, 2022.

8.1 Term

This Agreement shall have a term of four (4) years from the effective date first set forth above.
"""

SUBSCRIBERS = """Mexico wireless subscribers
(in thousands)

At June 30,	2022	2021
Postpaid subscribers	5,030	4,600
"""


@pytest.fixture
def answer(library, understand, extractive):
    def ask(page: str, question: str) -> list[str]:
        library.add(page)
        understanding = understand(question).among([VisibleIssuer("plain holdings", "Plain Holdings")])
        draft = extractive.write(understanding, library.passages, library.pages, library.tables)
        shown = verify_draft(draft, library.pages, library.tables, known_texts(question, library.passages), {}).shown
        return [claim.text for claim in shown if claim.part is ClaimPart.ANSWER]

    return ask


@pytest.mark.parametrize(
    ("page", "question", "said"),
    [
        (PEOPLE, "Plain Holdings headcount", "2,140 employees"),
        (PEOPLE, "How many collective bargaining agreements does Plain Holdings have?", "62 collective"),
        (CREDIT, "Has Plain Holdings drawn on its revolving credit agreement?", "No: No amount was outstanding"),
        (CREDIT, "How long is the term of the Plain Holdings agreement?", "four (4) years"),
    ],
)
def test_number_counts_what_is_asked_for(answer, page, question, said) -> None:
    first, *_ = answer(page, question)
    assert said in first


@pytest.mark.parametrize(
    ("page", "question"),
    [
        (PEOPLE, "How many distilleries does Plain Holdings have?"),
        (SUBSCRIBERS, "How many wireless subscribers did Plain Holdings have at June 30, 2022?"),
        (PEOPLE, "backlog of Plain Holdings at the end of 2022"),
    ],
)
def test_number_of_something_else_is_no_answer(answer, page, question) -> None:
    assert answer(page, question) == []


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("how many gulls were delivered in 2023", "gull"),
        ("How many people does it employ?", "employe"),
        ("number of stores at the end of 2023", "store"),
        ("how many percent of sales was that", None),
        ("what was revenue", None),
    ],
)
def test_counted_noun_is_read_from_the_question(question, word) -> None:
    terms = counted_terms(question)
    assert word in terms if word else not terms
