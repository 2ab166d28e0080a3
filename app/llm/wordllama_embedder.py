"""The built-in embeddings: WordLlama's static vectors of 256 dimensions. Its package contains the weights."""

import hashlib
import importlib.util
import logging
import re
from collections.abc import Sequence
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from app.llm.port import EmbeddingSpaceSpec, Vectors

_MODEL = "wordllama-l2-supercat"
_CONFIG = "l2_supercat"
_DIMENSIONS = 256

_TEXT_CHARACTERS = 32 * 1024

_BLANK = "▁"
"""How the tokenizer writes a blank, also before the text."""
_WORD = re.compile(r"▁*[^▁\n\t]+|▁+|[\n\t]")
"""A word with the blanks before it. No token of the vocabulary has a blank after another character, or a tab or line
end beside one. The tokens of a text are therefore those of its words.
"""
_WORD_CHARACTERS = 40
_FOLDED = b"folded"  # part of the version: vectors of folded texts are not comparable with those of earlier versions
_MAX_WORDS = 1 << 16


def built_in_space() -> EmbeddingSpaceSpec:
    """Return the space of the built-in embeddings, without loading them."""
    return EmbeddingSpaceSpec(model=_MODEL, dimensions=_DIMENSIONS, version=_content_version())


class _Vocabulary(dict[str, tuple[int, ...]]):
    """Maps words to their tokens. It remembers short words, because a text has few words that are new."""

    def __init__(self, tokenizer: Any) -> None:
        super().__init__()
        self._model = tokenizer.model

    def __missing__(self, word: str) -> tuple[int, ...]:
        ids = tuple([token.id for token in self._model.tokenize(word)])
        if len(word) <= _WORD_CHARACTERS:
            if len(self) >= _MAX_WORDS:
                self.clear()
            self[word] = ids
        return ids


class WordLlamaEmbedder:
    """Implements `Embedder`. It is thread-safe.

    Loading takes about 0.5 s and 70 MB. The version of the embedding space is a digest of the weights, the vocabulary
    and the folding, so it changes only with a library release that changes one of the first two. Only the first 32,768
    characters of a text are used. They are folded to lower case: the model's vectors of "NET LEVERAGE RATIO" and "net
    leverage ratio" have a cosine of .34.
    """

    def __init__(self) -> None:
        self._model = _load_model()
        self._weights = self._model.embedding
        self._tokenizer = self._model.tokenizer
        self._vocabulary = _Vocabulary(self._tokenizer)
        added = self._tokenizer.get_added_tokens_decoder().values()
        self._special = re.compile("|".join(re.escape(token.content) for token in added))
        self._space = built_in_space()

    @property
    def space(self) -> EmbeddingSpaceSpec:
        return self._space

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of passages. A text's vector is the average of its tokens' vectors, scaled to length 1.

        The library's own `embed` returns exactly the same vectors of folded texts. It pads each batch to its longest
        text, and splits each text as a whole, so it takes ten times the processor time.
        """
        vectors: Vectors = np.zeros((len(texts), _DIMENSIONS), dtype=np.float32)
        for place, text in enumerate(texts):
            tokens = self._tokens_of(text[:_TEXT_CHARACTERS].casefold())
            ids = np.minimum(np.array(tokens, np.int32), len(self._weights) - 1)
            vectors[place] = self._weights.take(ids, axis=0).sum(axis=0) / np.float32(max(len(ids), 1))
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        np.divide(vectors, lengths, out=vectors, where=lengths > 0)
        return vectors

    def embed_query(self, text: str) -> Vectors:
        vector: Vectors = self.embed_documents([text])[0]
        return vector

    def _tokens_of(self, text: str) -> list[int]:
        if not text or self._special.search(text):
            ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
            return ids
        words = _WORD.findall(_BLANK + text.replace(" ", _BLANK))
        return list(chain.from_iterable(map(self._vocabulary.__getitem__, words)))


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


@cache
def _content_version() -> str:
    digest = hashlib.sha256()
    folder = _package_folder()
    for part in (
        f"weights/{_CONFIG}_{_DIMENSIONS}.safetensors",
        f"tokenizers/{_CONFIG}_tokenizer_config.json",
    ):
        with (folder / part).open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    digest.update(_FOLDED)
    return digest.hexdigest()[:12]
