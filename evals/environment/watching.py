"""Ingests files and records the workers' memory, lost workers and hung files."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import psutil

from app.client.api import ApiClient
from app.client.ingestion import IngestOutcome, ingest_files
from app.core.errors import FootnoteError
from app.settings import CONCURRENCY
from app.stack.founding import ensure_admin
from app.stack.home import Home
from app.stack.supervisor import Stack
from evals.environment.stacks import running_stack
from evals.environment.store import pipeline_digest

SAMPLE_SECONDS = 0.25
MIB = 1024 * 1024
COLLECTION = "measured"

# Celery logs this when a pool process ended unexpectedly (billiard's WorkerLostError).
LOST = "WorkerLostError"


@dataclass(slots=True)
class WorkerWatch:
    """Observations of an ingestion.

    `peak_mib` is the largest memory of a worker process including its children. `lost` is the number of lost workers.
    `seconds` is the duration of the ingestion. `pids` contains every worker process that was seen. Processes beyond
    `CONCURRENCY` are replacements.
    """

    peak_mib: float = 0.0
    lost: int = 0
    seconds: float = 0.0
    pids: set[int] = field(default_factory=set)

    @property
    def restarts(self) -> int:
        return max(0, len(self.pids) - CONCURRENCY)


@dataclass(frozen=True, slots=True)
class LossCount:
    """Counts the workers that a log reports as lost. The `before` losses of earlier runs are not counted."""

    log: Path
    before: int

    @classmethod
    def begin(cls, log: Path) -> Self:
        return cls(log, _count_lost(log))

    def since(self) -> int:
        return max(0, _count_lost(self.log) - self.before)


def _count_lost(log: Path) -> int:
    try:
        return log.read_text(errors="replace").count(LOST)
    except OSError:
        return 0


@dataclass(slots=True)
class _Progress:
    """Implements `Watcher`: outcomes so far, and the time of the last progress."""

    outcomes: dict[Path, IngestOutcome] = field(default_factory=dict)
    moved_at: float = field(default_factory=time.monotonic)
    last: dict[Path, float] = field(default_factory=dict)

    def move(self, path: Path, share: float, step: str) -> None:
        del step
        if self.last.get(path) != share:
            self.last[path] = share
            self.moved_at = time.monotonic()

    def finish(self, outcome: IngestOutcome) -> None:
        self.outcomes[outcome.path] = outcome
        self.moved_at = time.monotonic()


def ingest_watched(
    home: Home, files: Sequence[Path], *, notify: Callable[[str], None], hang_seconds: float
) -> tuple[list[IngestOutcome], WorkerWatch]:
    """Start Footnote on `home`, ingest the files, and stop it.

    After `hang_seconds` without any progress, the unfinished files count as hung.
    """
    with running_stack(home, notify=notify, concurrency=CONCURRENCY) as stack:
        losses = LossCount.begin(home.logs / "worker.log")
        with ApiClient(url=stack.url, key=ensure_admin(home, stack.database_url("owner"))) as client:
            # A collection stores each file once. The digest in its name gives changed code a new collection.
            collection = client.ensure_collection(f"{COLLECTION} {pipeline_digest()[:16]}").id
            notify(f"Ingesting {len(files)} files")
            outcomes, watch = ingest_and_sample(stack, client, files, collection=collection, hang_seconds=hang_seconds)
        watch.lost += losses.since()
    return outcomes, watch


def ingest_and_sample(
    stack: Stack, client: ApiClient, files: Sequence[Path], *, collection: str, hang_seconds: float
) -> tuple[list[IngestOutcome], WorkerWatch]:
    """Ingest on a running stack, and check the workers four times a second. Return outcomes in the order of `files`."""
    progress, watch, errors = _Progress(), WorkerWatch(), list[FootnoteError]()

    def ingest() -> None:
        try:
            ingest_files(client, files, collection=collection, watcher=progress)
        except FootnoteError as error:
            errors.append(error)

    main = stack.pids["worker"]
    thread = threading.Thread(target=ingest, daemon=True)
    started = time.monotonic()
    thread.start()
    while thread.is_alive() and time.monotonic() - progress.moved_at < hang_seconds:
        look_at_workers(main, watch)
        thread.join(SAMPLE_SECONDS)
    watch.seconds = time.monotonic() - started
    if errors:
        raise errors[0]
    if not psutil.pid_exists(main):
        watch.lost += 1
    return [progress.outcomes.get(path) or IngestOutcome(path, "hung") for path in files], watch


def look_at_workers(keeper: int, watch: WorkerWatch) -> None:
    """Record the worker processes that descend from `keeper`, and their resident memory including children."""
    try:
        below = psutil.Process(keeper).children(recursive=True)
    except psutil.NoSuchProcess:
        return
    sizes: dict[int, int] = {}
    parents: dict[int, int] = {}
    for process in below:
        try:
            sizes[process.pid], parents[process.pid] = process.memory_info().rss, process.ppid()
        except psutil.NoSuchProcess:
            continue
    # The keeper starts Celery's main process. This starts the pool processes, and these start sandboxes. The memory of
    # a pool process includes all its descendants.
    main = {pid for pid, parent in parents.items() if parent == keeper}
    totals: dict[int, int] = {}
    for pid, size in sizes.items():
        owner = pid
        while parents.get(owner) in sizes and parents[owner] not in main:
            owner = parents[owner]
        totals[owner] = totals.get(owner, 0) + size
    watch.pids |= {pid for pid in totals if parents[pid] in main}
    watch.peak_mib = max(watch.peak_mib, max(totals.values(), default=0) / MIB)
