"""Tests of rank fusion, and of the binary encodings of postings and layouts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.documents.content.statements import Statement
from app.retrieval.candidates import Candidates
from app.retrieval.index.lexicon import idf
from app.retrieval.index.postings import (
    POSTING,
    pack_layout,
    pack_postings,
    score_chunks,
    unpack_hits,
    unpack_layout,
)
from app.retrieval.ranking import RankedList, arrange, best_positions, fuse

WEIGHTS = st.dictionaries(st.integers(1, 1_000_000), st.floats(0.01, 2.2), max_size=6)


def ranked(*positions: int, weight: float = 1.0) -> RankedList:
    return RankedList(np.asarray(positions, np.int64), weight)


def candidates(pages: list[list[int]], listed: list[int]) -> tuple[Candidates, np.ndarray]:
    """Return the candidate pages of listed chunks, and offsets. `pages` has the page of each chunk, by document."""
    offsets = np.cumsum([0, *map(len, pages)])
    layouts = {place: unpack_layout(pack_layout(own, [False] * len(own), {})) for place, own in enumerate(pages)}
    return Candidates.of(np.asarray(listed, np.int64), offsets=offsets, layouts=layouts), offsets


def test_chunk_in_two_lists_has_a_better_rank_than_the_first_chunk_of_one_list():
    scores = fuse([ranked(0, 1), ranked(2, 1)], np.asarray([0, 1, 2]))
    assert scores.argmax() == 1


def test_candidates_are_all_chunks_of_the_pages_with_listed_chunks():
    found, _ = candidates([[1, 1, 2], [1, 3, 3]], [1, 4])
    assert found.chunks.tolist() == [0, 1, 4, 5]
    assert list(zip(found.documents.tolist(), found.numbers.tolist(), found.counts.tolist(), strict=True)) == [
        (0, 1, 2),
        (1, 3, 2),
    ]
    assert found.last.tolist() == [2, 3]


def test_values_of_pages_come_from_their_chunks_and_neighbours():
    found, _ = candidates([[1, 1, 2, 4]], [0, 2, 3])
    values = np.asarray([1, 3, 2, 5], np.float32)
    assert found.best(values).tolist() == [3, 2, 5]
    assert found.second(values).tolist() == [1, 0, 0]
    assert found.mean(values).tolist() == [2, 2, 5]
    assert found.beside(found.best(values)).tolist() == [2, 3, 0]


def test_best_chunk_of_each_page_ranks_before_second_chunks():
    found, offsets = candidates([[1, 1, 2]], [0, 2])
    order = arrange(found, np.asarray([2.0, 1.0]), np.asarray([0.1, 0.3, 0.2]), offsets=offsets, limit=3)
    assert [item.ordinal for item in order] == [1, 2, 0]
    assert [item.score for item in order] == pytest.approx([1, np.exp(-1), 1])


@given(
    pages=st.lists(st.lists(st.integers(1, 8), min_size=1, max_size=20).map(sorted), min_size=1, max_size=3),
    limit=st.integers(1, 40),
    data=st.data(),
)
def test_chunks_are_returned_once_and_distinct_pages_first(pages, limit, data):
    total = sum(map(len, pages))
    listed = data.draw(st.lists(st.integers(0, total - 1), min_size=1, unique=True))
    found, offsets = candidates(pages, sorted(listed))
    scores = np.asarray(data.draw(st.lists(st.floats(-9, 9), min_size=len(found.counts), max_size=len(found.counts))))
    order = arrange(found, scores, np.zeros(len(found.chunks)), offsets=offsets, limit=limit)
    places = [int(offsets[item.document]) + item.ordinal for item in order]
    assert len(places) == len(set(places)) == min(limit, len(found.chunks))
    assert set(places) <= set(found.chunks.tolist())
    keys = [(item.document, pages[item.document][item.ordinal]) for item in order]
    distinct = len(found.counts)
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
    offsets = np.asarray([0, 2])
    hits = [
        (unpack_hits(packed.packed[0], np.asarray([0]), [1], idf=idf(1, total=2), offsets=offsets), 1),
        (unpack_hits(packed.packed[1], np.asarray([0]), [2], idf=idf(2, total=2), offsets=offsets), 2),
    ]
    scores = score_chunks(hits, total=2)
    expected = [idf(1, total=2) + 4 * idf(2, total=2), 3 * idf(2, total=2)]
    assert scores.tolist() == pytest.approx(expected, rel=1e-3)


@given(st.lists(st.tuples(WEIGHTS, st.sets(st.integers(1, 1_000_000), max_size=3)), min_size=1, max_size=8))
def test_packed_postings_mark_terms_of_headings(chunks):
    terms = [weights for weights, _ in chunks]
    headings = [own | set(list(weights)[:1]) for weights, own in chunks]
    packed = pack_postings(terms, headings)
    for term, count, data in zip(packed.term_ids, packed.counts, packed.packed, strict=True):
        hits = unpack_hits(data, np.asarray([0]), [count], idf=1.0, offsets=np.asarray([0, len(terms)]))
        assert hits.positions.tolist() == [chunk for chunk, weights in enumerate(terms) if term in weights]
        assert hits.in_heading.tolist() == [term in headings[chunk] for chunk in hits.positions.tolist()]


def test_layout_preserves_pages_tables_and_statements():
    records = unpack_layout(pack_layout([1, 2], [False, True], {2: {Statement.BALANCE: 1.0}}))
    assert records["page"].tolist() == [1, 2]
    assert records["is_table"].tolist() == [0, 1]
    assert records[Statement.BALANCE.value].tolist() == [0, 255]


@given(st.permutations([0, 1, 2, 3]))
def test_hits_ascend_in_whatever_order_documents_are_returned(order: list[int]) -> None:
    of = {place: [(place, 0.5 + place), (place + 2, 1.5)] for place in order}
    data = b"".join(np.asarray(of[place], POSTING).tobytes() for place in order)
    hits = unpack_hits(data, np.asarray(order), [2] * 4, idf=1.0, offsets=np.asarray([0, 10, 20, 30, 40]))
    assert hits.positions.tolist() == [0, 2, 11, 13, 22, 24, 33, 35]
    assert hits.weights[::2].tolist() == [0.5, 1.5, 2.5, 3.5]
