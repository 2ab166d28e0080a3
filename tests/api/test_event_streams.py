"""Event streams of runs: what they cost, what ends them, and how many may be open."""

import re
import threading
from contextlib import ExitStack
from uuid import uuid4

import pytest
from sqlalchemy import text

from app.core.principal import Role
from app.db.session import system_principal
from tests.sent import sent_statements
from tests.waiting import wait_for

LISTENERS = "FROM pg_stat_activity WHERE application_name = 'footnote-api-listener' AND datname = current_database()"
CHECK = 4
"""The statements of one check: the reader's context, runs, stages, and the key."""


class Stream:
    """An open stream; `next_event` waits for an event and returns its name and data."""

    def __init__(self, response):
        self.response = response
        self._lines = response.iter_lines()

    def next_event(self):
        name = next(line for line in self._lines if line.startswith("event: "))
        return name[7:], next(self._lines)[6:]

    def read_to_end(self):
        """Return the names of the remaining events."""
        return [line[7:] for line in self._lines if line.startswith("event: ")]


@pytest.fixture
def streaming(start_server, monkeypatch):
    """Return a function that starts a server; its streams recheck rights after the given seconds."""

    def start(recheck_seconds=3_600.0, **limits):
        monkeypatch.setenv("FOOTNOTE_JOBS__STREAM_RECHECK_SECONDS", str(recheck_seconds))
        return start_server(**limits)

    return start


@pytest.fixture
def opened():
    """Return a function that opens a stream of a run and reads its first event."""
    streams = []  # httpx closes a response when the iterator of its lines is deleted
    with ExitStack() as stack:

        def follow(user, run):
            stream = Stream(stack.enter_context(user.http.stream("GET", f"/v1/runs/{run}/events")))
            assert stream.response.status_code == 200
            assert stream.next_event()[0] == "run"
            streams.append(stream)
            return stream

        yield follow


def change(server, user, run, stage):
    with server.database.worker.transaction(system_principal(user.tenant_id)) as session:
        session.execute(text("UPDATE runs SET stage = :stage WHERE id = :run"), {"stage": stage, "run": run})


def count_listeners(server):
    with server.database.api.anonymous() as session:
        return session.scalar(text(f"SELECT count(*) {LISTENERS}"))


def uploaded(user, runs=1):
    collection = user.collection()
    return collection, [user.upload(collection)["run"]["id"] for _ in range(runs)]


def test_idle_streams_run_no_statements_and_streams_of_a_key_share_each_check(streaming, opened):
    server = streaming()
    before = count_listeners(server)
    busy, other = server.user(), server.user()
    (_, runs), (_, [single]) = uploaded(busy, runs=3), uploaded(other)
    streams = [opened(busy, run) for run in runs for _ in range(8)]
    alone = opened(other, single)
    assert count_listeners(server) == before + 1

    with sent_statements("footnote_api") as statements:
        for stage in ("parse", "extract", "chunk"):
            change(server, other, single, stage)
            assert f'"stage":"{stage}"' in alone.next_event()[1]
        change(server, busy, runs[0], "parse")
        assert ['"stage":"parse"' in stream.next_event()[1] for stream in streams[:8]] == [True] * 8
    # Four changes cause four checks. The listener's start causes one more for each reader.
    assert len(statements) <= 6 * CHECK


def test_all_streams_of_a_key_are_rechecked_together(streaming, opened):
    server = streaming(recheck_seconds=0.05)
    user = server.user()
    _, runs = uploaded(user, runs=3)
    streams = [opened(user, run) for run in runs for _ in range(4)]
    with sent_statements("footnote_api") as statements:
        wait_for(lambda: sum("find_api_key" in statement for statement in list(statements)) >= 3)
    third = [place for place, statement in enumerate(statements) if "find_api_key" in statement][2]
    assert third < 4 * CHECK < 4 * len(streams)


def test_change_whose_notification_was_lost_arrives_with_the_next_recheck(streaming, opened):
    server = streaming(recheck_seconds=0.1)
    user = server.user()
    _, [run] = uploaded(user)
    stream = opened(user, run)
    with server.database.owner.transaction(system_principal(user.tenant_id)) as session:
        session.execute(text("ALTER TABLE runs DISABLE TRIGGER notify_run"))
        session.execute(text("UPDATE runs SET status = 'failed', error_code = 'x' WHERE id = :run"), {"run": run})
        session.execute(text("ALTER TABLE runs ENABLE TRIGGER notify_run"))
    assert '"status":"failed"' in stream.next_event()[1]
    assert stream.read_to_end() == []


def test_streams_go_on_after_the_listening_connection_is_lost(streaming, opened):
    server = streaming()
    user = server.user()
    _, [run] = uploaded(user)
    stream = opened(user, run)
    change(server, user, run, "parse")
    stream.next_event()
    with server.database.api.anonymous() as session:
        assert session.scalar(text(f"SELECT count(pg_terminate_backend(pid)) {LISTENERS}")) >= 1
    change(server, user, run, "chunk")
    assert '"stage":"chunk"' in stream.next_event()[1]


def revoke_key(_owner, _grant, admin, reader):
    [key] = reader.http.get("/v1/keys").json()["items"]
    admin.http.delete(f"/v1/keys/{key['id']}").raise_for_status()
    return "key-revoked"


def disable_user(_owner, _grant, admin, reader):
    change = {"json": {"disabled": True}, "headers": {"If-Match": "*"}}
    admin.http.patch(f"/v1/users/{reader.id}", **change).raise_for_status()
    return "user-disabled"


def withdraw_grant(owner, grant, _admin, _reader):
    owner.http.delete(f"/v1/grants/{grant['id']}").raise_for_status()
    return "run-not-found"


@pytest.mark.parametrize("withdraw", [revoke_key, disable_user, withdraw_grant], ids=lambda each: each.__name__)
def test_idle_stream_ends_when_its_reader_loses_access(streaming, opened, withdraw):
    server = streaming(recheck_seconds=0.1)
    owner = server.user(None, Role.EDITOR)
    admin, reader = server.user(owner.tenant_id, Role.ADMIN), server.user(owner.tenant_id)
    collection, [run] = uploaded(owner)
    grant = owner.grant(collection, reader)
    stream, kept = opened(reader, run), opened(owner, run)
    code = withdraw(owner, grant, admin, reader)
    assert stream.next_event() == ("problem", f'{{"code": "{code}"}}')
    change(server, owner, run, "parse")
    assert kept.next_event()[0] == "run"


def test_stream_is_rechecked_while_other_runs_of_its_reader_change(streaming, opened):
    server = streaming(recheck_seconds=0.2)
    owner = server.user(None, Role.EDITOR)
    reader = server.user(owner.tenant_id)
    (hidden, [quiet]), (open_to, [noisy]) = uploaded(owner), uploaded(owner)
    grant = owner.grant(hidden, reader)
    owner.grant(open_to, reader)
    stream = opened(reader, quiet)
    opened(reader, noisy)
    ended = threading.Event()

    def change_until_ended():
        for number in range(10_000):
            change(server, owner, noisy, f"stage-{number}")
            if ended.is_set():
                break

    changing = threading.Thread(target=change_until_ended)
    changing.start()
    try:
        owner.http.delete(f"/v1/grants/{grant['id']}").raise_for_status()
        assert stream.next_event() == ("problem", '{"code": "run-not-found"}')
    finally:
        ended.set()
        changing.join()


def refused(user, run):
    answer = user.http.get(f"/v1/runs/{run}/events")
    assert (answer.status_code, answer.json()["code"]) == (429, "too-many-streams")
    assert re.fullmatch(r"[1-9]\d*", answer.headers["Retry-After"])
    return answer.json()["limit"]


def test_open_streams_of_a_key_and_of_a_tenant_are_limited(streaming, opened):
    server = streaming(streams_per_key=2, streams_per_tenant=3)
    owner = server.user(None, Role.EDITOR)
    colleague, stranger = server.user(owner.tenant_id), server.user()
    collection, [run] = uploaded(owner)
    owner.grant(collection, colleague)
    first, _ = opened(owner, run), opened(owner, run)
    assert refused(owner, run) == "streams-per-key"
    assert refused(owner, uuid4()) == "streams-per-key"
    asked = owner.http.post("/v1/questions", json={"question": "Why?"}, headers={"Accept": "text/event-stream"})
    assert (asked.status_code, asked.json()["code"]) == (429, "too-many-streams")
    opened(colleague, run)
    assert refused(colleague, run) == "streams-per-tenant"
    opened(stranger, uploaded(stranger)[1][0])

    first.response.close()
    wait_for(lambda: owner.http.get(f"/v1/runs/{uuid4()}/events").status_code == 404)
    opened(owner, run)


def test_streams_of_missing_runs_are_not_found_and_not_counted(streaming):
    server = streaming(streams_per_key=1)
    user = server.user()
    assert [user.http.get(f"/v1/runs/{uuid4()}/events").status_code for _ in range(3)] == [404] * 3
