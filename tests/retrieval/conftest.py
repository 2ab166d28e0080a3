"""Fixtures: a tenant with documents indexed through `ChunkIndex`, and readers with given grants."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID, uuid4

import numpy as np
import pytest
from sqlalchemy import text

import app.access.models
import app.identity.models  # noqa: F401  documents refer to these tables, so SQLAlchemy needs them
from app.core.clock import SystemClock
from app.core.ids import new_id
from app.core.principal import Principal
from app.db.session import system_principal
from app.documents.content.chunks import ChunkDraft, ChunkKind
from app.documents.issuer_rows import describe_issuer
from app.documents.issuers import issuer_aliases, normalise_issuer
from app.documents.metadata import DocumentMetadata, NameReading
from app.documents.models import Document, DocumentVersion
from app.llm.port import EmbeddingSpaceSpec
from app.retrieval.index.lexicon import term_weights, tokenise
from app.retrieval.index.spaces import get_space_id
from app.retrieval.index.writing import ChunkIndex

DIMENSIONS = 256
SPACE = 2  # the built-in space: the first one has vectors of texts that are not folded


class HashEmbedder:
    """A stub `Embedder` of the built-in space. It hashes each word to a dimension and counts the words of each."""

    @property
    def space(self) -> EmbeddingSpaceSpec:
        return EmbeddingSpaceSpec(model="wordllama-l2-supercat", dimensions=DIMENSIONS, version="b5d4e7b8c299")

    def embed_documents(self, texts: Sequence[str]) -> np.ndarray:
        return np.stack([self.embed_query(one) for one in texts]) if texts else np.zeros((0, DIMENSIONS), np.float32)

    def embed_query(self, text: str) -> np.ndarray:
        vector = np.zeros(DIMENSIONS, np.float32)
        for term in tokenise(text):
            vector[sum(map(ord, term)) % DIMENSIONS] += 1
        length = float(np.linalg.norm(vector))
        return vector / length if length else vector


@dataclass(frozen=True, slots=True)
class PageText:
    """A page of a test document, with one chunk per string."""

    chunks: tuple[str, ...]
    kind: ChunkKind = ChunkKind.TEXT


@dataclass(slots=True)
class Library:
    """A tenant whose collections each have an access class. `reader(…)` creates a user with grants on collections."""

    database: object
    tenant_id: UUID
    clock: SystemClock = field(default_factory=SystemClock)
    classes: dict[UUID, int] = field(default_factory=dict)
    index: ChunkIndex = field(default_factory=ChunkIndex)
    embedder: HashEmbedder = field(default_factory=HashEmbedder)

    def add_collection(self, parent: UUID | None = None) -> UUID:
        collection, now = uuid4(), self.clock.now()
        with self.database.owner.transaction(system_principal(self.tenant_id)) as session:
            number = session.scalar(text("SELECT nextval('access_class_ids')"))
            session.execute(
                text(
                    "INSERT INTO collections (id, tenant_id, parent_id, access_class_id, name, revision, created_at, "
                    "created_by) VALUES (:id, :tenant, :parent, :number, :name, 1, :now, :id)"
                ),
                {
                    "id": collection,
                    "tenant": self.tenant_id,
                    "parent": parent,
                    "number": number,
                    "name": str(collection),
                    "now": now,
                },
            )
            session.execute(
                text("INSERT INTO access_classes (id, tenant_id, collection_id) VALUES (:number, :tenant, :id)"),
                {"number": number, "tenant": self.tenant_id, "id": collection},
            )
        self.classes[collection] = int(number)
        return collection

    def reader(self, *collections: UUID) -> Principal:
        user, now = uuid4(), self.clock.now()
        with self.database.owner.transaction(system_principal(self.tenant_id)) as session:
            session.execute(
                text(
                    "INSERT INTO users (id, tenant_id, email, name, roles, created_at) "
                    "VALUES (:id, :tenant, :email, 'Reader', '{analyst}', :now)"
                ),
                {"id": user, "tenant": self.tenant_id, "email": f"{user}@example.org", "now": now},
            )
            for collection in collections:
                session.execute(
                    text(
                        "INSERT INTO grants (id, tenant_id, user_id, collection_id, level, created_at, created_by) "
                        "VALUES (:id, :tenant, :user, :collection, 1, :now, :user)"
                    ),
                    {"id": uuid4(), "tenant": self.tenant_id, "user": user, "collection": collection, "now": now},
                )
        return Principal(tenant_id=self.tenant_id, user_id=user)

    def add_document(
        self,
        collection: UUID,
        pages: Sequence[PageText],
        *,
        issuer: str | None = None,
        confidence: float = 0.95,
        names: tuple[NameReading, ...] = (),
        document_type: str = "10-K",
        fiscal_year: int | None = None,
        fiscal_period: str | None = "FY",
        period_end: date | None = None,
    ) -> UUID:
        document_id, version_id, now = new_id(), new_id(), self.clock.now()
        with self.database.worker.transaction(system_principal(self.tenant_id)) as session:
            document = Document(
                id=document_id,
                tenant_id=self.tenant_id,
                collection_id=collection,
                access_class_id=self.classes[collection],
                content_sha256=document_id.hex,
                current_version_id=version_id,
                title=f"{issuer or 'Somebody'} {document_type}",
                filename="made.pdf",
                issuer=issuer,
                issuer_key=normalise_issuer(issuer) if issuer else None,
                issuer_aliases=_describe(issuer, names),
                metadata_sources={"issuer": {"confidence": confidence}} if issuer else None,
                document_type=document_type,
                fiscal_year=fiscal_year,
                fiscal_period=fiscal_period,
                period_end=period_end,
                filing_date=None,
                currency=None,
                scale=None,
                revision=1,
                created_at=now,
                created_by=document_id,
                updated_at=now,
                deleted_at=None,
            )
            session.add(document)
            session.flush()
            session.add(
                DocumentVersion(
                    id=version_id,
                    tenant_id=self.tenant_id,
                    document_id=document_id,
                    number=1,
                    status="ready",
                    content_sha256=document_id.hex,
                    size_bytes=1,
                    created_at=now,
                    created_by=document_id,
                )
            )
            session.flush()
            self.publish(session, document, version_id, pages)
        return document_id

    def publish(self, session: object, document: Document, version_id: UUID, pages: Sequence[PageText]) -> None:
        drafts = make_drafts(pages)
        texts = [draft.indexed_text() for draft in drafts]
        self.index.replace(
            session,
            document=document,
            version_id=version_id,
            drafts=drafts,
            embeddings=self.embedder.embed_documents(texts),
            terms=[term_weights(tokenise(one), average_length=50.0) for one in texts],
            space_id=get_space_id(session, self.embedder.space),
        )


def _describe(issuer: str | None, names: tuple[NameReading, ...]) -> dict[str, object] | None:
    """Return `documents.issuer_aliases`: with names, as published documents have it; without, as older documents."""
    if names:
        return describe_issuer(DocumentMetadata(title="", issuer=issuer, names=names))
    return {"names": list(issuer_aliases(issuer))} if issuer else None


def make_drafts(pages: Sequence[PageText]) -> list[ChunkDraft]:
    drafts: list[ChunkDraft] = []
    for number, page in enumerate(pages, 1):
        start = 0
        for chunk in page.chunks:
            drafts.append(
                ChunkDraft(
                    ordinal=len(drafts),
                    kind=page.kind,
                    page_number=number,
                    char_start=start,
                    char_end=start + len(chunk),
                    heading="",
                    table_header="",
                    text=chunk,
                    section_path=("Part I", "Business"),
                    token_count=len(chunk.split()),
                )
            )
            start += len(chunk) + 1
    return drafts


def create_library(database: object) -> Library:
    tenant_id = uuid4()
    with database.owner.transaction(system_principal(tenant_id)) as session:
        session.execute(
            text("INSERT INTO tenants (id, slug, name, created_at) VALUES (:id, :slug, 'Made', :now)"),
            {"id": tenant_id, "slug": tenant_id.hex, "now": SystemClock().now()},
        )
    return Library(database=database, tenant_id=tenant_id)


@pytest.fixture
def library(module_database) -> Library:
    return create_library(module_database)


@pytest.fixture(scope="module")
def module_library(module_database) -> Library:
    return create_library(module_database)


@pytest.fixture(scope="session")
def page() -> Callable[..., PageText]:
    """Return a factory of pages: `page("a chunk", "another")`."""
    return lambda *chunks, kind=ChunkKind.TEXT: PageText(tuple(chunks), kind)
