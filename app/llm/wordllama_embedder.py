"""The built-in embeddings: WordLlama's static vectors of 256 dimensions. Its package contains the weights."""

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

_BATCH_CHARACTERS = 256 * 1024
_TEXT_CHARACTERS = 32 * 1024


class WordLlamaEmbedder:
    """Implements `Embedder`. It is thread-safe, because its state does not change after loading.

    Loading takes about 0.5 s and 70 MB. The version of the embedding space is a digest of the weights and the
    vocabulary, so it changes only with a library release that changes one of them. Only the first 32,768 characters of
    a text are used.
    """

    def __init__(self) -> None:
        self._model = _load_model()
        self._space = EmbeddingSpaceSpec(model=_MODEL, dimensions=_DIMENSIONS, version=_content_version())

    @property
    def space(self) -> EmbeddingSpaceSpec:
        return self._space

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of passages. A text's vector is the average of its tokens' vectors, scaled to length 1.

        The library's own `embed` returns exactly the same vectors. It pads each batch to its longest text, so it takes
        five times the processor time: 0.65 s instead of 0.12 s for the 323 chunks of a 10-K.
        """
        vectors: Vectors = np.zeros((len(texts), _DIMENSIONS), dtype=np.float32)
        weights = self._model.embedding
        for start, batch in _batches(texts):
            encoded = self._model.tokenizer.encode_batch_fast(batch, add_special_tokens=False)
            for place, tokens in enumerate(encoded, start):
                ids = np.minimum(np.array(tokens.ids, dtype=np.int32), len(weights) - 1)
                vectors[place] = weights[ids].sum(axis=0, dtype=np.float32) / np.float32(max(len(ids), 1))
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        np.divide(vectors, lengths, out=vectors, where=lengths > 0)
        return vectors

    def embed_query(self, text: str) -> Vectors:
        vector: Vectors = self.embed_documents([text])[0]
        return vector


def _batches(texts: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield (index of the first text, texts) for batches of consecutive texts. Long texts are truncated."""
    batch: list[str] = []
    size = 0
    for place, text in enumerate(texts):
        batch.append(text[:_TEXT_CHARACTERS])
        size += len(batch[-1])
        if size >= _BATCH_CHARACTERS:
            yield place + 1 - len(batch), batch
            batch, size = [], 0
    if batch:
        yield len(texts) - len(batch), batch


def _package_folder() -> Path:
    spec = importlib.util.find_spec("wordllama")
    assert spec is not None, "wordllama is a dependency of Footnote"
    assert spec.origin is not None, "wordllama is a package with files"
    return Path(spec.origin).parent


def _load_model() -> Any:
    """Return WordLlama's inference object, which has no type hints.

    Importing WordLlama changes the root logger; this function undoes that change.
    """
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        from wordllama import WordLlama  # noqa: PLC0415 - imported here so that its side effect can be undone
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
    model = WordLlama.load(_CONFIG, cache_dir=_package_folder(), dim=_DIMENSIONS, disable_download=True)
    model.tokenizer.no_padding()
    return model


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
