"""Metrics as a scrape returns them: counted, merged from all processes, and available when the database is down."""

import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from app.observability.metrics import Metrics, SystemState
from app.observability.metrics_folder import clear_metrics_folder


def samples_of(rendered):
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(rendered.decode())
        for sample in family.samples
    }


def test_events_are_counted_by_their_labels():
    metrics = Metrics()
    metrics.record_request(route="/v1/documents/{document_id}", method="GET", status=200, seconds=0.02)
    metrics.record_request(route="/v1/documents/{document_id}", method="GET", status=404, seconds=0.01)
    metrics.record_stage(stage="parse", outcome="done", seconds=2.0)
    metrics.record_stage(stage="parse", outcome="file-damaged", seconds=0.1)
    metrics.record_question(kind="metric", outcome="answered", seconds=0.2)
    metrics.record_claims(verdict="dropped", count=2)
    metrics.record_model_call(
        purpose="draft",
        model="small",
        outcome="ok",
        seconds=0.5,
        input_tokens=900,
        output_tokens=80,
        cost_usd=Decimal("0.0025"),
    )
    samples = samples_of(metrics.render())
    assert samples["footnote_http_requests_total", "GET", "/v1/documents/{document_id}", "200"] == 1
    assert samples["footnote_http_request_seconds_count", "GET", "/v1/documents/{document_id}"] == 2
    assert samples["footnote_ingestion_stages_total", "file-damaged", "parse"] == 1
    assert samples["footnote_ingestion_stage_seconds_sum", "parse"] == pytest.approx(2.1)
    assert samples["footnote_questions_total", "metric", "answered"] == 1
    assert samples["footnote_question_step_seconds_count", "total"] == 1
    assert samples["footnote_claims_total", "dropped"] == 2
    assert samples["footnote_model_tokens_total", "input", "small", "draft"] == 900
    assert samples["footnote_model_cost_usd_total", "small", "draft"] == pytest.approx(0.0025)


def test_failed_step_is_timed():
    metrics = Metrics()
    with pytest.raises(ZeroDivisionError), metrics.time_step("retrieve"):
        raise ZeroDivisionError
    assert samples_of(metrics.render())["footnote_question_step_seconds_count", "retrieve"] == 1


def test_unknown_methods_create_no_new_series():
    metrics = Metrics()
    for number in range(3):
        metrics.record_request(route="unmatched", method=f"X{number}", status=405, seconds=0.0)
    assert samples_of(metrics.render())["footnote_http_requests_total", "other", "unmatched", "405"] == 3


def test_two_registries_in_one_process_stay_separate():
    first, second = Metrics(), Metrics()
    first.record_claims(verdict="dropped", count=1)
    assert ("footnote_claims_total", "dropped") not in samples_of(second.render())


def test_gauges_are_read_at_each_scrape():
    pending = iter([3, 0])
    metrics = Metrics(
        read_state=lambda: SystemState(
            outbox_pending=next(pending),
            outbox_oldest_seconds=1.5,
            runs_by_status={"ready": 7, "failed": 1},
            stages_by_queue={"parse": 2},
        )
    )
    samples = samples_of(metrics.render())
    assert samples[("footnote_outbox_pending",)] == 3
    assert samples[("footnote_outbox_lag_seconds",)] == 1.5
    assert samples["footnote_runs", "ready"] == 7
    assert samples["footnote_stages_waiting", "parse"] == 2
    assert samples[("footnote_state_up",)] == 1
    assert samples_of(metrics.render())[("footnote_outbox_pending",)] == 0


def test_other_metrics_are_available_while_the_database_is_down():
    def unreadable():
        raise ConnectionRefusedError

    metrics = Metrics(read_state=unreadable)
    metrics.record_claims(verdict="dropped", count=1)
    samples = samples_of(metrics.render())
    assert samples[("footnote_state_up",)] == 0
    assert samples["footnote_claims_total", "dropped"] == 1
    assert ("footnote_outbox_pending",) not in samples


PROCESS = """
import sys
from pathlib import Path
from app.observability.metrics import Metrics
metrics = Metrics(shared=Path(sys.argv[1]))
metrics.record_model_call(purpose="embed-documents", model="small", outcome="ok", seconds=0.5)
metrics.record_stage(stage="parse", outcome="done", seconds=1.0)
"""


def test_metrics_of_worker_processes_are_merged(tmp_path):
    folder = tmp_path / "metrics"
    clear_metrics_folder(folder)
    (folder / "1-1.prom").write_bytes(b"left by an earlier start")
    clear_metrics_folder(folder)
    for _ in range(2):
        subprocess.run(
            [sys.executable, "-c", PROCESS, str(folder)], cwd=Path(__file__).parents[2], check=True, timeout=30
        )
    api = Metrics(read_state=lambda: SystemState(outbox_pending=4, outbox_oldest_seconds=0.0), workers=folder)
    api.record_model_call(purpose="embed-documents", model="small", outcome="ok", seconds=0.25)
    for _ in range(2):  # a second scrape finds the same
        samples = samples_of(api.render())
        assert samples["footnote_ingestion_stages_total", "done", "parse"] == 2
        assert samples["footnote_ingestion_stage_seconds_count", "parse"] == 2
        assert samples["footnote_ingestion_stage_seconds_bucket", "+Inf", "parse"] == 2
        assert samples["footnote_model_call_seconds_sum", "small", "embed-documents"] == 1.25
        assert samples[("footnote_outbox_pending",)] == 4


def test_metrics_that_cannot_be_written_leave_the_older_ones(tmp_path):
    folder = tmp_path / "metrics"
    clear_metrics_folder(folder)
    worker, api = Metrics(shared=folder), Metrics(workers=folder)
    worker.record_stage(stage="parse", outcome="done", seconds=1.0)
    (file,) = folder.iterdir()
    file.with_name(file.name + ".new").mkdir()  # makes the next write fail
    worker.record_stage(stage="parse", outcome="done", seconds=1.0)
    assert samples_of(api.render())["footnote_ingestion_stages_total", "done", "parse"] == 1
    file.with_name(file.name + ".new").rmdir()
    worker.record_stage(stage="parse", outcome="done", seconds=1.0)
    assert samples_of(api.render())["footnote_ingestion_stages_total", "done", "parse"] == 3


def test_api_processes_count_together_and_each_only_once(tmp_path):
    processes = [Metrics(workers=tmp_path, shared=tmp_path) for _ in range(2)]
    for number, metrics in enumerate(processes, start=1):
        for _ in range(number):
            metrics.record_question(kind="extractive", outcome="answered", seconds=0.1)
        metrics.share()
    name = ("footnote_questions_total", "extractive", "answered")
    assert [samples_of(metrics.render())[name] for metrics in processes] == [3, 3]
    processes[1].record_question(kind="extractive", outcome="answered", seconds=0.1)
    assert samples_of(processes[1].render())[name] == 4
    assert samples_of(processes[0].render())[name] == 4, "a count that was served never falls"
