"""Databases and roles of the embedded cluster: `app.db.provision` with the superuser's URL at hand."""

from collections.abc import Mapping
from types import MappingProxyType

from app.db import provision

SUPERUSER = "postgres"

# What each process logs in as.
LOGINS: Mapping[str, str] = MappingProxyType(
    {"owner": "footnote_owner", "api": "footnote_api", "worker": "footnote_worker", "relay": "footnote_relay"}
)


class Databases:
    """The superuser's side of a cluster; `admin_url` is its SQLAlchemy URL of the database `postgres`."""

    def __init__(self, *, admin_url: str) -> None:
        self._admin_url = admin_url

    def ensure_logins(self, passwords: Mapping[str, str]) -> None:
        """Make the roles (name → password), or set them right when they are there."""
        provision.ensure_roles(self._admin_url, passwords)

    def ensure_database(self, name: str = "footnote") -> None:
        """Make a database of the owner's, with pgvector; only our roles may connect."""
        provision.ensure_database(self._admin_url, name)

    def copy_database(self, template: str, name: str) -> None:
        """Make `name` as a copy of `template`, which nobody may be connected to."""
        provision.copy_database(self._admin_url, template, name)

    def drop_database(self, name: str) -> None:
        """Remove a database, ending its sessions. Nothing happens when there is none."""
        provision.drop_database(self._admin_url, name)
