"""A run's progress on a terminal: a bar with the running score, or lines without a terminal."""

from collections.abc import Sequence
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from app.evaluations.records import CaseRecord

EVERY = 10
"""Without a terminal, one line is written per tenth of the cases."""


class RunProgress:
    """Implements `RunWatcher`. It is a context manager, because the bar must release the terminal at the end."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("score {task.fields[score]}"),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._task: TaskID | None = None
        self._suite, self._total, self._ended = "", 0, 0
        self._scores: list[float] = []

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def begin(self, suite: str, total: int, done: Sequence[CaseRecord]) -> None:
        self._suite, self._total, self._ended = suite, total, len(done)
        self._scores = [case.score for case in done if case.score is not None]
        self._task = self._bar.add_task(suite, total=total, completed=len(done), score=self._score())

    def end_case(self, case: CaseRecord) -> None:
        self._ended += 1
        if case.score is not None:
            self._scores.append(case.score)
        if self._task is not None:
            self._bar.update(self._task, advance=1, score=self._score())
        step = max(1, self._total // EVERY)
        if not self._console.is_terminal and (self._ended % step == 0 or self._ended == self._total):
            self._console.print(
                f"{self._suite}: {self._ended} of {self._total}, score {self._score()}", highlight=False
            )

    def _score(self) -> str:
        return f"{sum(self._scores) / len(self._scores):.3f}" if self._scores else "–"
