"""Learning which sentence answers, from made lessons and a fictional newcomer set."""

import numpy as np
import pytest

from evals.learning.choosing.__main__ import learn
from evals.learning.choosing.fitting import (
    WRITERS,
    Outcome,
    answers_left_out,
    choose,
    choose_left_out,
    find_least,
    fit,
    names_of,
)
from evals.learning.choosing.lessons import Lesson, Worth
from evals.learning.choosing.questions import CONTEXTS, NEWCOMER


def make_lessons(count: int = 60) -> list[Lesson]:
    """Make lessons whose right sentence has the highest score, if any has one above 0."""
    chance = np.random.default_rng(0)
    lessons = []
    for number in range(count):
        scores = chance.normal(-2.0, 0.5, 6)
        worths = [Worth.WRONG] * 6
        if number % 3:
            place = int(chance.integers(6))
            scores[place], worths[place] = 1.5, Worth.RIGHT
        features = tuple({"bias": 1.0, "of_fact": 1.0, "read": float(score), "coverage": 0.5} for score in scores)
        source = NEWCOMER if number % 2 else CONTEXTS
        lessons.append(Lesson(source, f"company {number % 12}", "fact", features, tuple(worths)))
    return lessons


def test_learnt_weights_choose_right_sentences_of_companies_left_out():
    lessons = make_lessons()
    outcomes = choose_left_out(lessons, names_of(lessons, is_read=True))
    answerable = [outcome for outcome in outcomes if any(outcome.lesson.right)]
    assert all(outcome.is_right for outcome in answerable)
    least = find_least(outcomes)["fact"]
    assert all(outcome.certainty >= least for outcome in answerable)
    assert all(outcome.certainty < least for outcome in outcomes if not any(outcome.lesson.right))
    assert answers_left_out(outcomes) == [any(outcome.lesson.right) for outcome in outcomes]


def make_outcome(certainty: float, worth: Worth, writer: str = "fact", source: str = NEWCOMER) -> Outcome:
    return Outcome(Lesson(source, "company", writer, ({"bias": 1.0},), (worth,)), certainty, worth)


def test_writer_without_lessons_declines_where_all_writers_together_do():
    outcomes = [make_outcome(0.5, Worth.RIGHT)] * 9 + [make_outcome(0.2, Worth.WRONG)] * 9
    least = find_least(outcomes)
    assert 0.2 < least["verdict"] <= 0.5
    assert least["verdict"] == least["fact"]


@pytest.mark.parametrize(
    ("beside", "answers"), [((Worth.RIGHT,) * 4, True), ((Worth.RIGHT,) * 2, False), ((Worth.USELESS,), False)]
)
def test_wrong_answer_is_accepted_for_more_than_three_right_ones(beside, answers):
    outcomes = [make_outcome(0.8, Worth.RIGHT)] * 9
    outcomes += [make_outcome(0.3, worth) for worth in (Worth.WRONG, *beside)]
    assert (find_least(outcomes)["fact"] <= 0.3) == answers


def test_weights_without_a_reader_have_no_features_of_it():
    lessons = make_lessons()
    assert names_of(lessons, is_read=False) == ["bias", "coverage", "of_fact"]
    learnt = learn(lessons)
    assert "read" in learnt["read"]["weights"]
    assert "read" not in learnt["unread"]["weights"]
    assert learnt["read"]["least"].keys() == set(WRITERS)


def test_fitting_is_repeatable():
    lessons = make_lessons()
    names = names_of(lessons, is_read=True)
    first, second = fit(lessons, names), fit(lessons, names)
    assert (first == second).all()
    assert choose(lessons, names, first) == choose(lessons, names, second)
