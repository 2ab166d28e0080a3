"""Traces by OpenTelemetry: from a request through the outbox row to the worker, sent by OTLP over HTTP.

Without an endpoint nothing is set up, and spans cost next to nothing. What leaves the process passes one gate
(`_ConfidentialExporter`): no messages of errors, no query strings, no field that may hold a secret or text.
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
    """The tracing of this process, to be shut down at its end so that the last spans are sent."""

    def __init__(self, provider: TracerProvider | None) -> None:
        self._provider = provider

    def flush(self) -> None:
        """Send what has ended so far; gives up after five seconds."""
        if self._provider is not None:
            self._provider.force_flush(int(_EXPORT_SECONDS * 1000))

    def shutdown(self) -> None:
        """Send the last spans and stop. May be repeated."""
        if self._provider is not None:
            self._provider.shutdown()
            self._provider = None


def configure_tracing(service_name: str, endpoint: str | None) -> Tracing:
    """Send this process's spans to an OTLP/HTTP collector (its base URL, or the whole URL of its traces).

    Once a process, and after a fork rather than before. No endpoint: nothing is set up. A collector that is down
    loses spans and delays nothing.
    """
    if not endpoint:
        return Tracing(None)
    # The exporter imports half a second's worth of modules: only those who use it pay.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - only who traces pays for it

    url = endpoint if endpoint.rstrip("/").endswith(_TRACES_PATH) else endpoint.rstrip("/") + _TRACES_PATH
    provider = build_provider(service_name, OTLPSpanExporter(endpoint=url, timeout=_EXPORT_SECONDS))
    trace.set_tracer_provider(provider)
    return Tracing(provider)


def build_provider(service_name: str, exporter: SpanExporter) -> TracerProvider:
    """A provider whose spans go to `exporter` in batches, by way of the gate."""
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
    """A span around a piece of work; an error ends it as failed, with its type and code only, and goes on.

    `parent` comes from `extract_context`; without it the span belongs to the one around. Attributes that are None
    are left out.
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
    """The current trace as W3C `traceparent` (and `tracestate`), for an outbox row; empty when nothing is traced."""
    carrier: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(carrier)
    return carrier


def extract_context(carrier: Mapping[str, str] | None) -> Context:
    """The trace of an outbox row, to be continued by `traced(…, parent=…)`; anything malformed starts a new one."""
    return TraceContextTextMapPropagator().extract(dict(carrier or {}), context=Context())


def instrument_app(app: object) -> None:
    """Trace each request to a FastAPI application, except those of probes and scrapes."""
    from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor  # noqa: PLC0415 - it imports the framework

    FastAPIInstrumentor.instrument_app(
        app,  # type: ignore[arg-type]  # the web framework's type may not be named in this package
        excluded_urls=_UNTRACED,
        exclude_spans=["receive", "send"],
    )


class _ConfidentialExporter(SpanExporter):
    """Hands spans on without what may hold a secret or somebody's text, whoever made them."""

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
