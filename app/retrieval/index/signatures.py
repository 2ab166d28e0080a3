"""Signatures: a bit a dimension of each chunk's vector, its sign, packed a document, to find what is worth comparing.

The sign of each component (Charikar, "Similarity Estimation Techniques from Rounding Algorithms", STOC 2002) is 1/16 of
the `halfvec`. The question's vector keeps its values, in 16 steps: a chunk's score is the sum of these over its bits,
taken by counting bits a binary digit of the steps (Gao & Long, "RaBitQ", SIGMOD 2024, §3.3). What scores best is then
compared by the whole vectors, in the database.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

_STEP_BITS = 4
_WORD_BITS = 64

Words = npt.NDArray[np.uint64]


def nearest_signatures(
    signatures: Sequence[bytes], vector: npt.NDArray[np.float32], *, limit: int
) -> npt.NDArray[np.int64]:
    """Positions of the `limit` chunks whose signatures come nearest to the vector, in the order of the signatures.

    `signatures` holds, a document, ceil(dimensions / 8) bytes for each of its chunks (`bit_send` of pgvector's
    `binary_quantize`).
    """
    words = _words(b"".join(signatures), (len(vector) + 7) // 8)
    count = words.shape[1]
    if count <= limit:
        return np.arange(count)
    scores = _scores(words, vector)
    best: npt.NDArray[np.int64] = np.sort(np.argpartition(-scores, limit - 1)[:limit])
    return best


def _words(packed: bytes, width: int) -> Words:
    """Signatures as columns of 64 bits: a row a word, so that each step below runs along memory."""
    rows = np.frombuffer(packed, np.uint8).reshape(-1, width)
    padding = -width % (_WORD_BITS // 8)
    padded = np.pad(rows, ((0, 0), (0, padding))) if padding else rows
    return np.ascontiguousarray(padded.view(np.uint64).T)


def _scores(words: Words, vector: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The sum of the vector's components at each signature's bits, up to rounding to 16 steps."""
    low = float(vector.min())
    step = (float(vector.max()) - low) / (2**_STEP_BITS - 1) or 1.0
    steps = np.rint((vector - low) / step).astype(np.uint8)
    total = np.zeros(words.shape[1], np.int32)
    for digit in range(_STEP_BITS):
        mask = _words(np.packbits((steps >> digit) & 1).tobytes(), (len(vector) + 7) // 8)
        total += _count_bits(words, mask) << digit
    bits = _count_bits(words, np.full((len(words), 1), 2**_WORD_BITS - 1, np.uint64))
    scores: npt.NDArray[np.float32] = low * bits.astype(np.float32) + np.float32(step) * total.astype(np.float32)
    return scores


def _count_bits(words: Words, mask: Words) -> npt.NDArray[np.int32]:
    counts = np.zeros(words.shape[1], np.int32)
    for word, of_mask in zip(words, mask, strict=True):
        counts += np.bitwise_count(word & of_mask)
    return counts
