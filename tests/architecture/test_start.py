"""What every start pays for: nothing that only some requests and commands need."""

import subprocess
import sys

import pytest

STATISTICS = {"scipy.stats": "nobody compares runs yet"}


@pytest.mark.parametrize(
    ("module", "left_out"),
    [
        ("app.cli", STATISTICS),
        (
            "app.main",
            STATISTICS
            | {
                "alembic": "only owners migrate",
                "pypdfium2": "pages are drawn in the sandbox",
                "PIL": "the same",
                "scim2_models": "few are provisioned",
            },
        ),
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


def test_the_stack_loads_no_metrics_and_nothing_of_the_processes_that_it_starts() -> None:
    theirs = {"prometheus_client", "structlog", "fastapi", "uvicorn", "celery", "app.bootstrap", "workers"}
    started = subprocess.run(
        [sys.executable, "-c", f"import sys, app.commands.up; print(*({theirs} & sys.modules.keys()))"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert started.stdout.split() == []


def test_nothing_loads_what_draws_plots_before_somebody_wants_a_report_with_them() -> None:
    started = subprocess.run(
        [sys.executable, "-c", "import sys, evals.cli; print('matplotlib' in sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert started.stdout.strip() == "False"
