"""When a process starts, it imports only modules that every request or command needs. It imports the others later, when
it first uses them.
"""

import subprocess
import sys

import pytest

STATISTICS = {"scipy.stats": "needed only to compare runs"}
TRACES = {"opentelemetry.sdk": "needed only with a trace collector"}
MODELS = dict.fromkeys(("openai", "boto3"), "needed only with a model endpoint or an S3 bucket")


@pytest.mark.parametrize(
    ("module", "left_out"),
    [
        ("app.cli", STATISTICS),
        (
            "app.main",
            STATISTICS
            | MODELS
            | {
                "alembic": "only the database owner migrates",
                "pypdfium2": "the sandbox renders pages",
                "PIL": "same reason",
                "scim2_models": "few tenants use SCIM",
                "xlsxwriter": "few requests export a workbook",
            },
        ),
        (
            "app.commands.up",
            dict.fromkeys(
                ("prometheus_client", "structlog", "fastapi", "uvicorn", "celery", "app.bootstrap", "workers"),
                "only the started processes need it",
            ),
        ),
        (
            "workers.relay",
            TRACES
            | dict.fromkeys(("numpy", "prometheus_client", "workers.bootstrap"), "the relay only sends tasks")
            | {"celery.bin": "the relay does not use Celery's command line"},
        ),
        (
            "workers.celery_app",
            TRACES
            | MODELS
            | {
                "celery.bin": "`workers.serve` starts it without Celery's command line",
                "pypdfium2": "the sandbox parses files",
                "lxml": "same reason",
                "fastapi": "workers serve no HTTP requests",
            },
        ),
        (
            "workers.parsing.reader, workers.parsing.pdf.document, workers.parsing.html.document",
            dict.fromkeys(("sqlalchemy", "pydantic", "celery", "structlog"), "parsers in the sandbox have no database"),
        ),
        ("evals.cli", {"matplotlib": "needed only for reports with plots"}),
    ],
)
def test_start_does_not_import_optional_modules(module: str, left_out: dict[str, str]) -> None:
    # Garbage collection would take a sixth of the time.
    program = f"import gc, sys; gc.disable(); import {module}; print(*({set(left_out)} & sys.modules.keys()))"
    started = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert started.stdout.split() == []
