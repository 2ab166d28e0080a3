"""Creates tenants for search benchmarks.

Collections and grants are created by the product's services. Documents are written in the same way as by the publish
stage. Benchmarks then add thousands of copies of these documents with SQL.
"""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

import app.identity.models  # noqa: F401  SQLAlchemy must know the tables that documents refer to
from app.access.collections.repository import NewGrant
from app.access.collections.service import AccessService
from app.core.clock import SystemClock
from app.core.ids import new_id
from app.core.principal import Principal, Role
from app.db.migrate import upgrade_to_head
from app.db.session import Database, build_engine, system_principal
from app.documents.content.chunks import ChunkDraft, ChunkKind
from app.documents.issuers import normalise_issuer
from app.documents.models import Document
from app.identity.service import TenantAdmin
from app.llm.port import Vectors
from app.retrieval.index.lexicon import term_weights, tokenise
from app.retrieval.index.writing import ChunkIndex
from app.stack.servers.postgres import EmbeddedPostgres

SPACE = 2  # the built-in space
_LONG_MS = 3_600_000
_PAGE_CHUNKS = 3
_AVERAGE_TERMS = 60.0

_DOCUMENT = """
INSERT INTO documents (id, tenant_id, collection_id, access_class_id, content_sha256, current_version_id, title,
    filename, issuer, issuer_key, document_type, fiscal_year, fiscal_period, revision, created_at, created_by,
    updated_at)
VALUES (:id, :tenant, :collection, 0, :id, :id, :title, 'made.pdf', :issuer, :key, '10-K', :year, 'FY', 1, now(), :id,
    now())
"""
_VERSION = """
INSERT INTO document_versions (id, tenant_id, document_id, number, status, content_sha256, size_bytes, created_at,
    created_by)
VALUES (:id, :tenant, :id, 1, 'ready', 'made', 1, now(), :id)
"""
# Copies belong to the same tenant. Triggers assign their access classes, as they do for every row.
_COPIES: Mapping[str, str] = MappingProxyType(
    {
        "documents": "collection_id, access_class_id, title, filename, issuer, issuer_key, document_type, fiscal_year, "
        "fiscal_period, period_end, filing_date, revision, created_at, created_by, updated_at",
        "document_versions": "number, status, content_sha256, size_bytes, created_at, created_by",
        "indexed_documents": "access_class_id, chunk_count, layout",
        "chunks": "access_class_id, ordinal, kind, page_number, char_start, char_end, heading, table_header, text, "
        "section_path, token_count",
        "chunk_embeddings": "space_id, ordinal, access_class_id, embedding",
        "chunk_signatures": "space_id, signatures",
        "term_postings": "term_id, access_class_id, chunk_count, postings",
    }
)
_NAMED: Mapping[str, str] = MappingProxyType(
    {
        "documents": "id, content_sha256, current_version_id",
        "document_versions": "id, document_id",
        "indexed_documents": "document_id, version_id",
        "chunks": "document_id, version_id",
    }
)


@dataclass(frozen=True, slots=True)
class Cluster:
    """The benchmark's own database server, with one `Database` per role."""

    api: Database
    worker: Database
    owner: Database

    def tidy(self) -> None:
        """Vacuum and analyse all tables, so that every measurement starts from the state that autovacuum leaves."""
        with self.owner.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


@contextmanager
def open_cluster() -> Iterator[Cluster]:
    """Start PostgreSQL in a temporary folder, which is deleted at the end. Raises ServerStartError."""
    with tempfile.TemporaryDirectory(prefix="footnote-bench-") as folder, EmbeddedPostgres(Path(folder)) as server:
        server.databases.ensure_database()
        upgrade_to_head(server.url("owner"))
        opened = [
            Database(
                engine=build_engine(
                    server.url(role), pool_size=1, statement_timeout_ms=_LONG_MS, application_name=f"bench-{role}"
                )
            )
            for role in ("api", "worker", "owner")
        ]
        try:
            yield Cluster(*opened)
        finally:
            for database in opened:
                database.close()


class SyntheticTenant:
    """A tenant with an administrator who owns its collections."""

    def __init__(self, *, cluster: Cluster, name: str) -> None:
        self._cluster = cluster
        self._founding = TenantAdmin(owner=cluster.owner, clock=SystemClock())
        self._access = AccessService(database=cluster.api)
        self._index = ChunkIndex()
        self.tenant_id = self._founding.create_tenant(slug=name, name=name)
        self._admin = self._make_user("admin", Role.ADMIN, Role.EDITOR)

    def add_collection(self, name: str) -> UUID:
        return self._access.create_collection(self._admin, name=name).id

    def add_reader(self, name: str, *, collections: Sequence[UUID] = (), documents: Sequence[UUID] = ()) -> Principal:
        """Create an analyst who sees only these collections and documents."""
        reader = self._make_user(name, Role.ANALYST)
        opened = [(collection, None) for collection in collections] + [(None, document) for document in documents]
        for collection_id, document_id in opened:
            grant = NewGrant(
                user_id=reader.user_id,
                group_id=None,
                collection_id=collection_id,
                document_id=document_id,
                level=1,
                expires_at=None,
            )
            self._access.create_grant(self._admin, grant)
        return reader

    def add_document(self, collection: UUID, texts: Sequence[str], vectors: Vectors, *, issuer: str, year: int) -> UUID:
        """Write a document with these chunks in the same way as the publish stage."""
        document_id = new_id()
        values = {
            "id": document_id,
            "tenant": self.tenant_id,
            "collection": collection,
            "title": f"{issuer} {year}",
            "issuer": issuer,
            "key": normalise_issuer(issuer),
            "year": year,
        }
        with self._as_worker() as session:
            session.execute(text(_DOCUMENT), values)
            session.execute(text(_VERSION), {"id": document_id, "tenant": self.tenant_id})
            self._index.replace(
                session,
                document=session.get_one(Document, document_id),
                version_id=document_id,
                drafts=_drafts(texts),
                embeddings=vectors,
                terms=[term_weights(tokenise(one), average_length=_AVERAGE_TERMS) for one in texts],
                space_id=SPACE,
            )
        return document_id

    def copy_document(self, document_id: UUID, *, times: int) -> None:
        """Add `times` documents with the same chunks, vectors, signatures and terms."""
        with self._as_worker() as session:
            copy_document(session, document_id, times=times)

    @contextmanager
    def _as_worker(self) -> Iterator[Session]:
        with self._cluster.worker.transaction(system_principal(self.tenant_id)) as session:
            yield session

    def _make_user(self, name: str, *roles: Role) -> Principal:
        user_id, _ = self._founding.create_user(self.tenant_id, email=f"{name}@example.org", name=name, roles=roles)
        return Principal(tenant_id=self.tenant_id, user_id=user_id, roles=frozenset(roles))


def copy_document(session: Session, document_id: UUID, *, times: int) -> list[UUID]:
    """Add `times` copies of a document to the session's tenant, with SQL only. Return their ids."""
    copies = [new_id() for _ in range(times)]
    for table, columns in _COPIES.items():
        named = _NAMED.get(table, "document_id")
        kept = ", ".join(f"o.{column.strip()}" for column in columns.split(","))
        news = ", ".join("n.id" if "sha256" not in column else "n.id::text" for column in named.split(","))
        key = "id" if table == "documents" else "document_id"
        session.execute(
            text(
                f"INSERT INTO {table} (tenant_id, {named}, {columns}) SELECT o.tenant_id, {news}, {kept} "  # noqa: S608
                f"FROM unnest(CAST(:copies AS uuid[])) n(id) CROSS JOIN {table} o WHERE o.{key} = :document"
            ),
            {"copies": copies, "document": document_id},
        )
    return copies


def _drafts(texts: Sequence[str]) -> list[ChunkDraft]:
    return [
        ChunkDraft(
            ordinal=ordinal,
            kind=ChunkKind.TEXT,
            page_number=1 + ordinal // _PAGE_CHUNKS,
            char_start=0,
            char_end=len(one),
            heading="",
            table_header="",
            text=one,
            section_path=(),
            token_count=len(one.split()),
        )
        for ordinal, one in enumerate(texts)
    ]
