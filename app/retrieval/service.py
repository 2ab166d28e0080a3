"""Search: find passages for a question in one short read transaction, under the user's row-level security."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import numpy.typing as npt
from sqlalchemy.orm import Session

from app.core.kept import Kept
from app.core.principal import Principal
from app.db.session import Database
from app.llm.errors import ModelNonsenseError, ModelUnavailableError
from app.llm.port import Embedder
from app.observability.logging import get_logger
from app.retrieval.dense import Plan
from app.retrieval.evidence import EvidenceGatherer, is_decided_by_scope, states_of
from app.retrieval.filters import SearchFilters
from app.retrieval.index.spaces import get_space_id
from app.retrieval.limits import SearchLimits
from app.retrieval.passages import Passage
from app.retrieval.priors import document_priors
from app.retrieval.questions.reader import QuestionReader
from app.retrieval.questions.understanding import Understanding
from app.retrieval.questions.vocabulary import FinanceVocabulary
from app.retrieval.ranking import Found
from app.retrieval.repository import Candidate, SearchRepository
from app.retrieval.scope import Scope, ScopeFinder

_log = get_logger(__name__)

_MOST_KEPT = 200_000  # characters of questions
_MOST_RANKED = 20_000  # documents and chunks

EMBEDDINGS_UNAVAILABLE = "embeddings-unavailable"
"""Value of `SearchResult.degraded` when the question has no vector."""


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Passages, best first, and the understanding of the question. `degraded` is the code of the reason why they were
    found by words only, and `plan` how vectors were compared (`app.retrieval.dense.Plan`).
    """

    passages: tuple[Passage, ...]
    understanding: Understanding
    degraded: str | None = None
    plan: str | None = None


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """A question as it is understood without any document, and its vector: None if there is none."""

    asked: Understanding
    vector: npt.NDArray[np.float32] | None


class RetrievalService:
    """Ranks pages by the words and the vector of a question, over the documents that the principal may see. The
    documents and the passages are read each time; ranks of the same chunks are kept.
    """

    def __init__(self, *, database: Database, embedder: Embedder, limits: SearchLimits | None = None) -> None:
        self._database = database
        self._embedder = embedder
        self._limits = limits or SearchLimits()
        self._reader = QuestionReader(vocabulary=FinanceVocabulary())
        self._space_id: int | None = None
        self._read: Kept[Understanding] = Kept(most=_MOST_KEPT)
        self._ranked: Kept[tuple[Sequence[Found], Plan | None]] = Kept(most=_MOST_RANKED)
        self._vectors: Kept[npt.NDArray[np.float32]] = Kept(most=_MOST_KEPT)

    def search(
        self, principal: Principal, question: str, filters: SearchFilters | None = None, k: int = 10
    ) -> SearchResult:
        """Return the best `k` passages, or all if fewer are visible. The best passage of each page comes first.

        If the embedder fails, chunks are found by words only, and the result is degraded.
        Raises EmbeddingSpaceMissingError, DatabaseUnavailableError.
        """
        query = self.prepare(question)
        with self._database.transaction(principal, snapshot=True) as session:
            return self.search_in(session, query, filters, k)

    def prepare(self, question: str) -> SearchQuery:
        """Read a question before the transaction of its search, because a remote embedding model may be slow."""
        asked = self._read.get(question, len(question), partial(self._reader.read, question))
        return SearchQuery(asked, self._embed(asked.core))

    def search_in(
        self, session: Session, query: SearchQuery, filters: SearchFilters | None = None, k: int = 10
    ) -> SearchResult:
        """Like `search`, in the caller's transaction, which is a snapshot."""
        repository = SearchRepository(session)
        if self._space_id is None:
            # The id never changes, and is the same for all tenants.
            self._space_id = get_space_id(session, self._embedder.space)
        scope = ScopeFinder(session, repository, self._reader, filters or SearchFilters()).find(query.asked)
        found = self._search(repository, self._space_id, scope, query.vector, k)
        return found if query.vector is not None else replace(found, degraded=EMBEDDINGS_UNAVAILABLE)

    def _embed(self, text: str) -> npt.NDArray[np.float32] | None:
        try:
            return self._vectors.get(text, len(text), partial(self._embedder.embed_query, text))
        except (ModelUnavailableError, ModelNonsenseError) as error:
            _log.warning("retrieval.embeddings_unavailable", code=error.code, detail=error.detail)
            return None

    def _search(
        self,
        repository: SearchRepository,
        space_id: int,
        found: Scope,
        vector: npt.NDArray[np.float32] | None,
        k: int,
    ) -> SearchResult:
        understanding, scope = found.understanding, found.candidates
        if not scope or k < 1:
            return SearchResult((), understanding)

        def gather() -> tuple[Sequence[Found], Plan | None]:
            priors = document_priors(scope, understanding)
            priors = [prior * weight for prior, weight in zip(priors, found.weights, strict=True)]
            gatherer = EvidenceGatherer(
                repository=repository, scope=scope, priors=priors, space_id=space_id, limits=self._limits
            )
            return gatherer.gather(vector, understanding, k=k), gatherer.plan

        if is_decided_by_scope(scope, understanding, self._limits):
            # Every principal who may read a document may read its index rows (`docs/access.md`).
            of_vector = None if vector is None else vector.tobytes()
            key = (understanding, of_vector, space_id, k, tuple(found.weights), states_of(scope))
            places, plan = self._ranked.get(key, len(scope) + k, gather)
        else:
            places, plan = gather()
        return SearchResult(_passages(repository, scope, places), understanding, plan=plan)


def _passages(repository: SearchRepository, scope: list[Candidate], found: Sequence[Found]) -> tuple[Passage, ...]:
    chunks = repository.list_chunks([(scope[item.document].document_id, item.ordinal) for item in found])
    passages: list[Passage] = []
    for item in found:
        candidate = scope[item.document]
        chunk = chunks.get((candidate.document_id, item.ordinal))
        if chunk is None or chunk.version_id != candidate.version_id:
            # Without a snapshot, a version published after the scope was read would reach this line.
            continue
        passages.append(
            Passage(
                chunk_id=chunk.id,
                document_id=chunk.document_id,
                version_id=chunk.version_id,
                document_title=candidate.title,
                issuer=candidate.issuer,
                document_type=candidate.document_type or "other",
                period=candidate.period_label(),
                page_number=chunk.page_number,
                char_start=chunk.char_start,
                char_end=chunk.char_end,
                heading=chunk.heading,
                table_header=chunk.table_header,
                text=chunk.text,
                kind=chunk.kind,
                score=item.score,
                rank=len(passages) + 1,
            )
        )
    return tuple(passages)
