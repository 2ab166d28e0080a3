"""Lost connections are replaced before a transaction uses them."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine, text

from app.db import liveness
from app.db.session import build_engine
from app.stack.servers.postgres import EmbeddedPostgres
from tests.conftest import TestDatabase


@pytest.fixture
def engine(shared_database: TestDatabase) -> Iterator[Engine]:
    engine = build_engine(
        shared_database.urls["api"], pool_size=1, statement_timeout_ms=30_000, application_name="liveness"
    )
    yield engine
    engine.dispose()


def get_server_process(engine: Engine) -> int:
    with engine.begin() as connection:
        return int(connection.scalar(text("SELECT pg_backend_pid()")))


@pytest.mark.parametrize("idle_seconds", [-1.0, 30.0])
def test_connection_ended_by_the_server_is_replaced(
    engine: Engine, postgres: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch, idle_seconds: float
) -> None:
    monkeypatch.setattr(liveness, "IDLE_SECONDS", idle_seconds)
    ended = get_server_process(engine)
    superuser = create_engine(postgres.url("postgres", "postgres"))
    with superuser.begin() as connection:
        assert connection.scalar(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": ended})
    superuser.dispose()
    assert get_server_process(engine) != ended


@pytest.mark.parametrize("idle_seconds", [-1.0, 30.0])
def test_healthy_connection_is_used_again(engine: Engine, monkeypatch: pytest.MonkeyPatch, idle_seconds: float) -> None:
    monkeypatch.setattr(liveness, "IDLE_SECONDS", idle_seconds)
    assert get_server_process(engine) == get_server_process(engine)


def test_only_idle_connections_are_tested_with_a_query(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    pings: list[object] = []

    def record_ping(connection: object) -> bool:
        pings.append(connection)
        return True

    monkeypatch.setattr(engine.dialect, "do_ping", record_ping)
    get_server_process(engine)
    get_server_process(engine)
    assert pings == []
    monkeypatch.setattr(liveness, "IDLE_SECONDS", -1.0)
    get_server_process(engine)
    assert len(pings) == 1
