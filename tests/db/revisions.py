"""Databases at revisions of before."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from app.db.migrate import upgrade_to
from app.stack.postgres import EmbeddedPostgres
from tests.conftest import TestDatabase, _close, _open


@contextmanager
def database_at(postgres: EmbeddedPostgres, revision: str) -> Iterator[TestDatabase]:
    """A database of a test's own, at the revision."""
    name = f"test_{uuid4().hex}"
    postgres.databases.ensure_database(name)
    upgrade_to(postgres.url("owner", name), revision)
    opened = _open(postgres, name)
    try:
        yield opened
    finally:
        _close(postgres, opened)
