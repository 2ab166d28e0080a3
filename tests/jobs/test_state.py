"""The state reader counts the waiting work of all tenants for the gauges."""

from app.jobs.health import build_work_reader
from app.jobs.state import build_state_reader


def test_waiting_work_is_counted_over_all_tenants_and_cached_five_seconds(database, open_ledger):
    now = [100.0]
    read = build_state_reader(
        database.api, build_work_reader(database.api, monotonic=lambda: now[0]), monotonic=lambda: now[0]
    )
    assert (read().outbox_pending, read().runs_by_status, read().stages_by_queue) == (0, {}, {})
    for _ in range(2):
        open_ledger(database).start()
    assert read().runs_by_status == {}
    now[0] += 5
    state = read()
    assert (state.outbox_pending, state.runs_by_status) == (2, {"queued": 2})
    assert sum(state.stages_by_queue.values()) > 0
    assert state.outbox_oldest_seconds >= 0
    assert state.oldest_by_stage["validate"] >= 0
