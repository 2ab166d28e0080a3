"""Manage collections and grants. `app.access.policy.service` manages the rest of the policy: labels, clearances, packs
and exclusions. Changes take effect from the next transaction on.
"""

from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

from app.access.collections.editing import GrantEditor, savepoint, state_of
from app.access.collections.moving import CollectionEdit, Mover, place_of
from app.access.collections.repository import AccessRepository, NewGrant
from app.access.errors import CollectionExistsError, CollectionNotFoundError
from app.access.models import Collection, Grant
from app.audit.service import record_change
from app.core.ids import new_id
from app.core.pagination import PageOf, PageRequest, encode_cursor, parse_uuid_cursor
from app.core.principal import Principal
from app.db.session import Database

Row = TypeVar("Row", Collection, Grant)


class AccessService:
    """Manages collections and grants with the principal's rights. Methods raise the same error for a hidden object as
    for a missing object.
    """

    def __init__(self, *, database: Database) -> None:
        self._database = database

    def create_collection(self, principal: Principal, *, name: str, parent_id: UUID | None = None) -> Collection:
        """Create a collection that the principal owns. Raises CollectionNotFoundError for the parent,
        CollectionExistsError, CollectionTooDeepError.
        """
        collection_id, grant_id = new_id(), new_id()
        with self._database.transaction(principal) as session:
            repository = AccessRepository(session)
            if repository.is_name_taken(name, parent_id=parent_id):
                raise CollectionExistsError
            with savepoint(session):
                made = repository.create_collection(collection_id, parent_id=parent_id, name=name, grant_id=grant_id)
            if not made:
                raise CollectionNotFoundError
            collection = _found(repository.find_collection(collection_id))
            given = _found(repository.find_grant(grant_id))
            record_change(
                session,
                principal,
                "access.collection.created",
                object_type="collection",
                object_id=collection_id,
                before=None,
                after=place_of(collection),
            )
            record_change(
                session,
                principal,
                "access.grant.created",
                object_type="grant",
                object_id=grant_id,
                before=None,
                after=state_of(given),
            )
            return collection

    def get_collection(self, principal: Principal, collection_id: UUID) -> Collection:
        """Return a collection. Raises CollectionNotFoundError."""
        with self._database.transaction(principal) as session:
            return _found(AccessRepository(session).find_collection(collection_id))

    def resolve_collection(self, principal: Principal, reference: str) -> Collection:
        """Return a collection by its ID, or by a name that only one collection has. Raises CollectionNotFoundError."""
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
        """List the collections that the principal may see, oldest first. Raises InvalidCursorError."""
        with self._database.transaction(principal) as session:
            found = AccessRepository(session).list_collections(after=parse_uuid_cursor(page), limit=page.limit + 1)
        return _page(found, page.limit)

    def update_collection(
        self, principal: Principal, collection_id: UUID, change: CollectionEdit, *, revision: int | None
    ) -> Collection:
        """Rename and move the collection if `revision` is its current revision (None: any revision).

        Raises CollectionNotFoundError if the principal may not see the collection or may not make the change;
        PreconditionFailedError, CollectionExistsError, CollectionInsideItselfError, CollectionTooDeepError,
        MoveLeavesBarrierError.
        """
        with self._database.transaction(principal) as session:
            return Mover(session, principal).edit_collection(collection_id, change, revision=revision)

    def create_grant(self, principal: Principal, grant: NewGrant) -> Grant:
        """Create a grant on an object that the principal owns; access administrators may create grants on all of the
        tenant's objects.

        Raises GrantTargetNotFoundError, GrantSubjectError, GrantLifetimeError.
        """
        with self._database.transaction(principal) as session:
            return GrantEditor(session, principal).create_grant(grant)

    def list_grants(
        self,
        principal: Principal,
        page: PageRequest,
        *,
        collection_id: UUID | None = None,
        document_id: UUID | None = None,
        pack_id: UUID | None = None,
    ) -> PageOf[Grant]:
        """List grants on objects that the principal owns; administrators and auditors see all grants. Raises
        InvalidCursorError.
        """
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
        """Delete a grant on an object that the principal owns; access administrators may delete all grants. Raises
        GrantNotFoundError.
        """
        with self._database.transaction(principal) as session:
            GrantEditor(session, principal).delete_grant(grant_id)


def _found(row: Row | None) -> Row:
    if row is None:
        raise CollectionNotFoundError
    return row


def _page(found: Sequence[Row], limit: int) -> PageOf[Row]:
    items = list(found[:limit])
    return PageOf(items=items, next_cursor=encode_cursor(str(items[-1].id)) if len(found) > limit else None)
