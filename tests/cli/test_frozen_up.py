"""`footnote up` replaces frozen processes. After kill -9, it leaves no process running, and its home starts again."""

from collections.abc import Callable
from typing import Any

import httpx
import psutil
import pytest

from app.stack.home import Home
from tests.waiting import wait_for


@pytest.fixture(scope="module")
def up(start: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One Footnote for both tests, because it takes ten seconds of CPU time to start."""
    settings = {"FOOTNOTE_HEALTH__FROZEN_SECONDS": "5", "FOOTNOTE_HEALTH__BEAT_SECONDS": "0.5"}
    return start(tmp_path_factory.mktemp("home"), **settings)


def test_frozen_processes_are_replaced(up: Any) -> None:
    before = up.announced["processes"]
    keepers = {name: psutil.Process(pid) for name, pid in before.items()}
    stopped = [process for keeper in keepers.values() for process in keeper.children(recursive=True)]
    for process in stopped:
        process.suspend()

    def processes() -> dict[str, int]:
        return dict(Home.at(up.home).read_state()["processes"])  # type: ignore[call-overload]

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


def test_kill_9_and_ctrl_c_leave_no_process_and_home_starts_again(up: Any, start: Any) -> None:
    tree = up.tree()
    assert len(tree) > 6
    key = (up.home / "secrets" / "admin-key").read_text()
    up.process.kill()
    up.process.wait()
    _, alive = psutil.wait_procs(tree, timeout=30)
    assert alive == []
    again = start(up.home)
    headers = {"Authorization": f"Bearer {key.strip()}"}
    answer = httpx.get(f"{again.announced['url']}/v1/me", headers=headers, trust_env=False)
    assert answer.status_code == 200
    tree = again.tree()
    assert again.stop() == 0
    assert not any(process.is_running() for process in tree)
