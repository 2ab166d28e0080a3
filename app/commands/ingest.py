"""`footnote ingest`: upload files and folders through the API, and wait until each file is ready or has failed."""

import sys
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from app.client.errors import ServerUnreachableError
from app.client.ingestion import (
    NOT_UPLOADED,
    PROCESSING,
    READY,
    SKIPPED,
    Ingestion,
    IngestOptions,
    IngestOutcome,
    NoProgress,
    find_files,
)
from app.client.models import ApiDocument
from app.client.retries import RETRY_SECONDS
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

INTERRUPTED = 130
"""The exit code after Ctrl-C: 128 and the number of SIGINT, as shells report it."""

_UNFINISHED = {PROCESSING: "still processing", NOT_UPLOADED: "not uploaded"}
_SKIPPED = {SKIPPED: "skipped, because they have changed"}

MayReplace = Callable[[Path, ApiDocument], bool]


def skip_changed(_path: Path, _document: ApiDocument) -> bool:
    """Answer for each changed file that it is skipped."""
    return False


class ChangedFiles:
    """Asks for each changed file whether it becomes the new version of its document, until an answer is for all."""

    def __init__(self, ask: Callable[[str], str]) -> None:
        self._ask = ask
        self._for_all: bool | None = None

    def __call__(self, path: Path, document: ApiDocument) -> bool:
        if self._for_all is not None:
            return self._for_all
        version = 1 if document.newest_version is None else document.newest_version.number
        question = f"{path.name} has changed since version {version} of “{document.title}” was uploaded. Replace it?"
        while (answer := self._ask(question).strip().casefold()) not in _ANSWERS:
            pass
        replaces, for_all = _ANSWERS[answer]
        self._for_all = replaces if for_all else None
        return replaces


_ANSWERS = {"y": (True, False), "n": (False, False), "a": (True, True), "s": (False, True)}
"""For each answer: whether the file replaces its document, and whether the answer is for all other files, too."""


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

    def ask(self, question: str) -> str:
        """Hide the bars, print the question with its answers, and return the line that is typed."""
        self._progress.stop()
        try:
            out = self._progress.console
            return out.input(f"{escape(question)} \\[y]es, \\[n]o (skip it), \\[a]ll of them, \\[s]kip all of them: ")
        finally:
            self._progress.start()

    def finish(self, outcome: IngestOutcome) -> None:
        name = escape(_short(outcome.path))
        if outcome.status == SKIPPED:
            self._progress.console.print(f"– {name}: skipped")
            return
        self._progress.console.print(
            f"[red]✗[/] {name}: {escape(outcome.detail or '')}" if outcome.failed else f"[green]✓[/] {name}"
        )
        task = self._tasks.pop(outcome.path, None)
        if task is not None:
            self._progress.remove_task(task)


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
    replace: Annotated[
        bool | None,
        typer.Option(
            "--replace/--no-replace",
            help="Upload a changed file as the new version of the collection's document whose file has the same name; "
            "or, with --no-replace, as another document. By default, a terminal asks for each changed file; without a "
            "terminal, or with --json, the file becomes the new version.",
        ),
    ] = None,
    skip: Annotated[
        bool, typer.Option("--skip", help="Skip changed files whose name a document of the collection has.")
    ] = False,
    retry_for: Annotated[
        float, typer.Option("--retry-for", min=0, help="Seconds to wait for a server that stops responding.")
    ] = RETRY_SECONDS,
    home: HomeOption = None,
    url: UrlOption = None,
    key: KeyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Upload files, wait until they are ready for questions, and list those that failed."""
    files = find_files(paths)
    if not files:
        raise typer.BadParameter(f"there are no files in {', '.join(map(str, paths))}.", param_hint="'paths'")
    if skip and replace is not None:
        raise typer.BadParameter("--skip already answers what happens to changed files: leave out the other option.")
    ended: FootnoteError | KeyboardInterrupt | None = None
    with (
        report_errors(as_json=as_json),
        open_client(home=home, url=url, key=key, retry_seconds=retry_for) as client,
        nullcontext(NoProgress()) if as_json else ProgressBars(error_console()) as watcher,
    ):
        target = client.ensure_collection(collection)
        may_replace: MayReplace | None = None
        if skip:
            may_replace = skip_changed
        elif replace is None and isinstance(watcher, ProgressBars) and sys.stdin.isatty() and sys.stderr.isatty():
            may_replace = ChangedFiles(watcher.ask)
        ingestion = Ingestion(
            client,
            dict.fromkeys(files, target.id),
            options=IngestOptions(
                password=password,
                document_type=document_type,
                replaces_by_name=replace is not False,
                may_replace=may_replace,
            ),
            watcher=watcher,
        )
        try:
            ingestion.run()
        except (FootnoteError, KeyboardInterrupt) as error:
            ended = error
        outcomes = ingestion.list_outcomes()
    with report_errors(as_json=as_json):
        _print_outcomes(outcomes, ended, as_json=as_json)
    if isinstance(ended, KeyboardInterrupt):
        raise typer.Exit(INTERRUPTED)
    if ended is not None or any(outcome.status not in (READY, SKIPPED) for outcome in outcomes):
        raise typer.Exit(FAILED)


def _print_outcomes(
    outcomes: Sequence[IngestOutcome], ended: FootnoteError | KeyboardInterrupt | None, *, as_json: bool
) -> None:
    """List the outcome of every file. `ended` is what ended the command before all of them were finished, or None."""
    failed = [outcome for outcome in outcomes if outcome.failed]
    if as_json:
        result: dict[str, object] = {"documents": [_plain(outcome) for outcome in outcomes], "failed": len(failed)}
        if isinstance(ended, FootnoteError):
            result["error"] = describe(ended)
        if isinstance(ended, KeyboardInterrupt):
            result["interrupted"] = True
        print_json(result)
        return
    out = console()
    if isinstance(ended, FootnoteError):
        error_console().print(f"[bold red]{escape(ended.detail)}[/]")
    if isinstance(ended, KeyboardInterrupt):
        out.print("Interrupted.")
    counts = Counter(outcome.status for outcome in outcomes)
    more = [f", {counts[status]} {text}" for status, text in (_UNFINISHED | _SKIPPED).items() if counts[status]]
    out.print(f"{counts[READY]} ready, {len(failed)} failed{''.join(more)}.")
    for outcome in outcomes:
        path = escape(str(outcome.path))
        if outcome.failed:
            out.print(f"  {path}: {escape(outcome.detail or '')} ({outcome.code})")
        elif outcome.status in _UNFINISHED:
            run = f" (run {outcome.run_id})" if outcome.run_id else ""
            out.print(f"  {path}: {_UNFINISHED[outcome.status]}{run}")
    if counts[PROCESSING]:
        out.print("The server goes on processing the uploaded files. Follow them with: footnote runs")
    if counts[NOT_UPLOADED] or any(outcome.code == ServerUnreachableError.code for outcome in outcomes):
        out.print("To upload the other files, repeat the command: files that are stored are not uploaded again.")


def _plain(outcome: IngestOutcome) -> dict[str, object]:
    error = {"code": outcome.code, "detail": outcome.detail} if outcome.failed else None
    return {
        "path": str(outcome.path),
        "status": outcome.status,
        "document_id": outcome.document_id,
        "run_id": outcome.run_id,
        "error": error,
    }
