"""Runs a suite: selects cases, scores them in parallel, and stores each result, so that a run can be resumed."""

import hashlib
import json
import random
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import psutil

from app.core.errors import FootnoteError, InvalidInputError
from app.evaluations.records import (
    CaseRecord,
    CaseTiming,
    Conditions,
    EvalRunStatus,
    RunManifest,
    RunRecord,
    Selection,
    figures_over,
)
from app.settings import Settings
from evals.datasets.files import DatasetError
from evals.environment.context import SuiteContext, Used
from evals.environment.provenance import count_cores, digest_code, digest_folder, find_commit
from evals.environment.stacks import Stacks
from evals.running.engine import Case, Planned, Suite
from evals.running.records import RunFiles, RunFolder

CHANGES = "+changes"


class NoCasesError(InvalidInputError):
    code = "eval-no-cases"
    title = "No case is selected: choose another kind, or other data."


class RunChangedError(InvalidInputError):
    code = "eval-run-changed"
    title = "The run can't be resumed: start a new one."


class RunWatcher(Protocol):
    """Receives the progress of a run."""

    def begin(self, suite: str, total: int, done: Sequence[CaseRecord]) -> None: ...

    def end_case(self, case: CaseRecord) -> None: ...


@dataclass(frozen=True, slots=True)
class RunRequest:
    """The data and cases to run. `resume` is the id of an interrupted run with the same suite, data and selection."""

    data: Path
    selection: Selection
    live: bool = False
    resume: str | None = None


@dataclass(frozen=True, slots=True)
class _Turn:
    """One scoring of one planned case; `id` distinguishes repeats."""

    id: str
    planned: Planned


@dataclass(frozen=True, slots=True)
class Runner:
    """Runs suites. `homes` is the folder of ingested documents, which is kept between runs. `runs` stores the records.

    A Footnote that `stacks` started keeps running after a suite. The owner of `stacks` stops it.
    """

    runs: RunFolder
    homes: Path
    cassettes: Path
    stacks: Stacks
    settings: Settings
    notify: Callable[[str], None]

    def run(self, suite: Suite[Any], request: RunRequest, watcher: RunWatcher) -> RunRecord:
        """Run a suite. Return its record, which contains only the completed cases after an interruption (Ctrl-C).

        Raises DataMissingError, DatasetError, NoCasesError, UnknownOptionError, RunChangedError, EvalRunNotFoundError,
        and the errors of `Stack.start`.
        """
        suite = suite.with_options(request.selection.options)
        data = request.data.resolve()
        digest = digest_folder(data)
        turns = select(suite.load(data), request.selection)
        context = SuiteContext(
            data=data,
            data_digest=digest,
            homes=self.homes,
            stacks=self.stacks,
            notify=self.notify,
            cassettes=self.cassettes,
            live=request.live,
        )
        with suite.open(context, distinct(turns)) as scoring:
            conditions = self._conditions(digest, data.name, scoring.used, live=request.live)
            files, manifest, ended = self._begin(suite, request, conditions)
            known = {turn.id for turn in turns}
            ended = {case_id: pair for case_id, pair in ended.items() if case_id in known}
            watcher.begin(suite.name, len(turns), [case for case, _ in ended.values()])
            clock = _Stopwatch()
            left = [turn for turn in turns if turn.id not in ended]
            complete = _score_all(
                left, scoring.score, files, watcher, ended, workers=count_cores() if suite.parallel else 1
            )
            status = EvalRunStatus.DONE if complete else EvalRunStatus.INTERRUPTED
            manifest = clock.stop(manifest)
        cases = tuple(ended[turn.id][0] for turn in turns if turn.id in ended)
        timings = tuple(ended[turn.id][1] for turn in turns if turn.id in ended)
        record = RunRecord(manifest=summarise(manifest, status, cases, timings), cases=cases, timings=timings)
        files.finish(record)
        return record

    def _begin(
        self, suite: Suite[Any], request: RunRequest, conditions: Conditions
    ) -> tuple[RunFiles, RunManifest, dict[str, tuple[CaseRecord, CaseTiming]]]:
        if request.resume is not None:
            files = self.runs.files(request.resume)
            manifest = files.read_manifest()
            same = (manifest.suite, manifest.suite_version, manifest.selection, manifest.conditions) == (
                suite.name,
                suite.version,
                request.selection,
                conditions,
            )
            if manifest.status is EvalRunStatus.DONE:
                raise RunChangedError(f"{manifest.id} is already done.")
            if not same or not files.ran_on(digest_code()):
                raise RunChangedError(
                    f"{manifest.id} ran on other code, data, settings or cases: its cases would not fit with new ones."
                )
            return files, manifest, files.read_progress()
        started = datetime.now(UTC)
        manifest = RunManifest(
            id=f"{started:%Y%m%d-%H%M%S}-{suite.name}-{secrets.token_hex(2)}",
            suite=suite.name,
            suite_version=suite.version,
            purpose=suite.purpose,
            status=EvalRunStatus.RUNNING,
            started_at=started,
            selection=request.selection,
            conditions=conditions,
            metrics=suite.metrics,
        )
        files = self.runs.files(manifest.id)
        files.start(manifest, code=digest_code())
        return files, manifest, {}

    def _conditions(self, digest: str, name: str, used: Used, *, live: bool) -> Conditions:
        commit = find_commit()
        return Conditions(
            commit=commit.removesuffix(CHANGES),
            dirty=commit.endswith(CHANGES),
            data_digest=digest,
            data_name=name,
            settings_digest=digest_settings(self.settings),
            embedding_space=used.embedding_space,
            prompts=dict(used.prompts),
            model=used.model,
            parameters=dict(used.parameters),
            cores=count_cores(),
            live=live,
        )


def select(cases: Sequence[Planned], selection: Selection) -> list[_Turn]:
    """Select the cases to run, in order: filter by kind or a prefix of it, draw a sample, and repeat each case.

    Raises DatasetError when two cases have the same id, NoCasesError when no case is selected.
    """
    ids = [case.id for case in cases]
    doubled = sorted({case_id for case_id in ids if ids.count(case_id) > 1}) if len(set(ids)) < len(ids) else []
    if doubled:
        raise DatasetError(f"Two cases have the id {doubled[0]}: each case needs a unique id.")
    only = selection.only
    chosen = [case for case in cases if only is None or case.kind == only or case.kind.startswith(f"{only}-")]
    if not chosen:
        kinds = ", ".join(sorted({case.kind for case in cases} - {""})) or "none"
        raise NoCasesError(f"No case is of the kind {only}; the kinds are: {kinds}." if only else "There is no case.")
    if selection.sample is not None and selection.sample < len(chosen):
        drawn = set(random.Random(selection.seed).sample(range(len(chosen)), selection.sample))  # noqa: S311  not a secret
        chosen = [case for index, case in enumerate(chosen) if index in drawn]
    return [
        _Turn(case.id if number == 1 else f"{case.id}#{number}", case)
        for case in chosen
        for number in range(1, selection.repeat + 1)
    ]


def distinct(turns: Sequence[_Turn]) -> list[Planned]:
    """Return the planned cases, each once."""
    return list({turn.planned.id: turn.planned for turn in turns}.values())


def summarise(
    manifest: RunManifest, status: EvalRunStatus, cases: tuple[CaseRecord, ...], timings: Sequence[CaseTiming] = ()
) -> RunManifest:
    """Return the manifest with the figures over the cases."""
    kinds = sorted({case.kind for case in cases} - {""})
    by_kind = {
        kind: figures_over(manifest.metrics, tuple(case for case in cases if case.kind == kind)) for kind in kinds
    }
    return manifest.model_copy(
        update={
            "status": status,
            "figures": figures_over(manifest.metrics, cases),
            "by_kind": by_kind,
            "n": len(cases),
            "unscored": sum(case.score is None for case in cases),
            "tokens_in": sum(case.tokens_in for case in cases),
            "tokens_out": sum(case.tokens_out for case in cases),
            "times": _percentiles(timings),
            "cost_usd": sum((case.cost_usd for case in cases), Decimal(0)),
        }
    )


def _percentiles(timings: Sequence[CaseTiming]) -> dict[str, tuple[float, float]]:
    by_name: dict[str, list[float]] = {"case": [timing.seconds for timing in timings]} if timings else {}
    for timing in timings:
        for name, seconds in timing.times.items():
            by_name.setdefault(name, []).append(seconds)
    return {
        name: (round(float(np.percentile(values, 50)), 6), round(float(np.percentile(values, 95)), 6))
        for name, values in by_name.items()
    }


def digest_settings(settings: Settings) -> str:
    """Return the SHA-256 (hex) of the settings that affect answers, without secrets and addresses."""
    kept: Mapping[str, object] = {
        "embedding": settings.embedding.model_dump(mode="json", exclude={"api_key", "base_url"}),
        "chat": settings.chat.model_dump(mode="json", exclude={"api_key", "base_url"}),
    }
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()


def as_record(turn_id: str, planned: Planned, case: Case) -> CaseRecord:
    """Convert a case to its stored form. Raises ValidationError for a score that is not finite."""
    return CaseRecord(
        id=turn_id,
        kind=case.kind or planned.kind,
        score=case.score,
        reason=case.reason,
        measures=dict(case.measures),
        details=dict(case.details),
        trace=dict(case.trace),
        tokens_in=case.tokens_in,
        tokens_out=case.tokens_out,
        cost_usd=case.cost_usd,
    )


def _score_all(
    turns: Sequence[_Turn],
    score: Callable[[Any], Case],
    files: RunFiles,
    watcher: RunWatcher,
    ended: dict[str, tuple[CaseRecord, CaseTiming]],
    *,
    workers: int,
) -> bool:
    """Score the remaining cases; return False if interrupted. Completed cases are added to `ended` and the files."""

    def score_one(turn: _Turn) -> tuple[CaseRecord, CaseTiming]:
        began = time.perf_counter()
        try:
            case = score(turn.planned)
        except FootnoteError as error:
            case = Case(turn.id, None, f"{error.code}: {error.detail}")
        seconds = round(time.perf_counter() - began, 6)
        times = {name: round(value, 6) for name, value in case.times.items()}
        return as_record(turn.id, turn.planned, case), CaseTiming(id=turn.id, seconds=seconds, times=times)

    left, pending = iter(turns), set[Future[tuple[CaseRecord, CaseTiming]]]()
    with ThreadPoolExecutor(workers, thread_name_prefix="case") as pool:
        try:
            # Only as many cases are submitted as can run at once, so that no case starts after an interruption.
            while pending := pending | {pool.submit(score_one, turn) for turn in islice(left, workers - len(pending))}:
                done, pending = wait(pending, return_when=FIRST_COMPLETED)
                for future in done:
                    case, timing = future.result()
                    ended[case.id] = (case, timing)
                    files.append(case, timing)
                    watcher.end_case(case)
        except KeyboardInterrupt:
            return False
    return True


class _Stopwatch:
    """Measures wall seconds, and processor seconds of this process and its descendants."""

    def __init__(self) -> None:
        self._wall, self._processor = time.monotonic(), _processor_seconds()

    def stop(self, manifest: RunManifest) -> RunManifest:
        """Return the manifest with the measured times added to the times of earlier parts of the run."""
        spent = max(0.0, _processor_seconds() - self._processor)
        return manifest.model_copy(
            update={
                "wall_seconds": round(manifest.wall_seconds + time.monotonic() - self._wall, 3),
                "cpu_seconds": round(manifest.cpu_seconds + spent, 3),
            }
        )


def _processor_seconds() -> float:
    total = 0.0
    own = psutil.Process()
    for process in (own, *own.children(recursive=True)):
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
    return total
