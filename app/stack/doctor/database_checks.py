"""The database checks of `footnote doctor`: versions, the roles' rights, forced row-level security, migrations."""

from collections.abc import Iterator, Sequence

import psycopg
from sqlalchemy.exc import DBAPIError, OperationalError

from app.core.errors import UnavailableError
from app.db.connections import connect_limited
from app.db.migrate import get_revisions
from app.db.provision import LOGIN_ROLES
from app.db.served import SchemaTooOldError, check_can_be_upgraded
from app.stack.doctor.checks import CheckResult
from app.stack.reembedding import read_reembedding

OLDEST_POSTGRES = 150000
OLDEST_VECTOR = (0, 8)
LIMIT_SECONDS = 5.0

# Selects the tables with a column tenant_id on which row-level security is off, or not forced for the owner.
_UNFORCED = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
ORDER BY 1
"""
_OWNED = """
SELECT DISTINCT pg_get_userbyid(relowner) FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND pg_get_userbyid(relowner) = ANY(%s)
"""


def check_database(owner_url: str) -> Iterator[CheckResult]:
    """Yield the results of the checks of a database. `owner_url` is the owner's URL in SQLAlchemy's form."""
    try:
        with connect_limited(owner_url, application_name="footnote-doctor", limit_seconds=LIMIT_SECONDS) as connection:
            yield _check_version(connection)
            yield _check_vector(connection)
            yield _check_roles(connection)
            yield _check_row_security(connection)
        migrations = _check_migrations(owner_url)
        yield migrations
        if migrations.ok:
            yield _check_embeddings(owner_url)
    except (psycopg.OperationalError, OperationalError) as error:
        reason = str(error).strip().splitlines()[-1]
        yield CheckResult(
            "database",
            False,
            f"The database does not respond ({reason}): check its URL and its log (logs/postgres.log in the home).",
        )


def _check_version(connection: psycopg.Connection[tuple[object, ...]]) -> CheckResult:
    number = connection.info.server_version
    version = connection.info.parameter_status("server_version") or str(number)
    if number < OLDEST_POSTGRES:
        return CheckResult("postgres", False, f"PostgreSQL {version} is too old: 15 or newer is needed.")
    return CheckResult("postgres", True, f"PostgreSQL {version}.")


def _check_vector(connection: psycopg.Connection[tuple[object, ...]]) -> CheckResult:
    row = connection.execute("SELECT extversion FROM pg_extension WHERE extname = 'vector'").fetchone()
    if row is None:
        return CheckResult(
            "pgvector", False, "pgvector is not in the database: an administrator must run CREATE EXTENSION vector."
        )
    version = str(row[0])
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST_VECTOR:
        return CheckResult("pgvector", False, f"pgvector {version} is too old: 0.8 or newer is needed.")
    return CheckResult("pgvector", True, f"pgvector {version}.")


def _check_roles(connection: psycopg.Connection[tuple[object, ...]]) -> CheckResult:
    rows = connection.execute(
        "SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = ANY(%s)", (list(LOGIN_ROLES),)
    ).fetchall()
    missing = _names(set(LOGIN_ROLES) - {str(row[0]) for row in rows})
    if missing:
        return CheckResult("roles", False, f"The database lacks roles: {missing}. Create them (docs/running.md).")
    passing = _names({str(row[0]) for row in rows if row[1] or row[2]})
    if passing:
        return CheckResult(
            "roles",
            False,
            f"{passing} may bypass row-level security, so that anybody could see everything: "
            "ALTER ROLE … NOSUPERUSER NOBYPASSRLS.",
        )
    without_owner = [role for role in LOGIN_ROLES if role != "footnote_owner"]
    owners = _names({str(row[0]) for row in connection.execute(_OWNED, (without_owner,)).fetchall()})
    if owners:
        return CheckResult(
            "roles", False, f"{owners} own tables: give them to footnote_owner (ALTER TABLE … OWNER TO)."
        )
    return CheckResult("roles", True, "No role may bypass row-level security, and only the owner role owns tables.")


def _check_row_security(connection: psycopg.Connection[tuple[object, ...]]) -> CheckResult:
    tables = _names({str(row[0]) for row in connection.execute(_UNFORCED).fetchall()})
    if tables:
        return CheckResult(
            "row-security", False, f"Row-level security is not forced on {tables}: run the migrations again."
        )
    return CheckResult("row-security", True, "Row-level security is forced on every table with tenants' rows.")


def _check_migrations(owner_url: str) -> CheckResult:
    current, newest = get_revisions(owner_url)
    try:
        check_can_be_upgraded(current)
    except SchemaTooOldError as error:
        return CheckResult("migrations", False, error.detail)
    if current != newest:
        return CheckResult(
            "migrations",
            False,
            f"The schema is at {current or 'nothing'} instead of {newest}: `footnote up` migrates it.",
        )
    return CheckResult("migrations", True, f"The schema is at the newest revision, {newest}.")


def _check_embeddings(owner_url: str) -> CheckResult:
    """Documents that are being embedded again are no fault, but a failing embedding endpoint is."""
    try:
        progress = read_reembedding(owner_url)
    except (UnavailableError, DBAPIError):
        return CheckResult("embeddings", False, "The state of the embeddings cannot be read: check the database.")
    return CheckResult("embeddings", progress.error_code is None and progress.space is not None, progress.describe())


def _names(names: set[str] | Sequence[str]) -> str:
    return ", ".join(sorted(names))
