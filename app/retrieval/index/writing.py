"""Write the search index: replace a document's chunks, embeddings and terms with those of a new version.

PostgreSQL rejects COPY on tables under row-level security ("COPY FROM not supported with row-level security"), so rows
are sent as binary arrays to `INSERT … SELECT FROM unnest(…)`, which is as fast.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt
import psycopg
from pgvector import HalfVector
from pgvector.psycopg.halfvec import register_halfvec_info
from psycopg.types import TypeInfo
from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.documents.content.chunks import ChunkDraft, ChunkKind
from app.documents.content.statements import StatementRecogniser
from app.documents.models import Document
from app.retrieval.index.lexicon import term_id, tokenise
from app.retrieval.index.postings import pack_layout, pack_postings
from app.retrieval.models import IndexedDocument

_CHUNKS = """
INSERT INTO chunks (tenant_id, access_class_id, document_id, version_id, ordinal, kind, page_number, char_start,
                    char_end, heading, table_header, text, section_path, token_count)
SELECT %(tenant)s, %(access_class)s, %(document)s, %(version)s, c.ordinal, c.kind, c.page_number, c.char_start,
       c.char_end, c.heading, c.table_header, c.text,
       COALESCE(string_to_array(NULLIF(c.section_path, ''), E'\\x1f'), '{}'),
       c.token_count
FROM unnest(%(ordinals)b::int[], %(kinds)b::text[], %(pages)b::int[], %(starts)b::int[], %(ends)b::int[],
            %(headings)b::text[], %(table_headers)b::text[], %(texts)b::text[], %(paths)b::text[], %(tokens)b::int[])
     AS c(ordinal, kind, page_number, char_start, char_end, heading, table_header, text, section_path, token_count)
ORDER BY c.ordinal
"""
_EMBEDDINGS = """
INSERT INTO chunk_embeddings (document_id, space_id, ordinal, tenant_id, access_class_id, embedding)
SELECT %(document)s, %(space)s, e.ordinal - 1, %(tenant)s, %(access_class)s, e.embedding
FROM unnest(%(embeddings)b::halfvec[]) WITH ORDINALITY AS e(embedding, ordinal)
"""
SIGNATURES = """
INSERT INTO chunk_signatures (document_id, space_id, tenant_id, signatures)
SELECT e.document_id, e.space_id, e.tenant_id,
       string_agg(substring(bit_send(binary_quantize(e.embedding)) FROM 5), '' ORDER BY e.ordinal)
FROM chunk_embeddings e WHERE e.document_id = %(document)s AND e.space_id = %(space)s
GROUP BY e.document_id, e.space_id, e.tenant_id
"""  # bit_send writes the number of bits before the bits, in 4 bytes
_POSTINGS = """
INSERT INTO term_postings (document_id, term_id, tenant_id, access_class_id, chunk_count, postings)
SELECT %(document)s, p.term_id, %(tenant)s, %(access_class)s, p.chunk_count, p.postings
FROM unnest(%(terms)b::int[], %(counts)b::int[], %(postings)b::bytea[]) AS p(term_id, chunk_count, postings)
"""
_SEPARATOR = "\x1f"


class ChunkIndex:
    """Writes a document's rows in the search tables, in the caller's transaction."""

    def __init__(self) -> None:
        self._recogniser = StatementRecogniser()

    def replace(
        self,
        session: Session,
        *,
        document: Document,
        version_id: UUID,
        drafts: Sequence[ChunkDraft],
        embeddings: npt.NDArray[np.float32],
        terms: Sequence[dict[int, float]],
        space_id: int,
    ) -> None:
        """Replace the indexed version with a new one. For n chunks, `drafts` and `terms` have n elements, and
        `embeddings` has the shape (n, dimensions).

        This method reloads the document's access class. The caller must lock the document's row, so that the class does
        not change. Concurrent publishes of different documents share no row, so they do not block each other.
        """
        if not len(drafts) == len(embeddings) == len(terms):
            raise ValueError("drafts, embeddings and terms must have the same length")
        self.remove(session, document_id=document.id)
        session.flush()
        session.refresh(document, ["access_class_id"])  # computed by the database from the document's fields
        session.add(
            IndexedDocument(
                document_id=document.id,
                tenant_id=document.tenant_id,
                access_class_id=document.access_class_id,
                version_id=version_id,
                chunk_count=len(drafts),
                layout=self._layout(drafts),
            )
        )
        session.flush()
        if not drafts:
            return
        connection = driver_connection(session)
        scope = {
            "tenant": document.tenant_id,
            "access_class": document.access_class_id,
            "document": document.id,
            "version": version_id,
            "space": space_id,
        }
        packed = pack_postings(terms, heading_terms(drafts))
        register_halfvec(connection)
        with connection.cursor() as cursor:
            cursor.execute(_CHUNKS, scope | _columns(drafts))
            cursor.execute(
                _POSTINGS,
                scope | {"terms": packed.term_ids, "counts": packed.counts, "postings": packed.packed},
            )
            cursor.execute(_EMBEDDINGS, scope | {"embeddings": [HalfVector(row) for row in embeddings]})
            cursor.execute(SIGNATURES, scope)

    def remove(self, session: Session, *, document_id: UUID) -> None:
        """Remove the document from search; does nothing if it is not indexed."""
        session.execute(delete(IndexedDocument).where(IndexedDocument.document_id == document_id))

    def _layout(self, drafts: Sequence[ChunkDraft]) -> bytes:
        pages = [draft.page_number for draft in drafts]
        statements = self._recogniser.by_page(pages, [draft.text for draft in drafts])
        return pack_layout(pages, [draft.kind is ChunkKind.TABLE for draft in drafts], statements)


def heading_terms(drafts: Sequence[ChunkDraft]) -> list[frozenset[int]]:
    """Return the term ids of each chunk's section headings and table header."""
    known: dict[str, frozenset[int]] = {}
    texts = [" ".join((*draft.section_path, draft.table_header)) for draft in drafts]
    for text in texts:
        if text not in known:
            known[text] = frozenset(map(term_id, tokenise(text)))
    return [known[text] for text in texts]


def _columns(drafts: Sequence[ChunkDraft]) -> dict[str, list[Any]]:
    return {
        "ordinals": [draft.ordinal for draft in drafts],
        "kinds": [draft.kind.value for draft in drafts],
        "pages": [draft.page_number for draft in drafts],
        "starts": [draft.char_start for draft in drafts],
        "ends": [draft.char_end for draft in drafts],
        "headings": [draft.heading for draft in drafts],
        "table_headers": [draft.table_header for draft in drafts],
        "texts": [draft.text for draft in drafts],
        "paths": [_SEPARATOR.join(part.replace(_SEPARATOR, " ") for part in draft.section_path) for draft in drafts],
        "tokens": [draft.token_count for draft in drafts],
    }


def driver_connection(session: Session) -> "psycopg.Connection[Any]":
    connection = session.connection().connection.driver_connection
    assert isinstance(connection, psycopg.Connection), "database connections use psycopg"
    return connection


def register_halfvec(connection: "psycopg.Connection[Any]") -> None:
    """Register halfvec's binary format for this connection; the type's OID differs between databases."""
    info = TypeInfo.fetch(connection, "halfvec")
    assert info is not None, "app.db.provision installs pgvector"
    register_halfvec_info(connection, info)
