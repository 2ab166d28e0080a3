"""Reads published documents by a new schema: a preview of the cost, then durable work of low priority."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import exists, func, select, text
from sqlalchemy.orm import Session

from app.audit.service import record
from app.core.clock import Clock
from app.core.principal import Permission, Principal
from app.db.session import Database
from app.documents.models import Document, DocumentVersion
from app.review.models import ReviewTask
from app.review.schemas.definition import Schema, shipped_keys, shipped_schema
from app.review.schemas.errors import SchemaNotFoundError
from app.review.schemas.repository import SHIPPED, SchemaRepository

_READ = text("SELECT read_published(:schema)")


@dataclass(frozen=True, slots=True)
class ReadingEffect:
    """What reading the published documents of a schema's types would cost: those that have no task for it yet, with
    their pages, and the schema's fields. Only documents that the principal may see are counted.
    """

    documents: int
    pages: int
    fields: int

    @property
    def readings(self) -> int:
        return self.documents * self.fields


class PublishedService:
    """Previews and starts the reading of published documents by a schema."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def preview(self, principal: Principal, key: str) -> ReadingEffect:
        """Return what the reading would cost. Raises PermissionRequiredError, SchemaNotFoundError."""
        principal.require(Permission.SCHEMAS_WRITE)
        with self._database.transaction(principal, snapshot=True) as session:
            return _effect(session, key)

    def read(self, principal: Principal, key: str) -> ReadingEffect:
        """Let the documents get tasks, a few at a time, also those that the principal may not see. Documents that have
        a task keep it, and fields that were read before are not read again. Raises PermissionRequiredError,
        SchemaNotFoundError.
        """
        principal.require(Permission.SCHEMAS_WRITE)
        with self._database.transaction(principal) as session:
            schemas = SchemaRepository(session)
            row = schemas.find_row(key)
            if row is None or row.origin == SHIPPED:
                row = schemas.ensure_shipped(key, principal, self._clock.now())
            effect = _effect(session, key)
            session.execute(_READ, {"schema": row.id})
            record(session, principal, "review.schema.read_published", object_type="schema", object_id=row.id)
            return effect


def _effect(session: Session, key: str) -> ReadingEffect:
    schema_id, schema = _find(session, key)
    task = exists().where(ReviewTask.version_id == Document.current_version_id, ReviewTask.schema_id == schema_id)
    query = (
        select(func.count(), func.coalesce(func.sum(DocumentVersion.page_count), 0))
        .select_from(Document)
        .join(DocumentVersion, DocumentVersion.id == Document.current_version_id)
        .where(Document.deleted_at.is_(None), Document.document_type.in_(schema.document_types), ~task)
    )
    documents, pages = session.execute(query).one()
    return ReadingEffect(documents, int(pages or 0), len(schema.fields))


def _find(session: Session, key: str) -> tuple[UUID | None, Schema]:
    schemas = SchemaRepository(session)
    row = schemas.find_row(key)
    if row is not None:
        return row.id, schemas.get_schema(row)
    if key not in shipped_keys():
        raise SchemaNotFoundError
    return None, shipped_schema(key)
