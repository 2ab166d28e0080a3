"""The upkeep of a home: disk space held for the database, logs of limited size, and a state that is written late."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.stack.home import Home
from app.stack.logs import rotate_logs
from app.stack.reserve import PAUSE_SECONDS, STEP_BYTES, Reserve
from app.stack.upkeep import RoomWatch, StateFile
from tests.small_disk import small_disk

WRITER = """
import sys
for number, _ in enumerate(sys.stdin):
    print(f"line {number}", flush=True)
    print("written", file=sys.stderr, flush=True)
"""


def test_log_is_rotated_while_its_writer_runs(tmp_path: Path) -> None:
    log = tmp_path / "api.log"
    with log.open("ab") as output:
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER], stdin=subprocess.PIPE, stdout=output, stderr=subprocess.PIPE, text=True
        )
    assert writer.stdin is not None
    assert writer.stderr is not None
    with writer:
        for _ in range(40):
            print(file=writer.stdin, flush=True)
            assert writer.stderr.readline() == "written\n"
            rotate_logs(tmp_path, max_bytes=50, kept=2)
        writer.stdin.close()
    files = [log.with_name(f"api.log{suffix}") for suffix in (".2", ".1", "")]
    assert sorted(tmp_path.iterdir()) == sorted(files)
    assert all(file.stat().st_size < 70 for file in files)
    lines = "".join(file.read_text() for file in files).splitlines()
    assert lines == [f"line {number}" for number in range(40 - len(lines), 40)]


def test_short_space_and_its_end_are_each_reported_once(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 8 * 1024 * 1024) as disk:
        reports: list[str] = []
        room = RoomWatch(Home.at(disk.path), floor=4 * 1024 * 1024, report=reports.append)
        room.check()
        assert reports == []
        disk.fill(left=1024 * 1024)
        room.check()
        room.check()
        assert reports == [
            f"The disk of {disk.path} has less than 4 MiB of free space: uploads are refused. Waiting for space"
        ]
        disk.empty()
        room.check()
        room.check()
        assert reports[1:] == [f"The disk of {disk.path} has space again. Accepting uploads"]


def test_reserve_shrinks_in_steps_on_a_full_disk_and_grows_again(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 256 * 1024 * 1024) as disk:
        reserve = Reserve(disk.path / "reserve", size=2 * STEP_BYTES, floor=STEP_BYTES)
        for _ in range(3):
            reserve.adjust()
        assert reserve.held == 2 * STEP_BYTES
        disk.fill()
        reserve.adjust()
        assert (reserve.held, shutil.disk_usage(disk.path).free) == (STEP_BYTES, STEP_BYTES)
        reserve.adjust()
        assert reserve.held == STEP_BYTES, "the space of one step is enough"
        disk.fill()
        reserve.adjust()
        assert reserve.held == 0
        reserve.adjust()
        disk.empty()
        for _ in range(3):
            reserve.adjust()
        assert reserve.held == 2 * STEP_BYTES


def test_reserve_is_not_taken_at_once_by_a_program_that_goes_on_writing(tmp_path: Path) -> None:
    now = [0.0]
    with small_disk(tmp_path / "disk", 256 * 1024 * 1024) as disk:
        reserve = Reserve(disk.path / "reserve", size=3 * STEP_BYTES, floor=STEP_BYTES, monotonic=lambda: now[0])
        for _ in range(3):
            reserve.adjust()
        disk.fill(left=STEP_BYTES // 2)
        reserve.adjust()
        assert reserve.held == 2.5 * STEP_BYTES
        disk.fill(left=STEP_BYTES // 2)
        reserve.adjust()
        assert reserve.held == 2.5 * STEP_BYTES, "the program continues until the disk is full"
        now[0] += PAUSE_SECONDS
        reserve.adjust()
        assert reserve.held == 2 * STEP_BYTES


def test_state_that_cannot_be_written_is_written_later(tmp_path: Path) -> None:
    home = Home.at(tmp_path)
    state = StateFile(home)
    state.write({"url": "first"})
    blocker = tmp_path / f".stack.json.{os.getpid()}"
    blocker.mkdir()  # makes the next write fail
    state.write({"url": "second"})
    assert home.read_state() == {"url": "first"}
    blocker.rmdir()
    state.retry()
    assert home.read_state() == {"url": "second"}


@pytest.mark.parametrize("kept", [1, 3])
def test_small_logs_are_not_rotated(tmp_path: Path, kept: int) -> None:
    (tmp_path / "api.log").write_text("short")
    rotate_logs(tmp_path, max_bytes=50, kept=kept)
    assert [file.name for file in tmp_path.iterdir()] == ["api.log"]
