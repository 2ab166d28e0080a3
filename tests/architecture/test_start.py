"""What every start pays for: nothing that only some requests and commands need."""

import subprocess
import sys

import pytest

STATISTICS = {"scipy.stats": "nobody compares runs yet"}
TRACES = {"opentelemetry.sdk": "only who has a collector sends traces"}
MODELS = dict.fromkeys(("openai", "boto3"), "most have neither an endpoint nor a bucket")


@pytest.mark.parametrize(
    ("module", "left_out"),
    [
        ("app.cli", STATISTICS),
        (
            "app.main",
            STATISTICS
            | MODELS
            | {
                "alembic": "only owners migrate",
                "pypdfium2": "pages are drawn in the sandbox",
                "PIL": "the same",
                "scim2_models": "few are provisioned",
            },
        ),
        (
            "app.commands.up",
            dict.fromkeys(
                ("prometheus_client", "structlog", "fastapi", "uvicorn", "celery", "app.bootstrap", "workers"),
                "the processes that it starts load it",
            ),
        ),
        (
            "workers.relay",
            TRACES
            | dict.fromkeys(("numpy", "prometheus_client", "workers.bootstrap"), "it sends calls and does no work")
            | {"celery.bin": "nobody reads its command line"},
        ),
        (
            "workers.celery_app",
            TRACES
            | MODELS
            | {
                "celery.bin": "`workers.serve` starts it without Celery's command line",
                "pypdfium2": "files are read in the sandbox",
                "lxml": "the same",
                "fastapi": "it serves nobody",
            },
        ),
        (
            "workers.parsing.reader, workers.parsing.pdf, workers.parsing.html",
            dict.fromkeys(("sqlalchemy", "pydantic", "celery", "structlog"), "a reader in the sandbox has no database"),
        ),
        ("evals.cli", {"matplotlib": "a report with plots is wanted first"}),
    ],
)
def test_a_start_loads_nothing_that_only_some_calls_and_other_processes_need(
    module: str, left_out: dict[str, str]
) -> None:
    started = subprocess.run(
        [sys.executable, "-c", f"import sys, {module}; print(*({set(left_out)} & sys.modules.keys()))"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert started.stdout.split() == []
