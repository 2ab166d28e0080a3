"""Documents are shown with the parties of agreements."""

from datetime import UTC, datetime
from uuid import uuid4

from app.documents.models import Document, DocumentVersion
from app.documents.schemas import DocumentOut
from app.documents.service import DocumentView

NOW = datetime(2031, 5, 5, tzinfo=UTC)
PARTY = {
    "name": "Example Inc.",
    "role": "borrower",
    "quote": "EXAMPLE INC.,\nas Borrower",
    "page": 1,
    "start": 40,
    "end": 64,
    "confidence": 0.93,
}


def _view(**sources: object) -> DocumentView:
    document = Document(
        id=uuid4(), collection_id=uuid4(), title="t", filename="f", metadata_sources=sources or None, revision=1
    )
    document.created_at = document.updated_at = NOW
    version = DocumentVersion(id=uuid4(), document_id=document.id, number=1, status="ready", content_sha256="0")
    version.size_bytes, version.created_at = 1, NOW
    return DocumentView(document, version)


def test_parties_are_a_field_of_their_own_and_no_source() -> None:
    shown = DocumentOut.of(_view(issuer={"by": "document"}, parties={"by": "document", "items": [PARTY]}))
    assert shown.metadata_sources == {"issuer": {"by": "document"}}
    assert [party.model_dump(mode="json") for party in shown.parties] == [PARTY]


def test_document_without_parties_has_none() -> None:
    assert DocumentOut.of(_view()).parties == []
