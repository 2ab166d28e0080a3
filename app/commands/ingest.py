"""`footnote ingest`: upload files and folders through the API, and wait until each file is ready or has failed."""

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
    report_errors,
)
from app.core.errors import FootnoteError
from app.documents.metadata import DocumentType

UPLOADS_AT_ONCE = 4
STAGES = ("validate", "parse", "extract", "chunk", "embed", "publish")
POLLS_PER_ROUND = 5  # at two rounds per second, polls of unfinished runs stay below the rate limit
UPLOAD_SHARE = 0.3  # the upload's share of a document's progress bar


@dataclass(frozen=True, slots=True)
class IngestOutcome:
    """The result of ingesting one file. `code` and `detail` explain a failure."""

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
    """Receives each file's progress (a share from 0 to 1 and the step's name), then its outcome."""

    def move(self, path: Path, share: float, step: str) -> None: ...

    def finish(self, outcome: IngestOutcome) -> None: ...


def find_files(paths: Sequence[Path]) -> list[Path]:
    """Return the given files, and all files in the given folders and their subfolders except hidden files."""
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
    """Upload files into one collection, wait for their runs, and return the outcomes in the order of `files`.

    Without `document_type`, each document's type is read from its text. The outcome of a file reports its failure. If
    the server cannot be reached while runs are polled, an error such as ServerUnreachableError is raised.
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
    polls_per_round: int = POLLS_PER_ROUND,
) -> list[IngestOutcome]:
    """Do the same as `ingest_files`, but upload each file into the collection to which `collections` maps it.

    With `uploads_at_once=1`, document IDs follow the order of the files. `polls_per_round` limits how many unfinished
    runs are polled in each round. A caller that shows no progress can set a lower limit.
    """
    files = list(collections)
    outcomes: dict[Path, IngestOutcome] = {}
    waiting: dict[str, list[Path]] = {}  # run ID → files, because files with the same bytes share a run

    started: list[ApiRun] = []

    def upload(path: Path) -> IngestOutcome | ApiRun:
        options = _UploadOptions(collections[path], password, document_type)
        return _upload(client, path, options, watcher=watcher)

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
        for run in _poll(client, waiting, polls_per_round):
            _follow(run, waiting, outcomes, watcher)
        if waiting:
            time.sleep(0.5)
    return [outcomes[path] for path in files]


@dataclass(frozen=True, slots=True)
class _UploadOptions:
    """The fields sent with a file."""

    collection: str
    password: str | None
    document_type: str | None


def _upload(client: ApiClient, path: Path, options: _UploadOptions, *, watcher: Watcher) -> IngestOutcome | ApiRun:
    try:
        size = max(1, path.stat().st_size)
        uploaded = client.upload_document(
            path,
            collection=options.collection,
            password=options.password,
            document_type=options.document_type,
            on_bytes=lambda read: watcher.move(path, UPLOAD_SHARE * read / size, "upload"),
        )
    except FootnoteError as error:
        return IngestOutcome(path, "failed", code=str(describe(error)["code"]), detail=error.detail)
    except OSError as error:
        return IngestOutcome(
            path,
            "failed",
            code="file-unreadable",
            detail=f"The file can't be read ({error.strerror}). Check its path and permissions.",
        )
    run, document = uploaded.run, uploaded.document
    if run is None:
        failed = document.status == "failed"
        why = "This file was uploaded before and could not be processed. Upload a corrected file." if failed else None
        return IngestOutcome(
            path, document.status, document_id=document.id, code="read-before" if failed else None, detail=why
        )
    return run if run.document_id else run.model_copy(update={"document_id": document.id})


def _poll(client: ApiClient, waiting: dict[str, list[Path]], most: int) -> Iterator[ApiRun]:
    """Yield the state of waiting runs, and move each to the end of `waiting`. Stop after `most` unfinished runs.

    Finished runs are not counted, so that one round can find many of them.
    """
    for run_id in list(waiting):
        if most == 0:
            return
        run = client.get_run(run_id)
        waiting[run_id] = waiting.pop(run_id)
        most -= not run.is_finished
        yield run


def _follow(run: ApiRun, waiting: dict[str, list[Path]], outcomes: dict[Path, IngestOutcome], watcher: Watcher) -> None:
    """Report a run's progress to the watcher. If it is finished, record its files' outcomes and stop waiting for it."""
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
    """Shows a progress bar for each file in progress, and a line for each finished file.

    Without a terminal, it prints only the lines.
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


class NoProgress:
    """A watcher that shows nothing."""

    def move(self, path: Path, share: float, step: str) -> None:
        """Ignore the progress."""

    def finish(self, outcome: IngestOutcome) -> None:
        """Ignore the outcome."""


def _short(path: Path, longest: int = 48) -> str:
    return path.name if len(path.name) <= longest else f"{path.name[: longest - 1]}…"


def ingest(
    *,
    paths: Annotated[list[Path], typer.Argument(help="The files and folders to upload.", exists=True)],
    collection: Annotated[
        str, typer.Option("--collection", help="The name of the collection; created if it does not exist.")
    ],
    password: Annotated[str | None, typer.Option("--password", help="The password of encrypted files.")] = None,
    document_type: Annotated[
        DocumentType | None,
        typer.Option(
            "--type",
            help="The type of all new documents, by default read from each file. Existing documents keep theirs.",
        ),
    ] = None,
    home: HomeOption = None,
    url: UrlOption = None,
    key: KeyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Upload files, wait until they are ready for questions, and list those that failed."""
    files = find_files(paths)
    if not files:
        raise typer.BadParameter(f"there are no files in {', '.join(map(str, paths))}.", param_hint="'paths'")
    with report_errors(as_json=as_json), open_client(home=home, url=url, key=key) as client:
        target = client.ensure_collection(collection)
        options = _UploadOptions(target.id, password, document_type)
        outcomes = _ingest_shown(client, files, options, as_json=as_json)
    failed = [outcome for outcome in outcomes if outcome.failed]
    if as_json:
        print_json({"documents": [_plain(outcome) for outcome in outcomes], "failed": len(failed)})
    else:
        console().print(f"{len(outcomes) - len(failed)} ready, {len(failed)} failed.")
        for outcome in failed:
            console().print(f"  {escape(str(outcome.path))}: {escape(outcome.detail or '')} ({outcome.code})")
    if failed:
        raise typer.Exit(FAILED)


def _ingest_shown(
    client: ApiClient, files: Sequence[Path], options: _UploadOptions, *, as_json: bool
) -> list[IngestOutcome]:
    def ingest_all(watcher: Watcher) -> list[IngestOutcome]:
        return ingest_files(
            client,
            files,
            collection=options.collection,
            password=options.password,
            document_type=options.document_type,
            watcher=watcher,
        )

    if as_json:
        return ingest_all(NoProgress())
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
