"""The built-in embeddings."""

import logging
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.llm import wordllama_embedder
from app.llm.wordllama_embedder import WordLlamaEmbedder


@pytest.fixture(scope="module")
def embedder() -> WordLlamaEmbedder:
    return WordLlamaEmbedder()


def test_vectors_are_normalised_and_have_the_spaces_dimensions(embedder: WordLlamaEmbedder) -> None:
    vectors = embedder.embed_documents(["Total debt fell.", "The indenture restricts liens.", "x" * 100_000])
    assert vectors.shape == (3, embedder.space.dimensions)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


@settings(max_examples=50, deadline=None)
@given(text=st.text(alphabet=st.characters(codec="ascii"), max_size=80))
def test_case_of_letters_does_not_change_the_vector(embedder: WordLlamaEmbedder, text: str) -> None:
    assert np.array_equal(embedder.embed_query(text.upper()), embedder.embed_query(text.lower()))


def test_text_without_tokens_has_the_zero_vector(embedder: WordLlamaEmbedder) -> None:
    assert not embedder.embed_documents(["", "debt"])[0].any()
    assert embedder.embed_documents([]).shape == (0, embedder.space.dimensions)


def test_passage_with_nearer_meaning_has_the_nearer_vector(embedder: WordLlamaEmbedder) -> None:
    question = embedder.embed_query("How much did the company borrow?")
    near, far = embedder.embed_documents(["Borrowings under the credit facility", "The board met in the garden"])
    assert question @ near > question @ far


@settings(max_examples=25, deadline=None)
@given(texts=st.lists(st.text(max_size=200), max_size=12))
def test_vector_does_not_depend_on_the_rest_of_its_batch(embedder: WordLlamaEmbedder, texts: list[str]) -> None:
    together = embedder.embed_documents(texts)
    for index, text in enumerate(texts):
        assert np.allclose(together[index], embedder.embed_query(text), atol=1e-5)


@pytest.mark.parametrize("text", ["Total debt fell to $1,250 million in 2023.", "", "überfällig — ¶", "debt " * 3_000])
def test_vectors_are_the_librarys_of_the_folded_text(embedder: WordLlamaEmbedder, text: str) -> None:
    pooled = embedder._model.embed([text.casefold()])
    length = np.linalg.norm(pooled, axis=1, keepdims=True)
    expected = np.divide(pooled, length, out=np.zeros_like(pooled), where=length > 0)
    assert np.array_equal(embedder.embed_documents(["a neighbour of another length", text])[1:], expected)


@given(
    text=st.text(alphabet=st.one_of(st.sampled_from(" ▁\t\n\r<s>/ab19,.$"), st.characters(codec="utf-8")), max_size=60)
)
def test_words_split_one_by_one_have_the_tokens_of_the_text(embedder: WordLlamaEmbedder, text: str) -> None:
    assert embedder._tokens_of(text) == embedder._tokenizer.encode(text, add_special_tokens=False).ids


def test_vocabulary_of_many_words_stays_small(embedder: WordLlamaEmbedder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wordllama_embedder, "_MAX_WORDS", 50)
    texts = [f"word{number} and {'long' * 30}{number}" for number in range(120)]
    vectors = embedder.embed_documents(texts)
    assert len(embedder._vocabulary) <= 50
    assert np.array_equal(vectors[0], embedder.embed_query(texts[0]))


def test_threads_can_share_the_embedder(embedder: WordLlamaEmbedder) -> None:
    texts = [f"Note {number}: revenue and debt" for number in range(200)]
    alone = embedder.embed_documents(texts)
    with ThreadPoolExecutor(4) as pool:
        for vectors in pool.map(lambda _: embedder.embed_documents(texts), range(8)):
            assert np.array_equal(vectors, alone)


def test_loading_leaves_the_logging_configuration_unchanged() -> None:
    root = logging.getLogger()
    before = (root.level, root.handlers[:])
    WordLlamaEmbedder()
    assert (root.level, root.handlers[:]) == before


def test_space_version_is_a_digest_of_the_weights(embedder: WordLlamaEmbedder) -> None:
    assert embedder.space == WordLlamaEmbedder().space
    assert len(embedder.space.version) == 12
