"""Measures ingestion into an empty home: pages per second, and the workers' memory.

It also measures the time to ingest the same files again.
"""

import hashlib
import time
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from sqlalchemy import text

from app.client.api import ApiClient
from app.client.ingestion import IngestOutcome
from app.core.errors import DocumentError
from app.db.session import Database, build_engine, system_principal
from app.stack.founding import TENANT, ensure_admin
from app.stack.supervisor import Stack
from evals.bench.setting import BenchSetting, BenchWork
from evals.environment.stacks import running_stack
from evals.environment.store import remember
from evals.environment.watching import COLLECTION, ingest_and_sample
from evals.running.engine import Case, SuiteResult
from workers.parsing.reader import parse_file

HANG_SECONDS = 600.0
REFERENCE_SECONDS = 8.0
HASHED_BYTES = 64 * 1024 * 1024


def bench_ingest(setting: BenchSetting, work: BenchWork) -> SuiteResult:
    """Run the benchmark. Raises the errors of `Stack.start`."""
    setting.notify("Measuring the machine")
    references = {
        "reference_read_pages_per_second": read_pages_per_second(work.files),
        "reference_sha256_mib_per_second": sha256_mib_per_second(),
    }
    setting.empty(work)
    with (
        running_stack(work.home, notify=setting.notify) as stack,
        ApiClient(url=stack.url, key=ensure_admin(work.home, stack.database_url("owner"))) as client,
    ):
        collection = client.ensure_collection(COLLECTION).id
        setting.notify(f"Ingesting {len(work.files)} files")
        outcomes, watch = ingest_and_sample(stack, client, work.files, collection=collection, hang_seconds=HANG_SECONDS)
        remember(work.home, COLLECTION, outcomes)
        pages = count_pages(work, stack)
        setting.notify("Ingesting the same files again")
        again, second = ingest_and_sample(stack, client, work.files, collection=collection, hang_seconds=HANG_SECONDS)
    metrics = {
        "pages_per_second": pages / watch.seconds,
        "worker_peak_mib": max(watch.peak_mib, second.peak_mib),
        "second_run_s": second.seconds,
        "pages": float(pages),
        "seconds": watch.seconds,
        "failed": float(sum(outcome.failed for outcome in outcomes)),
        **references,
    }
    for outcome in outcomes:
        if outcome.status != "ready":
            setting.notify(f"{outcome.path.name}: {outcome.code}: {outcome.detail}")
    return SuiteResult(metrics=metrics, cases=[_case(*pair) for pair in zip(outcomes, again, strict=True)])


def _case(outcome: IngestOutcome, again: IngestOutcome) -> Case:
    same = outcome.status == again.status
    reason = "ready" if outcome.status == "ready" else f"{outcome.code}: {outcome.detail}"
    return Case(
        outcome.path.name,
        1.0 if outcome.status in ("ready", "failed") and same else 0.0,
        reason if same else f"{reason}; the second time {again.status}",
        {"status": outcome.status},
    )


def count_pages(work: BenchWork, stack: Stack) -> int:
    """Count the tenant's stored pages, with the rights of its worker."""
    engine = build_engine(
        stack.database_url("worker"), pool_size=1, statement_timeout_ms=30_000, application_name="footnote-bench"
    )
    database = Database(engine=engine)
    try:
        with database.transaction(system_principal(UUID(work.home.read_secret(TENANT) or ""))) as session:
            return int(session.scalar(text("SELECT count(*) FROM pages")) or 0)
    finally:
        database.close()


def read_pages_per_second(files: Sequence[Path]) -> float:
    """Measure how many pages per second the parsers read on one core, without a sandbox.

    Only every seventh file is read, and reading stops after a few seconds.
    """
    pages, started = 0, time.perf_counter()
    for path in files[::7] or files:
        try:
            pages += len(parse_file(path, filename=path.name).pages)
        except DocumentError:
            continue
        if time.perf_counter() - started > REFERENCE_SECONDS:
            break
    return pages / (time.perf_counter() - started)


def sha256_mib_per_second() -> float:
    """Hash 64 MiB of zeros on one core; return MiB per second. The figure depends only on the machine."""
    data, started = bytes(HASHED_BYTES), time.perf_counter()
    hashlib.sha256(data).hexdigest()
    return HASHED_BYTES / (1024 * 1024) / (time.perf_counter() - started)
