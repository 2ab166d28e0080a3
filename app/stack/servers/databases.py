"""Creates and drops databases and roles of the embedded cluster, by `app.db.provision` with the superuser's URL."""

from collections.abc import Mapping
from types import MappingProxyType

from app.db import provision

SUPERUSER = "postgres"

# Maps each kind of process to its login role.
LOGINS: Mapping[str, str] = MappingProxyType(
    {"owner": "footnote_owner", "api": "footnote_api", "worker": "footnote_worker", "relay": "footnote_relay"}
)


class Databases:
    """The superuser's operations on a cluster. `admin_url` is the SQLAlchemy URL of its database `postgres`."""

    def __init__(self, *, admin_url: str) -> None:
        self._admin_url = admin_url

    def ensure_logins(self, passwords: Mapping[str, str]) -> None:
        """Create the roles that `passwords` names. Reset the passwords and rights of existing roles."""
        provision.ensure_roles(self._admin_url, passwords)

    def ensure_database(self, name: str = "footnote") -> None:
        """Create a database with pgvector that belongs to the owner role. Only Footnote's roles may connect to it."""
        provision.ensure_database(self._admin_url, name)

    def copy_database(self, template: str, name: str) -> None:
        """Create `name` as a copy of `template`, which must have no open connections."""
        provision.copy_database(self._admin_url, template, name)

    def drop_database(self, name: str) -> None:
        """Drop a database and end its sessions. Do nothing if it does not exist."""
        provision.drop_database(self._admin_url, name)
