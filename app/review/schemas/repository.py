"""SQL of schemas. A schema that Footnote ships gets rows when the tenant first uses it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import collate, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.core.ids import new_id
from app.core.principal import Principal
from app.review.models import SchemaRow, SchemaVersion
from app.review.schemas.definition import Schema, parse_definition, shipped_definition, shipped_keys, shipped_schema
from app.review.schemas.errors import SchemaNotFoundError

SHIPPED, OWN = "shipped", "tenant"


class SchemaRepository:
    """Reads and writes the schemas of the session's tenant."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def find_row(self, schema: UUID | str) -> SchemaRow | None:
        """Return a schema by its ID or key."""
        by = SchemaRow.id == schema if isinstance(schema, UUID) else SchemaRow.key == schema
        return self._session.scalar(select(SchemaRow).where(by).execution_options(populate_existing=True))

    def check_key(self, key: str | None) -> None:
        """Raise SchemaNotFoundError if the tenant has no schema with this key, and Footnote ships none."""
        if key is not None and key not in shipped_keys() and self.find_row(key) is None:
            raise SchemaNotFoundError

    def list_rows(self, *, after: str, limit: int) -> Sequence[SchemaRow]:
        """List the tenant's schemas with later keys than `after`, by key as Python compares them."""
        key = collate(SchemaRow.key, "C")
        return self._session.scalars(select(SchemaRow).where(key > after).order_by(key).limit(limit)).all()

    def list_for(self, document_type: str) -> Sequence[SchemaRow]:
        """List the tenant's schemas for a type of documents, and all shipped ones that it uses or has replaced."""
        is_for = SchemaRow.document_types.contains([document_type])
        return self._session.scalars(select(SchemaRow).where(or_(is_for, SchemaRow.key.in_(shipped_keys())))).all()

    def ensure_shipped(self, key: str, principal: Principal, now: datetime) -> SchemaRow:
        """Return the tenant's row of a schema that Footnote ships; add it, or the version of this release, if it is
        missing. The version's number grows with each release that changes the schema. Raises SchemaNotFoundError.
        """
        if key not in shipped_keys():
            raise SchemaNotFoundError
        schema, definition = shipped_schema(key), dict(shipped_definition(key))
        row = self.find_row(key)
        if row is None:
            self.add(schema, definition, origin=SHIPPED, principal=principal, now=now)
            row = self.find_row(key)
            assert row is not None, "it was added, by this transaction or by another"
        if row.origin == SHIPPED and self.get_definition(row.id, row.version) != definition:
            self.add_version(row, schema, definition, principal=principal, now=now)
        return row

    def add(
        self, schema: Schema, definition: Mapping[str, Any], *, origin: str, principal: Principal, now: datetime
    ) -> bool:
        """Add a schema with its first version. Return False if the tenant has one with this key."""
        schema_id = new_id()
        added = self._session.scalar(
            insert(SchemaRow)
            .values(
                id=schema_id,
                tenant_id=principal.tenant_id,
                key=schema.key,
                title=schema.title,
                origin=origin,
                document_types=list(schema.document_types),
                version=1,
                created_by=principal.user_id,
                created_at=now,
            )
            .on_conflict_do_nothing(index_elements=["tenant_id", "key"])
            .returning(SchemaRow.id)
        )
        if added is not None:
            self._insert_version(schema_id, 1, definition, principal, now)
        return added is not None

    def add_version(
        self, row: SchemaRow, schema: Schema, definition: Mapping[str, Any], *, principal: Principal, now: datetime
    ) -> None:
        """Add a version to a schema, and reload its row."""
        self.lock(row)
        number = row.version + 1
        change = update(SchemaRow).where(SchemaRow.id == row.id)
        self._session.execute(
            change.values(
                version=number, title=schema.title, document_types=list(schema.document_types)
            ).execution_options(synchronize_session=False)
        )
        self._insert_version(row.id, number, definition, principal, now)
        self._session.refresh(row)

    def lock(self, row: SchemaRow) -> None:
        """Lock and reload the row."""
        self._session.refresh(row, with_for_update=True)

    def archive(self, schema_id: UUID, archived_at: datetime | None) -> None:
        change = update(SchemaRow).where(SchemaRow.id == schema_id).values(archived_at=archived_at)
        self._session.execute(change.execution_options(synchronize_session=False))

    def get_definition(self, schema_id: UUID, number: int) -> dict[str, Any]:
        """Return the definition of a version. Raises SchemaNotFoundError."""
        query = select(SchemaVersion.definition)
        query = query.where(SchemaVersion.schema_id == schema_id, SchemaVersion.number == number)
        found: dict[str, Any] | None = self._session.scalar(query)
        if found is None:
            raise SchemaNotFoundError
        return found

    def get_schema(self, row: SchemaRow, number: int | None = None) -> Schema:
        """Return a version of a schema, by default the newest. Raises SchemaNotFoundError."""
        return parse_definition(row.key, self.get_definition(row.id, row.version if number is None else number))

    def find_version(self, schema_id: UUID, number: int) -> Schema | None:
        """Return a version of a schema."""
        query = (
            select(SchemaRow.key, SchemaVersion.definition)
            .join(SchemaVersion, SchemaVersion.schema_id == SchemaRow.id)
            .where(SchemaRow.id == schema_id, SchemaVersion.number == number)
        )
        found = self._session.execute(query).one_or_none()
        return None if found is None else parse_definition(found.key, found.definition)

    def list_versions(self, schema_id: UUID, *, before: int | None, limit: int) -> Sequence[SchemaVersion]:
        """List versions of a schema, newest first."""
        query = select(SchemaVersion).where(SchemaVersion.schema_id == schema_id)
        if before is not None:
            query = query.where(SchemaVersion.number < before)
        return self._session.scalars(query.order_by(SchemaVersion.number.desc()).limit(limit)).all()

    def _insert_version(
        self, schema_id: UUID, number: int, definition: Mapping[str, Any], principal: Principal, now: datetime
    ) -> None:
        self._session.execute(
            insert(SchemaVersion).values(
                schema_id=schema_id,
                number=number,
                tenant_id=principal.tenant_id,
                definition=dict(definition),
                created_by=principal.user_id,
                created_at=now,
            )
        )
