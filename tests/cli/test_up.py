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


def test_servers_that_are_killed_are_started_again_where_they_were(start: Any, footnote: Call, tmp_path: Path) -> None:
    up = start(tmp_path)
    for name in ("postgres", "valkey-server"):
        children = psutil.Process(up.process.pid).children(recursive=True)
        server = next(process for process in children if runs(process, name))
        server.kill()
        psutil.wait_procs([server], timeout=10)
        with httpx.Client(base_url=up.announced["url"], trust_env=False, timeout=30) as client:
            for _ in range(2000):  # asked until it is there; the test's time limit is what ends it otherwise
                if client.get("/readyz").status_code == 200:
                    break
        file = tmp_path / f"{name}.txt"
        file.write_text(f"Revenue was $5 million in fiscal 2024, says {name}.")
        result = footnote("ingest", str(file), "--collection", "notes", "--home", str(tmp_path))
        assert result.returncode == 0, result.stderr


def runs(process: psutil.Process, name: str) -> bool:
    """Whether that process is the server itself: of PostgreSQL's, the one with its command line.

    Valkey tells its address behind its name: `…/valkey-server 127.0.0.1:6379`.
    """
    command = process.cmdline()
    return bool(command) and Path(command[0].split()[0]).name == name


def test_metrics_tell_of_the_workers_and_of_what_waits(start: Any, footnote: Call, tmp_path: Path) -> None:
    up = start(tmp_path)
    file = tmp_path / "note.txt"
    file.write_text("Revenue was $5 million in fiscal 2024.")
    assert footnote("ingest", str(file), "--collection", "notes", "--home", str(tmp_path)).returncode == 0
    assert footnote("ask", "What was revenue in fiscal 2024?", "--home", str(tmp_path)).returncode == 0
    told = httpx.get(f"{up.announced['url']}/metrics", trust_env=False).text
    assert 'footnote_ingestion_stages_total{outcome="done",stage="publish"} 1.0' in told
    assert 'purpose="embed-documents"' in told
    assert 'purpose="embed-query"' in told
    assert "footnote_state_up 1.0" in told
    assert "footnote_outbox_pending 0.0" in told
