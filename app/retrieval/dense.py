"""Dense search: find the chunks nearest to a question's vector in documents that the principal may see.

The number of chunks selects one of three plans (ADR 0008): compare all chunks, compare the chunks with the nearest
signatures, or search the HNSW graph of the tenant's own chunks. No plan reads another tenant's rows.
"""

from collections.abc import Sequence
from enum import StrEnum
from math import ceil, sqrt
from uuid import UUID

import numpy as np
import numpy.typing as npt

from app.retrieval.index.signatures import nearest_signatures
from app.retrieval.limits import SearchLimits
from app.retrieval.repository import Graph, Near, SearchRepository

Vector = npt.NDArray[np.float32]

NOTHING_NEAR = Near(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float32))


class Plan(StrEnum):
    """What a search compared with the question's vector: every chunk's vector, those of the chunks with the nearest
    signatures, or those along the tenant's graph.
    """

    EXACT = "exact"
    SIGNATURES = "signatures"
    GRAPH = "graph"


class DenseSearch:
    """Searches the chunks of `documents` in one transaction. `counts` has the number of chunks of each document.
    Results give documents as indexes in `documents`. `plan` is the plan of the last search.
    """

    def __init__(
        self,
        *,
        repository: SearchRepository,
        documents: Sequence[UUID],
        counts: npt.NDArray[np.int64],
        space_id: int,
        limits: SearchLimits,
    ) -> None:
        self._repository = repository
        self._documents = documents
        self._space_id = space_id
        self._limits = limits
        self.plan = Plan.EXACT
        self._offsets = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)

    def find_nearest(self, vector: Vector, *, limit: int) -> Near:
        """Find the nearest chunks exactly, by comparing all chunks."""
        self.plan = Plan.EXACT
        return self._repository.find_nearest(vector, self._documents, space_id=self._space_id, limit=limit)

    def find_near(self, vector: Vector, *, limit: int) -> Near:
        """Find up to `limit` near chunks, with the plan that the number of chunks selects. Some of the nearest may be
        missing.
        """
        if self._total <= self._limits.exact_chunks:
            return self.find_nearest(vector, limit=limit)
        graph = self._find_graph()
        self.plan = Plan.SIGNATURES if graph is None else Plan.GRAPH
        if graph is None:
            return self._find_by_signatures(vector, limit)
        return self._repository.find_near(
            graph,
            vector,
            self._documents,
            counted=self._total,
            space_id=self._space_id,
            limit=limit,
            breadth=max(limit, self._limits.walk_breadth),
            most_scanned=self._limits.most_scanned,
        )

    @property
    def _total(self) -> int:
        return int(self._offsets[-1])

    def _find_graph(self) -> Graph | None:
        """Return the graph if searching it is faster than comparing the visible chunks, else None."""
        if self._total < self._limits.graph_chunks:
            return None
        graph = self._repository.find_graph(self._space_id)
        return graph if graph and self._total >= self._limits.walked_share * graph.chunks else None

    def _find_by_signatures(self, vector: Vector, limit: int) -> Near:
        listed = self._repository.list_signatures(self._documents, space_id=self._space_id)
        if not listed:
            return NOTHING_NEAR
        compared = ceil(self._limits.compared_per_root * sqrt(self._total))
        signatures = [of_document for _, of_document in listed]
        chosen = nearest_signatures(signatures, vector, limit=max(compared, 4 * limit))
        # Documents without vectors in this space have no signatures, so positions count only the others' chunks.
        width = (len(vector) + 7) // 8
        offsets = np.cumsum([0, *(len(of_document) // width for of_document in signatures)])
        found = np.searchsorted(offsets, chosen, side="right") - 1
        return self._repository.find_nearest_among(
            vector,
            self._documents,
            places=np.asarray([place for place, _ in listed], np.int64)[found],
            ordinals=chosen - offsets[found],
            space_id=self._space_id,
            limit=limit,
        )
