from evals.learning.extraction.fitting import Lesson, fit, fit_left_out
from workers.extraction.fields.grading import DOUBT, decode_confidences


def shares(document, *outcomes):
    return [Lesson(document, "rule", "grade", None, right) for right in outcomes]


def scores(document, *pairs):
    return [Lesson(document, "clause", "scored", score, there) for score, there in pairs]


def test_grade_with_more_right_readings_is_surer_and_never_certain():
    learnt = fit([*shares("a", *[True] * 20), *(Lesson("a", "rule", "weak", None, False) for _ in range(5))])["rule"]
    assert 0.9 < learnt.of("grade") <= 1 - DOUBT
    assert DOUBT < learnt.of("weak") < 0.5
    assert learnt.of("weak") < learnt.of("never seen") < learnt.of("grade")


def test_clause_is_likelier_the_more_its_words_weigh():
    pairs = [(0.0, False), (1.0, False), (2.0, False), (4.0, True), (5.0, True), (6.0, True)]
    learnt = fit(scores("a", *pairs))["clause"]
    likely = [learnt.of("scored", score) for score in (0.0, 2.0, 3.0, 4.0, 6.0)]
    assert likely == sorted(likely)
    assert likely[1] < 0.5 < likely[3]


def test_document_left_out_teaches_itself_nothing():
    lessons = [*shares("a", False, False), *shares("b", True, True), *shares("c", True)]
    learnt = fit_left_out(lessons)
    without_a = fit([lesson for lesson in lessons if lesson.document != "a"])
    assert learnt["a"] == without_a
    assert learnt["a"]["rule"].of("grade") > learnt["b"]["rule"].of("grade")


def test_written_confidences_are_read_again():
    learnt = decode_confidences({"rule": {"grades": {"grade": 0.75}, "other": 0.5}, "clause": {"curve": [-3.0, 1.0]}})
    assert learnt["rule"].of("grade") == DOUBT + (1 - 2 * DOUBT) * 0.75
    assert abs(learnt["clause"].of("scored", 3.0) - 0.5) < 1e-9
