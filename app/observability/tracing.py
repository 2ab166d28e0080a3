"""OpenTelemetry traces: from a request through the outbox row to the worker, sent by OTLP over HTTP.

Without an endpoint, nothing is configured and spans cost almost nothing. Every exported span passes one filter
(`_ConfidentialExporter`), which removes error messages, query strings, and fields that may contain a secret or text.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import Event, ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from app.core.errors import FootnoteError
from app.observability.redaction import is_confidential

if TYPE_CHECKING:
    from opentelemetry.util.types import Attributes, AttributeValue

_TRACER: Final = "footnote"
_TRACES_PATH: Final = "/v1/traces"
_UNTRACED: Final = "livez,readyz,metrics"
_URL_ATTRIBUTES = frozenset({"http.url", "http.target", "url.full"})
_DROPPED_ATTRIBUTES = frozenset({"url.query", "exception.message", "exception.stacktrace"})
_EXPORT_SECONDS = 5.0


class Tracing:
    """The tracing of this process. Shut it down at exit, so that the last spans are sent."""

    def __init__(self, provider: TracerProvider | None) -> None:
        self._provider = provider

    def flush(self) -> None:
        """Send the spans finished so far, within at most five seconds."""
        if self._provider is not None:
            self._provider.force_flush(int(_EXPORT_SECONDS * 1000))

    def shutdown(self) -> None:
        """Send the last spans and stop; may be repeated."""
        if self._provider is not None:
            self._provider.shutdown()
            self._provider = None


def configure_tracing(service_name: str, endpoint: str | None) -> Tracing:
    """Send this process's spans to an OTLP/HTTP collector, given its base URL or the full URL for traces.

    Call once per process, after a fork rather than before. Without an endpoint, nothing is configured. If the collector
    is down, spans are lost but nothing is delayed.
    """
    if not endpoint:
        return Tracing(None)
    # Importing the exporter takes half a second: only users of tracing pay for it.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - only users of tracing pay for it

    url = endpoint if endpoint.rstrip("/").endswith(_TRACES_PATH) else endpoint.rstrip("/") + _TRACES_PATH
    provider = build_provider(service_name, OTLPSpanExporter(endpoint=url, timeout=_EXPORT_SECONDS))
    trace.set_tracer_provider(provider)
    return Tracing(provider)


def build_provider(service_name: str, exporter: SpanExporter) -> TracerProvider:
    """Return a provider that sends spans to `exporter` in batches, through the confidentiality filter."""
    provider = TracerProvider(resource=Resource.create({SERVICE_NAME: service_name}), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(_ConfidentialExporter(exporter)))
    return provider


@contextmanager
def traced(
    name: str,
    *,
    parent: Context | None = None,
    kind: SpanKind = SpanKind.INTERNAL,
    **attributes: "AttributeValue | UUID | None",
) -> Iterator[trace.Span]:
    """Trace a block of code as a span. An error marks the span as failed, by type and code only, and propagates.

    `parent` comes from `extract_context`; by default the parent is the current span. Attributes that are None are
    omitted.
    """
    given: dict[str, AttributeValue] = {
        key: str(value) if isinstance(value, UUID) else value
        for key, value in attributes.items()
        if value is not None and not is_confidential(key)
    }
    with trace.get_tracer(_TRACER).start_as_current_span(
        name, context=parent, kind=kind, attributes=given, record_exception=False, set_status_on_exception=False
    ) as span:
        try:
            yield span
        except BaseException as error:
            span.set_status(Status(StatusCode.ERROR))
            span.set_attribute("error.type", error.code if isinstance(error, FootnoteError) else type(error).__name__)
            raise


def inject_context() -> dict[str, str]:
    """Return the current trace as W3C `traceparent` (and `tracestate`), for an outbox row; empty without a trace."""
    carrier: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(carrier)
    return carrier


def extract_context(carrier: Mapping[str, str] | None) -> Context:
    """Return an outbox row's trace, for `traced(…, parent=…)`. A malformed value starts a new trace."""
    return TraceContextTextMapPropagator().extract(dict(carrier or {}), context=Context())


def instrument_app(app: object) -> None:
    """Trace each request to a FastAPI application, except probes and scrapes."""
    from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor  # noqa: PLC0415 - this import loads the web framework

    FastAPIInstrumentor.instrument_app(
        app,  # type: ignore[arg-type]  # this package must not import the web framework
        excluded_urls=_UNTRACED,
        exclude_spans=["receive", "send"],
    )


class _ConfidentialExporter(SpanExporter):
    """Exports spans without attributes that may contain a secret or a user's text, whichever library created them."""

    def __init__(self, target: SpanExporter) -> None:
        self._target = target

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return self._target.export([_without_confidential(span) for span in spans])

    def shutdown(self) -> None:
        self._target.shutdown()

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        return self._target.force_flush(timeout_millis)


def _without_confidential(span: ReadableSpan) -> ReadableSpan:
    return ReadableSpan(
        name=span.name,
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=_safe_attributes(span.attributes),
        events=[Event(event.name, _safe_attributes(event.attributes), event.timestamp) for event in span.events],
        links=span.links,
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _safe_attributes(attributes: "Attributes") -> "dict[str, AttributeValue]":
    return {
        key: _without_query(value) if key in _URL_ATTRIBUTES and isinstance(value, str) else value
        for key, value in (attributes or {}).items()
        if key not in _DROPPED_ATTRIBUTES and not is_confidential(key.rpartition(".")[2])
    }


def _without_query(url: str) -> str:
    return urlunsplit(urlsplit(url)._replace(query="", fragment=""))
