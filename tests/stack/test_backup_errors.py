"""Errors of the database during a backup become errors of the backup, each with its own remedy."""

import psycopg
import pytest

from app.stack.backup.errors import BackupFailedError
from app.stack.backup.snapshot import open_snapshot
from app.stack.servers.databases import SUPERUSER
from app.stack.servers.postgres import EmbeddedPostgres
from tests.conftest import TestDatabase


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        (psycopg.errors.DiskFull, "disk of the home's database is full: free some space"),
        (psycopg.errors.AdminShutdown, "look into logs/postgres.log"),
    ],
)
def test_error_of_the_database_during_a_backup_has_its_remedy(
    postgres: EmbeddedPostgres, database: TestDatabase, error: type[psycopg.Error], remedy: str
) -> None:
    with pytest.raises(BackupFailedError, match=remedy), open_snapshot(postgres.url(SUPERUSER, database.name)):
        raise error
