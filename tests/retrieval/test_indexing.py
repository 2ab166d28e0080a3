"""Tests of writing the search tables: documents are replaced as a whole, and publishes do not block each other."""

import numpy as np
import pytest
from sqlalchemy import select, text

from app.core.ids import new_id
from app.db.session import system_principal
from app.documents.models import Document, DocumentVersion
from app.retrieval.index.postings import POSTING
from app.retrieval.index.writing import ChunkIndex
from app.retrieval.models import Chunk

TABLES = ("indexed_documents", "chunks", "chunk_embeddings", "chunk_signatures", "term_postings")
# The tables with an access class: all except chunk_signatures.
CLASSED = tuple(table for table in TABLES if table != "chunk_signatures")


def rows_of(library, document_id):
    with library.database.worker.transaction(system_principal(library.tenant_id)) as session:
        return {
            table: session.scalar(text(f"SELECT count(*) FROM {table} WHERE document_id = :id"), {"id": document_id})
            for table in TABLES
        }


def test_document_is_indexed_with_chunks_vectors_and_terms(library, page):
    document = library.add_document(library.add_collection(), [page("net sales rose", "gross profit fell")])
    assert rows_of(library, document) == {
        "indexed_documents": 1,
        "chunks": 2,
        "chunk_embeddings": 2,
        "chunk_signatures": 1,
        "term_postings": 6,
    }
    with library.database.worker.transaction(system_principal(library.tenant_id)) as session:
        chunks = session.scalars(select(Chunk).where(Chunk.document_id == document).order_by(Chunk.ordinal)).all()
        packed = session.scalars(
            text("SELECT postings FROM term_postings WHERE document_id = :id ORDER BY term_id"), {"id": document}
        ).all()
    assert [chunk.text for chunk in chunks] == ["net sales rose", "gross profit fell"]
    assert chunks[0].section_path == ["Part I", "Business"]
    ordinals = {int(np.frombuffer(one, POSTING)["ordinal"][0]) for one in packed}
    assert ordinals == {0, 1}


def test_new_version_replaces_earlier_version(library, page):
    document_id = library.add_document(library.add_collection(), [page("the old text of three chunks", "two", "three")])
    with library.database.worker.transaction(system_principal(library.tenant_id)) as session:
        document = session.get(Document, document_id)
        second = new_id()
        session.add(
            DocumentVersion(
                id=second,
                tenant_id=library.tenant_id,
                document_id=document_id,
                number=2,
                status="ready",
                content_sha256="x",
                size_bytes=1,
                created_at=library.clock.now(),
                created_by=document_id,
            )
        )
        session.flush()
        library.publish(session, document, second, [page("new")])
    counts = rows_of(library, document_id)
    assert counts["chunks"] == counts["chunk_embeddings"] == counts["term_postings"] == 1


def test_document_without_text_is_indexed_without_chunks(library):
    document = library.add_document(library.add_collection(), [])
    assert rows_of(library, document) == dict.fromkeys(TABLES, 0) | {"indexed_documents": 1}


def test_removing_document_deletes_all_index_rows(library, page):
    document = library.add_document(library.add_collection(), [page("to be forgotten")])
    with library.database.worker.transaction(system_principal(library.tenant_id)) as session:
        ChunkIndex().remove(session, document_id=document)
    assert set(rows_of(library, document).values()) == {0}


def test_new_access_class_is_set_in_all_search_tables(library, page):
    here, there = library.add_collection(), library.add_collection()
    document = library.add_document(here, [page("moved")])
    with library.database.worker.transaction(system_principal(library.tenant_id)) as session:
        session.execute(
            text("UPDATE documents SET collection_id = :there WHERE id = :id"), {"there": there, "id": document}
        )
        moved_to = session.scalar(text("SELECT access_class_id FROM documents WHERE id = :id"), {"id": document})
        for table in CLASSED:
            classes = session.scalars(
                text(f"SELECT DISTINCT access_class_id FROM {table} WHERE document_id = :id"), {"id": document}
            ).all()
            assert classes == [moved_to], table


def test_different_numbers_of_chunks_and_embeddings_are_rejected(library):
    with pytest.raises(ValueError, match="same length"):
        ChunkIndex().replace(
            None, document=None, version_id=None, drafts=[], embeddings=np.zeros((1, 256)), terms=[], space_id=1
        )


def test_concurrent_publishes_do_not_block_each_other(library, page):
    """The second transaction writes while the first one is open. If it waited for a lock, it would time out."""
    collection = library.add_collection()
    principal = system_principal(library.tenant_id)
    first, second = (library.add_document(collection, [page("shared words of both")]) for _ in range(2))
    with (
        library.database.worker.transaction(principal) as one,
        library.database.worker.transaction(principal) as other,
    ):
        for session, document_id in ((one, first), (other, second)):
            session.execute(text("SET LOCAL lock_timeout = '10s'"))
            document = session.get(Document, document_id)
            library.publish(session, document, document.current_version_id, [page("shared words of both, again")])
    assert rows_of(library, first)["chunks"] == rows_of(library, second)["chunks"] == 1
