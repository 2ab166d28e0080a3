"""Heartbeats of processes and waits of stages: which process is silent or hindered, and which queue is stalled."""

import pytest
from sqlalchemy import text

from app.jobs.errors import ProcessHinderedError, ProcessSilentError, QueueStalledError
from app.jobs.health import WorkLimits, check_process, check_queues, read_work_state
from app.settings import HealthSettings
from app.stack.doctor.work_checks import check_work

LIMITS = WorkLimits(frozen_seconds=20, stalled_seconds=120)


def beat(database, instance, part, age, trouble=None):
    with database.relay.anonymous() as session:
        session.execute(
            text("SELECT record_heartbeats(:instance, ARRAY[:part], ARRAY[CAST(:age AS float8)], ARRAY[:trouble])"),
            {"instance": instance, "part": part, "age": age, "trouble": trouble},
        )


def state_of(database):
    with database.api.anonymous() as session:
        return read_work_state(session)


def check(database, process="worker", observed_seconds=60):
    check_process(state_of(database), process, LIMITS, observed_seconds=observed_seconds)


def test_process_is_silent_when_no_instance_has_a_recent_heartbeat(database):
    check(database, observed_seconds=10)
    with pytest.raises(ProcessSilentError, match="no sign of life yet"):
        check(database)
    beat(database, "one", "worker", 45)
    with pytest.raises(ProcessSilentError, match=r"for (4[5-9]|5\d) seconds"):
        check(database)
    beat(database, "two", "worker", 3)
    check(database)


def test_older_heartbeat_of_a_pool_process_does_not_replace_a_newer_one(database):
    beat(database, "one", "worker", 1)
    beat(database, "one", "worker", 45)
    check(database)


def test_process_is_hindered_when_each_living_instance_reports_an_error(database):
    beat(database, "one", "relay", 1, "broker-unavailable")
    with pytest.raises(ProcessHinderedError, match="broker-unavailable"):
        check(database, "relay")
    beat(database, "two", "relay", 1)
    check(database, "relay")


def test_queue_is_stalled_when_a_stage_waits_and_no_worker_works_on_the_queue(database, open_ledger):
    open_ledger(database).start()
    check_queues(state_of(database), LIMITS)
    with database.owner.engine.begin() as connection:
        connection.execute(text("ALTER TABLE stages NO FORCE ROW LEVEL SECURITY"))
        connection.execute(text("UPDATE stages SET available_at = now() - interval '3 minutes'"))
        connection.execute(text("ALTER TABLE stages FORCE ROW LEVEL SECURITY"))
    with pytest.raises(QueueStalledError, match=r"1 stages \(validate\) wait, the first for (18|19)\d seconds"):
        check_queues(state_of(database), LIMITS)
    beat(database, "one", "parse", 5)
    check_queues(state_of(database), LIMITS)


def test_doctor_names_silent_instances_and_silent_processes(database):
    beat(database, "one", "worker", 45)
    beat(database, "two", "worker", 1)
    found = {result.check: result for result in check_work(database.urls["owner"], HealthSettings())}
    assert {check for check, result in found.items() if not result.ok} == {
        "api-works",
        "relay-works",
        "scheduler-works",
    }
    assert "one (45 s)" in found["worker-works"].sentence
