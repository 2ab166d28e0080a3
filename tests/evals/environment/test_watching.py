"""Lost workers are counted only if they are lost while a suite runs."""

from pathlib import Path

from evals.environment.watching import LOST, LossCount


def test_workers_lost_before_the_run_are_not_counted(tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    log.write_text(f"{LOST}: yesterday\n")
    count = LossCount.begin(log)
    assert count.since() == 0
    with log.open("a") as file:
        file.write(f"{LOST}: now\n{LOST}: again\n")
    assert count.since() == 2


def test_log_created_after_the_start_is_counted_from_its_beginning(tmp_path: Path) -> None:
    count = LossCount.begin(tmp_path / "worker.log")
    assert count.since() == 0
    (tmp_path / "worker.log").write_text(f"{LOST}\n")
    assert count.since() == 1
