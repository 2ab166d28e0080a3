"""Connects the pipeline to retrieval: it computes term weights, and finds the embedding space's id for the index."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.documents.content.chunks import ChunkDraft
from app.documents.models import Document, DocumentVersion
from app.retrieval.index.lexicon import text_weights
from app.retrieval.index.spaces import get_space_id
from app.retrieval.index.writing import ChunkIndex
from workers.pipeline.codecs import ChunkVectors

AVERAGE_TERMS = 200.0
"""The number of terms in an average chunk. BM25 uses the mean of all chunks, which would change with each document. A
constant keeps stored weights valid.
"""


def weigh_terms(text: str) -> dict[int, float]:
    """Return a chunk's BM25 term weights."""
    return text_weights(text, average_length=AVERAGE_TERMS)


class SpaceIndex:
    """Writes to the search index under the embedding space's id. Raises EmbeddingSpaceMissingError."""

    def __init__(self, *, index: ChunkIndex) -> None:
        self._index = index

    def replace(
        self,
        session: Session,
        *,
        document: Document,
        version: DocumentVersion,
        drafts: Sequence[ChunkDraft],
        vectors: ChunkVectors,
    ) -> None:
        self._index.replace(
            session,
            document=document,
            version_id=version.id,
            drafts=drafts,
            embeddings=vectors.embeddings,
            terms=vectors.terms,
            space_id=get_space_id(session, vectors.space),
        )
