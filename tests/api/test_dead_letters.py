"""Dead letters: their list, their reasons, and their replay over the API, by the command line and on the page."""

import threading
from datetime import datetime
from uuid import UUID

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from app.commands.dead_letters import dead_letters
from app.core.clock import SystemClock
from app.core.principal import Role
from app.db.session import system_principal
from app.identity.sessions.service import form_token
from app.jobs.leases import LeaseService
from app.jobs.plan import LeaseTerms
from app.jobs.states import Cause
from workers.parsing.errors import PdfDamagedError
from workers.pipeline.versions import mark_version_failed


@pytest.fixture
def collection(editor):
    return editor.collection()


@pytest.fixture
def fail(server, editor, collection):
    """Return a function that uploads a file and fails its run, by default because the file is damaged."""
    leases = LeaseService(
        database=server.database.worker,
        clock=SystemClock(),
        terms=LeaseTerms(max_crashes=1),
        on_failed=mark_version_failed,
    )

    def fail_run(run_id, *, cause=None):
        principal = system_principal(editor.tenant_id)
        with server.database.worker.transaction(principal) as session:
            stage = session.scalar(
                text("SELECT id FROM stages WHERE run_id = :run AND name = 'validate'"), {"run": run_id}
            )
        lease = leases.claim(editor.tenant_id, stage, owner="one")
        return leases.fail(lease, PdfDamagedError()) if cause is None else leases.record_crash(lease, cause)

    def upload(name="a.txt", *, cause=None):
        made = editor.upload(collection, name=name)
        fail_run(made["run"]["id"], cause=cause)
        return made

    upload.run = fail_run
    return upload


def listed(user, **params):
    answer = user.http.get("/v1/dead-letters", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def replay(user, run_id):
    return user.http.post(f"/v1/dead-letters/{run_id}/replay")


def runs_of(user, document_id):
    return user.http.get("/v1/runs", params={"document_id": document_id}).json()["items"]


def test_dead_letter_has_kind_reason_stage_attempts_and_time(editor, fail):
    made = fail("broken.txt", cause=Cause.MEMORY)
    (letter,) = listed(editor)["items"]
    assert datetime.fromisoformat(letter.pop("failed_at")).tzinfo is not None
    assert letter == {
        "id": made["run"]["id"],
        "document_id": made["document"]["id"],
        "version_id": made["version"]["id"],
        "title": "broken",
        "filename": "broken.txt",
        "kind": "processing-memory",
        "reason": "Processing the file exceeded the memory limit: split it or save it again, and send the result.",
        "stage": "validate",
        "attempts": 1,
        "may_replay": True,
    }


def test_list_is_paged_newest_first_and_filtered_by_kind(editor, fail):
    made = [fail(cause=cause)["run"]["id"] for cause in (None, Cause.CRASH, None)]
    first = listed(editor, limit=2)
    rest = listed(editor, limit=2, cursor=first["next_cursor"])
    assert [letter["id"] for letter in first["items"] + rest["items"]] == made[::-1]
    assert rest["next_cursor"] is None
    assert [letter["id"] for letter in listed(editor, kind="processing-crashed")["items"]] == [made[1]]
    assert editor.http.get("/v1/dead-letters", params={"kind": "Not a code"}).status_code == 422


def test_failed_document_has_its_reason(editor, fail):
    made = fail()
    (document,) = editor.http.get("/v1/documents").json()["items"]
    assert (document["status"], document["failure"]) == (
        "failed",
        {"code": "pdf-damaged", "detail": PdfDamagedError.title},
    )
    assert editor.http.get(f"/v1/documents/{made['document']['id']}").json()["failure"]["code"] == "pdf-damaged"


def test_replay_starts_one_run_however_often_it_is_called(editor, fail):
    made = fail()
    answer = replay(editor, made["run"]["id"])
    run = answer.json()
    assert (answer.status_code, run["status"], run["stage"]) == (202, "queued", "validate")
    assert answer.headers["Location"] == f"/v1/runs/{run['id']}"
    assert replay(editor, made["run"]["id"]).json()["id"] == run["id"]
    assert [each["id"] for each in runs_of(editor, made["document"]["id"])] == [run["id"], made["run"]["id"]]
    assert listed(editor)["items"] == []
    document = editor.http.get(f"/v1/documents/{made['document']['id']}").json()
    assert (document["status"], document["failure"]) == ("processing", None)


def test_concurrent_replays_start_one_run(editor, fail):
    made = fail()
    answers = []
    calls = [lambda: answers.append(replay(editor, made["run"]["id"])) for _ in range(3)]
    calls.append(lambda: editor.http.post("/v1/dead-letters/replay", json={}))
    threads = [threading.Thread(target=call) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [202] * 3
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len(runs_of(editor, made["document"]["id"])) == 2


def test_replayed_run_that_fails_again_is_a_new_dead_letter(editor, fail):
    made = fail()
    again = replay(editor, made["run"]["id"]).json()["id"]
    fail.run(again, cause=Cause.TIME)
    (letter,) = listed(editor)["items"]
    assert (letter["id"], letter["kind"]) == (again, "processing-timeout")
    assert replay(editor, made["run"]["id"]).json()["id"] == again


def test_run_in_progress_cannot_be_replayed(editor, collection):
    answer = replay(editor, editor.upload(collection)["run"]["id"])
    assert (answer.status_code, answer.json()["code"]) == (409, "run-not-failed")


def test_replay_of_a_kind_leaves_the_others_and_replay_of_all_takes_the_rest(editor, fail):
    crashed = fail(cause=Cause.CRASH)
    damaged = [fail() for _ in range(2)]
    done = editor.http.post("/v1/dead-letters/replay", json={"kind": "pdf-damaged"})
    assert (done.status_code, done.json()) == (202, {"replayed": 2, "next_cursor": None})
    assert [letter["id"] for letter in listed(editor)["items"]] == [crashed["run"]["id"]]
    assert editor.http.post("/v1/dead-letters/replay", json={}).json()["replayed"] == 1
    assert {len(runs_of(editor, made["document"]["id"])) for made in (crashed, *damaged)} == {2}


def test_replay_in_batches_does_not_repeat_documents_that_fail_again(editor, fail, monkeypatch):
    monkeypatch.setattr("app.documents.dead_letters.service.BATCH", 2)
    made = [fail() for _ in range(3)]
    first = editor.http.post("/v1/dead-letters/replay", json={}).json()
    fail.run(runs_of(editor, made[2]["document"]["id"])[0]["id"])
    second = editor.http.post("/v1/dead-letters/replay", json={"cursor": first["next_cursor"]}).json()
    assert (first["replayed"], second) == (2, {"replayed": 1, "next_cursor": None})
    assert [len(runs_of(editor, each["document"]["id"])) for each in made] == [2, 2, 2]


def test_replay_is_audited_with_both_runs(server, editor, fail):
    made = fail()
    run = replay(editor, made["run"]["id"]).json()
    auditor = server.user(editor.tenant_id, Role.AUDITOR)
    asked = {"action": "documents.version.replayed", "object_id": made["document"]["id"]}
    (event,) = auditor.http.get("/v1/audit/events", params=asked).json()["items"]
    assert event["actor_id"] == str(editor.id)
    assert event["detail"] == {
        "version_id": made["version"]["id"],
        "failed_run_id": made["run"]["id"],
        "run_id": run["id"],
    }


def test_reader_sees_a_dead_letter_but_cannot_replay_it(editor, analyst, collection, fail):
    made = fail()
    assert listed(analyst)["items"] == []
    assert replay(analyst, made["run"]["id"]).json()["code"] == "run-not-found"
    editor.grant(collection, analyst)
    (letter,) = listed(analyst)["items"]
    assert letter["may_replay"] is False
    assert replay(analyst, made["run"]["id"]).json()["code"] == "not-editable"
    assert analyst.http.post("/v1/dead-letters/replay", json={}).json()["replayed"] == 0
    assert len(listed(editor)["items"]) == 1


def test_deleted_document_is_no_dead_letter(editor, fail):
    made = fail()
    assert editor.http.delete(f"/v1/documents/{made['document']['id']}").status_code == 204
    assert listed(editor)["items"] == []
    assert replay(editor, made["run"]["id"]).status_code == 404
    assert editor.http.post("/v1/dead-letters/replay", json={}).json()["replayed"] == 0


def test_replay_keeps_the_password(server, editor, collection, fail):
    answer = editor.http.post(
        "/v1/documents", files={"file": ("a.txt", b"Locked.")}, data={"collection": collection["id"], "password": "x"}
    )
    made = answer.json()
    fail.run(made["run"]["id"])
    assert replay(editor, made["run"]["id"]).status_code == 202
    with server.database.worker.transaction(system_principal(editor.tenant_id)) as session:
        sealed = session.scalar(
            text("SELECT sealed_password IS NOT NULL FROM document_versions WHERE id = :id"),
            {"id": UUID(made["version"]["id"])},
        )
    assert sealed is True


def test_command_line_lists_and_replays(server, editor, fail):
    one, *_ = [fail(name, cause=cause) for name, cause in (("x.txt", Cause.CRASH), ("y.txt", None), ("z.txt", None))]
    place = ["--url", server.url, "--key", editor.key]

    def footnote(*words):
        return CliRunner().invoke(dead_letters, [*words, *place])

    shown = footnote("list", "--kind", "processing-crashed").stdout
    assert one["run"]["id"] in shown
    assert "crashed its worker" in shown
    assert "y.txt" not in shown
    assert "Replayed as run" in footnote("replay", one["run"]["id"]).stdout
    assert "Replayed: 2." in footnote("replay", "--kind", "pdf-damaged").stdout
    assert "Replayed: 0." in footnote("replay", "--all").stdout
    assert footnote("replay").exit_code == 2
    assert footnote("replay", one["run"]["id"], "--all").exit_code == 2
    assert listed(editor)["items"] == []


def test_page_shows_reasons_and_replays_by_id_by_kind_or_all(server, editor, analyst, collection, fail):
    one, other = fail("x.txt", cause=Cause.CRASH), fail("y.txt")
    page = server.client()
    assert page.post("/sign-in", data={"key": editor.key}).status_code == 303
    token = form_token(page.cookies.get(server.app.state.session_cookie))
    shown = page.get("/dead-letters").text
    for part in ("x.txt", "The file crashed its worker", "step validate", "1 attempt", "processing-crashed (1)"):
        assert part in shown, part
    assert "y.txt" not in page.get("/dead-letters", params={"kind": "processing-crashed"}).text

    def send(**fields):
        answer = page.post("/dead-letters/replay", data={"form_token": token, **fields}, follow_redirects=True)
        assert answer.status_code == 200, answer.text
        return answer.text

    assert "1 document is being processed again" in send(run_id=one["run"]["id"])
    fail("z.txt")
    assert "2 documents are being processed again" in send(kind="pdf-damaged")
    assert "No documents have failed" in send()
    assert len(runs_of(editor, other["document"]["id"])) == 2
    assert page.post("/dead-letters/replay", data={"form_token": "wrong"}).status_code == 403


def test_page_of_a_reader_has_no_replay_and_refuses_one(server, editor, analyst, collection, fail):
    made = fail("x.txt")
    editor.grant(collection, analyst)
    page = server.client()
    page.post("/sign-in", data={"key": analyst.key})
    token = form_token(page.cookies.get(server.app.state.session_cookie))
    assert made["run"]["id"] not in page.get("/dead-letters").text
    refused = page.post("/dead-letters/replay", data={"form_token": token, "run_id": made["run"]["id"]})
    assert refused.status_code == 403
    assert "You may read this, but not change it" in refused.text
