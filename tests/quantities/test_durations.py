"""Tests of the lengths of periods in headings."""

import pytest

from app.quantities.durations import Duration, find_durations


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("Six Months Ended", Duration(6)),
        ("nine-month period", Duration(9)),
        ("13 weeks ended", Duration(3, 13)),
        ("Sixteen weeks ended", Duration(3, 16)),
        ("thirty-six weeks ended", Duration(9, 36)),
        ("fifty-two weeks", Duration(12, 52)),
        ("two weeks", None),
        ("five months", None),
        ("", None),
    ],
)
def test_duration_counts_months_or_weeks_of_quarters(text, duration):
    assert next((found.duration for found in find_durations(text)), None) == duration


def test_durations_are_found_with_offsets():
    text = "the twelve weeks and the 40 weeks ended"
    assert [text[found.start : found.end] for found in find_durations(text)] == ["twelve weeks", "40 weeks"]
    assert [found.duration.quarters for found in find_durations(text)] == [1, 3]
