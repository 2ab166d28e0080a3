"""`footnote up`: it runs once per home, and restarts processes after kill -9."""

import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import psutil

from tests.waiting import wait_for

Call = Callable[..., "subprocess.CompletedProcess[str]"]


def test_up_prints_its_url_once_it_is_ready(running: Any) -> None:
    answer = httpx.get(f"{running.announced['url']}/readyz", trust_env=False)
    assert answer.status_code == 200
    assert set(running.announced["processes"]) == {"api", "relay", "worker"}


def test_second_up_on_the_same_home_exits_with_1(running: Any, footnote_process: Call) -> None:
    second = footnote_process("up", "--home", str(running.home), "--port", "0")
    assert second.returncode == 1
    assert "already running" in second.stderr
    assert running.announced["url"] in second.stderr
    assert "Traceback" not in second.stderr


def test_port_in_use_prints_a_message(running: Any, footnote_process: Call, tmp_path: Path) -> None:
    port = running.announced["url"].rsplit(":", 1)[1]
    result = footnote_process("up", "--home", str(tmp_path), "--port", port)
    assert result.returncode == 1
    assert f"Port {port} of 127.0.0.1 is taken" in result.stderr


def test_killed_process_is_restarted(running: Any) -> None:
    relay = psutil.Process(running.announced["processes"]["relay"])
    relay.send_signal(signal.SIGKILL)
    psutil.wait_procs([relay], timeout=60)
    top = psutil.Process(running.process.pid)

    def relays() -> list[psutil.Process]:
        return [process for process in top.children() if "workers.relay" in process.cmdline()]

    assert len(wait_for(relays, what="a new relay")) == 1


def test_killed_servers_are_restarted_at_the_same_address(running: Any, footnote: Call, tmp_path: Path) -> None:
    for name in ("postgres", "valkey-server"):
        children = psutil.Process(running.process.pid).children(recursive=True)
        server = next(process for process in children if runs(process, name))
        server.kill()
        psutil.wait_procs([server], timeout=60)
        with httpx.Client(base_url=running.announced["url"], trust_env=False, timeout=30) as client:
            wait_for(lambda client=client: client.get("/readyz").status_code == 200, what="readiness")
        ingest(running, footnote, tmp_path / f"{name}.txt")


def runs(process: psutil.Process, name: str) -> bool:
    """Return whether a process is the main process of the server `name`.

    Only the first word of the command line is compared, because Valkey adds its address to it:
    `…/valkey-server 127.0.0.1:6379`. The command lines of PostgreSQL's child processes begin with another word.
    """
    command = process.cmdline()
    return bool(command) and Path(command[0].split()[0]).name == name


def ingest(running: Any, footnote: Call, file: Path) -> None:
    file.write_text(f"Revenue was $5 million in fiscal 2024, says {file.stem}.")
    result = footnote("ingest", str(file), "--collection", "notes", "--home", str(running.home))
    assert result.returncode == 0, result.stderr


def test_metrics_include_workers_and_pending_outbox_rows(running: Any, footnote: Call, tmp_path: Path) -> None:
    def metrics() -> dict[str, float]:
        text = httpx.get(f"{running.announced['url']}/metrics", trust_env=False).text
        lines = (line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
        return {name: float(value) for name, value in lines}

    def has_query(found: dict[str, float]) -> dict[str, float] | None:
        return found if any('purpose="embed-query"' in name for name in found) else None

    published = 'footnote_ingestion_stages_total{outcome="done",stage="publish"}'
    before = metrics().get(published, 0)
    ingest(running, footnote, tmp_path / "metrics.txt")
    assert footnote("ask", "What was revenue in fiscal 2024?", "--home", str(running.home)).returncode == 0
    # Each API process shares its metrics every two seconds, and any of them serves the request.
    after = wait_for(lambda: has_query(metrics()), what="the metrics of the process that answered")
    assert after[published] == before + 1
    assert any('purpose="embed-documents"' in name for name in after)
    assert after["footnote_state_up"] == 1
    assert after["footnote_outbox_pending"] == 0
