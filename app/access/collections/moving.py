"""Rename and move collections and documents inside one transaction, and write audit events. Only an access
administrator may make a move that removes an inherited label from an object. The database enforces this rule
(migrations/sql/changes.sql).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from app.access.collections.editing import savepoint
from app.access.collections.repository import AccessRepository
from app.access.errors import (
    CollectionExistsError,
    CollectionInsideItselfError,
    CollectionNotFoundError,
    MoveLeavesBarrierError,
)
from app.access.models import Collection
from app.audit.service import record
from app.core.errors import PreconditionFailedError
from app.core.principal import Principal


@dataclass(frozen=True, slots=True)
class CollectionEdit:
    """Changes of a collection: a new name (None: unchanged) and, if `moves` is set, a new parent (None: top level)."""

    name: str | None = None
    moves: bool = False
    parent_id: UUID | None = None


class Mover:
    """Moves collections and documents that the principal owns into collections that the principal may edit."""

    def __init__(self, session: Session, principal: Principal) -> None:
        self._session = session
        self._principal = principal
        self._rows = AccessRepository(session)

    def edit_collection(self, collection_id: UUID, change: CollectionEdit, *, revision: int | None) -> Collection:
        """Rename and move the collection if `revision` is its current revision (None: any revision).

        Raises CollectionNotFoundError if the principal may not see the collection or may not make the change;
        PreconditionFailedError, CollectionExistsError, CollectionInsideItselfError, CollectionTooDeepError,
        MoveLeavesBarrierError.
        """
        self._rows.lock_collections()
        seen = self._read(collection_id)
        if revision is not None and seen.revision != revision:
            raise PreconditionFailedError
        name = seen.name if change.name is None else change.name
        parent_id = change.parent_id if change.moves else seen.parent_id
        if self._rows.is_name_taken(name, parent_id=parent_id, but=collection_id):
            raise CollectionExistsError
        if parent_id != seen.parent_id:
            before = place_of(seen)
            with savepoint(self._session):
                _check_moved(self._rows.move_collection(collection_id, parent_id=parent_id))
            seen = self._read_again(seen)
            self._record("access.collection.moved", "collection", collection_id, before, place_of(seen))
        if change.name is not None:
            before = place_of(seen)
            if not self._rows.rename_collection(collection_id, name=name, revision=seen.revision):
                raise CollectionNotFoundError("There is no such collection that you may edit.")
            seen = self._read_again(seen)
            self._record("access.collection.renamed", "collection", collection_id, before, place_of(seen))
        return seen

    def move_document(self, document_id: UUID, collection_id: UUID) -> None:
        """Move a document. Raises CollectionNotFoundError if the collection is missing, or if the principal does not
        own the document; MoveLeavesBarrierError, ContentExistsError.
        """
        before = {"collection_id": str(self._rows.find_collection_of(document_id))}
        with savepoint(self._session):
            _check_moved(self._rows.move_document(document_id, collection_id))
        after = {"collection_id": str(collection_id)}
        self._record("documents.document.moved", "document", document_id, before, after)

    def _read(self, collection_id: UUID) -> Collection:
        found = self._rows.find_collection(collection_id)
        if found is None:
            raise CollectionNotFoundError
        return found

    def _read_again(self, collection: Collection) -> Collection:
        collection_id = collection.id
        self._session.expire(collection)
        return self._read(collection_id)

    def _record(
        self, action: str, kind: str, object_id: UUID, before: Mapping[str, object], after: Mapping[str, object]
    ) -> None:
        detail = {"before": before, "after": after}
        record(self._session, self._principal, action, object_type=kind, object_id=object_id, detail=detail)


def place_of(collection: Collection) -> dict[str, object]:
    """Return a collection's state for the audit log, without its name."""
    parent_id = collection.parent_id
    return {"parent_id": None if parent_id is None else str(parent_id), "revision": collection.revision}


def _check_moved(result: str) -> None:
    if result == "labelled":
        raise MoveLeavesBarrierError
    if result == "inside-itself":
        raise CollectionInsideItselfError
    if result != "moved":
        raise CollectionNotFoundError("There is no such document or collection, or you may not move it there.")
