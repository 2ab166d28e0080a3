"""Export of spans in batches, through one filter that removes confidential attributes.

`app.observability.tracing` imports this module only if spans are exported, because importing OpenTelemetry's SDK takes
a tenth of a second.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit, urlunsplit

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import Event, ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Status

from app.observability.redaction import is_confidential

if TYPE_CHECKING:
    from opentelemetry.util.types import Attributes, AttributeValue

_TRACES_PATH: Final = "/v1/traces"
_URL_ATTRIBUTES = frozenset({"http.url", "http.target", "url.full"})
_DROPPED_ATTRIBUTES = frozenset({"url.query", "exception.message", "exception.stacktrace"})
_EXPORT_SECONDS: Final = 5.0


def build_exporter(endpoint: str) -> SpanExporter:
    """Return an exporter to an OTLP/HTTP collector, given its base URL or the full URL of its traces."""
    url = endpoint if endpoint.rstrip("/").endswith(_TRACES_PATH) else endpoint.rstrip("/") + _TRACES_PATH
    return OTLPSpanExporter(endpoint=url, timeout=_EXPORT_SECONDS)


def build_provider(service_name: str, exporter: SpanExporter) -> TracerProvider:
    """Return a provider that sends spans to `exporter` in batches, through the confidentiality filter."""
    provider = TracerProvider(resource=Resource.create({SERVICE_NAME: service_name}), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(_ConfidentialExporter(exporter)))
    return provider


class _ConfidentialExporter(SpanExporter):
    """Exports spans without attributes that may contain a secret or a user's text, including those set by libraries."""

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
