"""Calibration: confidence against the share of right answers."""

import pytest

from app.evaluations.records import CaseRecord
from evals.scoring.calibration import Calibration


def case(confidence: float | None, right: float | None) -> CaseRecord:
    return CaseRecord(
        id=f"{confidence}-{right}", score=right, reason="", measures={"confidence": confidence, "right": right}
    )


def test_bins_have_equal_width_and_the_share_of_right_cases():
    found = Calibration.of([case(0.65, 1), case(0.75, 0), case(1.0, 1), case(0.0, 0)])
    assert [(part.low, part.count, part.right) for part in found.bins] == [(0.0, 1, 0), (0.6, 2, 1), (0.8, 1, 1)]
    assert found.bins[1].confidence == pytest.approx(0.7)
    assert found.bins[1].share == 0.5


def test_expected_error_weights_bins_by_their_cases():
    found = Calibration.of([case(0.9, 1), case(0.9, 1), case(0.9, 0), case(0.1, 0)])
    assert found.expected_error == pytest.approx(0.75 * (0.9 - 2 / 3) + 0.25 * 0.1)


def test_intervals_are_wilson_intervals():
    (part,) = Calibration.of([case(0.9, 1)] * 8 + [case(0.9, 0)] * 2).bins
    assert (part.least, part.most) == (pytest.approx(0.4902, abs=1e-4), pytest.approx(0.9433, abs=1e-4))


def test_cases_without_confidence_or_grade_are_ignored():
    found = Calibration.of([case(None, 1), case(0.5, None), case(1.5, 1), case(0.5, 0.5)])
    assert (found.bins, found.count, found.expected_error) == ((), 0, None)
