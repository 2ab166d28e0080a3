"""Ctrl-C at any moment of the start ends `footnote up` without a traceback and without processes that stay behind."""

import signal
import subprocess
import sys
from pathlib import Path

import psutil

from tests.cli.conftest import CLI, ROOT, environment

STEPS = ("Starting PostgreSQL", "Starting Valkey", "Upgrading the schema", "Starting the API")


def interrupt(home: Path, moment: str, *options: str) -> tuple[int, str]:
    """Start `footnote up`, interrupt it as soon as its standard error contains `moment`, and return how it ended."""
    command = [sys.executable, *options, *CLI[1:], "up", "--home", str(home), "--port", "0"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=ROOT, env=environment())
    assert process.stderr is not None
    seen = ""
    for line in process.stderr:
        seen += line
        if moment in line:
            break
    tree = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGINT)
    _, rest = process.communicate(timeout=90)
    _, alive = psutil.wait_procs(tree, timeout=30)
    assert alive == []
    return process.returncode, seen + rest


def test_ctrl_c_at_each_step_of_the_start_exits_without_a_traceback(tmp_path: Path) -> None:
    for step in STEPS:
        code, output = interrupt(tmp_path, step)
        assert (code, "Traceback" in output, step in output) == (130, False, True), output


def test_ctrl_c_while_the_program_loads_exits_without_a_traceback(tmp_path: Path) -> None:
    code, output = interrupt(tmp_path, "typer", "-X", "importtime")
    assert (code, "Traceback" in output) == (-signal.SIGINT, False), output[-2000:]
