"""Prometheus metrics: counters and histograms of this process's work, and gauges read from the database.

Every label has a fixed set of values. A route's label is its path template. Tenants and ids are never labels, so a
scrape reveals nothing about users. Worker processes, and the API's if there are several, write their metrics into a
folder (`app.observability.metrics_folder`), and the API's `render` adds them to its own.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

from app.observability.logging import get_logger
from app.observability.merging import Merged
from app.observability.metrics_folder import new_snapshot, read_snapshots, write_snapshot

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_REQUEST_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
_STEP_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_STAGE_SECONDS = (0.01, 0.05, 0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0)


@dataclass(frozen=True, slots=True)
class SystemState:
    """State that is read from the database: the outbox's backlog, runs by status, waiting stages by queue, the longest
    wait by stage, and the age of the newest heartbeat of each part.
    """

    outbox_pending: int
    outbox_oldest_seconds: float
    runs_by_status: Mapping[str, int] = field(default_factory=dict)
    stages_by_queue: Mapping[str, int] = field(default_factory=dict)
    oldest_by_stage: Mapping[str, float] = field(default_factory=dict)
    heartbeat_ages: Mapping[str, float] = field(default_factory=dict)


class Metrics:
    """All metrics of one process, in its own registry.

    Only the process that serves `/metrics` passes `read_state`, and each `render` calls it. If the call fails,
    `footnote_state_up` is 0 and the gauges read from the database are absent. This process also passes `workers`, the
    folder with the metrics of the other processes. Another process passes the folder as `shared`, and calls `share`; a
    worker's metrics are written there at the end of each stage. If the API has several processes, each of them passes
    both.
    """

    def __init__(
        self,
        *,
        read_state: Callable[[], SystemState] | None = None,
        workers: Path | None = None,
        shared: Path | None = None,
    ) -> None:
        registry = CollectorRegistry()
        self._registry = registry
        self._read_state = read_state
        self._workers = workers
        self._snapshot = None if shared is None else new_snapshot(shared)
        self._requests = Counter(
            "footnote_http_requests_total",
            "HTTP requests by route template, method and status.",
            ["route", "method", "status"],
            registry=registry,
        )
        self._request_seconds = Histogram(
            "footnote_http_request_seconds",
            "Time to the end of the response.",
            ["route", "method"],
            buckets=_REQUEST_SECONDS,
            registry=registry,
        )
        self._stages = Counter(
            "footnote_ingestion_stages_total",
            "Ingestion stages that ended, by outcome (an error code when failed).",
            ["stage", "outcome"],
            registry=registry,
        )
        self._stage_seconds = Histogram(
            "footnote_ingestion_stage_seconds",
            "Duration of ingestion stages.",
            ["stage"],
            buckets=_STAGE_SECONDS,
            registry=registry,
        )
        self._questions = Counter(
            "footnote_questions_total",
            "Questions by kind and outcome.",
            ["kind", "outcome"],
            registry=registry,
        )
        self._question_seconds = Histogram(
            "footnote_question_step_seconds",
            "Duration of the steps of a question.",
            ["step"],
            buckets=_STEP_SECONDS,
            registry=registry,
        )
        self._claims = Counter(
            "footnote_claims_total", "Drafted claims by the result of verification.", ["verdict"], registry=registry
        )
        self._model_calls = Counter(
            "footnote_model_calls_total",
            "Calls of models by purpose, model and outcome.",
            ["purpose", "model", "outcome"],
            registry=registry,
        )
        self._model_seconds = Histogram(
            "footnote_model_call_seconds",
            "Duration of model calls.",
            ["purpose", "model"],
            buckets=_REQUEST_SECONDS,
            registry=registry,
        )
        self._model_tokens = Counter(
            "footnote_model_tokens_total",
            "Tokens sent to and received from models.",
            ["purpose", "model", "direction"],
            registry=registry,
        )
        self._model_cost = Counter(
            "footnote_model_cost_usd_total",
            "Cost of model calls in US dollars.",
            ["purpose", "model"],
            registry=registry,
        )

    def record_request(self, *, route: str, method: str, status: int, seconds: float) -> None:
        """Count a request. `route` is the path template (`/v1/documents/{document_id}`), or `unmatched`."""
        known = method if method in _METHODS else "other"
        self._requests.labels(route, known, str(status)).inc()
        self._request_seconds.labels(route, known).observe(seconds)

    def record_stage(self, *, stage: str, outcome: str, seconds: float) -> None:
        """Count a finished stage; `outcome` is `done`, `already-done`, `retry`, `lost`, or the error's code."""
        self._stages.labels(stage, outcome).inc()
        self._stage_seconds.labels(stage).observe(seconds)
        self.share()

    def share(self) -> None:
        """Write this process's metrics for the process that serves `/metrics`, if it has a folder for them."""
        if self._snapshot is not None:
            write_snapshot(self._snapshot, generate_latest(self._registry))

    def record_question(self, *, kind: str, outcome: str, seconds: float) -> None:
        """Count a finished question, and record its whole duration as the step `total`."""
        self._questions.labels(kind, outcome).inc()
        self._question_seconds.labels("total").observe(seconds)

    def record_step(self, *, step: str, seconds: float) -> None:
        self._question_seconds.labels(step).observe(seconds)

    @contextmanager
    def time_step(self, step: str) -> Iterator[None]:
        """Record the duration of a step of a question, even if the step fails."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.record_step(step=step, seconds=time.perf_counter() - began)

    def record_claims(self, *, verdict: str, count: int = 1) -> None:
        self._claims.labels(verdict).inc(count)

    def record_model_call(
        self,
        *,
        purpose: str,
        model: str,
        outcome: str,
        seconds: float,
        input_tokens: int = 0,
        output_tokens: int = 0,
        cost_usd: Decimal = Decimal(0),
    ) -> None:
        self._model_calls.labels(purpose, model, outcome).inc()
        self._model_seconds.labels(purpose, model).observe(seconds)
        self._model_tokens.labels(purpose, model, "input").inc(input_tokens)
        self._model_tokens.labels(purpose, model, "output").inc(output_tokens)
        # Prometheus counts in floats, so this sum is approximate. The rows of answers store exact costs.
        self._model_cost.labels(purpose, model).inc(float(cost_usd))

    def render(self) -> bytes:
        """Return all metrics, including those of worker processes, in Prometheus' text format 0.0.4.

        `CONTENT_TYPE` is the media type of that format.
        """
        self.share()
        registry = CollectorRegistry()
        registry.register(Merged(self._collect()))
        if self._read_state is not None:
            registry.register(_StateCollector(self._read_state))
        return generate_latest(registry)

    def _collect(self) -> Iterator[Metric]:
        yield from self._registry.collect()
        for text in () if self._workers is None else read_snapshots(self._workers, besides=self._snapshot):
            yield from text_string_to_metric_families(text)


class _StateCollector(Collector):
    def __init__(self, read_state: Callable[[], SystemState]) -> None:
        self._read_state = read_state

    def describe(self) -> Iterable[Metric]:
        # Without this method, registering the collector would call `collect`, which reads the database.
        return []

    def collect(self) -> Iterator[Metric]:
        up = GaugeMetricFamily("footnote_state_up", "Whether the database could be read for this scrape.")
        try:
            state = self._read_state()
        except Exception:  # noqa: BLE001 - the other metrics must still be served when the database fails
            get_logger(__name__).warning("metrics.state.unreadable", exc_info=True)
            up.add_metric([], 0)
            yield up
            return
        up.add_metric([], 1)
        yield up
        yield GaugeMetricFamily("footnote_outbox_pending", "Outbox rows not yet relayed.", value=state.outbox_pending)
        yield GaugeMetricFamily(
            "footnote_outbox_lag_seconds",
            "Age of the oldest outbox row not yet relayed.",
            value=state.outbox_oldest_seconds,
        )
        runs = GaugeMetricFamily("footnote_runs", "Ingestion runs by status.", labels=["status"])
        for status, count in sorted(state.runs_by_status.items()):
            runs.add_metric([status], count)
        yield runs
        stages = GaugeMetricFamily("footnote_stages_waiting", "Stages that wait, by queue.", labels=["queue"])
        for queue, count in sorted(state.stages_by_queue.items()):
            stages.add_metric([queue], count)
        yield stages
        oldest = GaugeMetricFamily(
            "footnote_stage_oldest_seconds", "How long the first stage of a kind has been due.", labels=["stage"]
        )
        for stage, seconds in sorted(state.oldest_by_stage.items()):
            oldest.add_metric([stage], seconds)
        yield oldest
        ages = GaugeMetricFamily(
            "footnote_heartbeat_age_seconds",
            "Age of the newest heartbeat of a process, or of work on a queue.",
            labels=["part"],
        )
        for part, seconds in sorted(state.heartbeat_ages.items()):
            ages.add_metric([part], seconds)
        yield ages
