"""`footnote up` with external services: a trace collector and an embedding endpoint."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.conftest import Traces, collecting_traces

Call = Callable[..., Any]
DIMENSIONS = 8
BUSY = "What was revenue in the busy fiscal year 2024?"


@pytest.fixture(scope="module")
def embeddings() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Serve an embedding endpoint; yield its URL and the list of requests that it receives.

    A vector contains the counts of eight letters in the text. The request for the vector of a text with the word "busy"
    is rejected for 90 seconds.
    """
    requests: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            requests.append(request)
            if "busy" in request["input"][0]:
                self.send_response(429)
                self.send_header("Retry-After", "90")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            vectors = [[float(text.lower().count(letter)) for letter in "etaoinsr"] for text in request["input"]]
            data = [{"object": "embedding", "index": place, "embedding": v} for place, v in enumerate(vectors)]
            usage = {"prompt_tokens": 1, "total_tokens": 1}
            body = json.dumps({"object": "list", "data": data, "model": request["model"], "usage": usage}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Write no access log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1", requests
    server.shutdown()
    server.server_close()
    thread.join()


@dataclass(frozen=True, slots=True)
class Recorded:
    """The traces and embedding requests of one upload and two questions, and the answers: the second question's vector
    is rejected.
    """

    traces: Traces
    embedded: list[dict[str, Any]]
    answer: dict[str, Any]
    degraded: dict[str, Any]
    printed: str


@pytest.fixture(scope="module")
def recorded(
    start: Call,
    footnote: Call,
    embeddings: tuple[str, list[dict[str, Any]]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Recorded:
    home = tmp_path_factory.mktemp("home")
    with collecting_traces() as (url, traces):
        up = start(
            home,
            FOOTNOTE_OBSERVABILITY__OTLP_ENDPOINT=url,
            FOOTNOTE_EMBEDDING__BASE_URL=embeddings[0],
            FOOTNOTE_EMBEDDING__MODEL="letters",
            FOOTNOTE_EMBEDDING__DIMENSIONS=str(DIMENSIONS),
        )
        file = home / "note.txt"
        file.write_text("Revenue was $5 million in fiscal 2024.")
        assert footnote("ingest", str(file), "--collection", "notes", "--home", str(home)).returncode == 0
        asked = footnote("ask", "What was revenue in fiscal 2024?", "--json", "--home", str(home))
        rejected = footnote("ask", BUSY, "--json", "--home", str(home))
        printed = footnote("ask", BUSY, "--home", str(home))
        up.stop()
    for run in (asked, rejected, printed):
        assert run.returncode == 0, run.stderr
    return Recorded(traces, embeddings[1], json.loads(asked.stdout), json.loads(rejected.stdout), printed.stdout)


def test_upload_is_one_trace_through_api_relay_and_worker(recorded: Recorded) -> None:
    spans: dict[bytes, dict[str, set[str]]] = {}
    for _, request in recorded.traces:
        for resource in request.resource_spans:
            service = next(a.value.string_value for a in resource.resource.attributes if a.key == "service.name")
            for scope in resource.scope_spans:
                for span in scope.spans:
                    spans.setdefault(span.trace_id, {}).setdefault(service, set()).add(span.name)
    whole = [by_service for by_service in spans.values() if "footnote-worker" in by_service]
    assert len(whole) == 1, "one upload, one trace"
    assert any("POST" in name or "PUT" in name for name in whole[0]["footnote-api"])
    assert whole[0]["footnote-relay"] == {"send jobs.run_stage"}
    assert whole[0]["footnote-worker"] == {"jobs.run_stage"}


def test_answer_uses_embeddings_of_the_endpoint(recorded: Recorded) -> None:
    assert "$5 million" in recorded.answer["claims"][0]["text"]
    assert {request["model"] for request in recorded.embedded} == {"letters"}
    assert any("What was revenue" in text for request in recorded.embedded for text in request["input"])


def test_question_whose_vector_is_rejected_is_answered_from_its_words(recorded: Recorded) -> None:
    assert recorded.answer["degraded"] is False
    degraded = recorded.degraded
    assert "$5 million" in degraded["claims"][0]["text"]
    assert (degraded["degraded"], degraded["degraded_reason"]) == (True, "embeddings-unavailable")
    assert "passages in other words are missing" in " ".join(recorded.printed.split())
    assert sum("busy" in text for request in recorded.embedded for text in request["input"]) == 1, "asked only once"
