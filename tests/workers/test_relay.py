"""The relay notifies its watchdog while its thread works, also while the database does not respond."""

import socket
from contextlib import suppress

import pytest

from app.core.watchdog import ADDRESS, ALIVE
from app.db.connections import Liveness
from app.jobs.health import RELAY, SCHEDULER
from app.observability.pulse import Marks
from app.settings import Settings
from tests.waiting import wait_for
from workers.relay import build_pulse

STUCK_SECONDS = 60.0  # twice the statement timeout


class CountedMarks(Marks):
    """Marks at a time that the test sets. It counts the beats of the pulse, which reads the marks once for each."""

    def __init__(self):
        self.now, self.beats = 0.0, 0
        super().__init__(monotonic=lambda: self.now)

    def list_beats(self):
        self.beats += 1
        return super().list_beats()

    def wait_for_beats(self):
        """Wait for the end of a beat that begins after this call."""
        before = self.beats
        wait_for(lambda: self.beats >= before + 2, what="two beats")


@pytest.fixture
def marks(monkeypatch, tmp_path):
    """Start the pulse of a relay whose database is down; return the marks of its thread."""
    monkeypatch.setenv("FOOTNOTE_DATABASE__RELAY_URL", f"postgresql+psycopg://relay@/footnote?host={tmp_path}")
    monkeypatch.setenv("FOOTNOTE_DATABASE__STATEMENT_TIMEOUT_MS", "30000")
    monkeypatch.setenv("FOOTNOTE_HEALTH__BEAT_SECONDS", "0.02")
    marks = CountedMarks()
    marks.mark(SCHEDULER)
    marks.mark(RELAY)
    pulse = build_pulse(Settings(), marks=marks, liveness=Liveness())
    pulse.start()
    yield marks
    pulse.close()


@pytest.fixture
def notices(monkeypatch, tmp_path):
    """Return a function that returns the notices since its last call."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(str(tmp_path / "watchdog"))
        receiver.setblocking(False)
        monkeypatch.setenv(ADDRESS, str(tmp_path / "watchdog"))

        def receive():
            received = set()
            with suppress(BlockingIOError):
                while True:
                    received.add(receiver.recv(64))
            return received

        yield receive


def test_relay_that_waits_for_the_database_notifies_its_watchdog(notices, marks):
    for _ in range(3):
        marks.now += STUCK_SECONDS - 1
        marks.mark(RELAY, trouble="database-unavailable")
        notices()
        marks.wait_for_beats()
        assert notices() == {ALIVE}


def test_relay_whose_thread_is_stuck_sends_no_notice(notices, marks):
    marks.now += STUCK_SECONDS
    marks.wait_for_beats()
    notices()
    marks.wait_for_beats()
    assert notices() == set()
    marks.mark(RELAY)
    marks.wait_for_beats()
    assert notices() == {ALIVE}
