"""Manage users of a tenant: people, and service accounts of programs, which authenticate only with keys."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import cast
from uuid import UUID

from sqlalchemy.orm import Session

from app.audit.service import record
from app.core.clock import Clock
from app.core.errors import PreconditionFailedError
from app.core.ids import new_id
from app.core.pagination import PageOf, PageRequest, encode_cursor, parse_uuid_cursor
from app.core.principal import Permission, PermissionRequiredError, Principal, Role
from app.db.constraints import UNIQUE_VIOLATION, Meanings, translated_violations
from app.db.session import Database
from app.identity.errors import (
    EmailTakenError,
    LastAdministratorError,
    UserNotFoundError,
)
from app.identity.models import User
from app.identity.repository import IdentityRepository
from app.identity.roles import check_roles

LAST_ADMINISTRATOR: Meanings = {"last_administrator": LastAdministratorError}


class UserKind(StrEnum):
    PERSON = "person"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class UserChange:
    """Changes of a user; None leaves a field unchanged."""

    name: str | None = None
    roles: frozenset[Role] | None = None
    disabled: bool | None = None


class UserService:
    """Manages users of the principal's tenant. Raises PermissionRequiredError without the permission to manage
    users.
    """

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def create_user(self, principal: Principal, *, email: str, name: str, roles: Iterable[Role]) -> User:
        """Create a person. Raises EmailTakenError, RoleBeyondScopesError."""
        return self._insert(
            principal, user_row(principal.tenant_id, email=email, name=name, roles=roles, now=self._clock.now())
        )

    def create_service_account(self, principal: Principal, *, name: str, roles: Iterable[Role]) -> User:
        """Create a service account. Its generated address ends with `.invalid` (RFC 2606 §2), so that it receives no
        mail and matches no provider's address. Raises RoleBeyondScopesError.
        """
        email = f"{new_id().hex}@service.invalid"
        values = user_row(principal.tenant_id, email=email, name=name, roles=roles, now=self._clock.now())
        return self._insert(principal, {**values, "kind": UserKind.SERVICE.value})

    def get_user(self, principal: Principal, user_id: UUID) -> User:
        """Return a user. Raises UserNotFoundError."""
        principal.require(Permission.USERS_MANAGE)
        with self._database.transaction(principal) as session:
            return _found(IdentityRepository(session).find_user(user_id))

    def list_users(self, principal: Principal, page: PageRequest, *, words: str = "") -> PageOf[User]:
        """List the tenant's users; with `words`, those whose name or e-mail address contains each of them. Raises
        InvalidCursorError.
        """
        principal.require(Permission.USERS_MANAGE)
        with self._database.transaction(principal) as session:
            found: Sequence[User] = IdentityRepository(session).list_users(
                after=parse_uuid_cursor(page), limit=page.limit + 1, words=words
            )
        items = list(found[: page.limit])
        return PageOf(items=items, next_cursor=encode_cursor(str(items[-1].id)) if len(found) > page.limit else None)

    def update_user(self, principal: Principal, user_id: UUID, change: UserChange, *, revision: int | None) -> User:
        """Change a user; this takes effect from the next request on. Disabling a user blocks the user's keys until the
        user is enabled again, and ends the user's sessions for good.

        Raises UserNotFoundError, PreconditionFailedError, RoleBeyondScopesError, LastAdministratorError.
        """
        principal.require(Permission.USERS_MANAGE)
        with translated_violations(LAST_ADMINISTRATOR), self._database.transaction(principal) as session:
            repository = IdentityRepository(session)
            user = _found(repository.lock_user(user_id))
            if revision is not None and user.revision != revision:
                raise PreconditionFailedError
            values = self._changed(user, change)
            held = {Role(role) for role in user.roles}
            touched = set() if change.roles is None else held ^ change.roles
            check_roles(principal, touched | held if "disabled_at" in values else touched)
            if values:
                before = _rights(user)
                changed = repository.update_user(user_id, values)
                if changed is None:  # the principal has just lost the permission
                    raise PermissionRequiredError(Permission.USERS_MANAGE)
                user = changed
                detail = {"before": before, "after": _rights(user), "changed": sorted(values)}
                record(
                    session, principal, "identity.user.changed", object_type="user", object_id=user_id, detail=detail
                )
        return user

    def _changed(self, user: User, change: UserChange) -> dict[str, object]:
        values: dict[str, object] = {}
        if change.name is not None and change.name != user.name:
            values["name"] = change.name
        if change.roles is not None and _stored(change.roles) != sorted(user.roles):
            values["roles"] = _stored(change.roles)
        if change.disabled is not None and change.disabled != (user.disabled_at is not None):
            values["disabled_at"] = self._clock.now() if change.disabled else None
        return values

    def _insert(self, principal: Principal, values: dict[str, object]) -> User:
        principal.require(Permission.USERS_MANAGE)
        check_roles(principal, {Role(role) for role in cast(list[str], values["roles"])})
        with (
            translated_violations({UNIQUE_VIOLATION: EmailTakenError}),
            self._database.transaction(principal) as session,
        ):
            repository = IdentityRepository(session)
            repository.insert_user(values)
            user = _found(repository.find_user(UUID(str(values["id"]))))
            detail = {"before": None, "after": {**_rights(user), "kind": user.kind}}
            record(session, principal, "identity.user.created", object_type="user", object_id=user.id, detail=detail)
        return user


def user_row(tenant_id: UUID, *, email: str, name: str, roles: Iterable[Role], now: datetime) -> dict[str, object]:
    return {
        "id": new_id(),
        "tenant_id": tenant_id,
        "email": email,
        "name": name,
        "roles": _stored(roles),
        "created_at": now,
        "disabled_at": None,
    }


def _stored(roles: Iterable[Role]) -> list[str]:
    return sorted(role.value for role in set(roles) - {Role.SYSTEM})


def _rights(user: User) -> dict[str, object]:
    return {"roles": sorted(user.roles), "disabled": user.disabled_at is not None, "revision": user.revision}


def _record(session: Session, principal: Principal, verb: str, user_id: UUID, detail: Mapping[str, object]) -> None:
    record(session, principal, f"identity.user.{verb}", object_type="user", object_id=user_id, detail=detail)


def _found(user: User | None) -> User:
    if user is None:
        raise UserNotFoundError
    return user
