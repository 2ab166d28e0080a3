"""A task of the editors' desk on a given document, for tests of rights."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from app.core.principal import Principal, Role
from app.db.session import system_principal
from app.review.models import ReviewTask
from app.review.proposals import Proposal, ProposalState, ReadingMethod
from app.review.revisions.proposing import FieldWriter
from app.review.schemas.definition import parse_definition
from app.review.schemas.repository import SchemaRepository
from app.review.tasks.repository import TaskRepository

_FIELD = text("SELECT id FROM fields WHERE task_id = :task ORDER BY position LIMIT 1")
RAW = {"title": "Deal", "properties": {"law": {"type": "string"}}}


def create_schema(database: Any, tenant: UUID, by: UUID, raw: dict[str, Any] = RAW) -> str:
    """Add a schema, by default with one field, and return its key."""
    schema = parse_definition(f"deal-{uuid4().hex}", raw)
    principal = Principal(tenant, by, roles=frozenset({Role.APPROVER}))
    with database.api.transaction(principal) as session:
        SchemaRepository(session).add(schema, raw, origin="tenant", principal=principal, now=datetime.now(UTC))
    return schema.key


def create_task(database: Any, tenant: UUID, document: UUID, version: UUID, schema_key: str) -> tuple[UUID, UUID]:
    """Create an open task with an unread field. Return the IDs of the task and of its first field."""
    with database.worker.transaction(system_principal(tenant)) as session:
        schemas = SchemaRepository(session)
        row = schemas.find_row(schema_key)
        assert row is not None
        task_id, _ = TaskRepository(session).ensure_task(
            system_principal(tenant), document_id=document, version_id=version, schema=row
        )
        task = session.get_one(ReviewTask, task_id)
        task.state = "open"
        schema = schemas.get_schema(row)
        unread = {
            spec.key: (spec.digest, Proposal(spec.key, ProposalState.UNREAD, None, (), ReadingMethod.RULE, 0.0))
            for spec in schema.fields
        }
        FieldWriter(session, task, datetime.now(UTC)).write(schema, unread)
        (field,) = session.execute(_FIELD, {"task": task_id}).one()
    return task_id, field
