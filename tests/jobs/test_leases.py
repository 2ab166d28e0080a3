"""Leases on stages, with a real database."""

import threading
from collections import Counter
from datetime import timedelta

import pytest

from app.core.errors import UnavailableError
from app.jobs.errors import LeaseLostError
from app.jobs.plan import LeaseTerms, StageName
from app.jobs.states import AlreadyDone, Busy, Cause, Ended, Gone, Lease, Retry, SentBack, StageStatus, Superseded
from workers.parsing.errors import PdfDamagedError
from workers.pipeline.errors import OutputLostError

LOST = OutputLostError(StageName.PARSE)


def test_concurrent_claims_lease_a_stage_only_once(ledger):
    stage = ledger.stage(ledger.start(), "validate")
    results = []
    threads = [
        threading.Thread(target=lambda number=number: results.append(ledger.claim(stage, f"worker {number}")))
        for number in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(type(result) for result in results) == {Lease: 1, Busy: 3}


def test_stages_run_in_order_and_the_last_makes_the_run_ready(ledger):
    run = ledger.start()
    for name in StageName:
        (call,) = ledger.calls()
        assert call["arguments"] == {"tenant_id": str(ledger.tenant), "stage_id": str(ledger.stage(run, name))}
        assert call["trace"] == {"traceparent": "00-1"}
        ledger.sql("DELETE FROM outbox")
        assert ledger.runs.get_run(ledger.principal, run).status != "ready"
        ledger.complete(ledger.claim(ledger.stage(run, name)), key=f"key of {name}")
    ended = ledger.runs.get_run(ledger.principal, run)
    assert (ended.status, ended.stage) == ("ready", "publish")
    assert ledger.calls() == []


def test_stage_after_an_unfinished_stage_cannot_be_claimed(ledger):
    run = ledger.start()
    assert ledger.claim(ledger.stage(run, "parse")) == Busy(StageStatus.WAITING)


def test_lease_contains_the_outputs_of_earlier_stages(ledger):
    run = ledger.start()
    ledger.complete(ledger.claim(ledger.stage(run, "validate")), key="first")
    assert ledger.claim(ledger.stage(run, "parse")).outputs == {"validate": "first"}


def test_claim_returns_already_done_for_finished_stage_and_gone_for_missing_one(ledger, open_ledger):
    run = ledger.start()
    stage = ledger.stage(run, "validate")
    ledger.complete(ledger.claim(stage))
    assert ledger.claim(stage) == AlreadyDone(StageStatus.DONE)
    assert open_ledger().claim(stage) == Gone()


def test_previous_lease_holder_cannot_complete_fail_or_extend_a_stage(ledger):
    stage = ledger.stage(ledger.start(), "validate")
    old = ledger.claim(stage, "old")
    ledger.expire(stage)
    new = ledger.claim(stage, "new")
    assert new.token > old.token
    with pytest.raises(LeaseLostError):
        ledger.complete(old)
    assert ledger.leases.fail(old, RuntimeError()) == Superseded()
    assert ledger.leases.heartbeat(old) is False
    assert ledger.leases.heartbeat(new) is True
    ledger.complete(new)


def test_swept_lease_is_lost_before_the_next_claim(ledger):
    stage = ledger.stage(ledger.start(), "validate")
    old = ledger.claim(stage)
    ledger.expire(stage)
    ledger.sweep()
    with pytest.raises(LeaseLostError):
        ledger.complete(old)
    assert isinstance(ledger.claim(stage), Lease)


def test_writes_under_a_lost_lease_are_rolled_back(ledger):
    stage = ledger.stage(ledger.start(), "validate")
    old = ledger.claim(stage)
    ledger.expire(stage)
    ledger.claim(stage)
    with (
        pytest.raises(LeaseLostError),
        ledger.database.worker.transaction(ledger.principal) as session,
    ):
        session.connection().exec_driver_sql("UPDATE documents SET title = 'stale'")
        ledger.leases.complete(session, old, "key")
    assert ledger.sql("SELECT count(*) FROM documents WHERE title = 'stale'") == [(0,)]


def test_heartbeat_extends_the_lease(ledger):
    stage = ledger.stage(ledger.start(), "validate")
    lease = ledger.claim(stage)
    ledger.sql("UPDATE stages SET lease_expires_at = now() + interval '1 s' WHERE id = :id", id=stage)
    assert ledger.leases.heartbeat(lease) is True
    assert ledger.sql(
        "SELECT lease_expires_at > now() + interval '50 s', wake_at = lease_expires_at FROM stages WHERE id = :id",
        id=stage,
    ) == [(True, True)]


def test_retries_wait_longer_each_time_and_the_last_failure_ends_the_run(ledger):
    run = ledger.start()
    stage = ledger.stage(run, "validate")
    waits = []
    for _ in range(2):
        waits.append(ledger.leases.fail(ledger.claim(stage), RuntimeError("inside")))
        assert ledger.claim(stage) == Busy(StageStatus.PENDING)
        ledger.come_due(stage)
    ended = ledger.leases.fail(ledger.claim(stage), RuntimeError("inside"))
    assert waits == [Retry(600), Retry(1200)]
    assert isinstance(ended, Ended)
    assert "inside" not in ended.detail
    seen = ledger.runs.get_run(ledger.principal, run)
    assert (seen.status, seen.error_code, seen.error_detail) == ("failed", ended.code, ended.detail)
    assert [failed.run_id for failed in ledger.failures] == [run]


def test_document_error_ends_the_run_immediately(ledger):
    run = ledger.start()
    ended = ledger.leases.fail(ledger.claim(ledger.stage(run, "validate")), PdfDamagedError())
    assert ended == Ended("pdf-damaged", PdfDamagedError.title)
    assert ledger.runs.get_run(ledger.principal, run).status == "failed"


def test_outages_are_counted_separately_from_failures(ledger):
    stage = ledger.stage(ledger.start(), "validate")
    for _ in range(3):
        assert isinstance(ledger.leases.fail(ledger.claim(stage), UnavailableError()), Retry)
        ledger.come_due(stage)
    assert isinstance(ledger.leases.fail(ledger.claim(stage), RuntimeError()), Retry)
    ledger.come_due(stage)
    assert ledger.leases.fail(ledger.claim(stage), UnavailableError()) == Ended("unavailable", UnavailableError.title)


def test_run_is_sent_back_to_the_first_stage_with_a_lost_output(ledger):
    run = ledger.start()
    lease = advance(ledger, run, to="embed")
    ledger.sql("DELETE FROM outbox")
    assert ledger.leases.send_back(lease, lost=[StageName.CHUNK, StageName.PARSE], error=LOST) == SentBack("parse")
    seen = ledger.runs.get_run(ledger.principal, run)
    assert (seen.status, seen.stage) == ("running", "parse")
    assert [stage.status for stage in seen.stages] == ["done", "pending", *["waiting"] * 4]
    assert [call["arguments"]["stage_id"] for call in ledger.calls()] == [str(ledger.stage(run, "parse"))]
    assert ledger.claim(ledger.stage(run, "embed")) == Busy(StageStatus.WAITING)
    again = ledger.claim(ledger.stage(run, "parse"))
    assert (again.attempt, dict(again.outputs)) == (2, {"validate": "key of validate"})


def test_previous_lease_holder_cannot_send_a_run_back(ledger):
    run = ledger.start()
    old = advance(ledger, run, to="embed")
    ledger.expire(ledger.stage(run, "embed"))
    new = ledger.claim(ledger.stage(run, "embed"), "new")
    assert ledger.leases.send_back(old, lost=[StageName.PARSE], error=LOST) == Superseded()
    assert [stage.status for stage in ledger.runs.get_run(ledger.principal, run).stages][:2] == ["done", "done"]
    assert ledger.leases.heartbeat(new) is True


def test_sending_a_run_back_releases_the_lease(ledger):
    lease = advance(ledger, ledger.start(), to="embed")
    ledger.leases.send_back(lease, lost=[StageName.PARSE], error=LOST)
    with pytest.raises(LeaseLostError):
        ledger.complete(lease)
    assert ledger.leases.fail(lease, RuntimeError()) == Superseded()
    assert ledger.leases.send_back(lease, lost=[StageName.PARSE], error=LOST) == Superseded()


def test_run_is_sent_back_at_most_max_attempts_times(ledger):
    run = ledger.start()
    lease = advance(ledger, run, to="chunk")
    for _ in range(2):
        assert ledger.leases.send_back(lease, lost=[StageName.PARSE], error=LOST) == SentBack("parse")
        lease = advance(ledger, run, to="chunk")
    assert ledger.leases.send_back(lease, lost=[StageName.PARSE], error=LOST) == Ended("output-lost", LOST.detail)
    assert [failed.code for failed in ledger.failures] == ["output-lost"]


def advance(ledger, run, *, to):
    """Complete the unfinished stages before `to`; return the lease of `to`."""
    for name in StageName:
        lease = ledger.claim(ledger.stage(run, name))
        if name == to:
            return lease
        if isinstance(lease, Lease):
            ledger.complete(lease, key=f"key of {name}")
    raise AssertionError(to)


def test_deaths_of_workers_are_counted_separately_and_fail_the_run_only_after_many(ledger):
    run = ledger.start()
    stage = ledger.stage(run, "validate")
    for deaths in range(4):
        assert ledger.claim(stage).deaths == deaths
        ledger.expire(stage)
        if deaths == 1:
            ledger.sweep()
    assert ledger.claim(stage) == AlreadyDone(StageStatus.FAILED)
    ended = ledger.runs.get_run(ledger.principal, run)
    assert ended.error_code == "workers-lost"
    assert "the file is not the cause" in ended.error_detail


def test_errors_after_deaths_of_workers_leave_all_attempts(ledger):
    stage = ledger.stage(ledger.start(), "validate")
    for _ in range(3):
        ledger.claim(stage)
        ledger.expire(stage)
    for _ in range(2):
        assert isinstance(ledger.leases.fail(ledger.claim(stage), RuntimeError()), Retry)
        ledger.come_due(stage)
    assert isinstance(ledger.leases.fail(ledger.claim(stage), RuntimeError()), Ended)


@pytest.mark.parametrize(
    ("cause", "code"),
    [
        (Cause.MEMORY, "processing-memory"),
        (Cause.TIME, "processing-timeout"),
        (Cause.CRASH, "processing-crashed"),
    ],
)
def test_file_that_kills_its_process_three_times_fails_with_the_cause(ledger, cause, code):
    run = ledger.start()
    stage = ledger.stage(run, "validate")
    for wait in (600, 1200):
        assert ledger.leases.record_crash(ledger.claim(stage), cause) == Retry(wait)
        ledger.come_due(stage)
    last = ledger.claim(stage)
    assert (last.crashes, last.deaths, last.failures) == (2, 0, 0)
    ended = ledger.leases.record_crash(last, cause)
    assert (ended.code, ledger.runs.get_run(ledger.principal, run).error_code) == (code, code)


def test_previous_lease_holder_cannot_record_a_crash(ledger):
    stage = ledger.stage(ledger.start(), "validate")
    old = ledger.claim(stage)
    ledger.expire(stage)
    ledger.claim(stage)
    assert ledger.leases.record_crash(old, Cause.CRASH) == Superseded()


def test_sweeper_repeats_messages_at_growing_intervals(ledger):
    stage = ledger.stage(ledger.start(), "validate")
    ledger.sql("DELETE FROM outbox")
    assert len(ledger.calls()) == 0
    for number, wait in enumerate([20, 40, 80, 160, 320, 640, 1280, 1280, 1280], 1):
        ledger.come_due(stage)
        ((before,),) = ledger.sql("SELECT clock_timestamp()")
        ledger.sweep(10)
        assert len(ledger.calls()) == number
        ((wake_at, after),) = ledger.sql("SELECT wake_at, clock_timestamp() FROM stages WHERE id = :id", id=stage)
        assert before <= wake_at - timedelta(seconds=wait) <= after
    assert ledger.calls()[0] == {
        "queue": "parse",
        "trace": {"traceparent": "00-1"},
        "arguments": {"tenant_id": str(ledger.tenant), "stage_id": str(stage)},
    }


def test_sweeper_serves_all_tenants_and_skips_leased_stages(ledger, open_ledger):
    other = open_ledger()
    mine, theirs = ledger.stage(ledger.start(), "validate"), other.stage(other.start(), "validate")
    held = ledger.stage(ledger.start(), "validate")
    ledger.claim(held)
    ledger.claim(mine)
    ledger.expire(mine)
    other.come_due(theirs)
    for each in (ledger, other):
        each.sql("DELETE FROM outbox")
    ledger.sweep()
    assert [call["arguments"]["stage_id"] for call in ledger.calls()] == [str(mine)]
    assert [call["arguments"]["stage_id"] for call in other.calls()] == [str(theirs)]


def test_backoff_doubles_up_to_its_limit():
    terms = LeaseTerms(backoff_seconds=2, longest_backoff_seconds=60)
    assert [terms.backoff_after(tries) for tries in (1, 2, 5, 6, 500)] == [2, 4, 32, 60, 60]
