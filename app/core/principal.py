"""The principal is the user of a request, with roles and permissions. Every service call receives a principal, and each
transaction first sends it to the database.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from app.core.errors import ForbiddenError


class Permission(StrEnum):
    """An action that a user may perform. Grants and labels in the database limit it to certain rows."""

    DOCUMENTS_READ = "documents:read"
    DOCUMENTS_WRITE = "documents:write"
    COLLECTIONS_WRITE = "collections:write"
    GRANTS_READ = "grants:read"
    GRANTS_WRITE = "grants:write"
    QUESTIONS_READ = "questions:read"
    QUESTIONS_ASK = "questions:ask"
    REVIEW_WRITE = "review:write"
    REVIEW_APPROVE = "review:approve"
    SCHEMAS_WRITE = "schemas:write"
    EVALS_READ = "evals:read"
    EVALS_WRITE = "evals:write"
    KEYS_OWN = "keys:own"
    KEYS_MANAGE = "keys:manage"
    USERS_MANAGE = "users:manage"
    GROUPS_MANAGE = "groups:manage"
    ACCESS_MANAGE = "access:manage"
    ACCESS_EXPLAIN = "access:explain"
    AUDIT_READ = "audit:read"
    OPERATIONS_READ = "operations:read"


class Role(StrEnum):
    """A set of permissions, assigned to a user. `SYSTEM` is the tenant's own worker."""

    ANALYST = "analyst"
    EDITOR = "editor"
    APPROVER = "approver"
    ENGINEER = "engineer"
    ADMIN = "admin"
    AUDITOR = "auditor"
    SYSTEM = "system"


_READER = frozenset(
    {
        Permission.DOCUMENTS_READ,
        Permission.GRANTS_READ,
        Permission.QUESTIONS_READ,
        Permission.QUESTIONS_ASK,
        Permission.KEYS_OWN,
    }
)
_DESK = _READER | {Permission.DOCUMENTS_WRITE, Permission.COLLECTIONS_WRITE, Permission.GRANTS_WRITE}
_REVIEW = frozenset({Permission.REVIEW_WRITE, Permission.SCHEMAS_WRITE})
_EVALS = frozenset({Permission.EVALS_READ, Permission.EVALS_WRITE})

# Duties are separate: administrators change rights, but read neither the audit log nor traces (which quote documents);
# auditors read the audit log and change nothing. An approver releases what another person entered.
PERMISSIONS: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        Role.ANALYST: _DESK,
        Role.EDITOR: _DESK | _REVIEW,
        Role.APPROVER: _DESK | _REVIEW | {Permission.REVIEW_APPROVE},
        Role.ENGINEER: _DESK | _EVALS | {Permission.SCHEMAS_WRITE, Permission.OPERATIONS_READ},
        Role.ADMIN: _DESK
        | {
            Permission.KEYS_MANAGE,
            Permission.USERS_MANAGE,
            Permission.GROUPS_MANAGE,
            Permission.ACCESS_MANAGE,
            Permission.ACCESS_EXPLAIN,
            Permission.OPERATIONS_READ,
        },
        Role.AUDITOR: _READER | {Permission.AUDIT_READ, Permission.ACCESS_EXPLAIN},
        Role.SYSTEM: frozenset(),
    }
)


def allowed_by(roles: Iterable[Role]) -> frozenset[Permission]:
    """Return the union of the roles' permissions."""
    return frozenset[Permission]().union(*(PERMISSIONS[role] for role in roles))


class PermissionRequiredError(ForbiddenError):
    """The principal's roles or scopes do not include the permission. The error reveals nothing about the data."""

    code = "permission-required"
    title = "Your roles, or the scopes of your key, do not have the permission for this."

    def __init__(self, permission: Permission) -> None:
        super().__init__(
            f"This needs the permission '{permission}', which your roles, or the scopes of your key, do not have.",
            extra={"permission": permission.value},
        )


@dataclass(frozen=True, slots=True)
class Principal:
    """A user of one tenant, signed in with a key or through an identity provider.

    `key_id` is None for a sign-in through a provider. `key_expires_at` is the expiry of the key or of the provider's
    token, or None if there is none. `scopes` is None if the principal has all permissions of the user. The database
    decides which rows the principal sees.
    """

    tenant_id: UUID
    user_id: UUID
    roles: frozenset[Role] = frozenset()
    key_id: UUID | None = None
    key_expires_at: datetime | None = None
    name: str = ""
    scopes: frozenset[Permission] | None = None

    @property
    def permissions(self) -> frozenset[Permission]:
        """Return the permissions of the roles, limited to the scopes of the key."""
        allowed = allowed_by(self.roles)
        return allowed if self.scopes is None else allowed & self.scopes

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        """Check that the principal has the permission. Raises PermissionRequiredError."""
        if not self.may(permission):
            raise PermissionRequiredError(permission)
