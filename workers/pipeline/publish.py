"""The last stage: it makes a version searchable, in one transaction."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.audit.service import record
from app.core.clock import Clock
from app.db.bulk import insert_rows
from app.db.session import system_principal
from app.documents.content.chunks import ChunkDraft
from app.documents.content.parsed import ParsedDocument
from app.documents.content.parsed_codec import decode_document, encode_deleted, encode_marks, encode_words
from app.documents.issuer_rows import describe_issuer
from app.documents.issuers import normalise_issuer
from app.documents.metadata import DocumentMetadata, Party
from app.documents.models import PARTIES, Document, DocumentVersion, Page
from app.facts.codec import count_facts
from app.facts.writing import replace_facts
from app.jobs.plan import StageName
from app.review.tasks.publishing import queue_tasks
from app.tables.codec import StoredTable
from app.tables.models import TableRow
from workers.pipeline.codecs import ChunkVectors, decode_drafts, decode_extraction, decode_vectors
from workers.pipeline.contract import StageContext, StageInputs, StageResult, output_key
from workers.pipeline.versions import DocumentDeletedError

METADATA_FIELDS = (
    "title",
    "issuer",
    "document_type",
    "fiscal_year",
    "fiscal_period",
    "period_end",
    "filing_date",
    "currency",
    "scale",
)


class Index(Protocol):
    """Replaces a document's chunks in the search index, in the caller's transaction."""

    def replace(
        self,
        session: Session,
        *,
        document: Document,
        version: DocumentVersion,
        drafts: Sequence[ChunkDraft],
        vectors: ChunkVectors,
    ) -> None: ...


class PublishStage:
    """Writes pages, tables, facts, chunks, metadata and statuses. All other work is done before the transaction
    starts.
    """

    name = StageName.PUBLISH
    version = "3"

    def __init__(self, *, index: Index, clock: Clock) -> None:
        self._index = index
        self._clock = clock

    def key(self, inputs: StageInputs) -> str:
        made = (inputs.key_of(stage) for stage in (StageName.PARSE, StageName.EMBED, StageName.EXTRACT))
        return output_key(self, *made, params={"version_id": str(inputs.version.version_id)})

    def run(self, context: StageContext) -> StageResult:
        inputs = context.inputs
        parsed = context.load(StageName.PARSE, decode_document)
        drafts = context.load(StageName.CHUNK, decode_drafts)
        vectors = context.load(StageName.EMBED, decode_vectors)
        extraction = context.load(StageName.EXTRACT, decode_extraction)
        pages, tables = _page_rows(inputs, parsed), _table_rows(inputs, extraction.tables)
        made = {
            "pages": len(pages),
            "tables": len(tables),
            "facts": count_facts(extraction.facts),
            "chunks": len(drafts),
        }

        def write(session: Session) -> None:
            document, version, current = _lock_document(session, inputs)
            _replace_rows(session, inputs, Page, pages)
            _replace_rows(session, inputs, TableRow, tables)
            replace_facts(
                session,
                tenant_id=document.tenant_id,
                document_id=document.id,
                version_id=version.id,
                lines=extraction.facts,
            )
            self._describe_version(version, parsed, made)
            # If a later version is already published, it stays the current version.
            if current is None or current.number <= version.number:
                self._describe_document(document, version, extraction.metadata)
                session.flush()
                self._index.replace(session, document=document, version=version, drafts=drafts, vectors=vectors)
                queue_tasks(
                    session,
                    system_principal(document.tenant_id),
                    document_id=document.id,
                    version_id=version.id,
                    document_type=document.document_type,
                    now=self._clock.now(),
                )
            self._record(session, inputs, made)

        return StageResult(pages_total=len(pages), write=write)

    def _describe_version(self, version: DocumentVersion, parsed: ParsedDocument, made: Mapping[str, int]) -> None:
        version.status = "ready"
        version.published_at = self._clock.now()
        version.page_count, version.table_count, version.fact_count = made["pages"], made["tables"], made["facts"]
        version.reader = parsed.reader
        version.media_type = parsed.media_type
        version.warnings = {"items": list(parsed.warnings)} if parsed.warnings else None

    def _describe_document(self, document: Document, version: DocumentVersion, metadata: DocumentMetadata) -> None:
        """Copy the extracted metadata to the document, except fields that an editor has set.

        Content is unique per access class. The access class does not change here, so no conflict with another document
        of the same content can arise.
        """
        sources = dict(document.metadata_sources or {})
        for name in METADATA_FIELDS:
            if sources.get(name, {}).get("by") == "editor":
                continue
            setattr(document, name, getattr(metadata, name))
            sources[name] = _source(metadata, name)
        if sources.get("issuer", {}).get("by") != "editor":
            document.issuer_key = normalise_issuer(metadata.issuer) if metadata.issuer else None
            document.issuer_aliases = describe_issuer(metadata)
        sources[PARTIES] = {"by": "document", "items": [_party(party) for party in metadata.parties]}
        document.metadata_sources = sources
        document.current_version_id = version.id
        document.revision += 1
        document.updated_at = self._clock.now()

    def _record(self, session: Session, inputs: StageInputs, detail: Mapping[str, object]) -> None:
        record(
            session,
            system_principal(inputs.version.tenant_id),
            "documents.version.published",
            object_type="document",
            object_id=inputs.version.document_id,
            detail={"version_id": str(inputs.version.version_id), **detail},
        )


def _lock_document(session: Session, inputs: StageInputs) -> tuple[Document, DocumentVersion, DocumentVersion | None]:
    """Lock the document; return it, the version, and the document's current version. Raises DocumentDeletedError."""
    document = session.scalars(
        select(Document).where(Document.id == inputs.version.document_id).with_for_update()
    ).one_or_none()
    version = session.get(DocumentVersion, inputs.version.version_id)
    if document is None or version is None or document.deleted_at is not None:
        raise DocumentDeletedError
    current = None
    if document.current_version_id is not None:
        current = session.get(DocumentVersion, document.current_version_id)
    return document, version, current


def _replace_rows(
    session: Session, inputs: StageInputs, model: type[Page] | type[TableRow], rows: Sequence[dict[str, Any]]
) -> None:
    former = delete(model).where(model.version_id == inputs.version.version_id)
    session.execute(former.execution_options(synchronize_session=False))
    insert_rows(session, model, rows)


def _page_rows(inputs: StageInputs, parsed: ParsedDocument) -> list[dict[str, Any]]:
    version = inputs.version
    return [
        {
            "version_id": version.version_id,
            "number": page.number,
            "tenant_id": version.tenant_id,
            "document_id": version.document_id,
            "width": page.width,
            "height": page.height,
            "text": page.text,
            "words": encode_words(page.words),
            "marks": encode_marks(page.marks),
            "deleted": encode_deleted(page.deleted),
        }
        for page in parsed.pages
    ]


def _table_rows(inputs: StageInputs, tables: Sequence[StoredTable]) -> list[dict[str, Any]]:
    version = inputs.version
    return [
        {
            "version_id": version.version_id,
            "number": listed.number,
            "tenant_id": version.tenant_id,
            "document_id": version.document_id,
            "pages": list(listed.pages),
            "title": listed.title,
            "units_line": listed.units_line,
            "rows": listed.rows,
            "columns": listed.columns,
            "data": table.data,
        }
        for table in tables
        for listed in (table.listed,)
    ]


def _party(party: Party) -> dict[str, Any]:
    return {
        "name": party.name,
        "role": party.role.value,
        "quote": party.quote,
        "page": party.page,
        "start": party.start,
        "end": party.end,
        "confidence": party.confidence,
    }


def _source(metadata: DocumentMetadata, name: str) -> dict[str, Any]:
    source = metadata.sources.get(name)
    if source is None:
        return {"by": "document"}
    return {
        "by": "document",
        "origin": source.origin.value,
        "confidence": source.confidence,
        "quote": source.quote,
        "page": source.page,
        "start": source.start,
        "end": source.end,
    }
