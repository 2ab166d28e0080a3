"""The heartbeats of the queues that a worker consumes."""

from types import SimpleNamespace

import pytest
from celery import Celery

from app.jobs.plan import RUN_STAGE, Queue
from app.observability.pulse import Beat
from app.settings import ObservabilitySettings
from workers.bootstrap import Worker
from workers.tasks import register_tasks
from workers.vitals import QueueMarks


@pytest.fixture
def clock(monkeypatch):
    """Return the clock of the marks; a test sets `now`, in seconds."""
    clock = SimpleNamespace(now=100.0)
    monkeypatch.setattr("workers.vitals.time", SimpleNamespace(monotonic=lambda: clock.now))
    return clock


def test_idle_process_reports_when_it_last_worked_on_each_queue(clock):
    marks = QueueMarks()
    for queue in (Queue.PARSE, Queue.EMBED):
        with marks.working_on(queue):
            clock.now += 5
    assert marks.list_beats(["parse", "embed", "extract"]) == [Beat("embed", 0.0), Beat("parse", 5.0)]


def test_busy_process_reports_all_queues_of_its_worker(clock):
    """A worker that is busy with long stages has not left its other queues."""
    marks = QueueMarks()
    with marks.working_on(Queue.PARSE):
        clock.now += 300
        assert marks.list_beats(["parse", "embed"]) == [Beat("embed", 0.0), Beat("parse", 0.0)]
    assert marks.list_beats(["parse", "embed"]) == [Beat("parse", 0.0)]


def test_queue_without_work_for_half_an_hour_is_not_reported(clock):
    """Every process deletes heartbeats that are older than an hour, so no process may write such a heartbeat."""
    marks = QueueMarks()
    with marks.working_on(Queue.PARSE):
        pass
    clock.now += 1801
    assert marks.list_beats(["parse"]) == []


def test_worker_that_waits_for_disk_space_reports_its_queue():
    """The queue is not stalled: its worker continues when there is space."""
    marks, seen = QueueMarks(), []

    def wait(_stop):
        seen.extend(marks.list_beats([]))
        return False

    worker = Worker(
        room=SimpleNamespace(wait=wait),
        runner=SimpleNamespace(queue_marks=marks),
        collector=None,
        signer=None,
        close=lambda: None,
    )
    app = Celery("test", set_as_current=False)
    register_tasks(
        app,
        load=lambda: None,
        build=lambda: worker,
        start_pulse=lambda _: None,
        observability=ObservabilitySettings(),
        quarantine_bytes=0,
    )
    app.tasks[RUN_STAGE].apply(routing_key="parse", throw=True)
    assert seen == [Beat("parse", 0.0)]
