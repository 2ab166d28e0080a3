"""A fixture that configures logging as the application does. It returns a function that parses all logged lines."""

import io
import json
import logging
from collections.abc import Callable, Iterator

import pytest
import structlog

from app.observability.logging import configure_logging


@pytest.fixture
def log_lines() -> Iterator[Callable[[], list[dict[str, object]]]]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    loggers = [item for item in logging.root.manager.loggerDict.values() if isinstance(item, logging.Logger)]
    before = [(logger, list(logger.handlers), logger.level, logger.disabled) for logger in loggers]
    configuration = structlog.get_config()
    stream = io.StringIO()
    configure_logging(level="INFO", stream=stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.captureWarnings(capture=False)
    structlog.configure(**configuration)
    structlog.contextvars.clear_contextvars()
    root.handlers[:] = handlers
    root.setLevel(level)
    for logger, old_handlers, old_level, disabled in before:
        logger.handlers[:] = old_handlers
        logger.setLevel(old_level)
        logger.disabled = disabled
