"""The built-in embeddings: WordLlama's static vectors, 256 dimensions, from the weights in its package. No network."""

import hashlib
import importlib.util
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from app.llm.port import EmbeddingSpaceSpec, Vectors

_MODEL = "wordllama-l2-supercat"
_CONFIG = "l2_supercat"
_DIMENSIONS = 256

# Texts of a batch are padded to its longest, at about 1 KiB a token: this keeps a batch near 40 MB.
_BATCH_CHARACTERS = 128 * 1024
_TEXT_CHARACTERS = 32 * 1024


class WordLlamaEmbedder:
    """Implements `Embedder`. Stateless after loading, so that threads may share it; about 0.5 s and 70 MB to load.

    The space's version is a digest of the weights and the vocabulary: a new release of the library with the same ones
    stays in the same space.
    Only the first 32,768 characters of a text count.
    """

    def __init__(self) -> None:
        self._model = _load_model()
        self._space = EmbeddingSpaceSpec(model=_MODEL, dimensions=_DIMENSIONS, version=_content_version())

    @property
    def space(self) -> EmbeddingSpaceSpec:
        return self._space

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        vectors: Vectors = np.zeros((len(texts), _DIMENSIONS), dtype=np.float32)
        for indexes in _batches(texts):
            batch = [texts[index][:_TEXT_CHARACTERS] for index in indexes]
            vectors[indexes] = self._model.embed(batch, norm=False, batch_size=len(batch))
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        np.divide(vectors, lengths, out=vectors, where=lengths > 0)
        return vectors

    def embed_query(self, text: str) -> Vectors:
        vector: Vectors = self.embed_documents([text])[0]
        return vector


def _batches(texts: Sequence[str]) -> Iterator[list[int]]:
    """Indexes of texts of similar length: padding costs time and memory, and grows with the longest of a batch."""
    batch: list[int] = []
    for index in sorted(range(len(texts)), key=lambda index: len(texts[index])):
        length = min(len(texts[index]), _TEXT_CHARACTERS)
        if batch and (len(batch) + 1) * length > _BATCH_CHARACTERS:
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


def _package_folder() -> Path:
    spec = importlib.util.find_spec("wordllama")
    assert spec is not None, "wordllama is a dependency of ours"
    assert spec.origin is not None, "wordllama is a package with files"
    return Path(spec.origin).parent


def _load_model() -> Any:
    """The inference object (wordllama ships no types). Its import configures the root logger, which is undone here."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        from wordllama import WordLlama  # noqa: PLC0415 - imported here for its side effect to be undone
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
    return WordLlama.load(_CONFIG, cache_dir=_package_folder(), dim=_DIMENSIONS, disable_download=True)


def _content_version() -> str:
    digest = hashlib.sha256()
    folder = _package_folder()
    for part in (
        f"weights/{_CONFIG}_{_DIMENSIONS}.safetensors",
        f"tokenizers/{_CONFIG}_tokenizer_config.json",
    ):
        with (folder / part).open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:12]
