"""`footnote up` replaces frozen processes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import psutil

from app.stack.home import Home
from tests.waiting import wait_for


def test_frozen_processes_are_replaced(start: Callable[..., Any], tmp_path: Path) -> None:
    up = start(tmp_path, FOOTNOTE_HEALTH__FROZEN_SECONDS="5", FOOTNOTE_HEALTH__BEAT_SECONDS="0.5")
    before = up.announced["processes"]
    keepers = {name: psutil.Process(pid) for name, pid in before.items()}
    stopped = [process for keeper in keepers.values() for process in keeper.children(recursive=True)]
    for process in stopped:
        process.suspend()

    def processes() -> dict[str, int]:
        return dict(Home.at(tmp_path).read_state()["processes"])  # type: ignore[call-overload]

    wait_for(lambda: not set(processes().values()) & set(before.values()), what="new processes")
    psutil.wait_procs(stopped, timeout=60)
    assert not any(process.is_running() for process in stopped)
    with httpx.Client(base_url=up.announced["url"], trust_env=False) as client:

        def is_ready() -> bool:
            try:
                return client.get("/readyz").status_code == 200
            except httpx.TransportError:
                return False

        wait_for(is_ready, what="readiness")
