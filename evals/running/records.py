"""A run's files: a folder with `manifest.json`, `cases.jsonl` and `timings.jsonl`, which people can read.

During the run, each completed case is appended to `progress.jsonl`, so that an interruption loses no case. When all
cases are done, they are written to `cases.jsonl` in their order, and `progress.jsonl` is deleted. `code.sha256` is the
digest of the code. A run can be resumed only with the same code.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pydantic import BaseModel, ValidationError

from app.core.errors import InvalidInputError, NotFoundError
from app.evaluations.records import CaseRecord, CaseTiming, EvalRunStatus, RunManifest, RunRecord

MANIFEST, CASES, TIMINGS, PROGRESS = "manifest.json", "cases.jsonl", "timings.jsonl", "progress.jsonl"
CODE = "code.sha256"


class EvalRunNotFoundError(NotFoundError):
    code = "eval-run-not-found"
    title = "There is no such run: 'footnote eval show' lists all runs."


class EvalRunBrokenError(InvalidInputError):
    code = "eval-run-broken"
    title = "The run's files can't be read: run the suite again."


@dataclass(frozen=True, slots=True)
class RunFiles:
    """The files of one run."""

    folder: Path

    def start(self, manifest: RunManifest, *, code: str) -> None:
        """Start a run. `code` is the digest of the running code, which also covers uncommitted changes."""
        self.folder.mkdir(parents=True, exist_ok=True)
        _write_whole(self.folder / CODE, code + "\n")
        self.write_manifest(manifest)

    def ran_on(self, code: str) -> bool:
        """Return whether the run was started on the code with that digest."""
        path = self.folder / CODE
        return path.is_file() and path.read_text().strip() == code

    def write_manifest(self, manifest: RunManifest) -> None:
        _write_whole(self.folder / MANIFEST, manifest.model_dump_json(indent=1) + "\n")

    def append(self, case: CaseRecord, timing: CaseTiming) -> None:
        """Append one completed case. A line is either written completely or recognisable as truncated."""
        line = json.dumps({"case": case.model_dump(mode="json"), "timing": timing.model_dump(mode="json")})
        with (self.folder / PROGRESS).open("ab+") as file:
            # After an interrupted write, the last line has no line break, so one is written before the next line.
            before = b"\n" if _is_cut_off(file) else b""
            file.write(before + line.encode() + b"\n")

    def read_progress(self) -> dict[str, tuple[CaseRecord, CaseTiming]]:
        """Return the completed cases by id. Truncated lines are ignored."""
        ended: dict[str, tuple[CaseRecord, CaseTiming]] = {}
        path = self.folder / PROGRESS
        for line in path.read_text().splitlines() if path.exists() else ():
            try:
                row = json.loads(line)
                case = CaseRecord.model_validate(row["case"])
                ended[case.id] = (case, CaseTiming.model_validate(row["timing"]))
            except (ValueError, KeyError, TypeError):
                continue
        return ended

    def finish(self, record: RunRecord) -> None:
        """Write the whole run, with the cases in the record's order."""
        _write_lines(self.folder / CASES, record.cases)
        _write_lines(self.folder / TIMINGS, record.timings)
        self.write_manifest(record.manifest)
        if record.manifest.status is EvalRunStatus.DONE:
            (self.folder / PROGRESS).unlink(missing_ok=True)

    def read_manifest(self) -> RunManifest:
        """Read the manifest. Raises EvalRunNotFoundError, EvalRunBrokenError."""
        path = self.folder / MANIFEST
        if not path.is_file():
            raise EvalRunNotFoundError(f"There is no run {self.folder.name}.")
        try:
            return RunManifest.model_validate_json(path.read_text())
        except ValidationError as error:
            raise EvalRunBrokenError(f"{path.name} of {self.folder.name} can't be read.") from error

    def read(self) -> RunRecord:
        """Read the run. Raises EvalRunNotFoundError, EvalRunBrokenError."""
        manifest = self.read_manifest()
        if manifest.status is not EvalRunStatus.DONE and (self.folder / PROGRESS).exists():
            ended = self.read_progress().values()
            return RunRecord(
                manifest=manifest, cases=tuple(case for case, _ in ended), timings=tuple(timing for _, timing in ended)
            )
        try:
            cases = tuple(CaseRecord.model_validate_json(line) for line in _lines(self.folder / CASES))
            timings = tuple(CaseTiming.model_validate_json(line) for line in _lines(self.folder / TIMINGS))
        except ValidationError as error:
            raise EvalRunBrokenError(f"The cases of {self.folder.name} can't be read.") from error
        return RunRecord(manifest=manifest, cases=cases, timings=timings)


@dataclass(frozen=True, slots=True)
class RunFolder:
    """All runs, one folder each."""

    path: Path

    def files(self, run_id: str) -> RunFiles:
        return RunFiles(self.path / run_id)

    def list_all(self) -> list[RunManifest]:
        """Return the manifests of all readable runs, newest first."""
        found: list[RunManifest] = []
        for folder in sorted(self.path.iterdir()) if self.path.is_dir() else ():
            try:
                found.append(RunFiles(folder).read_manifest())
            except (EvalRunNotFoundError, EvalRunBrokenError):
                continue
        return sorted(found, key=lambda manifest: manifest.started_at, reverse=True)

    def get(self, name: str) -> RunRecord:
        """Return the run with that id or folder, or a completed run by age.

        `latest` is the newest run. `SUITE` is the newest run of a suite, and `SUITE~1` is the run before it.

        Raises EvalRunNotFoundError, EvalRunBrokenError.
        """
        if os.sep in name or (Path(name) / MANIFEST).is_file():
            return RunFiles(Path(name)).read()
        if (self.path / name / MANIFEST).is_file():
            return self.files(name).read()
        suite, _, back = name.partition("~")
        runs = [run for run in self.list_all() if suite in ("latest", run.suite) and run.status is EvalRunStatus.DONE]
        place = int(back) if back.isdigit() else 0
        if (back and not back.isdigit()) or place >= len(runs):
            raise EvalRunNotFoundError(f"There is no run {name}.")
        return self.files(runs[place].id).read()


def _is_cut_off(file: BinaryIO) -> bool:
    """Return whether the last line is incomplete."""
    if file.seek(0, os.SEEK_END) == 0:
        return False
    file.seek(-1, os.SEEK_END)
    return file.read(1) != b"\n"


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text().split("\n") if line] if path.exists() else []


def _write_lines(path: Path, records: Iterable[BaseModel]) -> None:
    _write_whole(path, "".join(record.model_dump_json() + "\n" for record in records))


def _write_whole(path: Path, text: str) -> None:
    part = path.with_suffix(".part")
    part.write_text(text)
    part.replace(path)
