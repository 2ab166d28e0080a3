"""A tenant of a running Footnote with a filing whose fields wait for review."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import create_engine

from app.client.api import ApiClient
from app.client.ingestion import NoProgress, ingest_files
from app.core.clock import SystemClock
from app.core.ids import new_id
from app.core.principal import Principal, Role
from app.db.session import Database, system_principal
from app.documents.models import Document, Page
from app.review.evidence import Evidence, evidence_at
from app.review.models import ReviewTask, SchemaRow
from app.review.proposals import Proposal, ProposalState, ReadingMethod
from app.review.revisions.proposing import FieldWriter
from app.review.schemas.definition import FieldSpec, parse_definition
from app.review.schemas.repository import SchemaRepository
from app.review.value_texts import parse_value
from app.stack.founding import open_tenant_admin
from app.stack.supervisor import Stack

CONFIDENCE = 0.8


def fees(count: int, **more: Any) -> dict[str, Any]:
    """Return the definition of a schema of `count` fees, of which `more` says more in `x-field`."""
    properties = {
        f"fee_{number}": {
            "title": f"Fee of tranche {number}",
            "type": "number",
            "x-field": {"importance": 3, "unit": "USD", **more},
        }
        for number in range(1, count + 1)
    }
    return {"title": "Fees", "x-document-types": ["fee-letter"], "properties": properties}


@dataclass(frozen=True)
class Desk:
    """An editor and an approver, their documents, and the databases of the running Footnote."""

    key: str
    approver_key: str
    editor: Principal
    documents: Sequence[UUID]
    api: Database
    worker: Database

    def task(self, definition: dict[str, Any], *, document: int = 0, confidence: float = CONFIDENCE) -> UUID:
        """Create an open task. The machine read `USD n,000,000` for the n-th field, where the document has it.

        The task is never queued: the workers of the running Footnote would read it by their own rules.
        """
        document_id = self.documents[document]
        key, now = f"fees-{uuid4().hex[:8]}", SystemClock().now()
        schema = parse_definition(key, definition)
        with self.api.transaction(self.editor) as session:
            schemas = SchemaRepository(session)
            schemas.add(schema, definition, origin="tenant", principal=self.editor, now=now)
            row = schemas.find_row(key)
            assert row is not None
            schema_id, version_id = row.id, session.get_one(Document, document_id).current_version_id
            assert version_id is not None
        task = ReviewTask(
            id=new_id(), tenant_id=self.editor.tenant_id, document_id=document_id, version_id=version_id,
            schema_id=schema_id, schema_version=1, state="open", available_at=now, called_at=now,
            created_by=self.editor.user_id, created_at=now, changed_at=now,
        )  # fmt: skip
        with self.worker.transaction(system_principal(self.editor.tenant_id)) as session:
            session.add(task)
            session.flush()
            pages = {page.number: page.text for page in session.query(Page).filter_by(version_id=version_id)}
            read = {
                spec.key: (spec.digest, _proposal(spec, _find(pages, f"USD {number},000,000"), confidence))
                for number, spec in enumerate(schema.fields, start=1)
            }
            FieldWriter(session, task, datetime.now(UTC)).write(schema, read)
            return task.id

    def schema_of(self, task_id: UUID) -> str:
        with self.worker.transaction(system_principal(self.editor.tenant_id)) as session:
            return session.get_one(SchemaRow, session.get_one(ReviewTask, task_id).schema_id).key

    def set_state(self, task_id: UUID, state: str, error: str | None = None) -> None:
        with self.worker.transaction(system_principal(self.editor.tenant_id)) as session:
            task = session.get_one(ReviewTask, task_id)
            task.state, task.error_detail = state, error


@contextmanager
def open_desk(stack: Stack, files: Sequence[Path]) -> Iterator[Desk]:
    """Create a tenant with the users Ana (editor) and Cleo (approver), and ingest files."""
    admin, database = open_tenant_admin(stack.database_url("owner"))
    tenant_id = admin.create_tenant(slug=f"desk-{uuid4().hex}", name="Desk")
    user_id, key = admin.create_user(tenant_id, email="ana@example.org", name="Ana Field", roles=[Role.EDITOR])
    approver_id, approver_key = admin.create_user(
        tenant_id, email="cleo@example.org", name="Cleo Ware", roles=[Role.APPROVER]
    )
    database.close()
    with ApiClient(url=stack.url, key=key) as api:
        collection = api.create_collection("Letters")
        api.grant(level="editor", user_id=str(approver_id), collection_id=str(collection.id))
        ingest_files(api, list(files), collection=collection.id, watcher=NoProgress())
        by_name = {document.filename: UUID(str(document.id)) for document in api.list_documents()}
    engines = [create_engine(stack.database_url(role)) for role in ("api", "worker")]
    editor = Principal(tenant_id, user_id, frozenset({Role.EDITOR}), name="Ana Field")
    databases = [Database(engine=engine) for engine in engines]
    yield Desk(key, approver_key, editor, [by_name[file.name] for file in files], *databases)
    for engine in engines:
        engine.dispose()


def _find(pages: dict[int, str], words: str) -> Evidence | None:
    for number, text in sorted(pages.items()):
        if (start := text.find(words)) >= 0:
            return evidence_at(number, text, start, start + len(words))
    return None


def _proposal(spec: FieldSpec, quote: Evidence | None, confidence: float) -> Proposal:
    if quote is None:
        return Proposal(spec.key, ProposalState.UNREAD, None, (), ReadingMethod.RULE, 0.0)
    value = parse_value(spec.kind, quote.quote, unit=spec.unit)
    return Proposal(spec.key, ProposalState.FOUND, value, (quote,), ReadingMethod.RULE, confidence)
