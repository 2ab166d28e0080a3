"""A frozen database server: every wait for it ends, and work continues when it responds again."""

import gc
import socket
import time
from contextlib import contextmanager
from types import SimpleNamespace

import psycopg
import pytest
from psycopg.waiting import Ready, Wait
from sqlalchemy import event, text

from app.db.connections import LimitedConnection, Liveness, ServerSilentError, connect_limited
from app.db.session import Database, DatabaseUnavailableError, build_engine
from app.observability.pulse import Beat, Pulse
from tests.freezing import frozen
from tests.waiting import wait_for

LONGEST_SECONDS = 25  # for a busy machine; less than the 35 s after which a statement ends in any case


def open_database(url, *, liveness=None):
    return Database(
        engine=build_engine(
            url,
            pool_size=2,
            statement_timeout_ms=30_000,
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
    monkeypatch.setattr("app.db.session.CLIENT_SECONDS", -29)  # the client's limit is one second
    monkeypatch.setattr("app.db.session.CONNECT_SECONDS", 2)
    database = open_database(shared_database.urls["api"])
    ping(database)
    with frozen(postgres.pid), pytest.raises(DatabaseUnavailableError):
        ping(database)
    assert seconds() < LONGEST_SECONDS
    assert ping(database) == 1
    database.close()


@pytest.fixture
def without_garbage_collector():
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("without_garbage_collector")
def test_connection_attempt_ends_at_its_limit_and_is_closed(seconds):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql+psycopg://nobody@127.0.0.1:{silent.getsockname()[1]}/none"
        with pytest.raises(psycopg.errors.ConnectionTimeout):
            connect_limited(url, application_name="test", limit_seconds=1, connect_seconds=2)
        assert seconds() < LONGEST_SECONDS
        client, _ = silent.accept()
        with client:
            client.setblocking(False)
            assert client.recv(1_000) != b""
            assert client.recv(1_000) == b"", "the attempt is closed"


def test_stop_of_this_process_does_not_count_as_silence_of_the_server(monkeypatch):
    """A machine that stalls stops both. Only the intervals in which this process ran count towards the limit."""
    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr("app.db.connections.time", SimpleNamespace(monotonic=lambda: clock.now))
    connection = SimpleNamespace(limit_seconds=5.0, liveness=Liveness())

    def wait_for_ever():
        while True:
            yield Wait.R

    steps = LimitedConnection._limited(connection, wait_for_ever(), 0.1)
    assert next(steps) == Wait.R
    for pause in (300, *[0.1] * 45, 300):
        clock.now += pause
        assert steps.send(Ready.NONE) == Wait.R
    with pytest.raises(ServerSilentError, match=r"within 5\.\d seconds"):
        for _ in range(3):
            clock.now += 0.1
            steps.send(Ready.NONE)


def test_lock_wait_ends_at_a_third_of_the_statement_timeout(shared_database):
    holder, waiting = (open_database(shared_database.urls["relay"]) for _ in range(2))
    with holder.anonymous() as session:
        session.execute(text("LOCK TABLE outbox IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(DatabaseUnavailableError) as raised, waiting.anonymous() as second:
            assert second.scalar(text("SHOW lock_timeout")) == "10s"
            second.execute(text("SET LOCAL lock_timeout = '50ms'"))  # to wait less
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
    wait_for(lambda: "one" in list_instances(shared_database.api), what="a heartbeat")
    with frozen(postgres.pid):
        with pytest.raises(DatabaseUnavailableError):
            ping(database)
        assert not liveness.responds
        with uses_of_connections(database) as uses, pytest.raises(DatabaseUnavailableError):
            ping(database)
        assert uses == []
    wait_for(lambda: liveness.responds, what="a response")
    assert ping(database) == 1
    pulse.close()
    database.close()


@contextmanager
def uses_of_connections(database):
    """Yield a list of the events at which a transaction opens a connection or takes one of the pool."""
    uses = []
    note = {name: lambda *_, name=name: uses.append(name) for name in ("do_connect", "checkout")}
    for name, listener in note.items():
        event.listen(database.engine, name, listener, insert=True)
    yield uses
    for name, listener in note.items():
        event.remove(database.engine, name, listener)


def list_instances(database):
    with database.anonymous() as session:
        return session.scalars(text("SELECT instance FROM list_heartbeats()")).all()
