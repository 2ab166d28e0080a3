"""SQL of groups and their members. Queries return only rows that the session's principal may see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, Select, bindparam, delete, insert, literal, select, text, union_all, update
from sqlalchemy.dialects.postgresql import insert as insert_or_ignore
from sqlalchemy.orm import Session

from app.db.constraints import ANY_CONSTRAINT, INVALID_RECURSION, Meanings, translated_violations
from app.identity.errors import GroupCycleError, GroupExcludesError
from app.identity.models import Group, GroupMember, GroupNesting, User

GROUP_CYCLE: Meanings = {
    INVALID_RECURSION: GroupCycleError,  # SQLSTATE code from the trigger that maintains `group_closure`
    "ck_group_nestings_not_itself": GroupCycleError,
}
"""Maps the database's errors for a group that contains itself to GroupCycleError."""
_RIGHTS = ("grants", "clearances", "exclusions")
_EXCLUDED = text(
    "WITH RECURSIVE around (id) AS (SELECT CAST(:id AS uuid) UNION SELECT n.group_id FROM group_nestings n "
    "JOIN around a ON a.id = n.member_group_id) SELECT EXISTS (SELECT 1 FROM exclusions e "
    "JOIN around a ON a.id = e.group_id WHERE e.group_id = :id OR e.expires_at IS NULL OR e.expires_at > now())"
)


@dataclass(frozen=True, slots=True)
class Members:
    """The IDs of a group's direct members: users and nested groups. A nested group's members are also members."""

    user_ids: frozenset[UUID] = frozenset()
    group_ids: frozenset[UUID] = frozenset()

    def __sub__(self, other: "Members") -> "Members":
        return Members(self.user_ids - other.user_ids, self.group_ids - other.group_ids)

    def __bool__(self) -> bool:
        return bool(self.user_ids or self.group_ids)

    def as_detail(self) -> dict[str, list[str]]:
        """Return the members for the audit log."""
        return {"user_ids": sorted(map(str, self.user_ids)), "group_ids": sorted(map(str, self.group_ids))}


class GroupRepository:
    """Groups of the session's tenant."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def insert_group(self, values: Mapping[str, Any]) -> None:
        self._session.execute(insert(Group).values(values))

    def find_group(self, group_id: UUID) -> Group | None:
        return self._session.scalar(_by_id(group_id))

    def lock_group(self, group_id: UUID) -> Group | None:
        """Return the group, locked until the transaction ends. The lock does not block new grants to the group."""
        return self._session.scalar(_by_id(group_id).with_for_update(key_share=True))

    def list_groups(self, *, after: UUID | None, limit: int, words: str = "") -> Sequence[Group]:
        """Return groups, oldest first; with `words`, those whose name contains each of them."""
        query = select(Group).order_by(Group.id).limit(limit)
        for word in words.split():
            query = query.where(Group.name.icontains(word, autoescape=True))
        return self._session.scalars(query if after is None else query.where(Group.id > after)).all()

    def update_group(self, group_id: UUID, values: Mapping[str, Any]) -> None:
        self._session.execute(update(Group).where(Group.id == group_id).values(values))

    def delete_group(self, group_id: UUID) -> None:
        """Delete a group. Raises GroupExcludesError if another transaction just excluded the group from a document."""
        with translated_violations({ANY_CONSTRAINT: GroupExcludesError}):
            self._session.execute(delete(Group).where(Group.id == group_id))

    def list_rights(self, group_id: UUID) -> dict[str, list[str]]:
        """Return the IDs of the group's rights, which are deleted with it."""
        found = {}
        for table in _RIGHTS:
            query = text(f"SELECT id FROM {table} WHERE group_id = :id ORDER BY id").bindparams(bindparam("id"))  # noqa: S608 - our own constants
            found[table] = [str(row) for row in self._session.scalars(query, {"id": group_id})]
        return found

    def is_excluded(self, group_id: UUID) -> bool:
        """Return whether the group, or a group that contains it, is excluded from a document."""
        return bool(self._session.scalar(_EXCLUDED, {"id": group_id}))

    def get_members(self, group_id: UUID, among: frozenset[UUID] | None = None) -> Members:
        """Return the group's members; with `among`, only members with these IDs."""
        users = select(GroupMember.user_id).where(GroupMember.group_id == group_id)
        groups = select(GroupNesting.member_group_id).where(GroupNesting.group_id == group_id)
        if among is not None:
            users = users.where(GroupMember.user_id.in_(among))
            groups = groups.where(GroupNesting.member_group_id.in_(among))
        return Members(frozenset(self._session.scalars(users)), frozenset(self._session.scalars(groups)))

    def sort_by_kind(self, ids: frozenset[UUID]) -> Members:
        """Separate the IDs of users from the IDs of groups; IDs of deleted users are omitted."""
        users = select(User.id).where(User.id.in_(ids), User.deleted_at.is_(None))
        groups = select(Group.id).where(Group.id.in_(ids))
        return Members(frozenset(self._session.scalars(users)), frozenset(self._session.scalars(groups)))

    def list_memberships(self, user_ids: Sequence[UUID]) -> Mapping[UUID, Sequence[tuple[UUID, str]]]:
        """Map each user's ID to (ID, name) of the groups that have the user as a direct member."""
        query = (
            select(GroupMember.user_id, Group.id, Group.name)
            .join(Group, Group.id == GroupMember.group_id)
            .where(GroupMember.user_id.in_(user_ids))
            .order_by(Group.id)
        )
        found: dict[UUID, list[tuple[UUID, str]]] = {}
        for user_id, group_id, name in self._session.execute(query):
            found.setdefault(user_id, []).append((group_id, name))
        return found

    def list_members_of(self, group_ids: Sequence[UUID]) -> Mapping[UUID, Members]:
        """Return the members of each group."""
        users = select(GroupMember.group_id, GroupMember.user_id, literal(True)).where(
            GroupMember.group_id.in_(group_ids)
        )
        groups = select(GroupNesting.group_id, GroupNesting.member_group_id, literal(False)).where(
            GroupNesting.group_id.in_(group_ids)
        )
        found: dict[UUID, tuple[set[UUID], set[UUID]]] = {}
        for group_id, member_id, is_user in self._session.execute(union_all(users, groups)):
            found.setdefault(group_id, (set(), set()))[0 if is_user else 1].add(member_id)
        return {key: Members(frozenset(users), frozenset(groups)) for key, (users, groups) in found.items()}

    def add_members(self, tenant_id: UUID, group_id: UUID, members: Members) -> None:
        """Add members; existing members stay. The database rejects a cycle (`GROUP_CYCLE`)."""
        here = {"tenant_id": tenant_id, "group_id": group_id}
        users = [{**here, "user_id": user_id} for user_id in sorted(members.user_ids)]
        groups = [{**here, "member_group_id": member_id} for member_id in sorted(members.group_ids)]
        if users:
            self._session.execute(insert_or_ignore(GroupMember).values(users).on_conflict_do_nothing())
        if groups:
            self._session.execute(insert_or_ignore(GroupNesting).values(groups).on_conflict_do_nothing())

    def remove_members(self, group_id: UUID, members: Members) -> int:
        """Remove members; return how many were removed."""
        removals = (
            delete(GroupMember).where(GroupMember.group_id == group_id, GroupMember.user_id.in_(members.user_ids)),
            delete(GroupNesting).where(
                GroupNesting.group_id == group_id, GroupNesting.member_group_id.in_(members.group_ids)
            ),
        )
        return sum(cast(CursorResult[Any], self._session.execute(removal)).rowcount for removal in removals)

    def remove_user(self, user_id: UUID) -> list[UUID]:
        """Remove a user from all groups; return these groups' IDs."""
        removal = delete(GroupMember).where(GroupMember.user_id == user_id).returning(GroupMember.group_id)
        return list(self._session.scalars(removal))


def _by_id(group_id: UUID) -> Select[Group]:
    # Reload rows that triggers changed after the session last read them.
    return select(Group).where(Group.id == group_id).execution_options(populate_existing=True)
