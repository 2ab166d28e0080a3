"""Collections and grants, as a principal may see and give them; with labels, clearances, packs and exclusions
(`app.access.policy`) they are the policy. What is changed holds from the next transaction on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from app.access.editing import PolicyEditor
from app.access.errors import (
    CollectionExistsError,
    CollectionInsideItselfError,
    CollectionNotFoundError,
    MoveLeavesBarrierError,
)
from app.access.models import Collection, Grant
from app.access.repository import AccessRepository, NewGrant
from app.audit.service import record
from app.core.errors import PreconditionFailedError
from app.core.ids import new_id
from app.core.pagination import PageOf, PageRequest, encode_cursor, parse_uuid_cursor
from app.core.principal import Principal
from app.db.session import Database

Row = TypeVar("Row", Collection, Grant)


@dataclass(frozen=True, slots=True)
class CollectionEdit:
    """What is to become of a collection: a new name (None: as it is); where it `moves`, a new parent (None: top)."""

    name: str | None = None
    moves: bool = False
    parent_id: UUID | None = None


class AccessService:
    """Every method acts as the principal; what it may not see is absent, what it may not give can't be given."""

    def __init__(self, *, database: Database) -> None:
        self._database = database

    def create_collection(self, principal: Principal, *, name: str, parent_id: UUID | None = None) -> Collection:
        """A collection that the principal owns. Raises CollectionNotFoundError (the parent), CollectionExistsError."""
        collection_id = new_id()
        with self._database.transaction(principal) as session:
            repository = AccessRepository(session)
            if repository.is_name_taken(name, parent_id=parent_id):
                raise CollectionExistsError
            if not repository.create_collection(collection_id, parent_id=parent_id, name=name, grant_id=new_id()):
                raise CollectionNotFoundError
            record(
                session,
                principal,
                "access.collection.created",
                object_type="collection",
                object_id=collection_id,
            )
            return _found(repository.find_collection(collection_id))

    def get_collection(self, principal: Principal, collection_id: UUID) -> Collection:
        """Raises CollectionNotFoundError."""
        with self._database.transaction(principal) as session:
            return _found(AccessRepository(session).find_collection(collection_id))

    def resolve_collection(self, principal: Principal, reference: str) -> Collection:
        """A collection by its id or, where only one has it, by its name. Raises CollectionNotFoundError."""
        with self._database.transaction(principal) as session:
            repository = AccessRepository(session)
            try:
                return _found(repository.find_collection(UUID(reference)))
            except ValueError:
                named = repository.find_collections_by_name(reference)
            if len(named) > 1:
                raise CollectionNotFoundError("More than one collection has that name: give its id.")
            return _found(named[0] if named else None)

    def list_collections(self, principal: Principal, page: PageRequest) -> PageOf[Collection]:
        """Those the principal may see, oldest first. Raises InvalidCursorError."""
        with self._database.transaction(principal) as session:
            found = AccessRepository(session).list_collections(after=parse_uuid_cursor(page), limit=page.limit + 1)
        return _page(found, page.limit)

    def update_collection(
        self, principal: Principal, collection_id: UUID, change: CollectionEdit, *, revision: int | None
    ) -> Collection:
        """Rename and move the collection that was seen at `revision` (None: any).

        Raises CollectionNotFoundError, also for one that may be seen but not edited or moved there;
        PreconditionFailedError, CollectionExistsError, CollectionInsideItselfError, MoveLeavesBarrierError.
        """
        with self._database.transaction(principal) as session:
            repository = AccessRepository(session)
            seen = _found(repository.find_collection(collection_id))
            if revision is not None and seen.revision != revision:
                raise PreconditionFailedError
            before = {"parent_id": seen.parent_id, "revision": seen.revision}
            name = seen.name if change.name is None else change.name
            parent_id = change.parent_id if change.moves else seen.parent_id
            if repository.is_name_taken(name, parent_id=parent_id, but=collection_id):
                raise CollectionExistsError
            if parent_id != seen.parent_id:
                _check_moved(repository.move_collection(collection_id, parent_id=parent_id))
                seen = _read_again(session, repository, seen)
                self._record_change(session, principal, "access.collection.moved", seen, before)
                before = {"parent_id": seen.parent_id, "revision": seen.revision}
            if change.name is not None:
                if not repository.rename_collection(collection_id, name=name, revision=seen.revision):
                    raise CollectionNotFoundError("There is no such collection that you may edit.")
                seen = _read_again(session, repository, seen)
                self._record_change(session, principal, "access.collection.renamed", seen, before)
            return seen

    @staticmethod
    def _record_change(
        session: Session, principal: Principal, action: str, now: Collection, before: Mapping[str, object]
    ) -> None:
        after = {"parent_id": now.parent_id, "revision": now.revision}
        detail = {
            "before": {name: _told(value) for name, value in before.items()},
            "after": {name: _told(value) for name, value in after.items()},
        }
        record(session, principal, action, object_type="collection", object_id=now.id, detail=detail)

    def create_grant(self, principal: Principal, grant: NewGrant) -> Grant:
        """Open what the principal owns, or any of the tenant's for whoever manages its access.

        Raises GrantTargetNotFoundError, GrantSubjectError, GrantLifetimeError.
        """
        with self._database.transaction(principal) as session:
            return PolicyEditor(session, principal).create_grant(grant)

    def list_grants(
        self,
        principal: Principal,
        page: PageRequest,
        *,
        collection_id: UUID | None = None,
        document_id: UUID | None = None,
        pack_id: UUID | None = None,
    ) -> PageOf[Grant]:
        """Grants on what the principal owns; all for whoever watches over access. Raises InvalidCursorError."""
        with self._database.transaction(principal) as session:
            found = AccessRepository(session).list_grants(
                collection_id=collection_id,
                document_id=document_id,
                pack_id=pack_id,
                after=parse_uuid_cursor(page),
                limit=page.limit + 1,
            )
        return _page(found, page.limit)

    def delete_grant(self, principal: Principal, grant_id: UUID) -> None:
        """Withdraw a grant that the principal might have given. Raises GrantNotFoundError."""
        with self._database.transaction(principal) as session:
            PolicyEditor(session, principal).delete_grant(grant_id)


def _found(collection: Collection | None) -> Collection:
    if collection is None:
        raise CollectionNotFoundError
    return collection


def _read_again(session: Session, repository: AccessRepository, collection: Collection) -> Collection:
    collection_id = collection.id
    session.expire(collection)
    return _found(repository.find_collection(collection_id))


def _check_moved(said: str) -> None:
    if said == "labelled":
        raise MoveLeavesBarrierError
    if said == "inside-itself":
        raise CollectionInsideItselfError
    if said != "moved":
        raise CollectionNotFoundError("There is no such collection that you may move, or that you may move it into.")


def _told(value: object) -> object:
    return str(value) if isinstance(value, UUID) else value


def _page(found: Sequence[Row], limit: int) -> PageOf[Row]:
    items = list(found[:limit])
    return PageOf(items=items, next_cursor=encode_cursor(str(items[-1].id)) if len(found) > limit else None)
