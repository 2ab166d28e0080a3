"""Publishes documents without workers. It uploads a file and writes the rows that a worker would write."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text

from app.db.session import system_principal
from app.documents.content.chunks import ChunkDraft, ChunkKind
from app.documents.models import Document
from app.llm.wordllama_embedder import WordLlamaEmbedder
from app.retrieval.index.lexicon import term_weights, tokenise
from app.retrieval.index.spaces import get_space_id
from app.retrieval.index.writing import ChunkIndex
from tests.api.conftest import Server, User


@dataclass(frozen=True, slots=True)
class PublishedDocuments:
    """Publishes one-page documents in a tenant, and reads the tenant's rows as the owner role."""

    server: Server
    tenant_id: UUID
    embedder: WordLlamaEmbedder

    def publish(
        self, user: User, collection: Mapping[str, Any], page: str, content: bytes | None = None, **metadata: Any
    ) -> dict[str, Any]:
        """Publish a document and return the response to its upload. `metadata`: values for columns of `documents`."""
        made = user.upload(dict(collection), content)
        ids = {kind: made[kind]["id"] for kind in ("document", "version", "run")}
        with self.server.database.worker.transaction(system_principal(self.tenant_id)) as session:
            for statement in (
                "INSERT INTO pages (version_id, number, tenant_id, document_id, width, height, text, words) "
                "VALUES (:version, 1, :tenant, :document, 612, 792, :page, '')",
                "UPDATE document_versions SET status = 'ready', media_type = 'text/plain', page_count = 1 "
                "WHERE id = :version",
                "UPDATE documents SET current_version_id = :version WHERE id = :document",
                *(f"UPDATE documents SET {name} = :{name} WHERE id = :document" for name in metadata),
            ):
                given = {**ids, **metadata, "tenant": self.tenant_id, "page": page}
                session.execute(text(statement), {name: given[name] for name in given if f":{name}" in statement})
            document = session.get(Document, UUID(ids["document"]))
            assert document is not None
            draft = ChunkDraft(0, ChunkKind.TEXT, 1, 0, len(page), "", "", page, (), len(page.split()))
            ChunkIndex().replace(
                session,
                document=document,
                version_id=UUID(ids["version"]),
                drafts=[draft],
                embeddings=self.embedder.embed_documents([page]),
                terms=[term_weights(tokenise(page), average_length=50.0)],
                space_id=get_space_id(session, self.embedder.space),
            )
        return made

    def sql(self, statement: str, **values: object) -> list[Any]:
        """Run a statement in this tenant as the owner role."""
        with self.server.database.owner.transaction(system_principal(self.tenant_id)) as session:
            result = session.execute(text(statement), values)
            return list(result.all()) if result.returns_rows else []

    def digest(self, *tables_apart: str) -> dict[str, tuple[int, str | None]]:
        """Return the number and a digest of the tenant's rows in each table, except the tables in `tables_apart`."""
        tables = self.sql(
            "SELECT table_name FROM information_schema.columns WHERE column_name = 'tenant_id' "
            "AND table_schema = 'public' AND table_name IN (SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') "
            "AND NOT relispartition) ORDER BY 1"
        )
        return {
            table: tuple(self.sql(f"SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t")[0])
            for (table,) in tables
            if table not in tables_apart
        }


MakeShelf = Callable[[UUID], PublishedDocuments]


def ask_question(user: User, question: str, **more: Any) -> dict[str, Any]:
    headers = more.pop("headers", {})
    answer = user.http.post("/v1/questions", json={"question": question, **more}, headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.json()


def cited_documents(answer: Mapping[str, Any]) -> set[str]:
    """Return the ids of the documents that an answer cites."""
    return {citation["document_id"] for claim in answer["claims"] for citation in claim["citations"]}
