"""Groups of users, to which grants may be given. Administrators keep them."""

from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, delete, insert, select
from sqlalchemy.dialects.postgresql import insert as insert_or_ignore
from sqlalchemy.exc import IntegrityError

from app.audit.service import record
from app.core.clock import Clock
from app.core.ids import new_id
from app.core.pagination import PageOf, PageRequest, encode_cursor, parse_uuid_cursor
from app.core.principal import Permission, Principal
from app.db.session import Database
from app.identity.errors import GroupNotFoundError, GroupTakenError
from app.identity.models import Group, GroupMember


class GroupService:
    """Makes groups and changes who is in them; takes effect from the members' next transaction on."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def create_group(self, principal: Principal, *, name: str) -> Group:
        """Raises PermissionRequiredError, GroupTakenError."""
        principal.require(Permission.GROUPS_MANAGE)
        values = {"id": new_id(), "tenant_id": principal.tenant_id, "name": name, "created_at": self._clock.now()}
        try:
            with self._database.transaction(principal) as session:
                session.execute(insert(Group).values(values))
                record(session, principal, "identity.group.created", object_type="group", object_id=values["id"])
        except IntegrityError as error:
            raise GroupTakenError from error
        return Group(**values)

    def list_groups(self, principal: Principal, page: PageRequest) -> PageOf[Group]:
        """Raises PermissionRequiredError, InvalidCursorError."""
        principal.require(Permission.GROUPS_MANAGE)
        query = select(Group).order_by(Group.id).limit(page.limit + 1)
        after = parse_uuid_cursor(page)
        if after is not None:
            query = query.where(Group.id > after)
        with self._database.transaction(principal) as session:
            found = session.scalars(query).all()
        items = found[: page.limit]
        return PageOf(items=items, next_cursor=encode_cursor(str(items[-1].id)) if len(found) > page.limit else None)

    def add_member(self, principal: Principal, group_id: UUID, user_id: UUID) -> None:
        """Raises PermissionRequiredError; GroupNotFoundError when either is not of the tenant. May be repeated."""
        principal.require(Permission.GROUPS_MANAGE)
        values = {"tenant_id": principal.tenant_id, "group_id": group_id, "user_id": user_id}
        try:
            with self._database.transaction(principal) as session:
                session.execute(insert_or_ignore(GroupMember).values(values).on_conflict_do_nothing())
                record(
                    session,
                    principal,
                    "identity.member.added",
                    object_type="group",
                    object_id=group_id,
                    detail={"user_id": str(user_id)},
                )
        except IntegrityError as error:
            raise GroupNotFoundError from error

    def remove_member(self, principal: Principal, group_id: UUID, user_id: UUID) -> None:
        """Raises PermissionRequiredError; GroupNotFoundError when the user is not in such a group."""
        principal.require(Permission.GROUPS_MANAGE)
        with self._database.transaction(principal) as session:
            removal = delete(GroupMember).where(GroupMember.group_id == group_id, GroupMember.user_id == user_id)
            if cast(CursorResult[Any], session.execute(removal)).rowcount == 0:
                raise GroupNotFoundError
            record(
                session,
                principal,
                "identity.member.removed",
                object_type="group",
                object_id=group_id,
                detail={"user_id": str(user_id)},
            )
