"""Schemas of a tenant: its own, and those that Footnote ships. A version is never changed; a new one reads only the
fields that differ.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.audit.service import record
from app.core.clock import Clock
from app.core.errors import PreconditionFailedError
from app.core.pagination import LONGEST, PageOf, PageRequest, cut_page, parse_number_cursor
from app.core.principal import Permission, Principal
from app.db.session import Database
from app.documents.models import DocumentVersion
from app.review.models import ReviewTask, SchemaRow, SchemaVersion
from app.review.schemas.definition import (
    FieldPolicy,
    FieldSpec,
    Schema,
    parse_definition,
    shipped_definition,
    shipped_keys,
    shipped_schema,
    strictest,
)
from app.review.schemas.errors import SchemaExistsError, SchemaNotFoundError
from app.review.schemas.repository import OWN, SHIPPED, SchemaRepository

_REQUEUE = text("SELECT requeue_tasks(:schema)")


@dataclass(frozen=True, slots=True)
class SchemaView:
    """A version of a schema. `id` is None for a shipped one that the tenant has not used; its `version` is then 1.
    `newest` is the number of the schema's newest version.
    """

    id: UUID | None
    origin: str
    version: int
    newest: int
    schema: Schema
    definition: Mapping[str, Any]
    archived_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SchemaEffect:
    """What a new version changes: fields by key, and what must be read again. Of the tasks, only those that the
    principal may see are counted: `tasks` with `pages` pages, in which `readings` fields are read.
    """

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: tuple[str, ...]
    tasks: int
    pages: int

    @property
    def readings(self) -> int:
        return self.tasks * (len(self.added) + len(self.changed))


class SchemaService:
    """Reads and writes schemas under the principal's rights."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def list_schemas(self, principal: Principal, page: PageRequest = LONGEST) -> PageOf[SchemaView]:
        """List the schemas by key: the newest version of each. Raises InvalidCursorError."""
        after = page.after() or ""
        with self._database.transaction(principal, snapshot=True) as session:
            repository = SchemaRepository(session)
            rows = {row.key: row for row in repository.list_rows(after=after, limit=page.limit + 1)}
            views = [_view(repository, row) for row in rows.values()]
        views += [_shipped_view(key) for key in shipped_keys() if key > after and key not in rows]
        return cut_page(sorted(views, key=_key_of)[: page.limit + 1], page, _key_of)

    def get_schema(self, principal: Principal, key: str, version: int | None = None) -> SchemaView:
        """Return a version of a schema, by default the newest. Raises SchemaNotFoundError."""
        with self._database.transaction(principal, snapshot=True) as session:
            return _get_view(SchemaRepository(session), key, version)

    def list_versions(self, principal: Principal, key: str, page: PageRequest = LONGEST) -> PageOf[SchemaVersion]:
        """List the versions of a schema, newest first. Raises SchemaNotFoundError, InvalidCursorError."""
        before = parse_number_cursor(page)
        with self._database.transaction(principal, snapshot=True) as session:
            repository = SchemaRepository(session)
            row = repository.find_row(key)
            if row is None:
                _shipped_view(key)
                return PageOf(items=[], next_cursor=None)
            found = repository.list_versions(row.id, before=before, limit=page.limit + 1)
            return cut_page(found, page, lambda each: each.number)

    def create_schema(self, principal: Principal, key: str, definition: Mapping[str, Any]) -> SchemaView:
        """Add a schema. Raises PermissionRequiredError, SchemaInvalidError, SchemaExistsError."""
        principal.require(Permission.SCHEMAS_WRITE)
        schema = parse_definition(key, definition)
        with self._database.transaction(principal) as session:
            repository = SchemaRepository(session)
            is_new = key not in shipped_keys() and repository.add(
                schema, definition, origin=OWN, principal=principal, now=self._clock.now()
            )
            if not is_new:
                raise SchemaExistsError
            view = _get_view(repository, key)
            _record(session, principal, "created", view)
            return view

    def preview(self, principal: Principal, key: str, definition: Mapping[str, Any]) -> SchemaEffect:
        """Return what a new version would change. Raises PermissionRequiredError, SchemaNotFoundError,
        SchemaInvalidError.
        """
        principal.require(Permission.SCHEMAS_WRITE)
        with self._database.transaction(principal, snapshot=True) as session:
            before = _get_view(SchemaRepository(session), key)
            return _effect(session, before, parse_definition(key, definition))

    def add_version(
        self, principal: Principal, key: str, definition: Mapping[str, Any], *, version: int | None
    ) -> tuple[SchemaView, SchemaEffect]:
        """Add a version to a schema, and queue the reading of its tasks. A version of a shipped schema makes it the
        tenant's own. Return it with what it changes. Only an approver may let fewer people agree on a field, or remove
        one on which others have to agree.

        Raises PermissionRequiredError, SchemaNotFoundError, SchemaInvalidError; PreconditionFailedError if `version` is
        not the newest one (None skips the check).
        """
        principal.require(Permission.SCHEMAS_WRITE)
        schema = parse_definition(key, definition)
        with self._database.transaction(principal) as session:
            repository = SchemaRepository(session)
            row = repository.find_row(key)
            if row is None:
                row = repository.ensure_shipped(key, principal, self._clock.now())
            repository.lock(row)
            if version is not None and row.version != version:
                raise PreconditionFailedError
            before = _view(repository, row)
            if _asks_fewer(before.schema, schema):
                principal.require(Permission.REVIEW_APPROVE)
            repository.add_version(row, schema, definition, principal=principal, now=self._clock.now())
            effect = _effect(session, before, schema)
            session.execute(_REQUEUE, {"schema": row.id})
            view = _view(repository, row)
            _record(session, principal, "versioned", view)
            return view, effect

    def archive(self, principal: Principal, key: str, *, archived: bool) -> SchemaView:
        """Let new documents get no tasks for a schema, or let them get tasks again. Raises PermissionRequiredError,
        SchemaNotFoundError.
        """
        principal.require(Permission.SCHEMAS_WRITE)
        with self._database.transaction(principal) as session:
            repository, now = SchemaRepository(session), self._clock.now()
            row = repository.find_row(key)
            if row is None:
                row = repository.ensure_shipped(key, principal, now)
            repository.archive(row.id, now if archived else None)
            view = _get_view(repository, key)
            _record(session, principal, "archived" if archived else "restored", view)
            return view


def _key_of(view: SchemaView) -> str:
    return view.schema.key


def _get_view(repository: SchemaRepository, key: str, version: int | None = None) -> SchemaView:
    row = repository.find_row(key)
    if row is not None:
        return _view(repository, row, version)
    if version not in (None, 1):
        raise SchemaNotFoundError
    return _shipped_view(key)


def _view(repository: SchemaRepository, row: SchemaRow, version: int | None = None) -> SchemaView:
    number = row.version if version is None else version
    definition = repository.get_definition(row.id, number)
    schema = parse_definition(row.key, definition)
    return SchemaView(row.id, row.origin, number, row.version, schema, definition, row.archived_at)


def _shipped_view(key: str) -> SchemaView:
    if key not in shipped_keys():
        raise SchemaNotFoundError
    return SchemaView(None, SHIPPED, 1, 1, shipped_schema(key), shipped_definition(key))


def _asks_fewer(before: Schema, after: Schema) -> bool:
    for spec in before.fields:
        later = after.find_field(spec.key)
        policy = FieldPolicy.ONE if later is None else later.policy
        if strictest([spec.policy, policy]) is not policy:
            return True
    return False


def _effect(session: Session, before: SchemaView, after: Schema) -> SchemaEffect:
    former: dict[str, FieldSpec] = {spec.key: spec for spec in before.schema.fields}
    kept = [spec for spec in after.fields if spec.key in former]
    query = (
        select(func.count(), func.coalesce(func.sum(DocumentVersion.page_count), 0))
        .select_from(ReviewTask)
        .join(DocumentVersion, DocumentVersion.id == ReviewTask.version_id)
        .where(ReviewTask.schema_id == before.id, ReviewTask.state != "superseded")
    )
    tasks, pages = (0, 0) if before.id is None else session.execute(query).one()
    return SchemaEffect(
        added=tuple(spec.key for spec in after.fields if spec.key not in former),
        changed=tuple(spec.key for spec in kept if spec.digest != former[spec.key].digest),
        removed=tuple(key for key in former if after.find_field(key) is None),
        unchanged=tuple(spec.key for spec in kept if spec.digest == former[spec.key].digest),
        tasks=tasks,
        pages=pages or 0,
    )


def _record(session: Session, principal: Principal, what: str, view: SchemaView) -> None:
    detail = {"version": view.version}
    record(session, principal, f"review.schema.{what}", object_type="schema", object_id=view.id, detail=detail)
