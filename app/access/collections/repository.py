"""SQL of collections and grants. The functions in migrations/sql/changes.sql check the principal's rights and write the
rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from app.access.models import Collection, Grant


@dataclass(frozen=True, slots=True)
class NewGrant:
    """A grant of one collection, document or pack to one user or group. `level`: 1 (viewer), 2 (editor), 3 (owner)."""

    user_id: UUID | None
    group_id: UUID | None
    collection_id: UUID | None
    document_id: UUID | None
    level: int
    expires_at: datetime | None
    pack_id: UUID | None = None


class AccessRepository:
    """Collections and grants that the session's principal may see."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._now: datetime | None = None

    def now(self) -> datetime:
        """Return the start time of the transaction, for comparison with `expires_at`."""
        if self._now is None:
            self._now = cast(datetime, self._session.scalar(select(func.now())))
        return self._now

    def create_collection(self, collection_id: UUID, *, parent_id: UUID | None, name: str, grant_id: UUID) -> bool:
        """Create a collection; return False if the principal can't see or edit the parent."""
        return bool(self._session.scalar(select(func.create_collection(collection_id, parent_id, name, grant_id))))

    def lock_collections(self) -> None:
        """Keep other transactions from creating, renaming or moving the tenant's collections until this transaction
        ends.
        """
        self._session.execute(select(func.hold_collections(func.current_tenant())))

    def find_collection(self, collection_id: UUID) -> Collection | None:
        found = select(Collection).where(Collection.id == collection_id)
        return self._session.scalar(found.execution_options(populate_existing=True))

    def find_collections_by_name(self, name: str) -> Sequence[Collection]:
        return self._session.scalars(select(Collection).where(Collection.name == name).order_by(Collection.id)).all()

    def is_name_taken(self, name: str, *, parent_id: UUID | None, but: UUID | None = None) -> bool:
        """Return whether a visible collection inside the parent, other than `but`, has the name.

        The query waits for other transactions that change collections of the tenant. It ignores hidden collections, so
        that trying names does not reveal them.
        """
        self.lock_collections()
        named = select(Collection.id).where(
            Collection.name == name, Collection.parent_id.is_not_distinct_from(parent_id)
        )
        return any(found != but for found in self._session.scalars(named))

    def list_collections(self, *, after: UUID | None, limit: int) -> Sequence[Collection]:
        query = select(Collection).order_by(Collection.id).limit(limit)
        if after is not None:
            query = query.where(Collection.id > after)
        return self._session.scalars(query).all()

    def rename_collection(self, collection_id: UUID, *, name: str, revision: int) -> bool:
        """Rename a collection; return False if the principal may not edit it, or if `revision` is not its current
        revision.
        """
        change = (
            update(Collection)
            .where(Collection.id == collection_id, Collection.revision == revision)
            .values(name=name, revision=revision + 1)
            .returning(Collection.id)
        )
        return self._session.scalar(change) is not None

    def move_collection(self, collection_id: UUID, *, parent_id: UUID | None) -> str:
        """Move a collection; return 'moved', 'hidden', 'labelled' or 'inside-itself'.

        'hidden' means that an object is unknown, or that the principal may not move it there. 'labelled' means that the
        move would remove an inherited label, which only an access administrator may do.
        """
        return str(self._session.scalar(select(func.move_collection(collection_id, parent_id))))

    def move_document(self, document_id: UUID, collection_id: UUID) -> str:
        """Move a document; return 'moved', 'hidden' or 'labelled', as for `move_collection`."""
        return str(self._session.scalar(select(func.move_document(document_id, collection_id))))

    def find_collection_of(self, document_id: UUID) -> UUID | None:
        """Return the collection of a document that the principal may see."""
        query = text("SELECT collection_id FROM documents WHERE id = :id AND deleted_at IS NULL")
        return cast(UUID | None, self._session.scalar(query, {"id": document_id}))

    def create_grant(self, grant_id: UUID, grant: NewGrant) -> bool:
        """Create a grant; return False if the principal neither owns the object nor manages the tenant's access."""
        call = func.create_grant(
            grant_id,
            grant.user_id,
            grant.group_id,
            grant.collection_id,
            grant.document_id,
            grant.pack_id,
            grant.level,
            grant.expires_at,
        )
        return bool(self._session.scalar(select(call)))

    def find_grant(self, grant_id: UUID) -> Grant | None:
        return self._session.scalar(select(Grant).where(Grant.id == grant_id))

    def list_grants(
        self,
        *,
        collection_id: UUID | None,
        document_id: UUID | None,
        pack_id: UUID | None,
        after: UUID | None,
        limit: int,
    ) -> Sequence[Grant]:
        query = select(Grant).order_by(Grant.id).limit(limit)
        if pack_id is not None:
            query = query.where(Grant.pack_id == pack_id)
        if collection_id is not None:
            query = query.where(Grant.collection_id == collection_id)
        if document_id is not None:
            query = query.where(Grant.document_id == document_id)
        if after is not None:
            query = query.where(Grant.id > after)
        return self._session.scalars(query).all()

    def delete_grant(self, grant_id: UUID) -> bool:
        return bool(self._session.scalar(select(func.delete_grant(grant_id))))
