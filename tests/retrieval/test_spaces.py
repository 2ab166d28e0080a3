"""Embedding spaces: the built-in one comes with the migrations, others beside it."""

import pytest

from app.core.clock import SystemClock
from app.llm.port import EmbeddingSpaceSpec
from app.llm.wordllama_embedder import WordLlamaEmbedder
from app.retrieval.errors import EmbeddingSpaceMissingError
from app.retrieval.index.spaces import ensure_space, get_space_id

OTHER = EmbeddingSpaceSpec(model="another", dimensions=64, version="1")


def test_the_built_in_embeddings_have_a_space_from_the_start(module_database):
    with module_database.api.anonymous() as session:
        assert get_space_id(session, WordLlamaEmbedder().space) == 1


def test_an_unknown_space_is_told(module_database):
    with module_database.api.anonymous() as session, pytest.raises(EmbeddingSpaceMissingError):
        get_space_id(session, EmbeddingSpaceSpec(model="nobody's", dimensions=8, version="1"))


def test_a_second_space_stands_beside_the_first_and_may_be_asked_for_again(database):
    with database.owner.anonymous() as session:
        first = ensure_space(session, OTHER, clock=SystemClock())
    with database.owner.anonymous() as session:
        assert ensure_space(session, OTHER, clock=SystemClock()) == first != 1
