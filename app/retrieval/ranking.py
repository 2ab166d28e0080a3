"""Rank chunks: order those of one page by fused ranked lists, and put one chunk of each page first.

Reciprocal rank fusion: Cormack, Clarke & Büttcher, "Reciprocal Rank Fusion outperforms Condorcet and individual Rank
Learning Methods", SIGIR 2009. A chunk's fused rank is the sum of weight / (60 + rank) over the lists.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

RRF_K = 60

Scores = npt.NDArray[np.float32]
Positions = npt.NDArray[np.int64]


class Pages(Protocol):
    """Chunks of pages: their positions, and for each page its number of chunks and its document's index."""

    @property
    def chunks(self) -> Positions: ...

    @property
    def counts(self) -> Positions: ...

    @property
    def documents(self) -> Positions: ...


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


def fuse(lists: Sequence[RankedList], chunks: Positions) -> npt.NDArray[np.float64]:
    """Return the fused rank of each of `chunks` (ascending): the sum of its reciprocal ranks, 0 if no list has it."""
    every = np.concatenate([np.zeros(0, np.int64), *(ranked.positions for ranked in lists)])
    parts = [ranked.weight / (RRF_K + 1.0 + np.arange(len(ranked.positions))) for ranked in lists]
    places = np.searchsorted(chunks, every)
    fused: npt.NDArray[np.float64] = np.bincount(places, np.concatenate([np.zeros(0), *parts]), len(chunks)).astype(
        np.float64
    )
    return fused


def arrange(
    pages: Pages, scores: Scores, chunk_scores: npt.NDArray[np.float64], *, offsets: Positions, limit: int
) -> list[Found]:
    """Return up to `limit` chunks: the best chunk of each page, best page first, then the other chunks. `scores` are
    those of pages, on a logarithmic scale, and `chunk_scores` order the chunks of a page.
    """
    by_score = np.argsort(-scores, kind="stable")
    rank = np.empty(len(scores), np.int64)
    rank[by_score] = np.arange(len(scores))
    page = np.repeat(np.arange(len(scores)), pages.counts)
    order = np.lexsort((-chunk_scores, rank[page]))
    is_first = np.concatenate(([True], page[order][1:] != page[order][:-1]))[: len(order)]
    chosen = np.concatenate([order[is_first], order[~is_first]])[:limit]
    documents = pages.documents[page[chosen]]
    ordinals = pages.chunks[chosen] - offsets[documents]
    values = np.exp(scores - scores.max(initial=0.0))[page[chosen]]
    return [
        Found(document, ordinal, score)
        for document, ordinal, score in zip(documents.tolist(), ordinals.tolist(), values.tolist(), strict=True)
    ]
