"""One trace covers a request, its outbox row and the worker, and contains no confidential content."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from opentelemetry import trace
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from app.core.errors import NotFoundError
from app.observability.exporting import build_provider
from app.observability.logging import get_logger
from app.observability.tracing import (
    configure_tracing,
    extract_context,
    inject_context,
    instrument_app,
    traced,
)


class Recorder:
    def __init__(self, provider, exporter):
        self._provider, self._exporter = provider, exporter

    def spans(self):
        self._provider.force_flush()
        return {span.name: span for span in self._exporter.get_finished_spans()}


@pytest.fixture
def recorder(monkeypatch) -> Iterator[Recorder]:
    # OpenTelemetry's API sets the provider only once per process, so each test replaces the private variable.
    exporter = InMemorySpanExporter()
    provider = build_provider("footnote-test", exporter)
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", provider)
    yield Recorder(provider, exporter)
    provider.shutdown()


def test_nothing_is_traced_without_an_endpoint():
    tracing = configure_tracing("footnote-api", None)
    with traced("work", pages=3) as span:
        assert not span.is_recording()
        assert inject_context() == {}
    tracing.shutdown()


def test_span_has_its_parent_and_attributes(recorder):
    run_id = UUID(int=5)
    with traced("outer"), traced("inner", stage="parse", pages=3, run_id=run_id, absent=None):
        pass
    spans = recorder.spans()
    assert spans["inner"].parent.span_id == spans["outer"].context.span_id
    assert dict(spans["inner"].attributes) == {"stage": "parse", "pages": 3, "run_id": str(run_id)}
    assert spans["inner"].resource.attributes["service.name"] == "footnote-test"


def test_trace_continues_through_an_outbox_row(recorder):
    with traced("request"):
        row = inject_context()
    assert set(row) == {"traceparent"}
    with traced("unrelated"), traced("task", parent=extract_context(row)):
        pass
    spans = recorder.spans()
    assert spans["task"].context.trace_id == spans["request"].context.trace_id
    assert spans["task"].parent.span_id == spans["request"].context.span_id
    assert spans["unrelated"].context.trace_id != spans["request"].context.trace_id


@pytest.mark.parametrize("row", [None, {}, {"traceparent": "nonsense"}, {"traceparent": "00-" + "0" * 32}])
def test_row_without_a_valid_trace_starts_a_new_one(recorder, row):
    with traced("around"), traced("task", parent=extract_context(row)):
        pass
    assert recorder.spans()["task"].parent is None


def test_error_marks_its_span_without_exporting_its_message(recorder):
    with pytest.raises(ValueError, match="covenant"), traced("parse"):
        raise ValueError("the covenant")
    with pytest.raises(NotFoundError), traced("read"):
        raise NotFoundError
    spans = recorder.spans()
    assert not spans["parse"].status.is_ok
    assert spans["parse"].attributes["error.type"] == "ValueError"
    assert spans["read"].attributes["error.type"] == "not-found"
    assert "covenant" not in spans["parse"].to_json()


def test_confidential_attributes_are_never_exported(recorder):
    with traced("ask", question="the covenant", question_id="q-1") as span:
        span.set_attribute("gen_ai.prompt", "the covenant")
        span.add_event("drafted", {"quote": "the covenant", "claims": 2})
        span.record_exception(ValueError("the covenant"))
    sent = recorder.spans()["ask"]
    assert "covenant" not in sent.to_json()
    assert sent.attributes == {"question_id": "q-1"}
    assert dict(sent.events[0].attributes) == {"claims": 2}


def test_log_lines_carry_the_trace_id(recorder, log_lines):
    with traced("work") as span:
        get_logger("app").info("inside")
    assert log_lines()[0]["trace_id"] == trace.format_trace_id(span.get_span_context().trace_id)


def test_requests_are_traced_without_queries_and_probes_are_not_traced(recorder):
    app = FastAPI()

    @app.get("/v1/documents/{document_id}")
    def get_document(document_id: str) -> dict[str, str]:
        return inject_context()

    @app.get("/livez")
    def livez() -> str:
        return "ok"

    instrument_app(app)
    client = TestClient(app)
    row = client.get("/v1/documents/7?search=covenant", headers={"Authorization": "Bearer covenant"}).json()
    client.get("/livez")
    spans = recorder.spans()
    assert list(spans) == ["GET /v1/documents/{document_id}"]
    (span,) = spans.values()
    assert row["traceparent"].split("-")[1] == trace.format_trace_id(span.context.trace_id)
    assert "covenant" not in span.to_json()


PROCESS = """
import sys
from app.observability.tracing import configure_tracing, extract_context, inject_context, traced
tracing = configure_tracing(sys.argv[1], sys.argv[2])
with traced(sys.argv[3], parent=extract_context({"traceparent": sys.argv[4]})):
    print(inject_context()["traceparent"])
tracing.shutdown()
"""


def run_process(service, endpoint, name, traceparent=""):
    return subprocess.run(
        [sys.executable, "-c", PROCESS, service, endpoint, name, traceparent],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        check=True,
        timeout=60,
        text=True,
    ).stdout.strip()


def test_collector_receives_one_trace_from_two_processes(collector):
    url, received = collector
    row = run_process("footnote-api", url, "request")
    run_process("footnote-worker", f"{url}/v1/traces", "task", row)
    assert [path for path, _ in received] == ["/v1/traces", "/v1/traces"]
    (api,), (worker,) = (request.resource_spans for _, request in received)
    request, task = api.scope_spans[0].spans[0], worker.scope_spans[0].spans[0]
    assert (request.name, task.name) == ("request", "task")
    assert task.trace_id == request.trace_id
    assert task.parent_span_id == request.span_id
    services = [spans.resource.attributes for spans in (api, worker)]
    names = [item.value.string_value for found in services for item in found if item.key == "service.name"]
    assert names == ["footnote-api", "footnote-worker"]


def test_work_succeeds_while_the_collector_is_down():
    assert run_process("footnote-api", "http://127.0.0.1:1", "request").startswith("00-")
