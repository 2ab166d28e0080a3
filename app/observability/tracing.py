"""OpenTelemetry traces, sent by OTLP over HTTP. A request and the work that a worker does for it share one trace.

Without an endpoint, nothing is configured and spans cost almost nothing. Every exported span passes one filter, which
removes error messages, query strings, and attributes that may contain a secret or a user's text
(`app.observability.exporting`).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final
from uuid import UUID

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from app.core.errors import FootnoteError
from app.observability.redaction import is_confidential

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.util.types import AttributeValue

_TRACER: Final = "footnote"
_UNTRACED: Final = "livez,readyz,metrics"


class Tracing:
    """The tracing of this process. Call `shutdown` at exit, so that the last spans are sent."""

    def __init__(self, provider: "TracerProvider | None") -> None:
        self._provider = provider

    @property
    def is_sent(self) -> bool:
        """Whether spans are sent to a collector."""
        return self._provider is not None

    def shutdown(self) -> None:
        """Send the last spans and stop tracing. It may be called again."""
        if self._provider is not None:
            self._provider.shutdown()
            self._provider = None


def configure_tracing(service_name: str, endpoint: str | None) -> Tracing:
    """Send this process's spans to an OTLP/HTTP collector, given its base URL or the full URL for traces.

    Call this once in each process; in a forked process, call it after the fork. Without an endpoint, nothing is
    configured. If the collector is down, spans are lost, but no other work is delayed.
    """
    if not endpoint:
        return Tracing(None)
    # Importing the SDK and the exporter takes half a second.
    from app.observability.exporting import build_exporter, build_provider  # noqa: PLC0415 - imported only if traces are sent

    provider = build_provider(service_name, build_exporter(endpoint))
    trace.set_tracer_provider(provider)
    return Tracing(provider)


@contextmanager
def traced(
    name: str,
    *,
    parent: Context | None = None,
    kind: SpanKind = SpanKind.INTERNAL,
    **attributes: "AttributeValue | UUID | None",
) -> Iterator[trace.Span]:
    """Trace a block of code as a span. An error marks the span as failed, with its code or type only, and is raised.

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
    """Return the current trace for storage in an outbox row: the W3C fields `traceparent` and `tracestate`.

    The result is empty without a trace.
    """
    carrier: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(carrier)
    return carrier


def extract_context(carrier: Mapping[str, str] | None) -> Context:
    """Return the trace stored in an outbox row, for `traced(…, parent=…)`. A malformed value starts a new trace."""
    return TraceContextTextMapPropagator().extract(dict(carrier or {}), context=Context())


def instrument_app(app: object) -> None:
    """Trace each request to a FastAPI application, except requests to the health probes and to `/metrics`."""
    from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor  # noqa: PLC0415 - this import loads the web framework

    FastAPIInstrumentor.instrument_app(
        app,  # type: ignore[arg-type]  # this package must not import the web framework
        excluded_urls=_UNTRACED,
        exclude_spans=["receive", "send"],
    )
