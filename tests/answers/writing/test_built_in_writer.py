"""Figures, sentences and empty answers of the built-in writer."""

from dataclasses import replace

import pytest

from app.answers.claims import ClaimPart, Writer
from app.answers.verification.checks import verify_claims


@pytest.fixture
def answer(extractive, understand, library):
    """Return a function that asks a question and returns the texts of the verified claims."""

    def ask(question: str) -> list[str]:
        draft = extractive.write(understand(question), library.passages, library.pages, library.tables)
        assert draft.writer is Writer.EXTRACTIVE
        claims = [claim for claim in draft.claims if claim.part is not ClaimPart.RELATED]
        verdicts = list(verify_claims(claims, library.pages, library.tables))
        assert all(verdict.claim for verdict in verdicts), "every quote is on its page"
        return [verdict.claim.text for verdict in verdicts if verdict.claim]

    return ask


def test_number_is_answered_from_row_and_column_of_requested_year(answer) -> None:
    assert answer("What was net revenue in fiscal 2021?")[0] == ("Net revenue — 2021: $3,900 million")


def test_line_item_is_found_by_synonym(answer) -> None:
    assert answer("What was COGS in FY2022?")[0].startswith("Cost of goods sold — 2022: -$2,480 million")


def test_prose_question_is_answered_with_sentence(answer) -> None:
    assert answer("When does the revolving credit facility mature?")[0].startswith(
        "The revolving credit facility matures in March 2027 and bears interest"
    )


@pytest.mark.parametrize("question", ["Who painted the ceiling?", "?", "2022", "the of and"])
def test_question_without_matching_text_is_not_answered(answer, question) -> None:
    assert answer(question) == []


def test_draft_has_at_most_five_distinct_claims(extractive, understand, library) -> None:
    for _ in range(6):
        library.add(library.passages[0].text)
    question = "What was net revenue in 2022?"
    draft = extractive.write(understand(question), library.passages, library.pages, library.tables)
    assert 1 <= len(draft.claims) <= 5
    assert len({claim.text for claim in draft.claims}) == len(draft.claims)


def test_passage_without_page_text_is_ignored(extractive, understand, library) -> None:
    question = "What was net revenue in 2022?"
    understanding = understand(question)
    assert extractive.write(understanding, library.passages, {}, library.tables).claims == ()
    assert extractive.write(understanding, [], library.pages, library.tables).claims == ()


def test_passage_offsets_beyond_page_are_clipped(extractive, understand, library) -> None:
    library.add("Net revenue was $5 million in 2022.", start=-4, end=10_000)
    question = "What was net revenue in 2022?"
    understanding = understand(question)
    draft = extractive.write(understanding, library.passages[-1:], library.pages, library.tables)
    assert [claim.text for claim in draft.claims] == ["Net revenue was $5 million in 2022."]


def test_rare_synonym_does_not_outrank_the_questions_own_word(extractive, understand, library) -> None:
    rows = "\n".join(f"Revenue of region {number}\t{number}\t{number}" for number in range(1, 9))
    library.add(
        f"Years ended December 31,\t2022\t2021\nRevenue\t900\t800\nCost of sales\t500\t400\n{rows}",
        number=4,
        scale=None,
    )
    question = "What was revenue in 2022?"
    understanding = understand(question)
    first, *_ = extractive.write(understanding, library.passages[-1:], library.pages, library.tables).claims
    assert first.text == "Revenue — 2022: $900 (scale not stated)"
    (verdict,) = verify_claims([first], library.pages, library.tables)
    assert verdict.claim, "the words about the scale need no support"


@pytest.mark.parametrize(
    "question", ["What was net revenue in fiscal 2019?", "What was net revenue in the third quarter of 2022?"]
)
def test_figure_of_another_period_is_not_quoted(answer, question) -> None:
    assert answer(question) == []


def test_rows_that_match_less_well_do_not_replace_a_row_without_the_period(answer) -> None:
    """Gross profit has a figure of the year, but the question does not ask for it."""
    assert answer("What was net income per share, basic, in 2020?") == []


def test_question_about_amended_figures_is_answered_from_the_amendment(extractive, understand, library) -> None:
    amended = replace(library.add("For the years ended June 30,\t2022\t2021\nNet revenue\t$4,100\t$3,900"), rank=5)
    library.passages[-1] = replace(amended, document_type="10-K/A")

    def ask(question: str) -> list[str]:
        draft = extractive.write(understand(question), library.passages, library.pages, library.tables)
        return [claim.text for claim in draft.claims]

    assert ask("What was net revenue in 2022 as amended?") == ["Net revenue — 2022: $4,100 million"]
    assert ask("What was net revenue in 2022 according to the 10-K/A?") == ["Net revenue — 2022: $4,100 million"]
    assert "Net revenue — 2022: $4,210 million" in ask("What was net revenue in 2022?")


def test_cells_without_a_place_in_a_page_are_no_evidence(extractive, understand, library) -> None:
    (key, (table,)), *_ = library.stored_tables.items()
    cells = tuple(replace(cell, spans=()) if cell.row == 1 else cell for cell in table.cells)
    library.stored_tables[key] = [replace(table, cells=cells)]
    question = "What was net revenue in fiscal 2022?"
    draft = extractive.write(understand(question), library.passages, library.pages, library.tables)
    assert all("4,210" not in claim.text for claim in draft.claims)
