"""Queues the tasks of a document that is published: one for each schema of its type."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.principal import Principal
from app.review.schemas.definition import shipped_keys, shipped_schema
from app.review.schemas.repository import SHIPPED, SchemaRepository
from app.review.tasks.repository import TaskRepository


def queue_tasks(
    session: Session,
    principal: Principal,
    *,
    document_id: UUID,
    version_id: UUID,
    document_type: str | None,
    now: datetime,
) -> int:
    """Queue a task for each schema of the document's type that the tenant has not archived. Return their number."""
    if document_type is None:
        return 0
    schemas, tasks = SchemaRepository(session), TaskRepository(session)
    rows = {row.key: row for row in schemas.list_for(document_type)}
    own = [row for row in rows.values() if row.origin != SHIPPED and document_type in row.document_types]
    for key in shipped_keys():
        row = rows.get(key)
        is_own = row is not None and row.origin != SHIPPED
        if not is_own and document_type in shipped_schema(key).document_types:
            own.append(schemas.ensure_shipped(key, principal, now))
    wanted = [row for row in own if row.archived_at is None]
    for row in wanted:
        tasks.ensure_task(principal, document_id=document_id, version_id=version_id, schema=row)
    return len(wanted)
