"""Limit the roles that a key with scopes may manage, at the API and in provisioning."""

from collections.abc import Iterable

from app.core.principal import PERMISSIONS, Principal, Role, allowed_by
from app.identity.errors import RoleBeyondScopesError


def check_roles(principal: Principal, roles: Iterable[Role]) -> None:
    """Raise RoleBeyondScopesError if the roles have a permission that neither the principal nor an editor has. Accept
    all roles if the principal's key has no scopes.

    With a key with scopes, the principal can't grant or remove a role with such a permission. The principal also can't
    disable or enable a user with such a role, or change the user's address.
    """
    if principal.scopes is not None and not allowed_by(roles) - PERMISSIONS[Role.EDITOR] <= principal.permissions:
        raise RoleBeyondScopesError
