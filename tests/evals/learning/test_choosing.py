"""Learning which sentence answers, from made lessons and a fictional newcomer set."""

import numpy as np
import pytest

from evals.learning.choosing.__main__ import learn
from evals.learning.choosing.fitting import COSTS, choose, choose_left_out, find_least, fit, names_of
from evals.learning.choosing.lessons import Lesson
from evals.learning.choosing.questions import CONTEXTS, NEWCOMER


def make_lessons(count: int = 60) -> list[Lesson]:
    """Make lessons whose right sentence has the highest score, if any has one above 0."""
    chance = np.random.default_rng(0)
    lessons = []
    for number in range(count):
        scores = chance.normal(-2.0, 0.5, 6)
        right = [False] * 6
        if number % 3:
            place = int(chance.integers(6))
            scores[place], right[place] = 1.5, True
        features = tuple({"bias": 1.0, "of_fact": 1.0, "read": float(score), "coverage": 0.5} for score in scores)
        source = NEWCOMER if number % 2 else CONTEXTS
        lessons.append(Lesson(source, f"company {number % 12}", "fact", features, tuple(right)))
    return lessons


def test_learnt_weights_choose_right_sentences_of_companies_left_out():
    lessons = make_lessons()
    outcomes = choose_left_out(lessons, names_of(lessons, is_read=True))
    answerable = [outcome for outcome in outcomes if any(outcome.lesson.right)]
    assert all(outcome.is_right for outcome in answerable)
    least = find_least(outcomes, "fact")
    assert all(outcome.certainty >= least for outcome in answerable)
    assert all(outcome.certainty < least for outcome in outcomes if not any(outcome.lesson.right))


def test_writer_without_lessons_keeps_its_usual_level():
    assert find_least([], "verdict") == pytest.approx(COSTS["verdict"][1])


def test_weights_without_a_reader_have_no_features_of_it():
    lessons = make_lessons()
    assert names_of(lessons, is_read=False) == ["bias", "coverage", "of_fact"]
    learnt = learn(lessons)
    assert "read" in learnt["read"]["weights"]
    assert "read" not in learnt["unread"]["weights"]
    assert learnt["read"]["least"].keys() == COSTS.keys()


def test_fitting_is_repeatable():
    lessons = make_lessons()
    names = names_of(lessons, is_read=True)
    first, second = fit(lessons, names), fit(lessons, names)
    assert (first == second).all()
    assert choose(lessons, names, first) == choose(lessons, names, second)
