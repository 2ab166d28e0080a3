"""Makes passages for tests of suites. The tests use only their documents, pages and ranks."""

from uuid import UUID

from app.retrieval.passages import Passage


def passage(document: UUID, page: int, rank: int) -> Passage:
    return Passage(
        chunk_id=rank,
        document_id=document,
        version_id=document,
        document_title="",
        issuer=None,
        document_type="10-K",
        period=None,
        page_number=page,
        char_start=0,
        char_end=1,
        heading="",
        table_header="",
        text="x",
        kind="text",
        score=1.0,
        rank=rank,
    )
