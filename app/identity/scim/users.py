"""Provision users for an identity provider, which signs in with a key that may manage users."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from scim2_models import (
    Context,
    ForbiddenException,
    NotFoundException,
    PreconditionFailedException,
    SearchRequest,
    UniquenessException,
)
from sqlalchemy.orm import Session

from app.audit.service import record
from app.core.clock import Clock
from app.core.ids import new_id
from app.core.principal import Permission, PermissionRequiredError, Principal, Role
from app.db.constraints import UNIQUE_VIOLATION, Meanings, translated_violations
from app.db.session import Database
from app.identity.group_repository import GroupRepository
from app.identity.models import User
from app.identity.roles import check_roles
from app.identity.scim import resources as scim
from app.identity.scim.parsing import Payload, check_user, parse_user, parse_user_patch
from app.identity.scim.presenting import present_user, user_values
from app.identity.scim.repository import ProvisioningRepository
from app.identity.users import LAST_ADMINISTRATOR

_UNIQUE = "userName, an address or externalId"
Presented = TypeVar("Presented", scim.User, scim.Group)


@dataclass(frozen=True, slots=True)
class Listed(Generic[Presented]):
    """A page of a list, and the total number."""

    total: int
    resources: Sequence[Presented]


class UserProvisioning:
    """Provisions users of the principal's tenant. Raises PermissionRequiredError without the permission to manage
    users.

    `base` is the service's URL; `revision` is the revision in If-Match. Methods raise SCIM's errors (RFC 7644 §3.12).
    Unknown IDs and those of other tenants raise NotFoundException.
    """

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def get_user(self, principal: Principal, user_id: UUID, *, base: str) -> scim.User:
        """Return a user. Raises NotFoundException."""
        principal.require(Permission.USERS_MANAGE)
        with self._database.transaction(principal, snapshot=True) as session:
            return _present(session, _found(ProvisioningRepository(session).find_user(user_id)), base)

    def list_users(self, principal: Principal, request: SearchRequest[Any], *, base: str) -> Listed[scim.User]:
        """List users. Raises InvalidFilterException, InvalidPathException."""
        principal.require(Permission.USERS_MANAGE)
        limit = page_limit(request)
        with self._database.transaction(principal, snapshot=True) as session:
            total, rows = ProvisioningRepository(session).list_users(request, limit)
            memberships = GroupRepository(session).list_memberships([row.id for row in rows])
        return Listed(total, [present_user(row, memberships.get(row.id, ()), base) for row in rows])

    def create_user(self, principal: Principal, payload: Payload, *, base: str) -> scim.User:
        """Create a user, by default an analyst. Raises ValidationError, UniquenessException, RoleBeyondScopesError."""
        principal.require(Permission.USERS_MANAGE)
        wanted = parse_user(payload, Context.RESOURCE_CREATION_REQUEST, active=True)
        roles = _roles(wanted) if wanted.roles else [Role.ANALYST.value]
        check_roles(principal, map(Role, roles))
        now = self._clock.now()
        values = {
            **user_values(wanted),
            "id": new_id(),
            "tenant_id": principal.tenant_id,
            "roles": roles,
            "created_at": now,
            "disabled_at": None if wanted.active else now,
        }
        with translated_violations(provisioning_meanings(_UNIQUE)), self._database.transaction(principal) as session:
            repository = ProvisioningRepository(session)
            _refuse_taken(repository, values["id"], values)
            repository.insert_user(values)
            made = _found(repository.find_user(values["id"]))
            _record(session, principal, "created", made.id, {"before": None, "after": _state(made)})
            return _present(session, made, base)

    def replace_user(
        self, principal: Principal, user_id: UUID, payload: Payload, *, base: str, revision: int | None
    ) -> scim.User:
        """Replace a user. Omitted attributes are cleared, except roles and `active`. RFC 7644 §3.5.1 lets the service
        decide this.

        Raises NotFoundException, PreconditionFailedException, ValidationError, UniquenessException, ForbiddenException,
        LastAdministratorError, RoleBeyondScopesError.
        """
        principal.require(Permission.USERS_MANAGE)
        with self._changing(principal, user_id, revision) as (session, row):
            wanted = parse_user(payload, Context.RESOURCE_REPLACEMENT_REQUEST, active=row.disabled_at is None)
            roles = _roles(wanted) if wanted.roles else row.roles
            return self._store(session, principal, row, wanted, roles, base)

    def patch_user(
        self, principal: Principal, user_id: UUID, payload: Payload, *, base: str, revision: int | None
    ) -> scim.User:
        """Apply all operations or none (RFC 7644 §3.5.2).

        Raises the errors of `replace_user`, MutabilityException, NoTargetException.
        """
        principal.require(Permission.USERS_MANAGE)
        patch = parse_user_patch(payload)
        with self._changing(principal, user_id, revision) as (session, row):
            wanted = _present(session, row, base)
            patch.patch(wanted, scim_policy=scim.LENIENT)
            check_user(wanted)
            return self._store(session, principal, row, wanted, _roles(wanted), base)

    def delete_user(self, principal: Principal, user_id: UUID, *, revision: int | None) -> None:
        """Delete a user. This ends the user's sessions, revokes the keys, and removes the user from all groups. The row
        stays for the audit log.

        Raises NotFoundException, PreconditionFailedException, ForbiddenException, RoleBeyondScopesError.
        """
        principal.require(Permission.USERS_MANAGE)
        _refuse_itself(principal, user_id)
        now = self._clock.now()
        with self._changing(principal, user_id, revision) as (session, row):
            check_roles(principal, map(Role, row.roles))
            repository = ProvisioningRepository(session)
            before: dict[str, Any] = _state(row)
            _update(repository, user_id, {"disabled_at": row.disabled_at or now, "deleted_at": now})
            repository.unlink(user_id)
            before["keys"] = sorted(map(str, repository.revoke_keys(user_id, now)))
            before["groups"] = sorted(map(str, GroupRepository(session).remove_user(user_id)))
            _record(session, principal, "deleted", user_id, {"before": before, "after": None})

    @contextmanager
    def _changing(self, principal: Principal, user_id: UUID, revision: int | None) -> Iterator[tuple[Session, User]]:
        with translated_violations(provisioning_meanings(_UNIQUE)), self._database.transaction(principal) as session:
            row = _found(ProvisioningRepository(session).lock_user(user_id))
            if revision is not None and row.revision != revision:
                raise PreconditionFailedException
            yield session, row

    def _store(
        self,
        session: Session,
        principal: Principal,
        row: User,
        wanted: scim.User,
        roles: Sequence[str],
        base: str,
    ) -> scim.User:
        repository = ProvisioningRepository(session)
        shown = _present(session, row, base)
        known = {**user_values(shown), "roles": row.roles, "disabled_at": row.disabled_at}
        values = {**user_values(wanted), "roles": list(roles), "disabled_at": row.disabled_at}
        was_active = row.disabled_at is None
        if wanted.active is not was_active:
            values["disabled_at"] = None if wanted.active else self._clock.now()
        changed = [name for name in values if values[name] != known[name]]
        if not changed:
            return shown
        if not wanted.active:
            _refuse_itself(principal, row.id)
        # A sign-in can link a subject by the user's address. A key that sets it could therefore sign in as the user.
        moved = row.email != values["email"] or wanted.active is not was_active
        check_roles(principal, map(Role, set(roles) ^ set(row.roles) | (set(row.roles) if moved else set())))
        _refuse_taken(repository, row.id, values)
        before = _state(row)
        _update(repository, row.id, values)
        stored = _found(repository.find_user(row.id))
        verb = "updated" if wanted.active is was_active else "enabled" if wanted.active else "disabled"
        detail = {"before": before, "after": _state(stored), "changed": sorted(changed)}
        _record(session, principal, verb, row.id, detail)
        return _present(session, stored, base)


def page_limit(request: SearchRequest[Any]) -> int:
    """Return the number of resources in a page."""
    return scim.MAX_COUNT if request.count is None else min(request.count, scim.MAX_COUNT)


def provisioning_meanings(unique: str) -> Meanings:
    """Map constraint violations to LastAdministratorError, and to UniquenessException with the field names `unique`."""
    return {
        UNIQUE_VIOLATION: lambda: UniquenessException(detail=f"{unique} is already in use: choose another."),
        **LAST_ADMINISTRATOR,
    }


def _present(session: Session, row: User, base: str) -> scim.User:
    return present_user(row, GroupRepository(session).list_memberships([row.id]).get(row.id, ()), base)


def _found(row: User | None) -> User:
    if row is None:
        raise NotFoundException
    return row


def _roles(user: scim.User) -> list[str]:
    return sorted({role.value.value for role in user.roles or () if role.value})


def _update(repository: ProvisioningRepository, user_id: UUID, values: Mapping[str, Any]) -> None:
    if not repository.update_user(user_id, values):  # the principal has just lost the permission
        raise PermissionRequiredError(Permission.USERS_MANAGE)


def _refuse_itself(principal: Principal, user_id: UUID) -> None:
    if user_id == principal.user_id:
        raise ForbiddenException(detail="A key can't disable or delete its own user: use another key.")


def _refuse_taken(repository: ProvisioningRepository, user_id: UUID, values: Mapping[str, Any]) -> None:
    if repository.is_taken(user_id, user_name=values["user_name"], email=values["email"]):
        raise UniquenessException(detail="userName or the address is already in use: choose another.")


def _state(row: User) -> dict[str, Any]:
    """Return a user's state for the audit log, without name and address."""
    return {
        "active": row.disabled_at is None,
        "roles": list(row.roles),
        "external_id": row.external_id,
        "revision": row.revision,
    }


def _record(session: Session, principal: Principal, verb: str, user_id: UUID, detail: Mapping[str, object]) -> None:
    record(session, principal, f"identity.user.{verb}", object_type="user", object_id=user_id, detail=detail)
