"""Waiting events are linked without delaying other tenants, and an export includes events that are being linked."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from sqlalchemy import text

from app.audit.chain.linking import link_waiting
from app.audit.log import export_whole
from app.audit.service import record
from app.core.errors import UnavailableError
from app.db.session import system_principal
from tests.audit.conftest import FOUNDING
from workers.maintenance.linking import EventLinker, Linked

WAITING = "SELECT count(*) FROM audit_waiting"


@pytest.fixture
def stop():
    return threading.Event()


@pytest.fixture
def linker(module_database, stop):
    return EventLinker(database=module_database.relay, stop=stop)


@contextmanager
def recording(log):
    """Lock the head of the chain during the block, as a long import does while it commits."""
    with log.database.api.transaction(log.user) as session:
        record(session, log.user, "documents.document.read", object_type="document", object_id="held")
        session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        yield


def has_waiting_lock(log):
    with log.database.owner.anonymous() as session:
        return session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted"))


def exported(log):
    lines = "".join(export_whole(log.database.owner, log.tenant, since=None, until=None)).splitlines()
    return [json.loads(line) for line in lines]


def test_locked_chain_of_one_tenant_delays_no_other(start_log, linker):
    logs = sorted((start_log() for _ in range(3)), key=lambda one: one.tenant)
    for log in logs:
        log.write(2, snapshot=True)
    with recording(logs[1]):
        assert linker.link_events().events == 4
        assert [log.rows(WAITING) for log in logs] == [[(0,)], [(2,)], [(0,)]]
    assert linker.link_events().events == 2
    assert [(log.verify().problems, log.verify().waiting) for log in logs] == 3 * [([], 0)]


def test_tenant_with_many_events_does_not_delay_others(start_log, linker):
    """A round links at most 1,000 events of one tenant. The next round starts with the next tenant."""
    first, second = sorted((start_log(), start_log()), key=lambda one: one.tenant)
    with first.database.api.transaction(first.user, snapshot=True) as session:
        for number in range(2_500):
            record(session, first.user, "documents.page.read", object_type="document", object_id=number)
    second.write(1, snapshot=True)
    assert linker.link_events().events == 1_000
    assert linker.link_events().events == 1_001
    assert second.rows(WAITING) == [(0,)]
    assert linker.link_events().events == 500
    assert first.verify().problems == []


def test_failed_linking_of_one_tenant_delays_no_other(start_log, linker):
    first, second = sorted((start_log(), start_log()), key=lambda one: one.tenant)
    for log in (first, second):
        log.write(2, snapshot=True)
    with first.database.owner.anonymous() as session:
        session.execute(
            text(
                "CREATE FUNCTION refuse_link() RETURNS trigger LANGUAGE plpgsql AS "
                "$$BEGIN RAISE EXCEPTION 'damaged' USING ERRCODE = 'data_corrupted'; END$$"
            )
        )
        session.execute(
            text(
                "CREATE TRIGGER refuse_link BEFORE INSERT ON audit_chain FOR EACH ROW "
                f"WHEN (NEW.tenant_id = '{first.tenant}') EXECUTE FUNCTION refuse_link()"
            )
        )
    try:
        assert linker.link_events().events == 2
        assert [log.rows(WAITING) for log in (first, second)] == [[(2,)], [(0,)]]
        second.write(1, snapshot=True)
        assert linker.link_events().events == 1
    finally:
        with first.database.owner.anonymous() as session:
            session.execute(text("DROP FUNCTION refuse_link() CASCADE"))
    assert linker.link_events().events == 2
    assert first.verify().problems == []


def test_next_round_of_linking_continues_with_the_remaining_tenants(start_log, linker, monkeypatch):
    """The number of tenants in a round is limited, because the relay sends no messages during a round."""
    monkeypatch.setattr("workers.maintenance.linking.TENANTS", 2)
    logs = sorted((start_log() for _ in range(3)), key=lambda one: one.tenant)
    for log in logs:
        log.write(1, snapshot=True)
    assert linker.link_events() == Linked(2, more_waiting=True)
    assert [log.rows(WAITING) for log in logs] == [[(0,)], [(0,)], [(1,)]]
    assert linker.link_events() == Linked(1, more_waiting=False)


def test_stopped_relay_links_no_further_tenant(log, linker, stop):
    log.write(1, snapshot=True)
    stop.set()
    assert linker.link_events().events == 0
    assert log.rows(WAITING) == [(1,)]
    EventLinker(database=log.database.relay, stop=threading.Event()).link_events()


def test_new_tenant_has_a_chain_head(start_log):
    log = start_log()
    assert log.rows("SELECT tenant_id FROM audit_heads") == [(log.tenant,)]


def test_export_includes_events_that_another_process_is_linking(log):
    log.write(3, snapshot=True)
    with ThreadPoolExecutor(1) as pool:
        with log.database.relay.anonymous() as linking:
            assert linking.scalar(text("SELECT link_waiting_unless_held(:tenant)"), {"tenant": log.tenant}) == 3
            found = pool.submit(exported, log)
            while not has_waiting_lock(log):
                assert not found.done(), [line["unmapped"]["action"] for line in found.result()]
        lines = found.result()
    assert [line["metadata"]["sequence"] for line in lines] == list(range(1, len(lines) + 1))
    assert [line["unmapped"]["action"] for line in lines].count("documents.document.read") == 3


def test_reader_does_not_wait_for_commits_if_no_event_is_waiting(log):
    with recording(log):
        link_waiting(log.database.api, log.user, monotonic=lambda: 0.0)


def test_export_that_waits_too_long_for_a_commit_fails(log):
    log.write(1, snapshot=True)
    times = iter([0.0, 9.9])
    with recording(log), pytest.raises(UnavailableError, match="try again"):
        link_waiting(log.database.api, log.user, monotonic=lambda: next(times))
    assert log.rows(WAITING) == [(1,)]
    with log.database.owner.transaction(system_principal(log.tenant)) as session:
        assert session.scalar(text("SELECT link_waiting_events()")) == 1


def test_chain_locked_by_a_long_commit_is_signed_up_to_its_last_link(log):
    log.write(2)
    log.write(1, snapshot=True)
    with recording(log):
        assert log.sign().sequence == FOUNDING + 2
    assert log.sign().sequence == FOUNDING + 4
    assert log.verify().intact
