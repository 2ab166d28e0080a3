"""Tests of embedding spaces: the migrations create the built-in space, and other spaces can be added."""

import pytest

from app.core.clock import SystemClock
from app.llm.port import EmbeddingSpaceSpec
from app.llm.wordllama_embedder import WordLlamaEmbedder
from app.retrieval.errors import EmbeddingSpaceMissingError
from app.retrieval.index.spaces import ensure_space, get_space_id

OTHER = EmbeddingSpaceSpec(model="another", dimensions=64, version="1")


def test_migrations_create_space_of_built_in_embeddings(module_database):
    with module_database.api.anonymous() as session:
        assert get_space_id(session, WordLlamaEmbedder().space) > 0


def test_unknown_space_raises(module_database):
    with module_database.api.anonymous() as session, pytest.raises(EmbeddingSpaceMissingError):
        get_space_id(session, EmbeddingSpaceSpec(model="nobody's", dimensions=8, version="1"))


def test_second_space_is_created_once_beside_the_first(database):
    with database.owner.anonymous() as session:
        known = get_space_id(session, WordLlamaEmbedder().space)
        first = ensure_space(session, OTHER, clock=SystemClock())
    with database.owner.anonymous() as session:
        assert ensure_space(session, OTHER, clock=SystemClock()) == first != known
