"""Databases and roles of the embedded cluster, as its superuser; what they must be is said in `app.db.provision`."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from app.db import provision

SUPERUSER = "postgres"

# What each process logs in as. None of them is a superuser or may pass over row-level security.
LOGINS: Mapping[str, str] = MappingProxyType(
    {"owner": "footnote_owner", "api": "footnote_api", "worker": "footnote_worker", "relay": "footnote_relay"}
)


class Databases:
    """The superuser's side of a cluster. `url` gives SQLAlchemy's URL of a database, for the superuser."""

    def __init__(self, *, url: Callable[[str], str]) -> None:
        self._url = url

    def ensure_logins(self, passwords: Mapping[str, str]) -> None:
        """Make the roles (name → password), or set them right when they are there."""
        provision.ensure_roles(self._url(SUPERUSER), passwords)

    def ensure_database(self, name: str = "footnote") -> None:
        """Make a database of the owner's, with the extensions; only our roles may connect."""
        provision.ensure_database(self._url(SUPERUSER), name)

    def copy_database(self, template: str, name: str) -> None:
        """Make `name` as a copy of `template` (which nobody may be connected to)."""
        provision.copy_database(self._url(SUPERUSER), template, name)

    def drop_database(self, name: str) -> None:
        """Remove a database, ending its sessions. Nothing happens when there is none."""
        provision.drop_database(self._url(SUPERUSER), name)
