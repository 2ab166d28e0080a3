"""Rank chunks: fuse ranked lists, weight chunks by their documents' priors, and put one chunk of each page first.

Reciprocal rank fusion: Cormack, Clarke & Büttcher, "Reciprocal Rank Fusion outperforms Condorcet and individual Rank
Learning Methods", SIGIR 2009. A chunk's fused rank is the sum of weight / (60 + rank) over the lists.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

RRF_K = 60
SECOND_WEIGHT = 0.2
_PAGE_BITS = 24  # a page's key has the page number in its low bits and the document's index above them

Scores = npt.NDArray[np.float32]
Positions = npt.NDArray[np.int64]
PageLookup = Callable[[Positions, Positions], Positions]
"""A function from document indexes and chunk ordinals to page numbers."""


@dataclass(frozen=True, slots=True)
class RankedList:
    """Chunks ranked by one kind of evidence. `positions` are their positions in the scope, best first."""

    positions: Positions
    weight: float


@dataclass(frozen=True, slots=True)
class Found:
    """A chunk of the result: its document's index in the scope, its ordinal in the document, and its score."""

    document: int
    ordinal: int
    score: float


def best_positions(scores: Scores, *, limit: int) -> Positions:
    """Return the positions of the `limit` largest scores above 0, largest first; ties keep their order."""
    count = min(limit, len(scores))
    if count == 0:
        return np.zeros(0, np.int64)
    part = np.argpartition(-scores, count - 1)[:count]
    part = part[scores[part] > 0]
    return part[np.lexsort((part, -scores[part]))].astype(np.int64)


class Fusion:
    """Fuses ranked lists of a scope's chunks. `offsets` has the position of each document's first chunk, and then the
    number of chunks.
    """

    def __init__(self, *, offsets: Positions, priors: npt.NDArray[np.float32]) -> None:
        self._offsets = offsets
        self._priors = priors
        self._lists: list[RankedList] = []

    def add(self, ranked: RankedList) -> None:
        self._lists.append(ranked)

    def documents(self) -> list[int]:
        """Return the indexes of the documents in the lists."""
        found = [self._documents_of(ranked.positions) for ranked in self._lists]
        places: list[int] = np.unique(np.concatenate([*found, np.zeros(0, np.int64)])).tolist()
        return places

    def arrange(self, page_of: PageLookup, *, limit: int, second_weight: float = SECOND_WEIGHT) -> list[Found]:
        """Return up to `limit` chunks: the best chunk of each page, best page first, then the other chunks.

        A chunk's score is its fused rank times its document's prior. A page's score is its best chunk's score plus a
        part of its second chunk's score.
        """
        positions, values = self._fuse()
        order = np.lexsort((positions, -values))
        positions, values = positions[order], values[order]
        documents = self._documents_of(positions)
        ordinals = positions - self._offsets[documents]
        keys = (documents << _PAGE_BITS) | page_of(documents, ordinals)
        _, first, page = np.unique(keys, return_index=True, return_inverse=True)
        is_first = np.zeros(len(keys), bool)
        is_first[first] = True
        rest = np.flatnonzero(~is_first)
        _, second = np.unique(keys[rest], return_index=True)
        totals = values[first].copy()
        totals[page[rest[second]]] += second_weight * values[rest[second]]
        by_total = np.argsort(-totals, kind="stable")
        chosen = np.concatenate([first[by_total], rest])[:limit]
        scores = np.concatenate([totals[by_total], values[rest]])[:limit]
        return [
            Found(document, ordinal, score)
            for document, ordinal, score in zip(
                documents[chosen].tolist(), ordinals[chosen].tolist(), scores.tolist(), strict=True
            )
        ]

    def _fuse(self) -> tuple[Positions, npt.NDArray[np.float64]]:
        """Return each listed chunk once, with the sum of its reciprocal ranks times its document's prior."""
        if not self._lists:
            return np.zeros(0, np.int64), np.zeros(0)
        every = np.concatenate([ranked.positions for ranked in self._lists])
        parts = np.concatenate(
            [ranked.weight / (RRF_K + 1.0 + np.arange(len(ranked.positions))) for ranked in self._lists]
        )
        positions, inverse = np.unique(every, return_inverse=True)
        sums = np.bincount(inverse, weights=parts, minlength=len(positions)).astype(np.float64)
        return positions.astype(np.int64), sums * self._priors.astype(np.float64)[self._documents_of(positions)]

    def _documents_of(self, positions: Positions) -> Positions:
        places: Positions = np.searchsorted(self._offsets, positions, side="right") - 1
        return places
