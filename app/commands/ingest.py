"""`footnote ingest`.

Files and folders go in through the API, and it waits until each is ready or has failed.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Protocol

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from app.client.api import ApiClient
from app.client.models import ApiRun
from app.commands.options import (
    FAILED,
    HomeOption,
    JsonOption,
    KeyOption,
    UrlOption,
    console,
    describe,
    error_console,
    open_client,
    print_json,
    sentences,
)
from app.core.errors import FootnoteError
from app.documents.metadata import DocumentType

UPLOADS_AT_ONCE = 4
STAGES = ("validate", "parse", "extract", "chunk", "embed", "publish")
LOOKS_A_TICK = 5  # at runs that go on; single look-ups a second, well under the rate limit
UPLOAD_SHARE = 0.3  # of a document's bar


@dataclass(frozen=True, slots=True)
class IngestOutcome:
    """What became of one file: `code` and `detail` say why it failed."""

    path: Path
    status: str
    document_id: str | None = None
    run_id: str | None = None
    code: str | None = None
    detail: str | None = None

    @property
    def failed(self) -> bool:
        return self.status == "failed"


class Watcher(Protocol):
    """Is told how far each file is: a share from 0 to 1 and the step's name, then its outcome."""

    def move(self, path: Path, share: float, step: str) -> None: ...

    def finish(self, outcome: IngestOutcome) -> None: ...


def find_files(paths: Sequence[Path]) -> list[Path]:
    """The files given, and those inside the folders given, hidden ones left out."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = (file for file in path.rglob("*") if file.is_file())
            found += sorted(file for file in inside if not any(p.startswith(".") for p in file.relative_to(path).parts))
        else:
            found.append(path)
    return found


def ingest_files(
    client: ApiClient,
    files: Sequence[Path],
    *,
    collection: str,
    password: str | None,
    watcher: Watcher,
    document_type: str | None = None,
) -> list[IngestOutcome]:
    """Upload all into one collection, four at a time, and wait for their runs; the outcomes in the order of `files`.
    `document_type` is what they are said to be; without it that is read from each.

    Raises ServerUnreachableError and the like when the server goes away; a file's own failure is an outcome.
    """
    collections = dict.fromkeys(files, collection)
    return ingest_placed(client, collections, password=password, document_type=document_type, watcher=watcher)


def ingest_placed(
    client: ApiClient,
    collections: Mapping[Path, str],
    *,
    password: str | None,
    watcher: Watcher,
    document_type: str | None = None,
    uploads_at_once: int = UPLOADS_AT_ONCE,
    looks_a_tick: int = LOOKS_A_TICK,
) -> list[IngestOutcome]:
    """The same for files with a collection each. One at once: documents get their ids in the order of the files.

    Of runs that go on, `looks_a_tick` are asked about at a time: a watcher that shows their progress wants to know more
    often than one that waits for their end.
    """
    files = list(collections)
    outcomes: dict[Path, IngestOutcome] = {}
    waiting: dict[str, list[Path]] = {}  # the same bytes under two names have one run

    started: list[ApiRun] = []

    def upload(path: Path) -> IngestOutcome | ApiRun:
        told = _Told(collections[path], password, document_type)
        return _upload(client, path, told, watcher=watcher)

    with ThreadPoolExecutor(uploads_at_once) as pool:
        for path, result in zip(files, pool.map(upload, files), strict=True):
            if isinstance(result, ApiRun):
                waiting.setdefault(result.id, []).append(path)
                started.append(result)
            else:
                outcomes[path] = result
                watcher.finish(result)
    for run in started:
        _follow(run, waiting, outcomes, watcher)
    while waiting:
        for run in _look(client, waiting, looks_a_tick):
            _follow(run, waiting, outcomes, watcher)
        if waiting:
            time.sleep(0.5)
    return [outcomes[path] for path in files]


@dataclass(frozen=True, slots=True)
class _Told:
    """What goes with a file."""

    collection: str
    password: str | None
    document_type: str | None


def _upload(client: ApiClient, path: Path, told: _Told, *, watcher: Watcher) -> IngestOutcome | ApiRun:
    try:
        size = max(1, path.stat().st_size)
        uploaded = client.upload_document(
            path,
            collection=told.collection,
            password=told.password,
            document_type=told.document_type,
            on_bytes=lambda read: watcher.move(path, UPLOAD_SHARE * read / size, "upload"),
        )
    except FootnoteError as error:
        return IngestOutcome(path, "failed", code=str(describe(error)["code"]), detail=error.detail)
    except OSError as error:
        return IngestOutcome(
            path, "failed", code="file-unreadable", detail=f"The file can't be read: {error.strerror}."
        )
    run, document = uploaded.run, uploaded.document
    if run is None:
        failed = document.status == "failed"
        why = "These bytes were uploaded before and could not be read." if failed else None
        return IngestOutcome(
            path, document.status, document_id=document.id, code="read-before" if failed else None, detail=why
        )
    return run if run.document_id else run.model_copy(update={"document_id": document.id})


def _look(client: ApiClient, waiting: dict[str, list[Path]], most: int) -> Iterator[ApiRun]:
    """The newest state of the first waiting runs, up to `most` that go on; these have their next turn after the others.

    A run that has ended takes no other's turn, so that many that ended meanwhile are found at once.
    """
    for run_id in list(waiting):
        if most == 0:
            return
        run = client.get_run(run_id)
        waiting[run_id] = waiting.pop(run_id)
        most -= not run.is_finished
        yield run


def _follow(run: ApiRun, waiting: dict[str, list[Path]], outcomes: dict[Path, IngestOutcome], watcher: Watcher) -> None:
    """Tell the watcher how far a run is; when it is done, its files wait no longer."""
    for path in waiting.get(run.id, ()):
        if not run.is_finished:
            done = STAGES.index(run.stage) if run.stage in STAGES else 0
            watcher.move(path, UPLOAD_SHARE + (1 - UPLOAD_SHARE) * done / len(STAGES), run.stage or run.status)
            continue
        error = run.error
        outcomes[path] = IngestOutcome(
            path,
            run.status,
            document_id=run.document_id,
            run_id=run.id,
            code=error.code if error else None,
            detail=error.detail if error else None,
        )
        watcher.finish(outcomes[path])
    if run.is_finished:
        waiting.pop(run.id, None)


class ProgressBars:
    """A bar a document while it is under way, a line when it is done.

    Lines only where there is no terminal.
    """

    def __init__(self, out: Console) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[step]}"),
            TimeElapsedColumn(),
            console=out,
        )
        self._tasks: dict[Path, TaskID] = {}

    def __enter__(self) -> "ProgressBars":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def move(self, path: Path, share: float, step: str) -> None:
        if path not in self._tasks:
            self._tasks[path] = self._progress.add_task(escape(_short(path)), total=1.0, step=step)
        self._progress.update(self._tasks[path], completed=share, step=step)

    def finish(self, outcome: IngestOutcome) -> None:
        name = escape(_short(outcome.path))
        self._progress.console.print(
            f"[red]✗[/] {name}: {escape(outcome.detail or '')}" if outcome.failed else f"[green]✓[/] {name}"
        )
        task = self._tasks.pop(outcome.path, None)
        if task is not None:
            self._progress.remove_task(task)


class Silence:
    """Nothing is shown."""

    def move(self, path: Path, share: float, step: str) -> None:
        """Nobody is told."""

    def finish(self, outcome: IngestOutcome) -> None:
        """Nobody is told."""


def _short(path: Path, longest: int = 48) -> str:
    return path.name if len(path.name) <= longest else f"{path.name[: longest - 1]}…"


def ingest(
    *,
    paths: Annotated[list[Path], typer.Argument(help="Files and folders.", exists=True)],
    collection: Annotated[str, typer.Option("--collection", help="The collection's name; it is made when missing.")],
    password: Annotated[str | None, typer.Option("--password", help="Opens encrypted files.")] = None,
    document_type: Annotated[
        DocumentType | None,
        typer.Option("--type", help="What all new ones are; without it that is read from each. Others keep theirs."),
    ] = None,
    home: HomeOption = None,
    url: UrlOption = None,
    key: KeyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Upload files, wait until they can be asked about, and say which failed and why."""
    files = find_files(paths)
    with sentences(as_json=as_json), open_client(home=home, url=url, key=key) as client:
        place = client.ensure_collection(collection)
        told = _Told(place.id, password, document_type)
        outcomes = _ingest_shown(client, files, told, as_json=as_json)
    failed = [outcome for outcome in outcomes if outcome.failed]
    if as_json:
        print_json({"documents": [_plain(outcome) for outcome in outcomes], "failed": len(failed)})
    else:
        console().print(f"{len(outcomes) - len(failed)} ready, {len(failed)} failed.")
        for outcome in failed:
            console().print(f"  {escape(str(outcome.path))}: {escape(outcome.detail or '')} ({outcome.code})")
    if failed:
        raise typer.Exit(FAILED)


def _ingest_shown(client: ApiClient, files: Sequence[Path], told: _Told, *, as_json: bool) -> list[IngestOutcome]:
    def ingest_all(watcher: Watcher) -> list[IngestOutcome]:
        return ingest_files(
            client,
            files,
            collection=told.collection,
            password=told.password,
            document_type=told.document_type,
            watcher=watcher,
        )

    if as_json:
        return ingest_all(Silence())
    with ProgressBars(error_console()) as bars:
        return ingest_all(bars)


def _plain(outcome: IngestOutcome) -> dict[str, object]:
    error = {"code": outcome.code, "detail": outcome.detail} if outcome.failed else None
    return {
        "path": str(outcome.path),
        "status": outcome.status,
        "document_id": outcome.document_id,
        "run_id": outcome.run_id,
        "error": error,
    }
