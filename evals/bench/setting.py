"""The documents of a benchmark, and its home: the folder for the data of the Footnote that ingests them."""

import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.client.ingestion import find_files
from app.stack.home import Home
from evals.datasets.files import DataMissingError
from evals.environment.store import home_name


@dataclass(frozen=True, slots=True)
class BenchWork:
    """Documents, the SHA-256 (hex) over all of them, and their home."""

    files: tuple[Path, ...]
    digest: str
    home: Home


@dataclass(frozen=True, slots=True)
class BenchSetting:
    """Where benchmarks run: `homes` is the folder of all homes. `notify` receives messages on the progress."""

    homes: Path
    notify: Callable[[str], None]

    def choose(self, docs: Sequence[Path] | None) -> BenchWork:
        """Return the given documents, or else those of the previous run. Raises DataMissingError if there are none."""
        paths = [path.resolve() for path in docs] if docs else self._last()
        files = tuple(path for path in find_files(paths) if path.is_file())
        if not files:
            raise DataMissingError("There are no documents to measure with: name their folder with --docs.")
        self.homes.mkdir(parents=True, exist_ok=True)
        self._note.write_text(json.dumps([str(path) for path in paths]))
        digest = _digest(files)
        return BenchWork(files, digest, Home.at(self.homes / home_name(digest)))

    def empty(self, work: BenchWork) -> None:
        """Delete the home and its content. The next start creates a new one."""
        shutil.rmtree(work.home.path, ignore_errors=True)

    @property
    def _note(self) -> Path:
        return self.homes / "last.json"

    def _last(self) -> list[Path]:
        try:
            return [Path(path) for path in json.loads(self._note.read_text())]
        except (OSError, ValueError):
            return []


def _digest(files: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(files, key=lambda path: path.name):
        with path.open("rb") as file:
            digest.update(path.name.encode() + b"\0" + hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()
