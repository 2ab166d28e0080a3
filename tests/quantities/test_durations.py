"""Tests of the lengths of periods in headings."""

import pytest

from app.quantities.durations import Duration, find_duration, find_durations


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("Six Months Ended", Duration(6)),
        ("nine-month period", Duration(9)),
        ("13 weeks ended", Duration(3, 13)),
        ("Sixteen weeks ended", Duration(3, 16)),
        ("thirty-six weeks ended", Duration(9, 36)),
        ("fifty-two weeks", Duration(12, 52)),
        ("Quarter ended", Duration(3)),
        ("Fiscal years", Duration(12)),
        ("three and six months", None),
        ("three months and six months", None),
        ("two weeks", None),
        ("five months", None),
        ("", None),
    ],
)
def test_duration_is_found_if_text_has_only_one(text, duration):
    assert find_duration(text) == duration


def test_durations_are_found_with_offsets():
    text = "the twelve weeks and the 40 weeks ended"
    assert [text[found.start : found.end] for found in find_durations(text)] == ["twelve weeks", "40 weeks"]
    assert [found.duration.quarters for found in find_durations(text)] == [1, 3]
