"""Databases, roles and extensions of a cluster, made by its superuser.

Migrations then work as the owner, without that power.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import psycopg
from psycopg import sql

SUPERUSER = "postgres"

# What each process logs in as. None of them is a superuser or may pass over row-level security.
LOGINS: Mapping[str, str] = MappingProxyType(
    {"owner": "footnote_owner", "api": "footnote_api", "worker": "footnote_worker", "relay": "footnote_relay"}
)
EXTENSIONS = ("vector", "pg_trgm", "unaccent", "btree_gin")


class Databases:
    """The superuser's side of a cluster. `url` gives SQLAlchemy's URL of a database, for the superuser."""

    def __init__(self, *, url: Callable[[str], str]) -> None:
        self._url = url

    def ensure_logins(self, passwords: Mapping[str, str]) -> None:
        """Make the roles (name → password), or set them right when they are there."""
        with self._connect("postgres") as connection:
            for name, password in passwords.items():
                known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (name,)).fetchone()
                statement = sql.SQL(
                    "{verb} ROLE {name} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS "
                    "PASSWORD {password}"
                ).format(
                    verb=sql.SQL("ALTER" if known else "CREATE"),
                    name=sql.Identifier(name),
                    password=sql.Literal(password),
                )
                connection.execute(statement)

    def ensure_database(self, name: str = "footnote") -> None:
        """Make a database of the owner's, with the extensions; only our roles may connect."""
        with self._connect("postgres") as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone() is None:
                connection.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {}").format(
                        sql.Identifier(name), sql.Identifier(LOGINS["owner"])
                    )
                )
            connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
            for login in LOGINS.values():
                connection.execute(
                    sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(
                        sql.Identifier(name), sql.Identifier(login)
                    )
                )
        with self._connect(name) as connection:
            for extension in EXTENSIONS:
                connection.execute(
                    sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension))
                )

    def copy_database(self, template: str, name: str) -> None:
        """Make `name` as a copy of `template` (which nobody may be connected to).

        Its rights to connect are copied too.
        """
        with self._connect("postgres") as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {} STRATEGY FILE_COPY").format(
                    sql.Identifier(name), sql.Identifier(template), sql.Identifier(LOGINS["owner"])
                )
            )
            connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
            for login in LOGINS.values():
                connection.execute(
                    sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(
                        sql.Identifier(name), sql.Identifier(login)
                    )
                )

    def drop_database(self, name: str) -> None:
        """Remove a database, ending its sessions. Nothing happens when there is none."""
        with self._connect("postgres") as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )

    def _connect(self, database: str) -> psycopg.Connection[tuple[object, ...]]:
        url = self._url(database).replace("postgresql+psycopg://", "postgresql://", 1)
        return psycopg.connect(url, autocommit=True, connect_timeout=10)
