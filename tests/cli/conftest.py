"""Fixtures that run `footnote up` on a temporary home, and fixtures that run commands."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
from typer.testing import CliRunner

from app.cli import build_cli
from tests.conftest import in_memory

ROOT = Path(__file__).resolve().parents[2]
CLI = [sys.executable, "-m", "app.cli"]


@dataclass(frozen=True, slots=True)
class Running:
    """A running `footnote up`: its process, its home and the JSON it printed at start."""

    process: subprocess.Popen[str]
    home: Path
    announced: dict[str, Any]

    def tree(self) -> list[psutil.Process]:
        """Return the process and all its descendants."""
        top = psutil.Process(self.process.pid)
        return [top, *top.children(recursive=True)]

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)


def start_up(home: Path, **settings: str) -> Running:
    process = subprocess.Popen(
        [*CLI, "up", "--home", str(home), "--port", "0", "--concurrency", "1", "--json"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, **settings},
    )
    assert process.stdout is not None
    text = ""
    for line in process.stdout:
        text += line
        if line == "}\n":
            break
    announced = json.loads(text)
    assert "processes" in announced, text  # otherwise it is the error with which the start failed
    return Running(process, home, announced)


@pytest.fixture(autouse=True)
def sensitive_to_ctrl_c() -> Iterator[None]:
    """Let new processes receive SIGINT: shells start background jobs, such as a test run, with SIGINT ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="module")
def start() -> Iterator[Callable[..., Running]]:
    """Return a function that starts `footnote up` on a home with given settings. All are stopped after the module."""
    started: list[Running] = []

    def run_up(home: Path, **settings: str) -> Running:
        started.append(start_up(home, **settings))
        return started[-1]

    yield run_up
    for running in started:
        if running.process.poll() is None:
            running.stop()


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    # Tests freeze its worker. On a busy machine, this can take longer than the default of 20 seconds.
    with in_memory(tmp_path_factory) as home:
        up = start_up(home, FOOTNOTE_HEALTH__FROZEN_SECONDS="300")
        yield up
        if up.process.poll() is None:
            up.stop()


def environment() -> dict[str, str]:
    """Return all environment variables except Footnote's settings."""
    return {name: value for name, value in os.environ.items() if not name.startswith("FOOTNOTE_")}


@pytest.fixture(scope="session")
def footnote() -> Callable[..., "subprocess.CompletedProcess[str]"]:
    """Return a function that runs a command in this process, which saves a second of imports.

    The function raises unexpected exceptions of the command.
    """

    def call(*words: str) -> "subprocess.CompletedProcess[str]":
        without = dict.fromkeys(os.environ.keys() - environment().keys())
        result = CliRunner().invoke(build_cli(list(words)), words, env=without)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return subprocess.CompletedProcess(words, result.exit_code, result.stdout, result.stderr)

    return call


@pytest.fixture(scope="session")
def footnote_process() -> Callable[..., "subprocess.CompletedProcess[str]"]:
    """Return a function that runs a command in a new process, for tests of tracebacks, signals and shutdown."""

    def call(*words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [*CLI, *words], capture_output=True, text=True, cwd=ROOT, env=environment(), timeout=120, check=False
        )

    return call
