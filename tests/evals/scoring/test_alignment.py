"""Token sequences of the same document are aligned, so that equal tokens elsewhere are not confused."""

import random

from hypothesis import given
from hypothesis import strategies as st

from evals.datasets.tokens import tokenise
from evals.scoring.alignment import align


def tokens(text):
    return [token.text for token in tokenise(text)]


def test_tokens_are_words_numbers_and_dashes_that_stand_alone():
    assert tokens("Net (loss) – $ (1,234.5) — .25% non-cash") == [
        "Net", "loss", "–", "1,234.5", "—", "25", "non", "cash",
    ]  # fmt: skip


def test_repeated_figure_is_found_at_its_own_place():
    left = tokens("Sales 5 5 5 Costs 5 5 5 Profit 0 0 0")
    right = tokens("Sales 5 5 5 Costs 5 5 5 Profit 0 0 0")
    assert align(left, right) == list(range(len(left)))


def test_missing_token_moves_no_other():
    left = tokens("Sales 5 6 5 Costs 7 8 9 Profit 1 2 3")
    right = tokens("Sales 5 6 5 Costs 7 9 Profit 1 2 3")
    assert align(left, right) == [0, 1, 2, 3, 4, 5, -1, 6, 7, 8, 9, 10]


def test_tokens_in_another_order_are_matched_if_they_occur_once():
    left = tokens("Title Bonds Notes 11 22 End of the table")
    right = tokens("Title Bonds 11 Notes 22 End of the table")
    assert sorted(align(left, right)) == list(range(len(left)))


@given(st.lists(st.sampled_from("abcdefg123"), max_size=60), st.randoms(use_true_random=False), st.integers(0, 8))
def test_matches_are_equal_tokens_and_each_place_is_used_once(left, source: random.Random, changes: int):
    right = list(left)
    for _ in range(changes):
        place = source.randint(0, len(right))
        if source.random() < 0.5:
            right.insert(place, source.choice("abcxyz"))
        elif place < len(right):
            del right[place]
    matched = align(left, right)
    pairs = [(left[place], right[other]) for place, other in enumerate(matched) if other >= 0]
    assert all(one == other for one, other in pairs)
    used = [other for other in matched if other >= 0]
    assert len(used) == len(set(used))
    if changes == 0:
        assert matched == list(range(len(left)))
