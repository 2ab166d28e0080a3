"""Measures the bytes that facts of filings take, and the time to read an issuer's statements with a user's rights.

The documents rarely cover eight years of one issuer, so the grid of eight annual reports is also built from made facts.
"""

import gc
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from uuid import UUID

import numpy as np
from sqlalchemy import text

from app.core.clock import SystemClock
from app.core.pagination import MAX_LIMIT, PageRequest
from app.facts.codec import encode_facts
from app.facts.endpoints import PRIMARY
from app.facts.filters import FactFilter
from app.facts.grid_periods import Periods
from app.facts.model import Fact, FactSource, FiscalLabel, Measure, Method, Place, StatementKind
from app.facts.repository import IssuerDocument
from app.facts.schemas import StatementsOut
from app.facts.service import FactService, IssuerStatements, load_ledger_facts
from app.facts.workbook import write_workbook
from app.issuers.names import Issuer
from app.issuers.service import IssuerService
from app.main import GC_OBJECTS
from app.quantities.periods import Period
from evals.bench.ingesting import sha256_mib_per_second
from evals.bench.setting import BenchSetting, BenchWork
from evals.environment.stacks import running_stack
from evals.environment.store import Store, open_store
from evals.environment.watching import COLLECTION
from evals.running.engine import Case, SuiteResult

YEARS = 8
ROWS = 45
"""Rows of each made statement, as in a long filing."""

REPEATS = 20
_COLUMNS = YEARS + 2
_NEWEST = 2031
_ITEMS = ("Revenue", "NetIncome", "Assets", "NetCashFromOperatingActivities")
_SIZES = """
SELECT (SELECT count(*) FROM pages), (SELECT coalesce(sum(fact_count), 0) FROM document_versions), count(*),
    coalesce(sum(pg_column_size(f)), 0), pg_indexes_size('facts')
FROM facts f
"""


def bench_facts(setting: BenchSetting, work: BenchWork) -> SuiteResult:
    """Ingest the documents, unless an earlier benchmark did, and read facts. Raises the errors of `Stack.start`."""
    with (
        running_stack(work.home, notify=setting.notify) as stack,
        open_store(stack, work.files, notify=setting.notify, place=COLLECTION) as store,
    ):
        with store.database.transaction(store.principal) as session:
            pages, facts, lines, size, indexes = map(float, session.execute(text(_SIZES)).one())
        gc.freeze()  # as the API does when it starts
        gc.set_threshold(GC_OBJECTS)
        setting.notify(f"Reading the statements of each issuer, {REPEATS} times")
        cases = list(_read_issuers(store))
        ledger = _time(lambda: _load_ledger(store), REPEATS)
    made = make_statements()
    grid = _time(lambda: _as_json(made), REPEATS)
    grid_cpu = _time(lambda: _as_json(made), REPEATS, time.process_time)
    workbook = _time(lambda: write_workbook(made.name, made.build(Periods.ANNUAL, _COLUMNS)), 3)
    real = [case.score or 0.0 for case in cases] or [0.0]
    metrics = {
        "pages": pages,
        "facts": facts,
        "lines": lines,
        "bytes_per_page": size / max(pages, 1.0),
        "index_bytes_per_page": indexes / max(pages, 1.0),
        "statements_p50_ms": float(np.percentile(real, 50)),
        "statements_p95_ms": float(np.percentile(real, 95)),
        "four_items_of_an_issuer_p95_ms": float(np.percentile(ledger, 95)),
        "eight_years_figures": float(sum(grid.count() for grid in made.build(Periods.ANNUAL, _COLUMNS))),
        "eight_years_grid_p95_ms": float(np.percentile(grid, 95)),
        "eight_years_grid_cpu_p95_ms": float(np.percentile(grid_cpu, 95)),
        "eight_years_xlsx_p95_ms": float(np.percentile(workbook, 95)),
        "reference_sha256_mib_per_second": sha256_mib_per_second(),
    }
    return SuiteResult(metrics=metrics, cases=cases)


def _read_issuers(store: Store) -> Iterator[Case]:
    """Read five statements of each issuer through the service: authorise, read, record, build and write as JSON."""
    service = FactService(database=store.database)

    def read(issuer_id: str) -> bytes:
        return _as_json(service.get_statements(store.principal, issuer_id, FactFilter(statements=PRIMARY)))

    issuers = IssuerService(database=store.database, clock=SystemClock())
    every = issuers.list_issuers(store.principal, PageRequest(limit=MAX_LIMIT)).items
    for listed in (each for each in every if each.with_facts):
        seconds = _time(partial(read, str(listed.issuer.id)), REPEATS)
        yield Case(listed.issuer.name, float(np.percentile(seconds, 95)), f"{listed.with_facts} documents")


def _load_ledger(store: Store) -> None:
    with store.database.transaction(store.principal) as session:
        most = "SELECT issuer_id FROM documents WHERE issuer_id IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
        load_ledger_facts(session, issuer_ids=session.scalars(text(most)).all(), items=_ITEMS)


def _as_json(view: IssuerStatements) -> bytes:
    return StatementsOut.write(view, view.build(Periods.ANNUAL, _COLUMNS), Periods.ANNUAL)


def _time(call: Callable[[], object], times: int, clock: Callable[[], float] = time.perf_counter) -> list[float]:
    """Return the milliseconds of each call, after one that is not counted."""
    call()
    taken = []
    for _ in range(times):
        started = clock()
        call()
        taken.append((clock() - started) * 1000)
    return taken


def make_statements() -> IssuerStatements:
    """Return five statements of eight annual reports, with three years each, and of their 24 quarterly reports."""
    documents: list[IssuerDocument] = []
    rows: list[tuple[object, ...]] = []
    for year in range(_NEWEST - YEARS + 1, _NEWEST + 1):
        for part, month in (("FY", 2), ("Q1", 5), ("Q2", 8), ("Q3", 11)):
            number = len(documents) + 1
            kind = "10-K" if part == "FY" else "10-Q"
            filed = date(year + (part == "FY"), month, 1)
            source = FactSource(
                UUID(int=number), UUID(int=number + 100), "made", "Made", f"{kind} {year}", kind, filed.isoformat()
            )
            documents.append(IssuerDocument(source, 1, datetime(2032, 1, 1, tzinfo=UTC), ROWS * 15))
            described = (source.document_id, source.version_id, "made", "Made", source.title, kind, filed, None)
            for line in encode_facts(_make_facts(year, part)):
                kept = (line.number, line.first_end, line.last_end, line.statement, line.item, line.concept, line.path)
                rows.append((*kept, line.data, None, *described))
    made = Issuer(UUID(int=0), "Made", frozenset(), ())
    return IssuerStatements(made, FactFilter(statements=PRIMARY), tuple(documents), rows)


def _make_facts(year: int, part: str) -> Iterator[Fact]:
    for table, statement in enumerate(PRIMARY, 1):
        for row in range(ROWS):
            for column in range(3 if part == "FY" else 2):
                of = year - column
                yield Fact(
                    label=f"Line {row}",
                    label_path=(f"Section {row // 10}", f"Line {row}"),
                    period=_period(of, part, statement),
                    value=Decimal((of * 1_000 + row) * 1_000_000),
                    measure=Measure.MONEY,
                    scale=6,
                    currency="USD",
                    method=Method.STATEMENT,
                    place=Place(50 + table, 40 * row + 8 * column, 40 * row + 8 * column + 6, table, row, column + 1),
                    confidence=0.98,
                    statement=statement,
                    concept=f"Concept{row}",
                    item=f"Item{row}" if row % 2 else None,
                    fiscal=FiscalLabel(of, part),
                    decimals=-6,
                )


def _period(year: int, part: str, statement: StatementKind) -> Period:
    month = {"FY": 12, "Q1": 3, "Q2": 6, "Q3": 9}[part]
    end = date(year, month, 31 if month in (3, 12) else 30)
    if statement is StatementKind.BALANCE:
        return Period(end)
    return Period(end, date(year, 1 if part == "FY" else month - 2, 1))
