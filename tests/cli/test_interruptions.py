"""`footnote ingest` while the API restarts, and after Ctrl-C."""

import json
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from tests.cli.conftest import CLI, ROOT, environment
from tests.waiting import wait_for

Start = Callable[..., "subprocess.Popen[str]"]
FOLLOWED = 'route="/v1/runs"'  # a label of the metrics of requests


@pytest.fixture
def start_ingest(running: Any, tmp_path: Path) -> Iterator[Start]:
    """Return a function that starts to ingest two files, and waits until the command follows their runs."""
    for name in ("first", "second"):
        (tmp_path / f"{name}.txt").write_text(f"The {name} kiln of {tmp_path.name} was lit in 1907.")
    started: list[subprocess.Popen[str]] = []

    def start(*options: str) -> "subprocess.Popen[str]":
        before = followed(running)
        words = ("ingest", str(tmp_path), "--collection", tmp_path.name, "--home", str(running.home), *options)
        process = subprocess.Popen(
            [*CLI, *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=environment(),
        )
        started.append(process)
        wait_for(lambda: followed(running) > before)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def followed(running: Any) -> float:
    """Return how many requests have read the states of runs."""
    text = httpx.get(f"{running.announced['url']}/metrics", trust_env=False).text
    return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if FOLLOWED in line)


@contextmanager
def frozen_worker(running: Any) -> Iterator[None]:
    """Freeze the worker during the block, so that no run ends."""
    processes = psutil.Process(running.announced["processes"]["worker"]).children(recursive=True)
    for process in processes:
        process.suspend()
    try:
        yield
    finally:
        for process in processes:
            process.resume()


def test_ingest_goes_on_through_a_restart_of_the_api(running: Any, start_ingest: Start) -> None:
    with frozen_worker(running):
        ingest = start_ingest("--json")
        top = psutil.Process(running.process.pid)
        api = next(process for process in top.children() if "app.stack.serve" in process.cmdline())
        api.kill()
        psutil.wait_procs([api], timeout=60)
    out, notices = ingest.communicate(timeout=120)
    assert [(Path(each["path"]).name, each["status"]) for each in json.loads(out)["documents"]] == [
        ("first.txt", "ready"),
        ("second.txt", "ready"),
    ]
    assert ingest.returncode == 0
    assert "The server is not available. Trying again" in notices


def test_ctrl_c_says_what_goes_on_and_a_repeated_command_follows_it(
    running: Any, start_ingest: Start, footnote: Any, tmp_path: Path
) -> None:
    with frozen_worker(running):
        ingest = start_ingest()
        ingest.send_signal(signal.SIGINT)
        out, err = ingest.communicate(timeout=120)
    assert ingest.returncode == 130
    assert "Interrupted.\n0 ready, 0 failed, 2 still processing.\n" in out
    assert "Follow them with: footnote runs" in out
    assert "Traceback" not in err
    words = ("ingest", str(tmp_path), "--collection", tmp_path.name, "--home", str(running.home))
    assert "2 ready, 0 failed." in footnote(*words).stdout
