"""Log lines are JSON, with the ids of request, run and principal, and without confidential content."""

import contextvars
import logging
import threading
import warnings
from uuid import uuid4

import pytest

from app.observability.logging import configure_logging, get_logger, log_context
from app.observability.redaction import REDACTED


def test_line_is_a_json_object_with_its_fields(log_lines):
    get_logger("app.jobs").info("run.stage.finished", stage="parse", pages=12)
    (line,) = log_lines()
    assert line["message"] == "run.stage.finished"
    assert (line["level"], line["logger"], line["stage"], line["pages"]) == ("info", "app.jobs", "parse", 12)
    assert line["timestamp"].endswith("Z")


def test_lines_carry_the_ids_of_their_context_only(log_lines):
    run_id, tenant_id, user_id = uuid4(), uuid4(), uuid4()
    with log_context(request_id="r-1", tenant_id=tenant_id):
        with log_context(run_id=run_id, user_id=user_id):
            get_logger("app").info("inside")
            logging.getLogger("some.library").warning("of a library")
        get_logger("app").info("around")
    get_logger("app").info("outside")
    inside, library, around, outside = log_lines()
    ids = {"request_id": "r-1", "tenant_id": str(tenant_id), "run_id": str(run_id), "user_id": str(user_id)}
    assert {name: inside[name] for name in ids} == ids
    assert {name: library[name] for name in ids} == ids
    assert around["request_id"] == "r-1"
    assert "run_id" not in around
    assert not ids.keys() & outside.keys()


def test_ids_of_one_request_do_not_appear_in_another_thread(log_lines):
    with log_context(request_id="r-1"):
        thread = threading.Thread(target=lambda: get_logger("app").info("elsewhere"), daemon=True)
        contextvars.Context().run(thread.start)
        thread.join()
    assert "request_id" not in log_lines()[0]


@pytest.mark.parametrize("name", ["uvicorn.error", "celery.worker", "celery.task", "sqlalchemy.pool", "alembic"])
def test_library_lines_are_json_and_appear_once(log_lines, name):
    logging.getLogger(name).warning("of %s", "theirs")
    assert [(line["message"], line["logger"]) for line in log_lines()] == [("of theirs", name)]


def test_libraries_that_log_statements_or_bodies_log_only_warnings(log_lines):
    configure_logging(level="DEBUG")
    for name in ("sqlalchemy.engine", "openai._base_client", "httpx", "botocore.parsers", "kombu.connection"):
        assert not logging.getLogger(name).isEnabledFor(logging.INFO), name
    assert logging.getLogger("app.jobs").isEnabledFor(logging.DEBUG)


def test_server_does_not_log_query_strings(log_lines):
    logging.getLogger("uvicorn.access").info('127.0.0.1 - "GET /v1/documents?q=merger HTTP/1.1" 200')
    assert log_lines() == []


def test_confidential_fields_are_redacted_in_lines(log_lines):
    get_logger("app").info("asked", question="What is the covenant?", api_key="fn_abc", question_id="q-1")
    (line,) = log_lines()
    assert (line["question"], line["api_key"], line["question_id"]) == (REDACTED, REDACTED, "q-1")


def test_logged_error_has_frames_and_causes_without_quoted_text(log_lines):
    try:
        try:
            int("the covenant")
        except ValueError as error:
            raise RuntimeError("while reading the covenant") from error
    except RuntimeError as error:
        get_logger("app").exception("run.stage.failed")
        logging.getLogger("celery.app.trace").error("Task raised unexpected: %r", error, exc_info=True)
        logging.getLogger("some.library").error(f"Failed: {error}", exc_info=True)
    ours, theirs, formatted = log_lines()
    assert ours["error"] == "RuntimeError"
    assert ours["caused_by"] == ["ValueError"]
    assert any("test_logging.py" in frame for frame in ours["frames"])
    assert theirs["message"] == "Task raised unexpected: %r"
    assert formatted["message"] == "Failed: RuntimeError"
    assert "covenant" not in str(log_lines())


def test_task_name_and_id_are_logged_without_arguments(log_lines):
    data = {"id": "t-1", "name": "jobs.run_stage", "args": "('the covenant',)", "kwargs": "{}"}
    logging.getLogger("celery.app.trace").info("Task succeeded", extra={"data": data})
    (line,) = log_lines()
    assert (line["task_id"], line["task_name"]) == ("t-1", "jobs.run_stage")
    assert "covenant" not in str(line)


def test_values_that_json_does_not_support_are_described(log_lines):
    get_logger("app").info("odd", run=uuid4(), thing=object(), ids={1, 2}, data=b"text")
    (line,) = log_lines()
    assert line["thing"] == "[object]"
    assert line["data"] == "[4 bytes]"


def test_line_breaks_in_values_cannot_forge_lines(log_lines):
    get_logger("app").info('a\n{"message": "forged"}', name="b\r\nc")
    assert len(log_lines()) == 1


def test_python_warnings_are_logged(log_lines):
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=False)
        logging.captureWarnings(capture=True)
        warnings.warn("an old call", DeprecationWarning, stacklevel=1)
    assert "an old call" in log_lines()[0]["message"]


def test_configuring_twice_writes_each_line_once(log_lines, capsys):
    configure_logging(level="info")
    configure_logging(level="info")
    get_logger("app").info("once")
    assert capsys.readouterr().err.count("once") == 1


def test_unknown_level_is_rejected():
    with pytest.raises(ValueError, match="LOUD"):
        configure_logging(level="loud")
