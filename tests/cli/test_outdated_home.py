"""`footnote up` on a home whose schema is older than the baseline revision."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from app.stack.home import Home
from app.stack.servers.postgres import EmbeddedPostgres
from app.stack.supervisor import DATABASE
from tests.throwaway import THROWAWAY_SETTINGS


def test_up_on_outdated_home_explains_what_to_do(tmp_path: Path, footnote: Callable[..., Any]) -> None:
    with EmbeddedPostgres(Home.at(tmp_path), settings=THROWAWAY_SETTINGS) as postgres:
        postgres.databases.ensure_database(DATABASE)
        url = postgres.url("owner", DATABASE).replace("postgresql+psycopg://", "postgresql://")
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY)")
            connection.execute("INSERT INTO alembic_version VALUES ('0024')")
    result = footnote("up", "--home", str(tmp_path), "--port", "0", "--json")
    error = json.loads(result.stdout)["error"]
    assert (result.returncode, error["code"]) == (1, "schema-too-old"), (error, result.stderr)
    assert "start with a new home" in error["detail"]
    assert "Traceback" not in result.stderr
