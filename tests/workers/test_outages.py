"""Outages during ingestion: an emptied or stopped broker, killed workers and relays, and ended connections."""

from pathlib import Path
from signal import SIGTERM
from urllib.parse import urlsplit

import pytest
import redis

from app.stack.servers.valkey import EmbeddedValkey


def check_published_once(ingestion, runs):
    """Check that each run's version is indexed once, has one page, and has one audit event for its publication."""
    versions = [str(run.version_id) for run in runs]
    indexed = [line.split()[0] for line in ingestion.notes("indexed.txt")]
    assert sorted(indexed) == sorted(versions)
    ((pages, distinct),) = ingestion.sql("SELECT count(*), count(DISTINCT version_id) FROM pages")
    assert (pages, distinct) == (len(runs), len(runs))
    events = ingestion.audited("SELECT count(*) FROM audit_events WHERE action = 'documents.version.published'")
    assert events == [(len(runs),)]


def test_wiping_the_broker_loses_and_duplicates_none_of_50_documents(ingestion, wait_for):
    ingestion.start_relay()
    ingestion.start_worker()
    server = redis.Redis.from_url(ingestion.broker)
    runs = [ingestion.upload(f"document {number}") for number in range(50)]
    done = "SELECT count(*) FROM stages WHERE status = 'done'"
    for share in (40, 120, 200):
        wait_for(lambda share=share: ingestion.sql(done)[0][0] >= share, what=f"{share} finished stages")
        server.flushall()
    ended = ingestion.wait_final(*runs)
    assert {(run.status, run.error_code) for run in ended} == {("ready", None)}
    assert all(stage.attempt >= 1 for run in ended for stage in run.stages)
    check_published_once(ingestion, ended)


def test_documents_of_a_wiped_broker_continue_before_their_next_message(ingestion, wait_for):
    ingestion.environment["FOOTNOTE_JOBS__WAKE_AGAIN_SECONDS"] = "3600"
    ingestion.start_relay()
    runs = [ingestion.upload(f"document {number}") for number in range(3)]
    ingestion.sql("UPDATE stages SET wake_at = now() + interval '1 hour'")
    wait_for(lambda: outbox_size(ingestion) == 0, what="an empty outbox")
    redis.Redis.from_url(ingestion.broker).flushall()
    ingestion.start_worker()
    assert {run.status for run in ingestion.wait_final(*runs)} == {"ready"}


def test_stage_of_a_killed_worker_is_completed_by_another(ingestion, wait_for, tmp_path):
    gate = tmp_path / "gate"
    gate.touch()
    ingestion.start_relay()
    first = ingestion.start_worker()
    run = ingestion.upload(f"stall {gate}")
    wait_for(Path(f"{gate}.reached").exists)
    ingestion.kill(first)
    ingestion.expire_lease(run)
    gate.unlink()
    ingestion.start_worker()
    (ended,) = ingestion.wait_final(run)
    assert ended.status == "ready"
    assert ended.stages[1].attempt == 2
    check_published_once(ingestion, [ended])


def test_worker_with_an_expired_lease_cannot_complete_its_stage(ingestion, wait_for, tmp_path):
    gate = tmp_path / "gate"
    gate.touch()
    ingestion.environment["FOOTNOTE_JOBS__HEARTBEAT_SECONDS"] = "3600"
    ingestion.start_relay()
    ingestion.start_worker()
    run = ingestion.upload(f"stall {gate}")
    wait_for(Path(f"{gate}.reached").exists)
    # The sweeper queues a second attempt, which also waits.
    ingestion.expire_lease(run)
    wait_for(lambda: ingestion.run(run).stages[1].attempt == 2, what="a second claim")
    gate.unlink()
    (ended,) = ingestion.wait_final(run)
    assert ended.status == "ready"
    assert len(ingestion.notes("parsed.txt")) == 2
    check_published_once(ingestion, [ended])
    wait_for(lambda: "lost" in ingestion.logs(), what="the end of the first attempt")


def test_uploads_during_a_broker_outage_are_ingested_afterwards(ingestion, wait_for, tmp_path):
    with EmbeddedValkey(tmp_path / "valkey") as own:
        ingestion.broker = own.url()
        ingestion.start_relay()
        ingestion.start_worker()
        ingestion.wait_final(ingestion.upload("before"))
        own_port = urlsplit(own.url()).port
        own.stop()
        runs = [ingestion.upload(f"meanwhile {number}") for number in range(3)]
        wait_for(lambda: "broker-unavailable" in ingestion.logs(), what="the relay's warning")
        assert {ingestion.run(run).status for run in runs} == {"queued"}
        restart_on(own, own_port)
        ended = ingestion.wait_final(*runs)
        assert {run.status for run in ended} == {"ready"}
        ingestion.close()


def restart_on(server, port):
    """Restart the broker on the same port, because its URL is in the processes' settings."""
    import app.stack.servers.valkey as module  # noqa: PLC0415  patched to reuse the port

    patch = pytest.MonkeyPatch()
    patch.setattr(module, "_free_port", lambda: port)
    try:
        server.start()
    finally:
        patch.undo()


def test_messages_of_a_killed_relay_are_sent_by_the_next_relay(ingestion, wait_for):
    ingestion.start_worker()
    first = ingestion.start_relay()
    ingestion.wait_final(ingestion.upload("through the first relay"))
    ingestion.kill(first)
    runs = [ingestion.upload(f"file {number}") for number in range(5)]
    ingestion.start_relay()
    ingestion.start_relay()
    ended = ingestion.wait_final(*runs)
    assert {run.status for run in ended} == {"ready"}
    wait_for(lambda: outbox_size(ingestion) == 0, what="an empty outbox")


def outbox_size(ingestion):
    return ingestion.sql("SELECT count(*) FROM outbox")[0][0]


def test_relay_stops_on_sigterm(ingestion, wait_for):
    relay = ingestion.start("-m", "workers.relay")
    ingestion.upload("to be relayed")
    wait_for(lambda: outbox_size(ingestion) == 0, what="an empty outbox")
    relay.send_signal(SIGTERM)
    assert relay.wait(30) == 0


def test_relay_reconnects_after_its_database_connections_end(ingestion, wait_for):
    ingestion.start_relay()
    ingestion.upload("before")
    wait_for(lambda: outbox_size(ingestion) == 0, what="an empty outbox")
    with ingestion.database.relay.anonymous() as session:
        session.connection().exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'footnote_relay' "
            "AND datname = current_database() AND pid <> pg_backend_pid()"
        )
    ingestion.upload("after")
    wait_for(lambda: outbox_size(ingestion) == 0, what="an empty outbox")


def test_outage_does_not_count_as_failed_attempts(ingestion, wait_for):
    ingestion.start_relay()
    ingestion.start_worker()
    run = ingestion.upload("down for now")
    wait_for(lambda: ingestion.run(run).stages[1].attempt > 4, what="more attempts than failures may use")
    assert ingestion.run(run).status == "running"
