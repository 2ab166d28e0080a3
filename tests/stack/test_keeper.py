"""The keeper runs a command. It stops the command's process tree if the command ends or the keeper's owner dies."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil

from app.stack.processes import describe_end
from app.stack.supervisor import KEEPER

TREE = """
import os, signal, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
if "stubborn" in sys.argv: signal.signal(signal.SIGTERM, signal.SIG_IGN)
print(os.getpid(), child.pid, flush=True)
if "ending" in sys.argv: sys.exit(3)
time.sleep(600)
"""


def start(*words: str, owner: int | None = None) -> subprocess.Popen[str]:
    command = [sys.executable, "-I", "-S", str(KEEPER), "1", str(owner or os.getpid())]
    return subprocess.Popen([*command, sys.executable, "-c", TREE, *words], stdout=subprocess.PIPE, text=True)


def read_tree(keeper: subprocess.Popen[str]) -> list[psutil.Process]:
    assert keeper.stdout is not None
    return [psutil.Process(int(pid)) for pid in keeper.stdout.readline().split()]


def test_keeper_ends_a_finished_commands_children_and_returns_its_exit_code() -> None:
    keeper = start("ending")
    assert keeper.stdout is not None
    child = int(keeper.stdout.readline().split()[1])
    assert describe_end(keeper.wait(10)) == "exit code 3"
    assert not psutil.pid_exists(child)


def test_sigterm_ends_the_tree() -> None:
    keeper = start()
    tree = read_tree(keeper)
    keeper.send_signal(signal.SIGTERM)
    keeper.wait(10)
    assert not any(process.is_running() for process in tree)


def test_command_that_ignores_sigterm_is_killed_after_the_grace_period() -> None:
    keeper = start("stubborn")
    tree = read_tree(keeper)
    keeper.send_signal(signal.SIGTERM)
    assert describe_end(keeper.wait(10)) == "killed by SIGKILL"
    assert not any(process.is_running() for process in tree)


def test_tree_ends_when_its_owner_is_killed(tmp_path: Path) -> None:
    script = (
        "import os, subprocess, sys\n"
        f"subprocess.Popen([sys.executable, '-I', '-S', {str(KEEPER)!r}, '1', str(os.getpid()),"
        f" sys.executable, '-c', {TREE!r}]).wait()"
    )
    owner = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    tree = read_tree(owner)
    owner.kill()
    owner.wait()
    _, left = psutil.wait_procs(tree, timeout=10)
    assert left == []


def test_keeper_does_not_start_for_a_dead_owner() -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    keeper = start(owner=gone.pid)
    assert keeper.wait(10) == 1
