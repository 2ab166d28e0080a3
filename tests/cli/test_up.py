"""`footnote up`: one to a home, nothing left behind, and up again after a kill -9."""

import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import psutil

Call = Callable[..., "subprocess.CompletedProcess[str]"]


def test_it_announces_where_it_is_and_is_ready_by_then(running: Any) -> None:
    answer = httpx.get(f"{running.announced['url']}/readyz", trust_env=False)
    assert answer.status_code == 200
    assert set(running.announced["processes"]) == {"api", "relay", "worker"}


def test_a_second_up_on_the_same_home_says_so_and_ends_with_1(running: Any, footnote: Call) -> None:
    second = footnote("up", "--home", str(running.home), "--port", "0")
    assert second.returncode == 1
    assert "already running" in second.stderr
    assert running.announced["url"] in second.stderr
    assert "Traceback" not in second.stderr


def test_a_taken_port_is_told_in_a_sentence(running: Any, footnote: Call, tmp_path: Path) -> None:
    port = running.announced["url"].rsplit(":", 1)[1]
    result = footnote("up", "--home", str(tmp_path), "--port", port)
    assert result.returncode == 1
    assert f"Port {port} of 127.0.0.1 is taken" in result.stderr


def test_ctrl_c_leaves_no_process(start: Any, tmp_path: Path) -> None:
    up = start(tmp_path)
    tree = up.tree()
    assert len(tree) > 6
    assert up.stop() == 0
    assert not any(process.is_running() for process in tree)


def test_kill_9_leaves_no_process_and_the_home_comes_up_again(start: Any, tmp_path: Path) -> None:
    up = start(tmp_path)
    tree = up.tree()
    key = (tmp_path / "secrets" / "admin-key").read_text()
    up.process.kill()
    up.process.wait()
    _, left = psutil.wait_procs(tree, timeout=30)
    assert left == []
    again = start(tmp_path)
    headers = {"Authorization": f"Bearer {key.strip()}"}
    answer = httpx.get(f"{again.announced['url']}/v1/me", headers=headers, trust_env=False)
    assert answer.status_code == 200


def test_a_process_that_is_killed_is_started_again(running: Any) -> None:
    keeper = psutil.Process(running.announced["processes"]["relay"])
    keeper.send_signal(signal.SIGKILL)
    psutil.wait_procs([keeper], timeout=10)
    top = psutil.Process(running.process.pid)

    def relays() -> list[psutil.Process]:
        return [process for process in top.children() if "workers.relay" in process.cmdline()]

    with httpx.Client(base_url=running.announced["url"], trust_env=False) as client:
        for _ in range(2000):  # asked until it is there; the test's time limit is what ends it otherwise
            if relays():
                break
            client.get("/livez")
    assert len(relays()) == 1
