"""Collections and grants, as a principal may see and give them. A changed grant holds from the next transaction on."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from app.access.errors import (
    CollectionExistsError,
    CollectionNotFoundError,
    GrantLifetimeError,
    GrantNotFoundError,
    GrantSubjectError,
    GrantTargetNotFoundError,
)
from app.access.models import Collection, Grant
from app.access.repository import AccessRepository, NewGrant
from app.audit.service import record
from app.core.errors import PreconditionFailedError
from app.core.ids import new_id
from app.core.pagination import PageOf, PageRequest, encode_cursor, parse_uuid_cursor
from app.core.principal import Principal
from app.db.session import Database

LATEST_END = datetime(2200, 1, 1, tzinfo=UTC)
"""Far later times can't be told in every time zone."""

Row = TypeVar("Row", Collection, Grant)


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

    def rename_collection(
        self, principal: Principal, collection_id: UUID, *, name: str, revision: int | None
    ) -> Collection:
        """Rename the collection that was seen at `revision` (None: any).

        Raises CollectionNotFoundError, also for one that may be seen but not edited; PreconditionFailedError,
        CollectionExistsError.
        """
        with self._database.transaction(principal) as session:
            repository = AccessRepository(session)
            seen = _found(repository.find_collection(collection_id))
            if revision is not None and seen.revision != revision:
                raise PreconditionFailedError
            if repository.is_name_taken(name, parent_id=seen.parent_id, but=collection_id):
                raise CollectionExistsError
            if not repository.rename_collection(collection_id, name=name, revision=seen.revision):
                raise CollectionNotFoundError("There is no such collection that you may edit.")
            record(
                session,
                principal,
                "access.collection.renamed",
                object_type="collection",
                object_id=collection_id,
                detail={"revision": seen.revision + 1},
            )
            session.expire(seen)
            return _found(repository.find_collection(collection_id))

    def create_grant(self, principal: Principal, grant: NewGrant) -> Grant:
        """Open what the principal owns. Raises GrantTargetNotFoundError, GrantSubjectError, GrantLifetimeError."""
        if grant.expires_at is not None and grant.expires_at >= LATEST_END:
            raise GrantLifetimeError
        grant_id = new_id()
        try:
            with self._database.transaction(principal) as session:
                repository = AccessRepository(session)
                if not repository.create_grant(grant_id, grant):
                    raise GrantTargetNotFoundError
                record(
                    session,
                    principal,
                    "access.grant.created",
                    object_type="grant",
                    object_id=grant_id,
                    detail={
                        "user_id": _text(grant.user_id),
                        "group_id": _text(grant.group_id),
                        "collection_id": _text(grant.collection_id),
                        "document_id": _text(grant.document_id),
                        "level": grant.level,
                        "expires_at": None if grant.expires_at is None else grant.expires_at.isoformat(),
                    },
                )
                made = repository.find_grant(grant_id)
                if made is None:
                    raise GrantNotFoundError
                return made
        except IntegrityError as error:
            raise GrantSubjectError from error

    def list_grants(
        self,
        principal: Principal,
        page: PageRequest,
        *,
        collection_id: UUID | None = None,
        document_id: UUID | None = None,
    ) -> PageOf[Grant]:
        """Grants on what the principal owns. Raises InvalidCursorError."""
        with self._database.transaction(principal) as session:
            found = AccessRepository(session).list_grants(
                collection_id=collection_id,
                document_id=document_id,
                after=parse_uuid_cursor(page),
                limit=page.limit + 1,
            )
        return _page(found, page.limit)

    def delete_grant(self, principal: Principal, grant_id: UUID) -> None:
        """Withdraw a grant on what the principal owns. Raises GrantNotFoundError."""
        with self._database.transaction(principal) as session:
            if not AccessRepository(session).delete_grant(grant_id):
                raise GrantNotFoundError
            record(session, principal, "access.grant.deleted", object_type="grant", object_id=grant_id)


def _found(collection: Collection | None) -> Collection:
    if collection is None:
        raise CollectionNotFoundError
    return collection


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)


def _page(found: Sequence[Row], limit: int) -> PageOf[Row]:
    items = list(found[:limit])
    return PageOf(items=items, next_cursor=encode_cursor(str(items[-1].id)) if len(found) > limit else None)
