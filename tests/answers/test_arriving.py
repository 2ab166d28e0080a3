"""Claims are read from a model's JSON object while it is still being written."""

import json
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.answers.writing.arriving import MOST_CLAIMS, ArrivingClaims

CLAIMS = st.lists(st.fixed_dictionaries({"text": st.text(), "evidence": st.lists(st.integers())}), max_size=12)


def read(text: str, cuts: list[int]) -> list[object]:
    arriving = ArrivingClaims()
    places = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    return [claim for a, b in pairwise(places) for claim in arriving.add(text[a:b])]


@given(CLAIMS, st.lists(st.integers(0, 400)), st.sampled_from([None, 1]))
def test_claims_are_the_same_in_whatever_parts_they_arrive(claims: list[object], cuts: list[int], indent: int) -> None:
    assert read(json.dumps({"claims": claims}, indent=indent), cuts) == claims[:MOST_CLAIMS]


def test_claim_is_read_as_soon_as_it_is_complete() -> None:
    arriving = ArrivingClaims()
    assert list(arriving.add('```json\n{"claims": [{"text": "A } {", ')) == []
    assert list(arriving.add('"evidence": [1]}, {"te')) == [{"text": "A } {", "evidence": [1]}]
    assert list(arriving.add('xt": "B", "evidence": []}]}')) == [{"text": "B", "evidence": []}]


@given(st.text(), st.text())
def test_other_texts_have_no_claims_and_raise_nothing(first: str, second: str) -> None:
    arriving = ArrivingClaims()
    assert [claim for part in (first, second) for claim in arriving.add(part)] == []
