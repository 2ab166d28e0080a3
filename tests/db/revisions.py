"""Test databases at earlier schema revisions."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from uuid import uuid4

from app.db.migrate import upgrade_to
from app.stack.servers.postgres import EmbeddedPostgres
from tests.conftest import TestDatabase, _close, _open


@contextmanager
def database_at(postgres: EmbeddedPostgres, revision: str) -> Iterator[TestDatabase]:
    """Yield a database at the revision, for one test."""
    name = f"test_{uuid4().hex}"
    postgres.databases.copy_database(_template_at(postgres, revision), name)
    opened = _open(postgres, name)
    try:
        yield opened
    finally:
        _close(postgres, opened)


@cache
def _template_at(postgres: EmbeddedPostgres, revision: str) -> str:
    """Return the name of the template database at the revision."""
    name = f"footnote_template_{revision}"
    postgres.databases.ensure_database(name)
    upgrade_to(postgres.url("owner", name), revision)
    return name
