"""Tests of rank fusion, and of the binary encodings of postings and layouts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.documents.content.statements import Statement
from app.retrieval.index.lexicon import idf
from app.retrieval.index.postings import POSTING, TermHits, pack_layout, pack_postings, score_chunks, unpack_layout
from app.retrieval.ranking import Fusion, RankedList, best_positions

WEIGHTS = st.dictionaries(st.integers(1, 1_000_000), st.floats(0.01, 2.2), max_size=6)


def ranked(*positions: int, weight: float = 1.0) -> RankedList:
    return RankedList(np.asarray(positions, np.int64), weight)


def fusion(counts: list[int], priors: list[float], *lists: RankedList) -> Fusion:
    made = Fusion(offsets=np.cumsum([0, *counts]), priors=np.asarray(priors, np.float32))
    for one in lists:
        made.add(one)
    return made


def own_page(_documents, ordinals):
    return ordinals


def test_chunk_in_two_lists_ranks_before_first_chunk_in_one_list():
    found = fusion([5], [1.0], ranked(0, 1), ranked(2, 1)).arrange(own_page, limit=5)
    assert found[0].ordinal == 1


def test_document_with_higher_prior_ranks_first():
    found = fusion([2, 2], [0.5, 1.0], ranked(0, 2)).arrange(own_page, limit=5)
    assert [(item.document, item.ordinal) for item in found] == [(1, 0), (0, 0)]


def test_best_chunk_of_each_page_ranks_before_second_chunks():
    pages = np.asarray([1, 1, 2])
    found = fusion([3], [1.0], ranked(0, 1, 2)).arrange(lambda _, ordinals: pages[ordinals], limit=3)
    assert [item.ordinal for item in found] == [0, 2, 1]


def test_fusion_without_lists_returns_nothing():
    assert fusion([3], [1.0]).arrange(own_page, limit=5) == []
    assert fusion([3], [1.0]).documents() == []


@given(
    lists=st.lists(st.lists(st.integers(0, 29), unique=True, max_size=20), min_size=1, max_size=4),
    pages=st.lists(st.integers(1, 8), min_size=30, max_size=30),
    limit=st.integers(1, 40),
)
def test_chunks_are_returned_once_and_distinct_pages_first(lists, pages, limit):
    numbers = np.asarray(pages)
    made = fusion([10, 20], [1.0, 0.7], *(ranked(*positions) for positions in lists))
    offsets = np.asarray([0, 10, 30])
    found = made.arrange(lambda documents, ordinals: numbers[offsets[documents] + ordinals], limit=limit)
    every = {position for positions in lists for position in positions}
    places = [int(offsets[item.document]) + item.ordinal for item in found]
    assert len(places) == len(set(places)) == min(limit, len(every))
    assert set(places) <= every
    keys = [(item.document, pages[place]) for item, place in zip(found, places, strict=True)]
    distinct = len({(int(place >= 10), pages[place]) for place in every})
    assert len(set(keys[:distinct])) == min(distinct, len(keys))


@given(st.lists(st.floats(0, 9, width=32), max_size=30), st.integers(1, 40))
def test_best_positions_have_largest_positive_scores(scores, limit):
    values = np.asarray(scores, np.float32)
    positions = best_positions(values, limit=limit).tolist()
    expected = sorted((score for score in values.tolist() if score > 0), reverse=True)[:limit]
    assert [values[position] for position in positions] == expected


@given(st.lists(WEIGHTS, max_size=8))
def test_packed_postings_preserve_weights(terms):
    packed = pack_postings(terms)
    found = [dict[int, float]() for _ in terms]
    for term, count, data in zip(packed.term_ids, packed.counts, packed.packed, strict=True):
        records = np.frombuffer(data, POSTING)
        assert len(records) == count
        for ordinal, weight in records.tolist():
            found[ordinal][term] = weight
    assert [set(one) for one in found] == [set(one) for one in terms]
    for one, other in zip(found, terms, strict=True):
        for term, weight in other.items():
            assert one[term] == pytest.approx(weight, rel=1e-3)


def test_scores_are_sums_of_weights_times_idf():
    packed = pack_postings([{7: 1.0, 9: 2.0}, {9: 1.5}])
    hits = [
        TermHits(idf(1, total=2), np.asarray([0]), [1], packed.packed[0]),
        TermHits(idf(2, total=2), np.asarray([0]), [2], packed.packed[1]),
    ]
    scores = score_chunks(hits, offsets=np.asarray([0, 2]))
    expected = [idf(1, total=2) + 2 * idf(2, total=2), 1.5 * idf(2, total=2)]
    assert scores.tolist() == pytest.approx(expected, rel=1e-3)


def test_layout_preserves_pages_tables_and_statements():
    records = unpack_layout(pack_layout([1, 2], [False, True], {2: {Statement.BALANCE: 1.0}}))
    assert records["page"].tolist() == [1, 2]
    assert records["is_table"].tolist() == [0, 1]
    assert records[Statement.BALANCE.value].tolist() == [0, 255]
