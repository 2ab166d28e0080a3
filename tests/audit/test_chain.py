"""The database adds each audit event to its tenant's hash chain at commit, in order and without forks."""

import threading
from uuid import uuid4

import pytest
from sqlalchemy import text

from app.audit.service import record
from tests.audit.conftest import FOUNDING


def link(log):
    """Link waiting events as the relay does."""
    with log.database.relay.anonymous() as session:
        session.execute(text("SELECT link_waiting_unless_held(:tenant)"), {"tenant": log.tenant})


def test_events_are_linked_in_commit_order(log):
    made = log.write(5)
    rows = log.rows(
        "SELECT c.sequence, e.object_id FROM audit_chain c JOIN audit_events e ON e.id = c.event_id ORDER BY sequence"
    )
    assert [sequence for sequence, _ in rows] == list(range(1, FOUNDING + 6))
    assert [object_id for _, object_id in rows[FOUNDING:]] == [str(each) for each in made]
    assert log.verify().problems == []


def test_events_of_one_transaction_are_linked_in_their_order(log):
    with log.database.api.transaction(log.user) as session:
        for number in range(20):
            record(session, log.user, "documents.page.read", object_type="document", object_id=number)
    rows = log.rows("SELECT e.object_id FROM audit_chain c JOIN audit_events e ON e.id = c.event_id ORDER BY sequence")
    assert [object_id for (object_id,) in rows[FOUNDING:]] == [str(number) for number in range(20)]
    assert log.verify().intact


def test_rollback_leaves_no_gap(log):
    with pytest.raises(RuntimeError), log.database.api.transaction(log.user) as session:
        record(session, log.user, "documents.page.read", object_type="document", object_id="lost")
        raise RuntimeError
    with log.database.api.transaction(log.user) as session:
        record(session, log.user, "documents.page.read", object_type="document", object_id="kept")
        savepoint = session.begin_nested()
        record(session, log.user, "documents.page.read", object_type="document", object_id="undone")
        savepoint.rollback()
        with session.begin_nested():
            record(session, log.user, "documents.page.read", object_type="document", object_id="kept too")
    rows = log.rows("SELECT e.object_id FROM audit_chain c JOIN audit_events e ON e.id = c.event_id ORDER BY sequence")
    assert [object_id for (object_id,) in rows[FOUNDING:]] == ["kept", "kept too"]
    assert log.verify().intact


def test_concurrent_writers_never_fork_the_chain(log):
    threads = [threading.Thread(target=log.write, args=(25,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [sequence for sequence, _ in log.chain()] == list(range(1, FOUNDING + 201))
    assert log.verify().intact


def test_events_of_a_snapshot_transaction_are_linked_after_its_commit(log):
    """A REPEATABLE READ transaction can't see links that others add, so its events are linked after its commit."""
    with log.database.api.transaction(log.user, snapshot=True) as first:
        first.execute(text("SELECT 1"))
        log.write(2)
        record(first, log.user, "documents.document.read", object_type="document", object_id="under a snapshot")
    assert len(log.chain()) == FOUNDING + 2
    found = log.verify()
    assert (found.intact, found.waiting) == (True, 1)
    log.tamper("UPDATE audit_events SET object_id = 'another' WHERE object_id = 'under a snapshot'")
    assert [problem.code for problem in log.verify().problems] == ["changed"]
    log.tamper("UPDATE audit_events SET object_id = 'under a snapshot' WHERE object_id = 'another'")
    link(log)
    found = log.verify()
    assert (found.intact, found.waiting, found.links) == (True, 0, FOUNDING + 3)


def test_concurrent_snapshots_and_linkers_lose_no_event(log):
    def read():
        for _ in range(10):
            log.write(1, snapshot=True)

    def link_often():
        for _ in range(20):
            link(log)

    threads = [
        threading.Thread(target=work) for work in (read, read, read, link_often, link_often, lambda: log.write(20))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    link(log)
    found = log.verify()
    assert (found.problems, found.links, found.waiting) == ([], FOUNDING + 50, 0)


def test_hash_of_an_event_is_the_same_in_python_and_in_the_database(log):
    detail = {"b": 1, "aa": [1.5, 0.0000001, 1e30, True, None], "ä": 'quote " and \\ and \x01 \u2028', "": {"z": []}}
    with log.database.api.transaction(log.user) as session:
        record(session, log.user, "a:b,", object_type="5:doc,", object_id="é\n-,", detail=detail)
    assert log.verify().intact


@pytest.mark.parametrize("role", ["api", "worker"])
def test_only_the_database_writes_links(log, role):
    database = getattr(log.database, role)
    for statement in (
        "INSERT INTO audit_chain VALUES (:tenant, 99, :id, '', '', '')",
        "INSERT INTO audit_waiting (tenant_id, event_id, event_hash) VALUES (:tenant, :id, '')",
        "DELETE FROM audit_waiting",
        "SELECT append_audit_link(:tenant, :id, '')",
        "UPDATE audit_heads SET tenant_id = :tenant",
    ):
        with pytest.raises(Exception, match="permission denied"), database.engine.begin() as connection:
            connection.execute(text(statement), {"tenant": log.tenant, "id": uuid4()})


def test_time_of_an_event_is_set_by_the_database(log):
    statement = text(
        "INSERT INTO audit_events (id, tenant_id, at, actor_id, action, object_type, object_id, detail) "
        "VALUES (:id, :tenant, '2001-01-01Z', :actor, 'a', 'b', 'c', '{}')"
    )
    with pytest.raises(Exception, match="permission denied"), log.database.api.engine.begin() as connection:
        connection.execute(statement, {"id": uuid4(), "tenant": log.tenant, "actor": log.user.user_id})
