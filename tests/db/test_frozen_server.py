"""A frozen database server: every wait for it ends, and work continues when it responds again."""

import time

import psycopg
import pytest
from sqlalchemy import text

from app.db.connections import Liveness, connect_limited
from app.db.session import Database, DatabaseUnavailableError, build_engine
from app.observability.pulse import Beat, Pulse
from tests.freezing import frozen
from tests.waiting import wait_for


def open_database(url, *, statement_timeout_ms=30_000, liveness=None, pool_size=2):
    return Database(
        engine=build_engine(
            url,
            pool_size=pool_size,
            statement_timeout_ms=statement_timeout_ms,
            application_name="test-frozen",
            liveness=liveness,
        ),
        liveness=liveness,
    )


def ping(database):
    with database.anonymous() as session:
        return session.scalar(text("SELECT 1"))


@pytest.fixture
def seconds():
    began = time.monotonic()
    return lambda: time.monotonic() - began


def test_statement_ends_at_its_limit_and_the_pool_recovers(shared_database, postgres, monkeypatch, seconds):
    monkeypatch.setattr("app.db.session.CLIENT_SECONDS", 0.2)
    monkeypatch.setattr("app.db.session.CONNECT_SECONDS", 2)
    database = open_database(shared_database.urls["api"], statement_timeout_ms=300)
    ping(database)
    with frozen(postgres.pid), pytest.raises(DatabaseUnavailableError):
        ping(database)
    assert seconds() < 10
    assert ping(database) == 1
    database.close()


def test_connection_attempt_ends_at_its_limit(shared_database, postgres, seconds):
    with frozen(postgres.pid), pytest.raises(psycopg.errors.ConnectionTimeout):
        connect_limited(shared_database.urls["api"], application_name="test", limit_seconds=1, connect_seconds=2)
    assert seconds() < 10


def test_lock_wait_ends_at_a_third_of_the_statement_timeout(shared_database):
    holder = open_database(shared_database.urls["relay"])
    waiting = open_database(shared_database.urls["relay"], statement_timeout_ms=300)
    with holder.anonymous() as session:
        session.execute(text("LOCK TABLE outbox IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(DatabaseUnavailableError) as raised, waiting.anonymous() as second:
            second.execute(text("SELECT count(*) FROM outbox"))
    assert isinstance(raised.value.__cause__.orig, psycopg.errors.LockNotAvailable)
    holder.close()
    waiting.close()


def test_pulse_ends_statements_and_refuses_new_ones_until_the_server_responds(shared_database, postgres):
    url, liveness = shared_database.urls["api"], Liveness()
    database = open_database(url, liveness=liveness)
    pulse = Pulse(
        url=url,
        instance="one",
        list_beats=lambda: [Beat("api")],
        liveness=liveness,
        beat_seconds=0.1,
        silence_seconds=0.5,
    )
    pulse.start()
    wait_for(lambda: [row for row in list_heartbeats(database) if row.instance == "one"], what="a heartbeat")
    with frozen(postgres.pid):
        with pytest.raises(DatabaseUnavailableError):
            ping(database)
        assert not liveness.responds
        began = time.monotonic()
        with pytest.raises(DatabaseUnavailableError):
            ping(database)
        assert time.monotonic() - began < 0.1
    wait_for(lambda: liveness.responds, what="a response")
    assert ping(database) == 1
    pulse.close()
    database.close()


def list_heartbeats(database):
    with database.anonymous() as session:
        return session.execute(text("SELECT * FROM list_heartbeats()")).all()
