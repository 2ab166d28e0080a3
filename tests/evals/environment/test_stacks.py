"""Suites share one running Footnote. Each set of documents has its own tenant."""

from pathlib import Path

import pytest

from app.stack.errors import HomeInUseError
from app.stack.home import Home
from evals.environment import stacks as module
from evals.environment.stacks import Stacks


class Started:
    """Replaces `Stack`. It only logs its starts and stops."""

    url = "http://127.0.0.1:1"
    is_whole = True

    def __init__(self, home: Home, log: list[str], in_use: set[Home]) -> None:
        self.home = home
        self._log = log
        self._in_use = in_use

    def start(self) -> None:
        if self.home in self._in_use:
            raise HomeInUseError("another command uses it")
        self._log.append(f"start {self.home.path.parent.name}")

    def stop(self) -> None:
        self._log.append(f"stop {self.home.path.parent.name}")


@pytest.fixture
def in_use() -> set[Home]:
    """Return the homes on which other commands run Footnote."""
    return set()


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch, in_use: set[Home]) -> list[str]:
    log: list[str] = []
    monkeypatch.setattr(module, "build_stack", lambda home, notify: Started(home, log, in_use))
    return log


def test_homes_in_one_folder_share_a_footnote_with_separate_tenants(log: list[str], tmp_path: Path) -> None:
    with Stacks(notify=lambda _: None) as stacks:
        running = [stacks.on(Home.at(tmp_path / "first" / name)) for name in ("a", "b", "a")]
        assert log == ["start first"]
    assert log == ["start first", "stop first"]
    assert running[0].home == running[2].home != running[1].home
    assert all(each.home.secrets.is_dir() for each in running)


def test_homes_in_another_folder_get_a_separate_footnote(log: list[str], tmp_path: Path) -> None:
    with Stacks(notify=lambda _: None) as stacks:
        for folder in ("first", "second"):
            stacks.on(Home.at(tmp_path / folder / "a"))
    assert log == ["start first", "stop first", "start second", "stop second"]


def test_footnote_that_lost_a_process_is_restarted(log: list[str], tmp_path: Path) -> None:
    with Stacks(notify=lambda _: None) as stacks:
        stacks.on(Home.at(tmp_path / "first" / "a"))
        stacks._running.is_whole = False
        stacks.on(Home.at(tmp_path / "first" / "b"))
    assert log == ["start first", "stop first", "start first", "stop first"]


def test_concurrent_commands_use_separate_homes(log: list[str], in_use: set[Home], tmp_path: Path) -> None:
    with Stacks(notify=lambda _: None) as stacks:
        in_use.add(stacks.on(Home.at(tmp_path / "first" / "a")).stack.home)
        with Stacks(notify=lambda _: None) as beside:
            running = [beside.on(Home.at(tmp_path / "first" / name)) for name in ("a", "b")]
            assert log == ["start first", "start first"]
    assert running[0].stack is running[1].stack
    assert running[0].stack.home not in in_use


def test_too_many_concurrent_commands_are_rejected(log: list[str], in_use: set[Home], tmp_path: Path) -> None:
    for _ in range(module.SIDE_BY_SIDE):
        with Stacks(notify=lambda _: None) as stacks:
            in_use.add(stacks.on(Home.at(tmp_path / "first" / "a")).stack.home)
    with Stacks(notify=lambda _: None) as stacks, pytest.raises(HomeInUseError):
        stacks.on(Home.at(tmp_path / "first" / "a"))
