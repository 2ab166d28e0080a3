"""Signatures: the sign bits of each chunk's vector, to preselect the chunks whose full vectors are compared.

A signature has one bit per dimension, which is the sign of the vector's component. It takes 1/16 of the space of the
`halfvec` (Charikar, "Similarity Estimation Techniques from Rounding Algorithms", STOC 2002). The question's vector is
quantised to 16 steps. A chunk's score is the sum of the question's quantised components at the chunk's set bits. It is
computed by counting bits, once for each binary digit of the steps (Gao & Long, "RaBitQ", SIGMOD 2024, §3.3). The
database then compares the full vectors of the best chunks.
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
    """Return the positions of the `limit` chunks with the nearest signatures. The positions are in ascending order.

    `signatures` has one value per document, with ceil(dimensions / 8) bytes for each of its chunks (`bit_send` of
    pgvector's `binary_quantize`).
    """
    words = _words(b"".join(signatures), (len(vector) + 7) // 8)
    count = words.shape[1]
    if count <= limit:
        return np.arange(count)
    scores = _scores(words, vector)
    best: npt.NDArray[np.int64] = np.sort(np.argpartition(-scores, limit - 1)[:limit])
    return best


def _words(packed: bytes, width: int) -> Words:
    """Transpose signatures to one row per 64-bit word, so that the computation reads contiguous memory."""
    rows = np.frombuffer(packed, np.uint8).reshape(-1, width)
    padding = -width % (_WORD_BITS // 8)
    padded = np.pad(rows, ((0, 0), (0, padding))) if padding else rows
    return np.ascontiguousarray(padded.view(np.uint64).T)


def _scores(words: Words, vector: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Sum the vector's components, rounded to 16 steps, at the set bits of each signature."""
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
