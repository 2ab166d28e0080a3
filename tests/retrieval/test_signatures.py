"""Tests of signatures, which preselect chunks. A signature has one bit per dimension of the chunk's vector."""

import numpy as np
import pytest

from app.retrieval.index.signatures import nearest_signatures


def pack(vectors):
    return np.packbits(vectors > 0, axis=1).tobytes()


def unit(vectors):
    return (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)


@pytest.mark.parametrize("dimensions", [64, 256, 100])
def test_preselection_contains_nearest_vectors(dimensions):
    draw = np.random.default_rng(7)
    centres = draw.normal(size=(50, dimensions))
    vectors = unit(centres[draw.integers(50, size=5_000)] + 0.6 * draw.normal(size=(5_000, dimensions)))
    found = []
    for question in unit(centres[:20] + 0.6 * draw.normal(size=(20, dimensions))):
        nearest = np.argsort(-(vectors @ question))[:20]
        chosen = nearest_signatures([pack(vectors[:1_000]), pack(vectors[1_000:])], question, limit=500)
        assert len(chosen) == 500
        found.append(len(np.intersect1d(nearest, chosen)) / 20)
    assert np.mean(found) >= 0.98


def test_few_chunks_are_all_compared():
    vectors = unit(np.random.default_rng(7).normal(size=(5, 64)))
    assert nearest_signatures([pack(vectors[:2]), pack(vectors[2:])], vectors[0], limit=5).tolist() == [0, 1, 2, 3, 4]


def test_vector_of_equal_values_is_accepted():
    vectors = unit(np.random.default_rng(7).normal(size=(50, 64)))
    assert len(nearest_signatures([pack(vectors)], np.full(64, 0.125, np.float32), limit=10)) == 10
