"""Whose rights a key with scopes may touch, whichever way it comes: by the API or by provisioning."""

from collections.abc import Iterable

from app.core.principal import PERMISSIONS, Principal, Role, allowed_by
from app.identity.errors import RoleBeyondScopesError


def check_roles(principal: Principal, roles: Iterable[Role]) -> None:
    """Raises RoleBeyondScopesError where one of `roles` can do more than a key with scopes can, and than an editor.

    Such a key gives and takes none of them, and ends, lets in or moves nobody who has one.
    """
    if principal.scopes is not None and not allowed_by(roles) - PERMISSIONS[Role.EDITOR] <= principal.permissions:
        raise RoleBeyondScopesError
