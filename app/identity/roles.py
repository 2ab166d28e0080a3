"""Limit the roles that a key with scopes may manage, at the API and in provisioning."""

from collections.abc import Iterable

from app.core.principal import PERMISSIONS, Principal, Role, allowed_by
from app.identity.errors import RoleBeyondScopesError


def check_roles(principal: Principal, roles: Iterable[Role]) -> None:
    """Raise RoleBeyondScopesError if a role has a permission that neither the key's scopes nor the role of an editor
    contain.

    A key with scopes can't grant or remove such roles, and can't disable, enable or change the address of users who
    have such a role.
    """
    if principal.scopes is not None and not allowed_by(roles) - PERMISSIONS[Role.EDITOR] <= principal.permissions:
        raise RoleBeyondScopesError
