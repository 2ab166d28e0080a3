"""Parts that go away while documents are under way: the broker wiped or down, workers and relays killed."""

from pathlib import Path
from signal import SIGTERM
from urllib.parse import urlsplit

import pytest
import redis

from app.stack.servers.valkey import EmbeddedValkey


def published_once(house, runs):
    """Each run's version was indexed once and has its page, whatever happened on the way."""
    versions = [str(run.version_id) for run in runs]
    indexed = [line.split()[0] for line in house.notes("indexed.txt")]
    assert sorted(indexed) == sorted(versions)
    ((pages, distinct),) = house.sql("SELECT count(*), count(DISTINCT version_id) FROM pages")
    assert (pages, distinct) == (len(runs), len(runs))
    events = house.audited("SELECT count(*) FROM audit_events WHERE action = 'documents.version.published'")
    assert events == [(len(runs),)]


def test_wiping_the_broker_while_50_documents_are_under_way_loses_none_and_doubles_none(house, wait_for):
    house.start_relay()
    house.start_worker()
    server = redis.Redis.from_url(house.broker)
    runs = [house.upload(f"document {number}") for number in range(50)]
    done = "SELECT count(*) FROM stages WHERE status = 'done'"
    for share in (40, 120, 200):
        wait_for(lambda share=share: house.sql(done)[0][0] >= share, what=f"{share} finished stages")
        server.flushall()
    ended = house.wait_final(*runs, seconds=60)
    assert {(run.status, run.error_code) for run in ended} == {("ready", None)}
    assert all(stage.attempt >= 1 for run in ended for stage in run.stages)
    published_once(house, ended)


def test_a_worker_killed_in_the_middle_of_a_stage_is_replaced_by_another(house, wait_for, tmp_path):
    gate = tmp_path / "gate"
    gate.touch()
    house.start_relay()
    first = house.start_worker()
    run = house.upload(f"stall {gate}")
    wait_for(Path(f"{gate}.reached").exists)
    house.kill(first)
    gate.unlink()
    house.start_worker()
    (ended,) = house.wait_final(run)
    assert ended.status == "ready"
    assert ended.stages[1].attempt == 2
    published_once(house, [ended])


def test_a_worker_that_stays_away_too_long_can_no_longer_finish(house, wait_for, tmp_path):
    gate = tmp_path / "gate"
    gate.touch()
    house.environment["FOOTNOTE_JOBS__HEARTBEAT_SECONDS"] = "3600"
    house.start_relay()
    house.start_worker()
    run = house.upload(f"stall {gate}")
    wait_for(Path(f"{gate}.reached").exists)
    # The lease runs out with its holder alive; the sweeper's call brings a second one into the same stall.
    wait_for(lambda: house.run(run).stages[1].attempt == 2, what="a second claim")
    gate.unlink()
    (ended,) = house.wait_final(run)
    assert ended.status == "ready"
    assert len(house.notes("parsed.txt")) == 2
    published_once(house, [ended])
    wait_for(lambda: "lost" in house.logs(), what="the first holder's end")


def test_uploads_while_the_broker_is_down_are_read_once_it_is_back(house, wait_for, tmp_path):
    with EmbeddedValkey(tmp_path / "valkey") as own:
        house.broker = own.url()
        house.start_relay()
        house.start_worker()
        house.wait_final(house.upload("before"))
        own_port = urlsplit(own.url()).port
        own.stop()
        runs = [house.upload(f"meanwhile {number}") for number in range(3)]
        wait_for(lambda: "broker-unavailable" in house.logs(), what="the relay's notice")
        assert {house.run(run).status for run in runs} == {"queued"}
        restart_on(own, own_port)
        ended = house.wait_final(*runs, seconds=40)
        assert {run.status for run in ended} == {"ready"}
        house.close()


def restart_on(server, port):
    """Start the broker again where it was: processes know it by its address."""
    import app.stack.servers.valkey as module  # noqa: PLC0415  its choice of a port is replaced

    patch = pytest.MonkeyPatch()
    patch.setattr(module, "_free_port", lambda: port)
    try:
        server.start()
    finally:
        patch.undo()


def test_messages_of_a_killed_relay_are_sent_by_the_next(house, wait_for):
    house.start_worker()
    first = house.start_relay()
    house.wait_final(house.upload("through the first relay"))
    house.kill(first)
    runs = [house.upload(f"file {number}") for number in range(5)]
    house.start_relay()
    house.start_relay()
    ended = house.wait_final(*runs)
    assert {run.status for run in ended} == {"ready"}
    wait_for(lambda: outbox_size(house) == 0, what="an empty outbox")


def outbox_size(house):
    return house.sql("SELECT count(*) FROM outbox")[0][0]


def test_a_relay_ends_by_itself_when_it_is_told_to(house, wait_for):
    relay = house.start("-m", "workers.relay")
    house.upload("to be relayed")
    wait_for(lambda: outbox_size(house) == 0, what="an empty outbox")
    relay.send_signal(SIGTERM)
    assert relay.wait(5) == 0


def test_a_relay_outlives_its_database_connections(house, wait_for):
    house.start_relay()
    house.upload("before")
    wait_for(lambda: outbox_size(house) == 0, what="an empty outbox")
    with house.database.relay.anonymous() as session:
        session.connection().exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'footnote_relay' "
            "AND datname = current_database() AND pid <> pg_backend_pid()"
        )
    house.upload("after")
    wait_for(lambda: outbox_size(house) == 0, what="an empty outbox")


def test_an_outage_does_not_use_up_the_tries(house, wait_for):
    house.start_relay()
    house.start_worker()
    run = house.upload("down for now")
    wait_for(lambda: house.run(run).stages[1].attempt > 4, what="more tries than are allowed for failures")
    assert house.run(run).status == "running"
