"""Sentences that have the words of a question, and mean something else."""

import pytest

from app.answers.directions import Direction, find_direction_of_subject
from app.answers.kinds import QuestionKind, read_kind
from app.answers.writing.choosing import choose
from app.retrieval.questions.issuers import VisibleIssuer

PLAIN = VisibleIssuer("plain holdings", "Plain Holdings")


@pytest.fixture
def ask(library, understand, extractive):
    def ask_of(question: str, *sentences: str):
        for number, sentence in enumerate(sentences, start=31):
            library.add(f"{sentence}\n", number=number)
        understanding = understand(question).among([PLAIN])
        return extractive.read(understanding, library.passages, library.pages, library.tables)

    return ask_of


def first(reading, writer: str) -> str:
    return choose(reading, writer)[0].fit.said.text


def test_adjusted_figure_does_not_answer_for_the_plain_one(ask) -> None:
    reading = ask(
        "What was the loss ratio of Plain Holdings in 2022?",
        "The underlying loss ratio was 61.2% in 2022, below the ratio of the year before.",
        "In 2022 the depots burned twice, and the loss ratio was 74.9%, which the board regrets.",
    )
    assert "74.9%" in first(reading, "figure")


def test_adjusted_figure_answers_if_it_is_asked_for(ask) -> None:
    reading = ask(
        "What was the underlying loss ratio of Plain Holdings in 2022?",
        "The underlying loss ratio was 61.2% in 2022.",
        "The loss ratio was 74.9% in 2022.",
    )
    assert "61.2%" in first(reading, "figure")


def test_question_for_what_was_not_done_takes_a_sentence_that_denies(ask) -> None:
    reading = ask(
        "Which proposal was not approved at the annual meeting of Plain Holdings?",
        "The annual meeting of Plain Holdings approved the proposal to appoint auditors.",
        "The annual meeting of Plain Holdings rejected the proposal to move to Ohio.",
    )
    assert "Ohio" in first(reading, "fact")


def test_what_came_after_the_period_is_not_answered_from_the_period(ask) -> None:
    reading = ask(
        "How much did Plain Holdings raise from the sale of shares after year end 2022?",
        "In the year ended June 30, 2022, we raised $40.0 million from the sale of shares.",
        "Subsequent to June 30, 2022, we raised $7.5 million from the sale of shares.",
    )
    assert "$7.5 million" in first(reading, "figure")


def test_first_of_two_discussions_in_the_same_words_is_of_the_whole_company(ask) -> None:
    reading = ask(
        "Why did cooperage costs of Plain Holdings rise in 2022?",
        "Cooperage costs in the year 2022 were $95 million, $9 million higher, because of dearer oak.",
        "Cooperage costs in the year 2022 were $31 million, $2 million higher, because of dearer oak.",
    )
    assert "$95 million" in first(reading, "reason")


@pytest.mark.parametrize(
    ("question", "text", "direction"),
    [
        ("Did volume in Europe increase?", "Net sales increased 3%, offset by volume declines of 4%.", Direction.DOWN),
        ("Did net sales in Europe increase?", "Net sales increased 3%, offset by volume declines.", Direction.UP),
        ("Did costs increase?", "Net sales increased 3%, offset by volume declines of 4%.", None),
    ],
)
def test_direction_is_that_of_the_subject_of_the_question(question, text, direction) -> None:
    assert find_direction_of_subject(text, question) is direction


def test_verdict_is_declined_if_a_sentence_moves_both_ways_and_not_for_the_subject(ask, extractive) -> None:
    reading = ask(
        "Did oak prices of Plain Holdings increase in 2022?",
        "Sales of oak fell in 2022 at Plain Holdings, offset by growth in pine, with prices as the board expected.",
    )
    draft = extractive.write(reading.understanding, reading.passages, reading.pages, reading.tables)
    assert not draft.claims or draft.claims[0].text[:3] not in ("Yes", "No:")


def test_share_of_a_plural_is_a_figure_and_no_list(understand) -> None:
    asked = read_kind(understand("What share of Plain Motors did the fund acquire?"))
    assert asked.kind is QuestionKind.FIGURE


def test_what_happened_at_a_place_needs_no_outcome(ask) -> None:
    reading = ask(
        "What happened at the Ohio depot of Plain Holdings in July 2022?",
        "In July 2022 a fire broke out at the Ohio depot.",
    )
    assert "fire" in first(reading, "fact")
