"""The client's waits for outages that the server reports, and files that change while they are uploaded."""

import json
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.client.api import ApiClient
from app.client.errors import ApiProblemError
from app.client.ingestion import ingest_files
from app.core.errors import FootnoteError
from app.db.served import SchemaTooOldError
from app.db.session import DatabaseUnavailableError
from app.http.problems import describe
from app.llm.errors import LocalModelMissingError
from app.retrieval.errors import EmbeddingSpaceMissingError
from app.storage.errors import StorageKeyError
from tests.cli.test_ingest import RecordingWatcher, client, failing, problem, run

# Only an operator can end these problems.
OPERATORS = [StorageKeyError, SchemaTooOldError, EmbeddingSpaceMissingError, LocalModelMissingError]


def served(error: FootnoteError) -> httpx.Response:
    """Return the response that the API sends for an error."""
    return httpx.Response(error.status, json=describe(error, "urn:footnote:request:1"), headers=error.headers)


def test_outage_that_the_server_reports_is_announced_and_awaited() -> None:
    notices: list[str] = []
    outages = [served(DatabaseUnavailableError(headers={"Retry-After": "0"})) for _ in range(2)]
    answer = httpx.Response(201, json={"id": "a1"})
    with client(failing(lambda _: answer, *outages), notify=notices.append) as api:
        assert api.ask("Why?").id == "a1"
    assert len(notices) == 1


@pytest.mark.parametrize("answer", [*(served(kind()) for kind in OPERATORS), problem(503, "database-unavailable")])
def test_server_that_was_never_up_or_needs_an_operator_is_not_awaited(answer: httpx.Response) -> None:
    requests: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return answer

    with client(handler, retry_seconds=1) as api, pytest.raises(ApiProblemError) as raised:
        api.ask("Why?")
    assert (raised.value.problem_code, len(requests)) == (answer.json()["code"], 1)


@pytest.mark.parametrize("change", [lambda file: file.write(b"more"), lambda file: file.truncate(70_000)])
def test_file_that_changes_while_it_is_read_fails_alone(tmp_path: Path, change: Any) -> None:
    files = [tmp_path / name for name in ("changing.log", "steady.txt")]
    for file in files:
        file.write_bytes(b"0123456789" * 20_000)

    class Changing(RecordingWatcher):
        def move(self, path: Path, share: float, step: str) -> None:
            if path == files[0]:
                with path.open("r+b") as file:
                    file.seek(0, os.SEEK_END)
                    change(file)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            body = json.dumps({"document": {"id": "d1"}, "run": run(1, "ready")}).encode()
            self.send_response(202)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with ApiClient(url=f"http://127.0.0.1:{server.server_port}", key="k") as api:
            outcomes = ingest_files(api, files, collection="c", watcher=Changing())
    finally:
        server.shutdown()
        server.server_close()
    assert [(outcome.status, outcome.code) for outcome in outcomes] == [("failed", "file-changed"), ("ready", None)]
