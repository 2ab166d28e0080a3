"""From scores of chunks to an order of passages: reciprocal rank fusion, document priors, one passage a page first.

Fusion is Cormack, Clarke & Büttcher, "Reciprocal Rank Fusion outperforms Condorcet and individual Rank Learning Methods",
SIGIR 2009: the sum over the lists of 1 / (60 + rank).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

RRF_K = 60
_PAGE_BITS = 24  # a page's number in its key; the document's place stands above it

Scores = npt.NDArray[np.float32]
Positions = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class RankedList:
    """Chunks by one kind of evidence, best first: `positions` in the scope, and how much the list counts."""

    positions: Positions
    weight: float


@dataclass(frozen=True, slots=True)
class Found:
    """A chunk of the result: its document's place in the scope, its ordinal there, its score."""

    document: int
    ordinal: int
    score: float


def best_positions(scores: Scores, *, limit: int) -> Positions:
    """Positions of the `limit` largest scores above 0, largest first; ties keep their order."""
    count = min(limit, len(scores))
    if count == 0:
        return np.zeros(0, np.int64)
    part = np.argpartition(-scores, count - 1)[:count]
    part = part[scores[part] > 0]
    return part[np.lexsort((part, -scores[part]))].astype(np.int64)


class Fusion:
    """Fuses ranked lists over the chunks of a scope. `offsets` (n + 1) tells where each document's chunks begin."""

    def __init__(self, *, offsets: Positions, priors: Sequence[float]) -> None:
        self._offsets = offsets
        self._priors = np.asarray(priors, np.float64)
        self._fused: dict[int, float] = {}

    def add(self, ranked: RankedList) -> None:
        for rank, position in enumerate(ranked.positions.tolist(), 1):
            self._fused[position] = self._fused.get(position, 0.0) + ranked.weight / (RRF_K + rank)

    def documents(self) -> list[int]:
        """Places of the documents that the lists came upon."""
        positions = np.fromiter(self._fused, np.int64, len(self._fused))
        return np.unique(self._documents_of(positions)).tolist()

    def arrange(self, page_of: Callable[[int, int], int], *, limit: int, second_weight: float = 0.3) -> list[Found]:
        """Up to `limit` chunks: the best of each page, best page first, then the pages' other chunks.

        A page's score is that of its best chunk and a part of its second, times its document's prior.
        """
        positions = np.fromiter(self._fused, np.int64, len(self._fused))
        documents = self._documents_of(positions)
        values = np.fromiter(self._fused.values(), np.float64, len(self._fused)) * self._priors[documents]
        ordinals = positions - self._offsets[documents]
        order = np.lexsort((positions, -values))
        pages: dict[int, list[Found]] = {}
        for index in order.tolist():
            document, ordinal = int(documents[index]), int(ordinals[index])
            key = (document << _PAGE_BITS) | page_of(document, ordinal)
            pages.setdefault(key, []).append(Found(document, ordinal, float(values[index])))
        totals = {
            key: found[0].score + (second_weight * found[1].score if len(found) > 1 else 0.0)
            for key, found in pages.items()
        }
        ranked = sorted(pages, key=lambda key: -totals[key])
        first = [Found(found.document, found.ordinal, totals[key]) for key in ranked for found in pages[key][:1]]
        others = sorted((found for key in ranked for found in pages[key][1:]), key=lambda found: -found.score)
        return (first + others)[:limit]

    def _documents_of(self, positions: Positions) -> Positions:
        return np.searchsorted(self._offsets, positions, side="right") - 1
