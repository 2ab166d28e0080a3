"""Metrics are computed over cases, and two runs are compared by their metrics."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from app.evaluations.comparison import RunsNotComparableError, Verdict, compare_runs
from app.evaluations.metrics import Aggregate, Better, MetricSpec
from app.evaluations.wording import NOTHING_TO_COMPARE, difference_of, figure_of, interval_of, verdict_sentence


def metric(how, *of, **rest):
    return MetricSpec(name="m", of=of or ("m",), how=how, **rest)


def test_run_compared_with_itself_is_unchanged(record_of):
    comparison = compare_runs(record_of([0, 1, None, 1]), record_of([0, 1, None, 1], run_id="after"))
    [change] = comparison.changes
    assert (change.verdict, change.p_value, comparison.flips, comparison.regressed) == (Verdict.SAME, 1.0, (), False)
    assert (comparison.wins, comparison.losses, comparison.ties) == (0, 0, 3)


def test_drop_in_most_cases_is_significantly_worse(record_of):
    comparison = compare_runs(record_of([1] * 30), record_of([0] * 12 + [1] * 18, run_id="after"))
    [change] = comparison.changes
    assert change.verdict is Verdict.WORSE
    assert comparison.regressed
    assert change.adjusted_p < 0.01
    assert change.difference == pytest.approx(-0.4)
    assert change.low < change.difference < change.high < 0
    assert (comparison.losses, len(comparison.flips)) == (12, 12)


def test_single_flip_among_many_cases_is_noise(record_of):
    comparison = compare_runs(record_of([1] * 30), record_of([0] + [1] * 29, run_id="after"))
    assert comparison.changes[0].verdict is Verdict.NOISE
    assert not comparison.regressed
    assert [flip.after.id for flip in comparison.flips] == ["0"]


@pytest.mark.parametrize("value", [0.2, 0.5, 0.6309297535714575, 0.9])
def test_difference_in_the_last_bit_is_noise(record_of, value):
    drifted = math.nextafter(value, 0)
    for count in (10, 30, 60):
        comparison = compare_runs(record_of([value] * count), record_of([drifted] * count, run_id="after"))
        assert (comparison.changes[0].verdict, comparison.changes[0].difference) == (Verdict.NOISE, 0)


def test_p_value_of_two_changed_cases_is_half(record_of):
    # The permutation test swaps before and after in the two changed pairs. In two of the four ways, the difference is
    # as large as the observed one.
    for count in range(20, 101, 8):
        before, after = ([value] * 2 + [0.9] * (count - 2) for value in (0.5, 1 / 3))
        [change] = compare_runs(record_of(before), record_of(after, run_id="after")).changes
        assert change.p_value == pytest.approx(0.5, abs=0.05)
        assert change.verdict is Verdict.NOISE


def test_single_leak_is_never_noise(record_of):
    leaks = metric(Aggregate.SUM, better=Better.LOWER, hard=True)
    comparison = compare_runs(
        record_of([0] * 30, metric=leaks), record_of([1] + [0] * 29, run_id="after", metric=leaks)
    )
    assert comparison.changes[0].verdict is Verdict.WORSE


def test_increase_is_worse_if_lower_is_better(record_of):
    wrong = metric(Aggregate.SUM, better=Better.LOWER)
    comparison = compare_runs(record_of([0] * 30, metric=wrong), record_of([1] * 30, run_id="after", metric=wrong))
    assert comparison.changes[0].verdict is Verdict.WORSE


def test_metric_without_a_direction_is_not_judged(record_of):
    neutral = metric(Aggregate.SUM, better=Better.NEITHER)
    comparison = compare_runs(record_of([0] * 30, metric=neutral), record_of([1] * 30, run_id="after", metric=neutral))
    assert comparison.changes[0].verdict is Verdict.NOT_JUDGED


def test_comparing_twice_returns_the_same_figures(record_of):
    before, after = record_of([0, 1] * 20), record_of([1, 1, 0, 1] * 10, run_id="after")
    assert compare_runs(before, after) == compare_runs(before, after)


def test_cases_in_only_one_run_are_listed_and_not_judged(record_of):
    comparison = compare_runs(record_of([1, 1, 1]), record_of([1, 1], run_id="after"))
    assert (comparison.paired, comparison.only_before, comparison.only_after) == (2, ("2",), ())
    assert comparison.changes[0].verdict is Verdict.SAME


def test_count_has_no_interval_and_prints_as_a_whole_number(record_of):
    counted = metric(Aggregate.SUM)
    comparison = compare_runs(
        record_of([0, 1, 0], metric=counted), record_of([1, 1, 0], run_id="after", metric=counted)
    )
    [change] = comparison.changes
    assert (change.low, change.high, interval_of(change)) == (None, None, "–")
    assert (figure_of(change.before, change.metric), difference_of(change)) == ("1", "+1")


@pytest.mark.parametrize(
    ("spec", "cases", "expected"),
    [
        (metric(Aggregate.MEAN), [{"m": 1}, {"m": 0}, {"m": None}, {}], 2),
        (metric(Aggregate.SUM), [{"m": 1}, {"m": 2}, {}], 2),
        (metric(Aggregate.RATIO, "a", "b"), [{"a": 1, "b": 2}, {"a": 1, "b": 3}], 5),
        (metric(Aggregate.F1, "tp", "fp", "fn"), [{"tp": 6, "fp": 2, "fn": 4}], 12),
        (metric(Aggregate.PERCENTILE, percentile=50), [{"m": 1}, {"m": 3}, {}], 2),
    ],
)
def test_figure_knows_how_many_observations_it_rests_on(spec, cases, expected):
    assert spec.count(cases) == expected


def test_rates_of_both_runs_have_their_own_n(record_of):
    [change] = compare_runs(record_of([1, None, 0]), record_of([1, 1, 0], run_id="after")).changes
    assert (change.before_n, change.after_n) == (2, 3)


def test_runs_without_a_metric_in_common_share_nothing_to_compare(record_of):
    comparison = compare_runs(record_of([None, None]), record_of([1, 1], run_id="after"))
    assert comparison.is_empty
    assert verdict_sentence(comparison) == NOTHING_TO_COMPARE
    assert difference_of(comparison.changes[0]) == "–"


def test_runs_of_different_suites_are_not_compared(record_of):
    with pytest.raises(RunsNotComparableError, match=r"toy.*other"):
        compare_runs(record_of([1]), record_of([1], suite="other"))


def test_runs_without_a_case_in_common_are_not_compared(record_of):
    with pytest.raises(RunsNotComparableError, match="no case in common"):
        compare_runs(record_of([1]), record_of([]))


def test_differing_conditions_cause_a_warning(record_of):
    after = record_of([1], run_id="after")
    conditions = after.manifest.conditions.model_copy(update={"data_digest": "other", "model": "m"})
    after = after.model_copy(update={"manifest": after.manifest.model_copy(update={"conditions": conditions})})
    warnings = compare_runs(record_of([1]), after).warnings
    assert warnings == ("The two runs differ in the data.", "The two runs differ in the model.")


@settings(max_examples=25, deadline=None)
@given(
    pairs=st.lists(
        st.tuples(st.sampled_from([0.0, 0.5, 1.0]), st.sampled_from([0.0, 0.5, 1.0])), min_size=2, max_size=20
    )
)
def test_swapping_the_runs_swaps_the_difference_and_keeps_the_p_value(record_of, pairs):
    first, second = record_of([a for a, _ in pairs]), record_of([b for _, b in pairs], run_id="after")
    [there], [back] = compare_runs(first, second).changes, compare_runs(second, first).changes
    assert there.difference == pytest.approx(-back.difference)
    assert there.p_value == pytest.approx(back.p_value, abs=0.05)
    assert there.low - 1e-9 <= there.difference <= there.high + 1e-9


@pytest.mark.parametrize(
    ("spec", "cases", "expected"),
    [
        (metric(Aggregate.MEAN), [{"m": 1}, {"m": 0}, {"m": None}, {}], 0.5),
        (metric(Aggregate.SUM), [{"m": 1}, {"m": 2}, {}], 3),
        (metric(Aggregate.RATIO, "a", "b"), [{"a": 1, "b": 2}, {"a": 1, "b": 2}], 0.5),
        (metric(Aggregate.BALANCED, "tp", "fn", "tn", "fp"), [{"tp": 3, "fn": 1, "tn": 1, "fp": 1}], 0.625),
        (metric(Aggregate.F1, "tp", "fp", "fn"), [{"tp": 6, "fp": 2, "fn": 4}], 12 / 18),
        (metric(Aggregate.PERCENTILE, percentile=50), [{"m": 1}, {"m": 3}, {}], 2),
        (metric(Aggregate.MEAN), [{}, {"m": None}], None),
        (metric(Aggregate.RATIO, "a", "b"), [{"a": 0, "b": 0}], None),
        (metric(Aggregate.PERCENTILE, percentile=95), [{}], None),
        (metric(Aggregate.MEAN), [], None),
    ],
)
def test_metric_is_computed_from_measures(spec, cases, expected):
    assert spec.value(cases) == (expected if expected is None else pytest.approx(expected))


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "m", "of": ("a", "b")},
        {"name": "m", "of": ("a",), "how": Aggregate.RATIO},
        {"name": "m", "of": ("a",), "how": Aggregate.PERCENTILE},
        {"name": "m", "of": ("a",), "percentile": 95},
    ],
)
def test_metric_with_invalid_parts_is_rejected(wrong):
    with pytest.raises(ValidationError, match="m: "):
        MetricSpec(**wrong)


def test_score_that_is_not_finite_is_rejected(record_of):
    with pytest.raises(ValidationError, match="finite"):
        record_of([math.nan])
