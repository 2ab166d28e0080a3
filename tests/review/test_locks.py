"""Transactions that lock several tasks take them in one order: none waits for another that waits for it."""

from threading import Thread
from uuid import uuid4

from sqlalchemy import text

from app.core.clock import SystemClock
from app.review.bulk.repository import BulkRepository
from app.review.schemas.service import SchemaService
from app.review.tasks.service import person_of
from tests.review.desk import DEAL
from tests.waiting import wait_for


def two_tasks(desk):
    """Return the key of a schema, and its two tasks by ID. The table has the later one first."""
    key = desk.schema(DEAL, f"s{uuid4().hex[:8]}")
    tasks = sorted(desk.tasks.create_task(desk.ana, desk.publish(), key)[0].row.id for _ in range(2))
    for task in tasks:
        desk.read(task)
    desk.sql("UPDATE review_tasks SET priority = priority + 1 WHERE id = :task", task=tasks[0])
    return key, tasks


def test_new_schema_version_and_bulk_approval_lock_tasks_in_one_order(desk):
    key, (first, second) = two_tasks(desk)
    failures: list[Exception] = []
    schemas = SchemaService(database=desk.database.api, clock=SystemClock())
    later = DEAL | {"properties": DEAL["properties"] | {"price": {"type": "number"}}}

    def add_version():
        try:
            schemas.add_version(desk.cleo, key, later, version=None)
        except Exception as error:  # noqa: BLE001  any failure fails the test
            failures.append(error)

    with desk.database.api.transaction(desk.ana) as session:
        bulk = BulkRepository(session)
        assert list(bulk.lock_tasks({first}, person_of(desk.ana))) == [first]
        (mine,) = session.execute(text("SELECT pg_backend_pid()")).one()
        other = Thread(target=add_version)
        other.start()
        with desk.worker as watcher:
            blocked = text("SELECT count(*) FROM pg_stat_activity WHERE :mine = ANY (pg_blocking_pids(pid))")
            wait_for(lambda: watcher.scalar(blocked, {"mine": mine}), what="the lock of the new version")
        assert list(bulk.lock_tasks({first, second}, person_of(desk.ana))) == [first, second]
    other.join()
    assert failures == []
    assert [desk.tasks.get_task(desk.ana, each).row.state for each in (first, second)] == ["queued", "queued"]
