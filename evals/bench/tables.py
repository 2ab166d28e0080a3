"""Measures how many bytes the tables of filings take, and the time to read one of them with a user's rights."""

import random
import time
from collections.abc import Sequence
from uuid import UUID

import numpy as np
from sqlalchemy import text

from app.tables.service import TableService
from evals.bench.ingesting import sha256_mib_per_second
from evals.bench.setting import BenchSetting, BenchWork
from evals.environment.stacks import running_stack
from evals.environment.store import Store, open_store
from evals.environment.watching import COLLECTION
from evals.running.engine import Case, SuiteResult

READS = 2_000
WARMING = 50
_SIZES = """
SELECT (SELECT count(*) FROM pages), count(*), coalesce(sum(pg_column_size(data)), 0),
    coalesce(sum(coalesce(pg_column_size(title), 0) + coalesce(pg_column_size(units_line), 0)), 0),
    (SELECT coalesce(sum(pg_column_size(text)), 0) FROM pages),
    (SELECT coalesce(sum(pg_column_size(words)), 0) FROM pages),
    (SELECT coalesce(sum(pg_column_size(marks)), 0) + coalesce(sum(pg_column_size(deleted)), 0) FROM pages)
FROM tables
"""
"""Sizes are those of the stored values: PostgreSQL compresses long texts."""

Place = tuple[UUID, int]


def bench_tables(setting: BenchSetting, work: BenchWork) -> SuiteResult:
    """Ingest the documents, unless an earlier benchmark did, and read tables. Raises the errors of `Stack.start`."""
    with (
        running_stack(work.home, notify=setting.notify) as stack,
        open_store(stack, work.files, notify=setting.notify, place=COLLECTION) as store,
    ):
        sizes, places = _measure_sizes(store)
        setting.notify(f"Reading {READS} of {len(places)} tables, one at a time")
        reads = _read(store, places) if places else []
    milliseconds = [seconds * 1000 for _, seconds, _ in reads] or [0.0]
    metrics = {
        **sizes,
        "p50_ms": float(np.percentile(milliseconds, 50)),
        "p95_ms": float(np.percentile(milliseconds, 95)),
        "cells_per_table": float(np.mean([cells for _, _, cells in reads] or [0])),
        "reference_sha256_mib_per_second": sha256_mib_per_second(),
    }
    cases = [
        Case(f"{number:04d}", seconds * 1000, f"{cells} cells", {"table": place[1]})
        for number, (place, seconds, cells) in enumerate(reads)
    ]
    return SuiteResult(metrics=metrics, cases=cases)


def _measure_sizes(store: Store) -> tuple[dict[str, float], list[Place]]:
    """Return bytes per page by kind, and the places of all tables: document and number."""
    with store.database.transaction(store.principal) as session:
        counted = session.execute(text(_SIZES)).one()
        pages, tables, data, titles, texts, words, beside = map(float, counted)
        places = session.execute(text("SELECT document_id, number FROM tables ORDER BY 1, 2")).tuples().all()
    pages = max(pages, 1.0)
    sizes = {
        "pages": pages,
        "tables": tables,
        "bytes_per_page": (data + titles) / pages,
        "share_of_text_and_words": (data + titles) / max(texts + words, 1.0),
        "text_bytes_per_page": texts / pages,
        "words_bytes_per_page": words / pages,
        "marks_and_deleted_bytes_per_page": beside / pages,
    }
    return sizes, list(places)


def _read(store: Store, places: Sequence[Place]) -> list[tuple[Place, float, int]]:
    """Read random tables through the service: authorise, read, record and decode. Return (place, seconds, cells)."""
    service = TableService(database=store.database)
    draw = random.Random("tables")  # noqa: S311  a random order, not a secret
    reads = []
    for number in range(WARMING + READS):
        place = draw.choice(places)
        started = time.perf_counter()
        table = service.get_table(store.principal, place[0], None, place[1]).read()
        if number >= WARMING:
            reads.append((place, time.perf_counter() - started, len(table.cells)))
    return reads
