"""Reports for administrators and auditors: a user's groups and rights, a document's readers, and all collections. The
reports have no titles or texts of documents.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.access.errors import CollectionNotFoundError, ExplainedDocumentNotFoundError
from app.access.models import Clearance, Grant
from app.access.reports.decisions import Holding
from app.access.reports.explaining import find_person
from app.access.reports.repository import WatchRepository
from app.access.reports.views import DocumentReader, GovernedCollection, SeenCollection
from app.audit.service import record
from app.core.pagination import PageOf, PageRequest, encode_cursor, parse_uuid_cursor
from app.core.principal import Permission, Principal
from app.db.session import Database
from app.identity.errors import UserNotFoundError
from app.identity.models import User

MOST = 1000
"""Maximum number of grants and clearances returned for one user."""


@dataclass(frozen=True, slots=True)
class PersonView:
    """A user's groups, grants, clearances and readable collections.

    `held` has the IDs of the user and of all the user's groups, each with the path of nested groups from the user to
    it. `names` maps the IDs of groups, collections, packs and labels to names.
    """

    user: User
    held: Mapping[str, Holding]
    grants: Sequence[Grant]
    clearances: Sequence[Clearance]
    collections: Sequence[SeenCollection]
    names: Mapping[UUID, str]


@dataclass(frozen=True, slots=True)
class ReaderView:
    """A reader of a document, with the grants that give access to it.

    `held` has the IDs of the reader and of all the reader's groups, each with the path of nested groups from the reader
    to it. `names` maps the IDs of groups, collections and packs to names.
    """

    reader: DocumentReader
    grants: Sequence[Grant]
    held: Mapping[str, Holding]
    names: Mapping[UUID, str]


@dataclass(frozen=True, slots=True)
class CollectionView:
    """A collection, with all collections that contain it (`around`, nearest first)."""

    collection: GovernedCollection
    around: Sequence[GovernedCollection]


class WatchService:
    """Reports on access in the whole tenant. Reports on a user or on a document's readers are audited."""

    def __init__(self, *, database: Database) -> None:
        self._database = database

    def get_person(self, principal: Principal, user_id: UUID) -> PersonView:
        """Return a user's access. Raises PermissionRequiredError, UserNotFoundError."""
        principal.require(Permission.ACCESS_EXPLAIN)
        with self._database.transaction(principal, snapshot=True) as session:
            rows = WatchRepository(session)
            user = rows.find_user(user_id)
            if user is None:
                raise UserNotFoundError
            held = rows.list_holdings([user_id])[user_id]
            grants = rows.list_grants_of(held, limit=MOST)
            clearances = rows.list_clearances_of(held, limit=MOST)
            record(session, principal, "access.person.viewed", object_type="user", object_id=user_id)
            return PersonView(
                user=user,
                held=held,
                grants=grants,
                clearances=clearances,
                collections=rows.count_seen_by(user_id),
                names=_name(rows, held, grants, labels=[each.label_id for each in clearances]),
            )

    def list_collections(
        self, principal: Principal, page: PageRequest, *, words: str = ""
    ) -> PageOf[GovernedCollection]:
        """List all collections of the tenant, oldest first; with `words`, those whose name contains each of them.

        Raises PermissionRequiredError, InvalidCursorError.
        """
        principal.require(Permission.ACCESS_EXPLAIN)
        after = parse_uuid_cursor(page)
        with self._database.transaction(principal, snapshot=True) as session:
            found = WatchRepository(session).list_collections(after=after, limit=page.limit + 1, words=words)
        items = found[: page.limit]
        return PageOf(items=items, next_cursor=encode_cursor(str(items[-1].id)) if len(found) > page.limit else None)

    def get_collection(self, principal: Principal, collection_id: UUID) -> CollectionView:
        """Return a collection, with all collections that contain it.

        Raises PermissionRequiredError, CollectionNotFoundError.
        """
        principal.require(Permission.ACCESS_EXPLAIN)
        with self._database.transaction(principal, snapshot=True) as session:
            rows = WatchRepository(session)
            found = rows.find_collection(collection_id)
            if found is None:
                raise CollectionNotFoundError
            around: list[GovernedCollection] = []
            step = found
            while step.parent_id is not None and (outer := rows.find_collection(step.parent_id)) is not None:
                around.append(outer)
                step = outer
        return CollectionView(found, around)

    def name_subjects(self, principal: Principal, grants: Sequence[Grant]) -> Mapping[UUID, str]:
        """Map the ID of each grant's user or group to the user's e-mail address or the group's name.

        Raises PermissionRequiredError.
        """
        principal.require(Permission.ACCESS_EXPLAIN)
        with self._database.transaction(principal) as session:
            rows = WatchRepository(session)
            users = rows.name_users({grant.user_id for grant in grants if grant.user_id is not None})
            return {**users, **rows.name_all(groups={grant.group_id for grant in grants if grant.group_id is not None})}

    def find_person(self, principal: Principal, reference: str) -> User:
        """Return the user whose ID or e-mail address this is. Raises PermissionRequiredError, UserNotFoundError."""
        principal.require(Permission.ACCESS_EXPLAIN)
        with self._database.transaction(principal) as session:
            return find_person(session, reference)

    def name_people(self, principal: Principal, user_ids: Collection[UUID]) -> Mapping[UUID, str]:
        """Return the e-mail addresses of users by ID, also of deleted users. Raises PermissionRequiredError."""
        principal.require(Permission.ACCESS_EXPLAIN)
        with self._database.transaction(principal) as session:
            return WatchRepository(session).name_users(user_ids)

    def list_readers(self, principal: Principal, document_id: UUID, page: PageRequest) -> PageOf[ReaderView]:
        """List the readers of a document, in the order of their IDs.

        Raises PermissionRequiredError, ExplainedDocumentNotFoundError, InvalidCursorError.
        """
        principal.require(Permission.ACCESS_EXPLAIN)
        after = parse_uuid_cursor(page)
        with self._database.transaction(principal, snapshot=True) as session:
            rows = WatchRepository(session)
            if not rows.is_known_document(document_id):
                raise ExplainedDocumentNotFoundError
            found = rows.list_readers(document_id, after=after, limit=page.limit + 1)
            readers = found[: page.limit]
            grants = rows.list_grants({grant for reader in readers for grant in reader.grant_ids})
            held = rows.list_holdings([reader.user.id for reader in readers])
            names = _name(rows, {group for each in held.values() for group in each}, grants)
            record(session, principal, "access.readers.viewed", object_type="document", object_id=document_id)
        views = [
            ReaderView(reader, [grant for grant in grants if grant.id in reader.grant_ids], held[reader.user.id], names)
            for reader in readers
        ]
        more = len(found) > page.limit
        return PageOf(items=views, next_cursor=encode_cursor(str(readers[-1].user.id)) if more else None)


def _name(
    rows: WatchRepository, subjects: Iterable[str], grants: Sequence[Grant], labels: Iterable[UUID] = ()
) -> dict[UUID, str]:
    return rows.name_all(
        groups=[UUID(subject) for subject in subjects],
        collections={grant.collection_id for grant in grants if grant.collection_id is not None},
        packs={grant.pack_id for grant in grants if grant.pack_id is not None},
        labels=labels,
    )
