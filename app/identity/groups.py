"""Manage groups, which contain users and other groups and can have grants. Only administrators may do this."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from app.audit.service import record
from app.core.clock import Clock
from app.core.errors import PreconditionFailedError
from app.core.ids import new_id
from app.core.pagination import PageOf, PageRequest, encode_cursor, parse_uuid_cursor
from app.core.principal import Permission, Principal
from app.db.constraints import FOREIGN_KEY_VIOLATION, UNIQUE_VIOLATION, translated_violations
from app.db.session import Database
from app.identity.errors import GroupExcludesError, GroupNotFoundError, GroupTakenError
from app.identity.group_repository import GROUP_CYCLE, GroupRepository, Members
from app.identity.models import Group


@dataclass(frozen=True, slots=True)
class FoundGroup:
    """A group with its direct members."""

    group: Group
    members: Members


class GroupService:
    """Creates groups and changes their members; changes take effect from the members' next transaction on."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def create_group(self, principal: Principal, *, name: str) -> Group:
        """Create a group. Raises PermissionRequiredError, GroupTakenError."""
        principal.require(Permission.GROUPS_MANAGE)
        values = {"id": new_id(), "tenant_id": principal.tenant_id, "name": name, "created_at": self._clock.now()}
        with (
            translated_violations({UNIQUE_VIOLATION: GroupTakenError}),
            self._database.transaction(principal) as session,
        ):
            GroupRepository(session).insert_group(values)
            record(session, principal, "identity.group.created", object_type="group", object_id=values["id"])
        return Group(**values)

    def list_groups(self, principal: Principal, page: PageRequest, *, words: str = "") -> PageOf[Group]:
        """List the tenant's groups; with `words`, those whose name contains each of them. Raises
        PermissionRequiredError, InvalidCursorError.
        """
        principal.require(Permission.GROUPS_MANAGE)
        with self._database.transaction(principal) as session:
            found = GroupRepository(session).list_groups(
                after=parse_uuid_cursor(page), limit=page.limit + 1, words=words
            )
        items = found[: page.limit]
        return PageOf(items=items, next_cursor=encode_cursor(str(items[-1].id)) if len(found) > page.limit else None)

    def get_group(self, principal: Principal, group_id: UUID) -> FoundGroup:
        """Return a group. Raises PermissionRequiredError, GroupNotFoundError."""
        principal.require(Permission.GROUPS_MANAGE)
        with self._database.transaction(principal, snapshot=True) as session:
            return _get(session, group_id)

    def rename_group(self, principal: Principal, group_id: UUID, *, name: str, revision: int | None) -> FoundGroup:
        """Rename a group. Raises PermissionRequiredError, GroupNotFoundError, GroupTakenError,
        PreconditionFailedError.
        """
        principal.require(Permission.GROUPS_MANAGE)
        with (
            translated_violations({UNIQUE_VIOLATION: GroupTakenError}),
            self._database.transaction(principal) as session,
        ):
            repository = GroupRepository(session)
            group = repository.lock_group(group_id)
            if group is None:
                raise GroupNotFoundError
            if revision is not None and group.revision != revision:
                raise PreconditionFailedError
            before = group.revision
            repository.update_group(group_id, {"name": name})
            found = _get(session, group_id)
            detail = {"before": {"revision": before}, "after": {"revision": found.group.revision}}
            record(session, principal, "identity.group.renamed", object_type="group", object_id=group_id, detail=detail)
        return found

    def delete_group(self, principal: Principal, group_id: UUID, *, revision: int | None = None) -> None:
        """Delete a group and its rights if `revision` is its current revision (None: any). Raises
        PermissionRequiredError, GroupNotFoundError, GroupExcludesError, PreconditionFailedError.
        """
        principal.require(Permission.GROUPS_MANAGE)
        with self._database.transaction(principal) as session:
            group = GroupRepository(session).lock_group(group_id)
            if group is None:
                raise GroupNotFoundError
            if revision is not None and group.revision != revision:
                raise PreconditionFailedError
            delete_with_rights(session, principal, group_id)

    def add_member(self, principal: Principal, group_id: UUID, user_id: UUID) -> None:
        """Add a user to a group. May be repeated. Raises PermissionRequiredError; GroupNotFoundError if the group or
        the user is missing.
        """
        with self._database.transaction(principal) as session:
            add_to_group(session, principal, group_id, Members(user_ids=frozenset({user_id})))

    def nest_group(self, principal: Principal, group_id: UUID, member_group_id: UUID) -> None:
        """Add the group `member_group_id` to another group. Members of the added group become members of the other
        group, too. Raises the errors of `add_member`, and GroupCycleError.
        """
        with self._database.transaction(principal) as session:
            add_to_group(session, principal, group_id, Members(group_ids=frozenset({member_group_id})))

    def remove_member(self, principal: Principal, group_id: UUID, user_id: UUID) -> None:
        """Remove a user from a group. Raises PermissionRequiredError; GroupNotFoundError if the user is not in the
        group.
        """
        with self._database.transaction(principal) as session:
            remove_from_group(session, principal, group_id, Members(user_ids=frozenset({user_id})))

    def unnest_group(self, principal: Principal, group_id: UUID, member_group_id: UUID) -> None:
        """Remove the group `member_group_id` from another group. Raises the errors of `remove_member`."""
        with self._database.transaction(principal) as session:
            remove_from_group(session, principal, group_id, Members(group_ids=frozenset({member_group_id})))


def add_to_group(session: Session, principal: Principal, group_id: UUID, member: Members) -> None:
    """Add members to a group. Raises PermissionRequiredError, GroupNotFoundError, GroupCycleError."""
    principal.require(Permission.GROUPS_MANAGE)
    repository = GroupRepository(session)
    # A foreign key is violated when another transaction deletes the member group at the same time.
    refusals = {**GROUP_CYCLE, FOREIGN_KEY_VIOLATION: GroupNotFoundError}
    with translated_violations(refusals), session.begin_nested():
        if repository.lock_group(group_id) is None or member - repository.sort_by_kind(_ids(member)):
            raise GroupNotFoundError
        was_in = not member - repository.get_members(group_id, _ids(member))
        repository.add_members(principal.tenant_id, group_id, member)
        detail = {**_member_detail(member), "before": was_in, "after": True}
        record(session, principal, "identity.member.added", object_type="group", object_id=group_id, detail=detail)


def remove_from_group(session: Session, principal: Principal, group_id: UUID, member: Members) -> None:
    """Remove members from a group. Raises PermissionRequiredError; GroupNotFoundError if none is in the group."""
    principal.require(Permission.GROUPS_MANAGE)
    if GroupRepository(session).remove_members(group_id, member) == 0:
        raise GroupNotFoundError
    detail = {**_member_detail(member), "before": True, "after": False}
    record(session, principal, "identity.member.removed", object_type="group", object_id=group_id, detail=detail)


def delete_with_rights(session: Session, principal: Principal, group_id: UUID) -> None:
    """Delete a group; the audit log records its members and the IDs of its rights.

    Raises GroupExcludesError if the group, or a group that contains it, is excluded from a document, because deleting
    the group could give its members access to the document.
    """
    repository = GroupRepository(session)
    if repository.is_excluded(group_id):
        raise GroupExcludesError
    before = {**repository.get_members(group_id).as_detail(), **repository.list_rights(group_id)}
    repository.delete_group(group_id)
    detail = {"before": before, "after": None}
    record(session, principal, "identity.group.deleted", object_type="group", object_id=group_id, detail=detail)


def _get(session: Session, group_id: UUID) -> FoundGroup:
    repository = GroupRepository(session)
    group = repository.find_group(group_id)
    if group is None:
        raise GroupNotFoundError
    return FoundGroup(group, repository.get_members(group_id))


def _member_detail(member: Members) -> dict[str, str]:
    """Return the ID of the added or removed member for the audit log."""
    pairs = [("user_id", each) for each in member.user_ids] + [("member_group_id", each) for each in member.group_ids]
    return {name: str(each) for name, each in pairs}


def _ids(members: Members) -> frozenset[UUID]:
    return members.user_ids | members.group_ids
