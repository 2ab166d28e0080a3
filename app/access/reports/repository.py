"""SQL of access reports for administrators and auditors. These users need no access to the reported documents
(migrations/sql/reports.sql).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select, text
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.access.models import Clearance, CollectionLabel, EntitlementPack, Grant, Label
from app.access.reports.decisions import Holding, State, list_holdings
from app.access.reports.views import DocumentReader, GovernedCollection, SeenCollection
from app.identity.models import Group, GroupMember, GroupNesting, User

_MOST_LABELS = 5_000
"""The most labels on the collections of one page."""


class WatchRepository:
    """Reads rows of the whole tenant. Row-level security returns all of them to administrators and auditors only."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def find_user(self, user_id: UUID) -> User | None:
        return self._session.scalar(select(User).where(User.id == user_id))

    def list_holdings(self, user_ids: Sequence[UUID]) -> dict[UUID, dict[str, Holding]]:
        """Return each user's holdings, keyed by the user's ID. Holdings map the IDs of the user and of all the user's
        groups to the shortest path of groups from the user to each (`decisions.list_holdings`).
        """
        joined: dict[UUID, list[str]] = {user_id: [] for user_id in user_ids}
        members = select(GroupMember.user_id, GroupMember.group_id).where(GroupMember.user_id.in_(user_ids))
        for user_id, group_id in self._session.execute(members):
            joined[user_id].append(str(group_id))
        nestings: list[State] = [
            {"group_id": str(outer), "member_group_id": str(inner)}
            for outer, inner in self._session.execute(select(GroupNesting.group_id, GroupNesting.member_group_id))
        ]
        return {user: list_holdings({"id": str(user)}, groups, nestings) for user, groups in joined.items()}

    def list_grants_of(self, subjects: Iterable[str], *, limit: int) -> Sequence[Grant]:
        wanted = select(Grant).where(Grant.subject_id.in_([UUID(each) for each in subjects]))
        return self._session.scalars(wanted.order_by(Grant.id).limit(limit)).all()

    def list_grants(self, grant_ids: Iterable[UUID]) -> Sequence[Grant]:
        return self._session.scalars(select(Grant).where(Grant.id.in_(list(grant_ids)))).all()

    def list_clearances_of(self, subjects: Iterable[str], *, limit: int) -> Sequence[Clearance]:
        wanted = select(Clearance).where(Clearance.subject_id.in_([UUID(each) for each in subjects]))
        return self._session.scalars(wanted.order_by(Clearance.id).limit(limit)).all()

    def name_all(
        self,
        *,
        groups: Iterable[UUID] = (),
        collections: Iterable[UUID] = (),
        packs: Iterable[UUID] = (),
        labels: Iterable[UUID] = (),
    ) -> dict[UUID, str]:
        """Return a mapping from IDs to names."""
        found = {
            **self._names(Group.id, Group.name, groups),
            **self._names(EntitlementPack.id, EntitlementPack.name, packs),
            **self._names(Label.id, Label.name, labels),
        }
        for row in self._call("SELECT id, name FROM name_collections(:ids)", ids=list(collections)):
            found[row.id] = row.name
        return found

    def count_seen_by(self, user_id: UUID) -> list[SeenCollection]:
        return [
            SeenCollection(row.collection_id, row.name, row.level, row.documents)
            for row in self._call("SELECT collection_id, name, level, documents FROM count_seen_by(:id)", id=user_id)
        ]

    def list_collections(self, *, after: UUID | None, limit: int, words: str = "") -> list[GovernedCollection]:
        """Return all collections of the tenant, oldest first; with `words`, those whose name contains each of them."""
        if words.strip():
            query = "SELECT * FROM search_governed_collections(:after, :limit, :words)"
            found = self._call(query, after=after, limit=limit, words=words.split())
        else:
            found = self._call("SELECT * FROM list_governed_collections(:after, :limit)", after=after, limit=limit)
        on: dict[UUID, list[Label]] = {row.id: [] for row in found}
        labels = select(CollectionLabel.collection_id, Label).join(Label, Label.id == CollectionLabel.label_id)
        labels = labels.where(CollectionLabel.collection_id.in_(on)).order_by(Label.name).limit(_MOST_LABELS)
        for collection_id, label in self._session.execute(labels):
            on[collection_id].append(label)
        return [
            GovernedCollection(row.id, row.parent_id, row.name, row.documents, row.grants, tuple(on[row.id]))
            for row in found
        ]

    def find_collection(self, collection_id: UUID) -> GovernedCollection | None:
        if collection_id.int == 0:
            return None
        found = self.list_collections(after=UUID(int=collection_id.int - 1), limit=1)
        return found[0] if found and found[0].id == collection_id else None

    def name_users(self, user_ids: Iterable[UUID]) -> Mapping[UUID, str]:
        """Return a mapping from the users' IDs to their e-mail addresses, also for deleted users."""
        return self._names(User.id, User.email, user_ids)

    def list_readers(self, document_id: UUID, *, after: UUID | None, limit: int) -> list[DocumentReader]:
        """Return the readers of a document, in the order of their IDs."""
        found = self._call("SELECT * FROM list_readers(:id, :after, :limit)", id=document_id, after=after, limit=limit)
        known = select(User).where(User.id.in_([row.user_id for row in found]))
        users = {user.id: user for user in self._session.scalars(known)}
        return [DocumentReader(users[row.user_id], row.level, tuple(row.grant_ids)) for row in found]

    def is_known_document(self, document_id: UUID) -> bool:
        return bool(self._session.scalar(select(func.is_known(None, document_id))))

    def _names(
        self, key: InstrumentedAttribute[UUID], name: InstrumentedAttribute[str], ids: Iterable[UUID]
    ) -> Mapping[UUID, str]:
        wanted = list(ids)
        if not wanted:
            return {}
        return {row[0]: row[1] for row in self._session.execute(select(key, name).where(key.in_(wanted)))}

    def _call(self, statement: str, **values: object) -> Sequence[Row[Any]]:
        return self._session.execute(text(statement), values).all()
