"""The relay notifies its watchdog while its thread works, also while the database does not respond."""

import time

import pytest

from app.db.connections import Liveness
from app.jobs.health import RELAY, SCHEDULER
from app.observability.pulse import Marks
from app.settings import Settings
from app.stack.watchdog import Watchdog
from tests.waiting import wait_for
from workers.relay import build_pulse


@pytest.fixture
def watched(monkeypatch, tmp_path):
    """Yield a watchdog of the relay, and the marks of a relay whose database is down."""
    # The relay is stuck after twice the statement timeout: 0.4 s.
    monkeypatch.setenv("FOOTNOTE_DATABASE__RELAY_URL", f"postgresql+psycopg://relay@/footnote?host={tmp_path}")
    monkeypatch.setenv("FOOTNOTE_DATABASE__STATEMENT_TIMEOUT_MS", "200")
    monkeypatch.setenv("FOOTNOTE_HEALTH__BEAT_SECONDS", "0.05")
    marks = Marks()
    with Watchdog(("relay",), frozen_seconds=0.6) as watchdog:
        for name, value in watchdog.environment("relay").items():
            monkeypatch.setenv(name, value)
        pulse = build_pulse(Settings(), marks=marks, liveness=Liveness())
        marks.mark(SCHEDULER)
        marks.mark(RELAY)
        pulse.start()
        yield watchdog, marks
        pulse.close()


def test_relay_that_waits_for_its_database_is_not_frozen(watched):
    watchdog, marks = watched
    until = time.monotonic() + 2

    def check():
        marks.mark(RELAY, trouble="database-unavailable")
        assert watchdog.list_frozen() == []
        return time.monotonic() > until

    wait_for(check)


def test_relay_whose_thread_is_stuck_is_frozen(watched):
    watchdog, _ = watched
    assert wait_for(watchdog.list_frozen) == ["relay"]
