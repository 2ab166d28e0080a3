"""Create the roles and a database on a server. This runs once, with an administrator's URL. On an external server, a
database administrator may do the same by hand.

Roles: `footnote_owner` owns the schema and migrates; `footnote_api`, `footnote_worker` and `footnote_relay` log in, own
nothing and cannot bypass row-level security; `footnote_definer` cannot log in and owns the few functions that must read
rows of all principals (signing in, computing access classes, finding overdue stages).
"""

from collections.abc import Mapping

from psycopg import sql
from sqlalchemy.engine import make_url

from app.db.connections import LimitedConnection, connect_limited

LOGIN_ROLES = ("footnote_owner", "footnote_api", "footnote_worker", "footnote_relay")
DEFINER_ROLE = "footnote_definer"
PROVISION_SECONDS = 120.0
"""The longest time, in seconds, for one statement: creating a database copies a template."""


def _connect(admin_url: str, database: str | None = None) -> LimitedConnection:
    url = make_url(admin_url)
    if database is not None:
        url = url.set(database=database)
    return connect_limited(
        url.render_as_string(hide_password=False),
        application_name="footnote-provision",
        limit_seconds=PROVISION_SECONDS,
    )


def ensure_roles(admin_url: str, passwords: Mapping[str, str]) -> None:
    """Create the missing roles and set the given passwords (role name → password)."""
    with _connect(admin_url) as connection:
        present = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles").fetchall()}
        for role in (*LOGIN_ROLES, DEFINER_ROLE):
            name = sql.Identifier(role)
            if role not in present:
                connection.execute(
                    sql.SQL("CREATE ROLE {} NOINHERIT NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE").format(name)
                )
            if role in passwords:
                connection.execute(
                    sql.SQL("ALTER ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD {}").format(
                        name, sql.Literal(passwords[role])
                    )
                )
        # As a member of the definer role, the owner may transfer functions to it. Because of NOINHERIT, the owner does
        # not get the rights of the definer role.
        connection.execute(sql.SQL("GRANT {} TO footnote_owner").format(sql.Identifier(DEFINER_ROLE)))


def ensure_database(admin_url: str, name: str) -> None:
    """Create the database if it is missing, and add pgvector. `footnote_owner` owns the database, and only Footnote's
    roles may connect.
    """
    with _connect(admin_url) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        if found is None:
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER footnote_owner ENCODING 'UTF8' TEMPLATE template0").format(
                    sql.Identifier(name)
                )
            )
        _restrict(connection, name)
    with _connect(admin_url, name) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
        connection.execute("GRANT CREATE, USAGE ON SCHEMA public TO footnote_owner, footnote_definer")


def copy_database(admin_url: str, template: str, name: str) -> None:
    """Create `name` as a copy of `template`, which must have no open connections."""
    with _connect(admin_url) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER footnote_owner STRATEGY FILE_COPY").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
        _restrict(connection, name)


def drop_database(admin_url: str, name: str) -> None:
    """Drop a database and end its sessions. Do nothing if it does not exist."""
    with _connect(admin_url) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _restrict(connection: LimitedConnection, name: str) -> None:
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
    for role in LOGIN_ROLES:
        connection.execute(
            sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(sql.Identifier(name), sql.Identifier(role))
        )
