"""Logs: one JSON object per line on stderr, from Footnote and libraries, with the ids of request, run and principal."""

import logging
import sys
import traceback
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Final, TextIO
from uuid import UUID

import structlog
from opentelemetry import trace
from structlog.types import EventDict, Processor, WrappedLogger

from app.observability.redaction import describe_error, redact, redact_text

# At lower levels, these loggers write SQL statements with parameters, URLs with query strings, or whole HTTP bodies.
_QUIET: Final = (
    "sqlalchemy", "httpx", "httpcore", "openai", "botocore", "boto3", "s3transfer", "urllib3", "multipart",
    "python_multipart", "asyncio", "amqp", "kombu", "filelock", "PIL", "opentelemetry", "pypdf",
)  # fmt: skip
# These loggers have handlers of their own, or log the query string of every request.
_ADOPTED: Final = ("uvicorn", "uvicorn.error", "celery", "celery.task", "celery.worker", "py.warnings")
_FRAME_LIMIT = 30
_SHORTEST_MESSAGE = 4


def configure_logging(*, level: str = "INFO", stream: TextIO | None = None) -> None:
    """Route every logger of the process to one handler that writes JSON lines (to `stream`, by default stderr).

    It may be called again, for example in a forked worker. Pass `log_config=None` to uvicorn and connect Celery's
    `setup_logging` signal, so that neither library restores its own handlers. Raises ValueError for an unknown level.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.contextvars.merge_contextvars, *_described(), _add_foreign_extra],
            processors=[
                _render_error,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _redact_fields,
                structlog.processors.EventRenamer("message"),
                structlog.processors.JSONRenderer(default=_to_plain, ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _ADOPTED:
        adopted = logging.getLogger(name)
        adopted.handlers.clear()
        adopted.propagate = True
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    access = logging.getLogger("uvicorn.access")
    access.handlers.clear()
    access.disabled = True
    logging.captureWarnings(capture=True)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.contextvars.merge_contextvars,
            *_described(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        # Do not cache loggers: after a fork or a test, a cached logger would still have the old configuration.
        cache_logger_on_first_use=False,
    )


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """Return a logger. Log an event with fields: `get_logger(__name__).info("run.stage.finished", stage="parse")`."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger


def log_context(
    *,
    request_id: str | None = None,
    run_id: UUID | None = None,
    tenant_id: UUID | None = None,
    user_id: UUID | None = None,
    key_id: UUID | None = None,
) -> AbstractContextManager[None]:
    """Add these ids to every line that is logged in this block. An omitted id keeps its value from an outer block."""
    ids = {"run_id": run_id, "tenant_id": tenant_id, "user_id": user_id, "key_id": key_id}
    given = {name: str(value) for name, value in ids.items() if value is not None}
    if request_id is not None:
        given["request_id"] = request_id
    return structlog.contextvars.bound_contextvars(**given)


def _described() -> list[Processor]:
    return [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_trace_ids,
    ]


def _add_trace_ids(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    span = trace.get_current_span().get_span_context()
    if span.is_valid:
        event["trace_id"] = trace.format_trace_id(span.trace_id)
        event["span_id"] = trace.format_span_id(span.span_id)
    return event


def _add_foreign_extra(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Add a Celery task's name and id. All other `extra` of libraries is dropped: it may contain a task's arguments."""
    data = getattr(event.get("_record"), "data", None)
    if isinstance(data, dict):
        event.update({f"task_{name}": str(data[name]) for name in ("id", "name") if name in data})
    return event


def _render_error(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace `exc_info` by the error's description and its frames, without source lines or values of variables."""
    info = event.pop("exc_info", None)
    event.pop("exc_text", None)
    event.pop("stack_info", None)
    if info is True:
        info = sys.exc_info()
    error = info[1] if isinstance(info, tuple) else info
    if not isinstance(error, BaseException):
        return event
    event["error"] = describe_error(error)
    causes = [describe_error(cause) for cause in _causes(error)]
    if causes:
        event["caused_by"] = causes
    event["frames"] = [
        f"{frame.filename}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__, limit=-_FRAME_LIMIT)
    ]
    event["event"] = _message_without(error, event)
    return event


def _message_without(error: BaseException, event: EventDict) -> str:
    """Return the log message without the error's own text, which libraries often copy into their messages."""
    record = event.get("_record")
    # Do not insert the arguments into a library's template: they may quote the error or the rejected input.
    template = getattr(record, "msg", None)
    message = template if isinstance(template, str) else str(event.get("event", ""))
    for text in (repr(error), str(error)):
        if len(text) >= _SHORTEST_MESSAGE:
            message = message.replace(text, describe_error(error))
    return message.partition("\nTraceback (most recent call last)")[0]


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen = {id(error)}
    cause = error.__cause__ or error.__context__
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield cause
        cause = cause.__cause__ or cause.__context__


def _redact_fields(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return {name: redact_text(str(value)) if name == "event" else redact(name, value) for name, value in event.items()}


def _to_plain(value: object) -> str:
    """Convert a value that JSON does not support. Ids, dates, decimals, paths and enums become text.

    Any other value becomes the name of its type.
    """
    if isinstance(value, UUID) or type(value).__module__ in {"datetime", "decimal", "pathlib", "enum"}:
        return str(value)
    return f"[{type(value).__name__}]"
