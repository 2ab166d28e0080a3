"""Ingestion through the API: the requests, the polling of runs, and the outcome of each file."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.client.api import ApiClient
from app.client.errors import ApiProblemError, ServerUnreachableError, UnreadableResponseError
from app.client.ingestion import (
    Ingestion,
    IngestOptions,
    IngestOutcome,
    NoProgress,
    find_files,
    ingest_files,
)
from app.documents.metadata import DocumentType

Handler = Callable[[httpx.Request], httpx.Response]


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.client.retries.FIRST_WAIT", 0.001)


class RecordingWatcher:
    """Records the progress of uploads and the outcomes of files."""

    def __init__(self) -> None:
        self.shares: list[float] = []
        self.finished: list[IngestOutcome] = []

    def move(self, path: Path, share: float, step: str) -> None:
        self.shares.append(share)

    def finish(self, outcome: IngestOutcome) -> None:
        self.finished.append(outcome)


def client(handler: Handler, **options: Any) -> ApiClient:
    return ApiClient(url="http://footnote", key="k", transport=httpx.MockTransport(handler), **options)


def failing(handler: Handler, *failures: type[httpx.TransportError] | httpx.Response) -> Handler:
    """Return a handler whose first responses are `failures`."""
    left = list(failures)

    def fail(request: httpx.Request) -> httpx.Response:
        if not left:
            return handler(request)
        request.read()
        failure = left.pop(0)
        if isinstance(failure, httpx.Response):
            return failure
        raise failure("gone", request=request)

    return fail


def problem(status: int, code: str) -> httpx.Response:
    return httpx.Response(status, json={"code": code, "status": status, "detail": "Not now."})


def run(number: int, status: str, error: dict[str, str] | None = None) -> dict[str, Any]:
    return {"id": f"r{number}", "status": status, "stage": "parse", "error": error}


def listed(*runs: dict[str, Any]) -> httpx.Response:
    return httpx.Response(200, json={"items": runs, "next_cursor": None})


def test_find_files_searches_folders_and_skips_hidden_files(tmp_path: Path) -> None:
    for name in ("b.pdf", "a/c.html", ".hidden.pdf", ".git/config"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    assert [path.relative_to(tmp_path).as_posix() for path in find_files([tmp_path])] == ["a/c.html", "b.pdf"]


def test_ingest_waits_for_runs_and_returns_outcomes_in_order(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("good.pdf", "bad.pdf", "refused.pdf")]
    for file in files:
        file.write_bytes(b"%PDF")
    polled: list[list[str]] = []

    def handler(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            body = request.read()
            if b"refused.pdf" in body:
                problem = {"code": "unsupported-type", "detail": "This format can't be read."}
                return httpx.Response(415, json=problem)
            number = 1 if b"good.pdf" in body else 2
            return httpx.Response(202, json={"document": {"id": f"d{number}"}, "run": run(number, "queued")})
        polled.append(request.url.params.get_list("id"))
        first = run(1, "ready" if len(polled) > 1 else "running")
        return listed(first, run(2, "failed", {"code": "pdf-damaged", "detail": "It is damaged."}))

    watcher = RecordingWatcher()
    with client(handler) as api:
        outcomes = ingest_files(api, files, collection="c", watcher=watcher)
    assert [(outcome.path.name, outcome.status, outcome.code) for outcome in outcomes] == [
        ("good.pdf", "ready", None),
        ("bad.pdf", "failed", "pdf-damaged"),
        ("refused.pdf", "failed", "unsupported-type"),
    ]
    assert outcomes[2].detail == "This format can't be read."
    assert len(watcher.finished) == 3
    assert [sorted(ids) for ids in polled] == [["r1", "r2"], ["r1"]]


def test_upload_sends_password_and_reports_bytes(tmp_path: Path) -> None:
    file = tmp_path / "locked.pdf"
    file.write_bytes(b"0123456789" * 50_000)
    counts: list[int] = []

    def handler(request: httpx.Request) -> httpx.Response:
        body = request.read()
        assert b'name="password"\r\n\r\nopen sesame' in body
        assert file.read_bytes() in body
        return httpx.Response(202, json={"document": {"id": "d1"}, "run": run(1, "queued")})

    with client(handler) as api:
        api.upload_document(file, collection="c", password="open sesame", on_bytes=counts.append)
    assert counts == sorted(counts)
    assert counts[-1] == 500_000


def test_document_type_is_sent_only_if_given(tmp_path: Path) -> None:
    bodies: list[bytes] = []
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(name)

    def handler(request: httpx.Request) -> httpx.Response:
        bodies.append(request.read())
        return httpx.Response(200, json={"document": {"id": "d1", "status": "ready"}, "run": None})

    with client(handler) as api:
        for document_type in (DocumentType.INDENTURE, None):
            ingest_files(
                api,
                find_files([tmp_path]),
                collection="c",
                options=IngestOptions(document_type=document_type),
                watcher=NoProgress(),
            )
    assert [b'name="document_type"\r\n\r\nindenture' in body for body in bodies] == [True, True, False, False]
    assert not any(b"document_type" in body for body in bodies[2:])


def test_single_file_is_interactive_and_several_are_bulk(tmp_path: Path) -> None:
    bodies: list[bytes] = []
    files = [tmp_path / name for name in ("a.txt", "b.txt")]
    for file in files:
        file.write_text(file.name)

    def handler(request: httpx.Request) -> httpx.Response:
        bodies.append(request.read())
        return httpx.Response(200, json={"document": {"id": "d1", "status": "ready"}, "run": None})

    with client(handler) as api:
        for some in (files[:1], files):
            ingest_files(api, some, collection="c", watcher=NoProgress())
    sent = [body.partition(b'name="priority"\r\n\r\n')[2].partition(b"\r\n")[0] for body in bodies]
    assert sent == [b"interactive", b"bulk", b"bulk"]


def test_rate_limited_request_is_retried_with_the_same_idempotency_key() -> None:
    keys: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        keys.append(request.headers["Idempotency-Key"])
        if len(keys) == 1:
            return httpx.Response(429, headers={"Retry-After": "0"}, json={"code": "rate-limited"})
        return httpx.Response(200, json={"id": "a1", "claims": []})

    with client(handler) as api:
        assert api.ask("Why?").id == "a1"
    assert len(keys) == 2
    assert len(set(keys)) == 1


def test_client_reads_all_pages_of_a_list() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.params.get("cursor") == "next":
            return httpx.Response(200, json={"items": [{"id": "d2"}], "next_cursor": None})
        return httpx.Response(200, json={"items": [{"id": "d1"}], "next_cursor": "next"})

    with client(handler) as api:
        assert [document.id for document in api.list_documents()] == ["d1", "d2"]


def test_error_response_without_json_has_a_message() -> None:
    with client(lambda _: httpx.Response(502, text="<html>")) as api, pytest.raises(ApiProblemError) as raised:
        api.ask("Why?")
    assert raised.value.detail == "The server returned status 502."


def test_connection_error_names_the_server() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    with client(handler) as api, pytest.raises(ServerUnreachableError, match="http://footnote"):
        api.ask("Why?")


def test_many_runs_are_followed_in_requests_of_100(tmp_path: Path) -> None:
    for number in range(250):
        (tmp_path / f"{number}.txt").write_text("a text")
    polled: list[int] = []

    def handler(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            name = request.read().split(b'filename="')[1].split(b".txt")[0].decode()
            return httpx.Response(202, json={"document": {"id": name}, "run": run(int(name), "queued")})
        polled.append(len(ids := request.url.params.get_list("id")))
        return listed(*[run(int(each[1:]), "ready") for each in ids])

    with client(handler) as api:
        outcomes = ingest_files(api, find_files([tmp_path]), collection="c", watcher=NoProgress())
    assert {outcome.status for outcome in outcomes} == {"ready"}
    assert polled == [100, 100, 50]


def test_each_of_two_files_that_share_a_run_gets_an_outcome(tmp_path: Path) -> None:
    files = [tmp_path / "one.pdf", tmp_path / "two.pdf"]
    for file in files:
        file.write_bytes(b"%PDF")

    def handler(request: httpx.Request) -> httpx.Response:
        request.read()
        if request.method == "POST":
            return httpx.Response(200, json={"document": {"id": "d1"}, "run": run(1, "running")})
        return listed(run(1, "ready"))

    with client(handler) as api:
        outcomes = ingest_files(api, files, collection="c", watcher=RecordingWatcher())
    assert [(outcome.path, outcome.status) for outcome in outcomes] == [(file, "ready") for file in files]


def test_error_about_an_unreadable_response_omits_its_content() -> None:
    answer = httpx.Response(201, json={"hidden": "fn_secret"})
    with client(lambda _: answer) as api, pytest.raises(UnreadableResponseError) as raised:
        api.create_key("notebook")
    assert "fn_secret" not in str(raised.value)


# --- outages of the server ---

IN_PROGRESS = problem(409, "idempotency-in-progress")
OUTAGES = [
    (httpx.ReadError, httpx.ConnectError),
    (httpx.RemoteProtocolError, IN_PROGRESS),
    (httpx.ReadTimeout, IN_PROGRESS),
    (httpx.WriteError, problem(503, "database-unavailable")),
    (httpx.ReadError, httpx.Response(502, text="<html>")),
]


@pytest.mark.parametrize("failures", OUTAGES)
def test_interrupted_upload_is_repeated_with_the_same_key_and_the_whole_file(tmp_path: Path, failures: Any) -> None:
    file = tmp_path / "large.pdf"
    file.write_bytes(b"0123456789" * 50_000)
    keys: list[str] = []
    notices: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        assert file.read_bytes() in request.read()
        return httpx.Response(202, json={"document": {"id": "d1"}, "run": run(1, "ready")})

    served = failing(handler, *failures)

    def record_key(request: httpx.Request) -> httpx.Response:
        keys.append(request.headers["Idempotency-Key"])
        return served(request)

    with client(record_key, notify=notices.append) as api:
        outcomes = ingest_files(api, [file], collection="c", watcher=NoProgress())
    assert [outcome.status for outcome in outcomes] == ["ready"]
    assert len(keys) == 3
    assert len(set(keys)) == 1
    assert len(notices) == 1


def test_runs_are_followed_through_an_outage(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("a")
    polled = failing(lambda _: listed(run(1, "ready")), httpx.ReadError, *[httpx.ConnectError] * 5)

    def handler(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            request.read()
            return httpx.Response(202, json={"document": {"id": "d1"}, "run": run(1, "queued")})
        return polled(request)

    with client(handler) as api:
        outcomes = ingest_files(api, [file], collection="c", watcher=NoProgress())
    assert [outcome.status for outcome in outcomes] == ["ready"]


def test_every_file_has_an_outcome_when_the_server_stays_away(tmp_path: Path) -> None:
    files = [tmp_path / f"{number}.txt" for number in range(4)]
    for file in files:
        file.write_text(file.name)
    requests: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        requests.append(request.method)
        if len(requests) <= 2:
            body = request.read()
            status = "ready" if b"0.txt" in body else "queued"
            number = len(requests)
            return httpx.Response(202, json={"document": {"id": f"d{number}"}, "run": run(number, status)})
        raise httpx.ConnectError("refused", request=request)

    with client(handler, retry_seconds=0.05) as api:
        options = IngestOptions(uploads_at_once=1)
        ingestion = Ingestion(api, dict.fromkeys(files, "c"), options=options, watcher=NoProgress())
        with pytest.raises(ServerUnreachableError, match="stopped responding"):
            ingestion.run()
        made = len(requests)
        with pytest.raises(ServerUnreachableError):
            api.ask("Why?")
    assert [(each.status, each.document_id, each.code) for each in ingestion.list_outcomes()] == [
        ("ready", "d1", None),
        ("processing", "d2", None),
        ("failed", None, "server-unreachable"),
        ("failed", None, "server-unreachable"),
    ]
    assert len(requests) == made + 1, "after it has given up, the client tries each request only once"


def test_deleted_document_fails_and_the_other_files_are_followed(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("one.txt", "two.txt")]
    for file in files:
        file.write_text(file.name)

    def handler(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            number = 1 if b"one.txt" in request.read() else 2
            return httpx.Response(202, json={"document": {"id": f"d{number}"}, "run": run(number, "queued")})
        if request.url.path.endswith("r1"):
            return problem(404, "run-not-found")
        return listed(run(2, "ready"))

    with client(handler) as api:
        outcomes = ingest_files(api, files, collection="c", watcher=NoProgress())
    assert [(outcome.status, outcome.code) for outcome in outcomes] == [("failed", "run-not-found"), ("ready", None)]


@pytest.mark.parametrize("failures", OUTAGES)
def test_interrupted_question_is_asked_again_with_the_same_key(failures: Any) -> None:
    with client(failing(lambda _: httpx.Response(201, json={"id": "a1"}), *failures)) as api:
        assert api.ask("Why?").id == "a1"


def test_file_whose_name_cannot_be_searched_for_becomes_a_new_document(tmp_path: Path) -> None:
    file = tmp_path / ("a" * 220 + ".pdf")
    file.write_bytes(b"%PDF")

    def handler(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return problem(422, "invalid-input")
        request.read()
        return httpx.Response(200, json={"document": {"id": "d", "status": "ready"}, "run": None})

    options = IngestOptions(replaces_by_name=True)
    (outcome,) = Ingestion(client(handler), {file: "c"}, options=options, watcher=NoProgress()).run()
    assert outcome.status == "ready"


def test_file_with_the_name_of_a_document_becomes_its_new_version(tmp_path: Path) -> None:
    """Two files with one name come from different folders, so neither replaces a document."""
    files = [tmp_path / name for name in ("known.pdf", "new.pdf", "denied.pdf", "a/twice.pdf", "b/twice.pdf")]
    for file in files:
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(b"%PDF")
    asked: list[str] = []
    uploaded: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            assert request.url.params["collection_id"] == "c"
            name = request.url.params["filename"]
            asked.append(name)
            items = [] if name == "new.pdf" else [{"id": name, "filename": name}]
            return httpx.Response(200, json={"items": items, "next_cursor": None})
        request.read()
        if request.url.path == "/v1/documents/denied.pdf/versions":
            return problem(404, "document-not-found")
        uploaded.append(request.url.path)
        return httpx.Response(200, json={"document": {"id": "d", "status": "ready"}, "run": None})

    options = IngestOptions(replaces_by_name=True, uploads_at_once=1)
    outcomes = Ingestion(client(handler), dict.fromkeys(files, "c"), options=options, watcher=NoProgress()).run()
    assert [outcome.status for outcome in outcomes] == ["ready"] * 5
    assert asked == ["known.pdf", "new.pdf", "denied.pdf"]
    assert uploaded == ["/v1/documents/known.pdf/versions", *["/v1/documents"] * 4]
