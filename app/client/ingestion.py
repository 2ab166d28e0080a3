"""Uploads files through the API, and follows their runs until each file is ready or has failed."""

import hashlib
import queue
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from app.client.api import ApiClient
from app.client.errors import ApiProblemError, IngestionStoppedError, code_of
from app.client.models import ApiDocument, ApiRun, ApiUploaded
from app.core.errors import FootnoteError

UPLOADS_AT_ONCE = 4
STAGES = ("validate", "parse", "extract", "chunk", "embed", "publish")
RUNS_PER_POLL = 100  # the API's limit
POLL_SECONDS, LAST_POLL_SECONDS = 0.5, 0.2  # the last few runs are polled more often, because the caller waits for them
LAST_RUNS = 2
UPLOAD_SHARE = 0.3  # the upload's share of a document's progress bar
NOT_FOUND = 404
_NOT_REPLACEABLE = (403, NOT_FOUND, 409, 422)
"""Not permitted, not editable, another document has the same bytes, or the name is too long to search for."""
INTERACTIVE, BULK = "interactive", "bulk"  # priorities: a user waits for a single file, so it comes before imports

READY, FAILED, PROCESSING, NOT_UPLOADED = "ready", "failed", "processing", "not-uploaded"
SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class IngestOutcome:
    """The result of ingesting one file. `code` and `detail` explain a failure.

    `status` is ready or failed, or skipped if a changed file was not to replace its document. If the ingestion was
    interrupted, it can also be processing (the file is stored, and the server goes on) or not-uploaded.
    """

    path: Path
    status: str
    document_id: str | None = None
    run_id: str | None = None
    code: str | None = None
    detail: str | None = None

    @property
    def failed(self) -> bool:
        return self.status == FAILED


class Watcher(Protocol):
    """Receives each file's progress (a share from 0 to 1 and the step's name), then its outcome."""

    def move(self, path: Path, share: float, step: str) -> None: ...

    def finish(self, outcome: IngestOutcome) -> None: ...


class NoProgress:
    """A watcher that shows nothing."""

    def move(self, path: Path, share: float, step: str) -> None:
        """Ignore the progress."""

    def finish(self, outcome: IngestOutcome) -> None:
        """Ignore the outcome."""


@dataclass(frozen=True, slots=True)
class IngestOptions:
    """The options of an ingestion.

    Without `document_type`, each document's type is read from its text. With `replaces_by_name`, a file becomes the new
    version of the collection's document whose file has the same name, if there is exactly one; `collections` must then
    map to IDs. `may_replace` is called for each such file whose bytes differ from the document's newest version, one
    file at a time; if it returns False, the file is skipped. With `uploads_at_once=1`, document IDs follow the order of
    the files.
    """

    password: str | None = None
    document_type: str | None = None
    replaces_by_name: bool = False
    may_replace: Callable[[Path, ApiDocument], bool] | None = None
    uploads_at_once: int = UPLOADS_AT_ONCE


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
    watcher: Watcher,
    options: IngestOptions = IngestOptions(),
) -> list[IngestOutcome]:
    """Upload files into one collection, wait for their runs, and return the outcomes in the order of `files`.

    The outcome of a file reports its failure. Raises the errors of `Ingestion.run`.
    """
    return Ingestion(client, dict.fromkeys(files, collection), options=options, watcher=watcher).run()


class Ingestion:
    """Uploads each file into the collection to which `collections` maps it, and follows its run.

    Both continue after a restart of the server. `list_outcomes` returns an outcome for every file, even if `run` was
    interrupted.
    """

    def __init__(
        self, client: ApiClient, collections: Mapping[Path, str], *, options: IngestOptions, watcher: Watcher
    ) -> None:
        self._client = client
        self._collections = collections
        self._options = options
        self._watcher = watcher
        self._outcomes: dict[Path, IngestOutcome] = {}
        self._runs: dict[str, ApiRun] = {}  # the unfinished runs, with their last known state
        self._waiting: dict[str, list[Path]] = {}  # run ID → files, because files with the same bytes share a run
        self._stopped = threading.Event()
        self._names = Counter(path.name for path in collections)
        self._asking = threading.Lock()
        self._priority = INTERACTIVE if len(collections) == 1 else BULK

    def run(self) -> list[IngestOutcome]:
        """Ingest the files, and return their outcomes.

        Raises ServerUnreachableError if the server stays unreachable while runs are followed, and ApiProblemError if it
        no longer accepts the key.
        """
        try:
            for path, result in self._upload_all():
                if isinstance(result, ApiRun):
                    self._waiting.setdefault(result.id, []).append(path)
                    self._runs[result.id] = result
                else:
                    self._finish(result)
        finally:
            self._stopped.set()
        for run in list(self._runs.values()):
            self._follow(run)
        while self._waiting:
            if not self._poll():
                time.sleep(POLL_SECONDS if len(self._waiting) > LAST_RUNS else LAST_POLL_SECONDS)
        return self.list_outcomes()

    def list_outcomes(self) -> list[IngestOutcome]:
        """Return the outcome of every file, including unfinished ones, in the order of the files."""
        processing = {
            path: IngestOutcome(path, PROCESSING, document_id=self._runs[run_id].document_id, run_id=run_id)
            for run_id, paths in self._waiting.items()
            for path in paths
        }
        known = {**processing, **self._outcomes}
        return [known.get(path) or IngestOutcome(path, NOT_UPLOADED) for path in self._collections]

    def _upload_all(self) -> Iterator[tuple[Path, "IngestOutcome | ApiRun"]]:
        """Yield the result of each upload. The uploads run in daemon threads, so that Ctrl-C need not wait for them."""
        todo: queue.SimpleQueue[Path] = queue.SimpleQueue()
        done: queue.SimpleQueue[tuple[Path, IngestOutcome | ApiRun | BaseException]] = queue.SimpleQueue()
        for path in self._collections:
            todo.put(path)

        def work() -> None:
            while not self._stopped.is_set():
                try:
                    path = todo.get_nowait()
                except queue.Empty:
                    return
                try:
                    done.put((path, self._upload(path)))
                except BaseException as error:  # noqa: BLE001  raised again below, in the main thread
                    done.put((path, error))

        for number in range(min(self._options.uploads_at_once, len(self._collections))):
            threading.Thread(target=work, name=f"upload-{number}", daemon=True).start()
        for _ in self._collections:
            path, result = done.get()
            if isinstance(result, BaseException):
                raise result
            yield path, result

    def _upload(self, path: Path) -> IngestOutcome | ApiRun:
        try:
            size = max(1, path.stat().st_size)

            def report(read: int) -> None:
                if self._stopped.is_set():
                    raise IngestionStoppedError
                self._watcher.move(path, UPLOAD_SHARE * read / size, "upload")

            named = self._find_named(path)
            if named is not None and not self._may_replace(path, named):
                return IngestOutcome(path, SKIPPED, document_id=named.id)
            uploaded = (named and self._replace(path, named, report)) or self._client.upload_document(
                path,
                collection=self._collections[path],
                password=self._options.password,
                document_type=self._options.document_type,
                priority=self._priority,
                on_bytes=report,
            )
        except FootnoteError as error:
            return IngestOutcome(path, FAILED, code=code_of(error), detail=error.detail)
        except OSError as error:
            detail = f"The file can't be read ({error.strerror}). Check its path and permissions."
            return IngestOutcome(path, FAILED, code="file-unreadable", detail=detail)
        run, document = uploaded.run, uploaded.document
        if run is not None:
            return run if run.document_id else run.model_copy(update={"document_id": document.id})
        if document.status != FAILED:
            return IngestOutcome(path, document.status, document_id=document.id)
        why = "This file was uploaded before and could not be processed. Upload a corrected file."
        return IngestOutcome(path, FAILED, document_id=document.id, code="read-before", detail=why)

    def _find_named(self, path: Path) -> ApiDocument | None:
        """Return the document that a file replaces: the only one with its name. Of several files with the same name,
        none replaces a document: they come from different folders.
        """
        if not self._options.replaces_by_name or self._names[path.name] > 1:
            return None
        try:
            named = list(self._client.list_documents(collection=self._collections[path], filename=path.name))
        except ApiProblemError as error:
            if error.problem_status in _NOT_REPLACEABLE:
                return None
            raise
        return named[0] if len(named) == 1 else None

    def _may_replace(self, path: Path, document: ApiDocument) -> bool:
        if self._options.may_replace is None or document.newest_version is None:
            return True
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() == document.newest_version.content_sha256:
                return True
        with self._asking:
            return self._options.may_replace(path, document)

    def _replace(self, path: Path, document: ApiDocument, report: Callable[[int], None]) -> ApiUploaded | None:
        """Upload a file as the new version of a document. Return None if it cannot be a version of it."""
        try:
            return self._client.upload_version(
                path,
                document_id=document.id,
                password=self._options.password,
                priority=self._priority,
                on_bytes=report,
            )
        except ApiProblemError as error:
            if error.problem_status in _NOT_REPLACEABLE:
                return None
            raise

    def _poll(self) -> bool:
        """Follow the runs that were polled longest ago, with one request. Return whether all of them are finished, so
        that the next ones can be polled at once.
        """
        polled = list(self._waiting)[:RUNS_PER_POLL]
        found = self._client.find_runs(polled)
        for run_id in polled:
            run = found.get(run_id) or self._find_hidden(run_id)
            if run is not None:
                self._waiting[run_id] = self._waiting.pop(run_id)
                self._follow(run)
        return not any(run_id in self._waiting for run_id in polled)

    def _find_hidden(self, run_id: str) -> ApiRun | None:
        """Return a run that a list does not have; None if it can no longer be seen."""
        try:
            return self._client.get_run(run_id)
        except ApiProblemError as error:
            if error.problem_status != NOT_FOUND:
                raise
            self._lose(run_id, error)
            return None

    def _lose(self, run_id: str, error: ApiProblemError) -> None:
        """Record that a run can no longer be seen, because its document was deleted or hidden meanwhile."""
        document_id = self._runs.pop(run_id).document_id
        for path in self._waiting.pop(run_id):
            self._finish(IngestOutcome(path, FAILED, document_id, run_id, code=error.problem_code, detail=error.detail))

    def _follow(self, run: ApiRun) -> None:
        """Report a run's progress to the watcher. If the run is finished, record its files' outcomes."""
        if not run.is_finished:
            self._runs[run.id] = run
            done = STAGES.index(run.stage) if run.stage in STAGES else 0
            for path in self._waiting[run.id]:
                share = UPLOAD_SHARE + (1 - UPLOAD_SHARE) * done / len(STAGES)
                self._watcher.move(path, share, run.stage or run.status)
            return
        error = run.error
        del self._runs[run.id]
        for path in self._waiting.pop(run.id):
            self._finish(
                IngestOutcome(
                    path,
                    run.status,
                    document_id=run.document_id,
                    run_id=run.id,
                    code=error.code if error else None,
                    detail=error.detail if error else None,
                )
            )

    def _finish(self, outcome: IngestOutcome) -> None:
        self._outcomes[outcome.path] = outcome
        self._watcher.finish(outcome)
