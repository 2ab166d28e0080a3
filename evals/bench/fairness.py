"""Measures how long one tenant's document takes alone, and behind the documents of another tenant.

It also measures the choice of a worker's next stage (`choose_stage`) with 10,000 stages waiting, of one tenant and of a
hundred.
"""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import UUID

from sqlalchemy import text

from app.client.api import ApiClient
from app.core.ids import new_id
from app.core.principal import Role
from app.db.session import Database, build_engine, system_principal
from app.stack.founding import open_tenant_admin
from app.stack.home import Home
from app.stack.supervisor import Stack
from evals.datasets.samples.writing import write_samples
from evals.environment.stacks import running_stack
from evals.running.engine import Case, SuiteResult

ROUNDS = 5
MANY = 60
WAITING = 10_000
CHOICES = 200
POLL_SECONDS = 0.02
LONGEST_SECONDS = 600.0
COLLECTION = "measured"
_QUEUE = "measured"  # no worker serves it

_WAITING_STAGES = text("""
WITH document AS (
    INSERT INTO documents (id, tenant_id, collection_id, access_class_id, content_sha256, title, filename, revision,
        created_at, created_by, updated_at)
    SELECT :id, tenant_id, id, access_class_id, 'x', 'x', 'x', 1, now(), :id, now() FROM collections LIMIT 1
    RETURNING id, tenant_id
), version AS (
    INSERT INTO document_versions (id, tenant_id, document_id, number, status, content_sha256, size_bytes, created_at,
        created_by)
    SELECT :id, tenant_id, id, 1, 'processing', 'x', 1, now(), :id FROM document
), run AS (
    INSERT INTO runs (id, tenant_id, document_id, version_id, status, stage, created_at, created_by)
    SELECT :id, tenant_id, id, id, 'queued', 'parse', now(), :id FROM document
)
INSERT INTO stages (id, tenant_id, run_id, position, name, queue, status, attempt, outages, wakes, lease_token,
    available_at, wake_at)
SELECT gen_random_uuid(), tenant_id, id, n, 'stage ' || n, :queue, 'pending', 0, 0, 0, 0, now(), 'infinity'
FROM document CROSS JOIN generate_series(1, :count) n
""")


def bench_fairness(notify: Callable[[str], None]) -> SuiteResult:
    """Run the benchmark in an empty home. Raises the errors of `Stack.start`."""
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="footnote-bench-")))
        stack = opened.enter_context(running_stack(Home.at(folder / "home"), notify=notify))
        (_, quiet), (_, busy) = (_open_tenant(stack, opened, slug) for slug in ("quiet", "busy"))
        files = _number_files(folder / "files")
        _time_one(quiet, next(files))  # the first document warms the workers
        notify("Ingesting one document at a time")
        alone = [_time_one(quiet, next(files)) for _ in range(ROUNDS)]
        behind: list[float] = []
        for number in range(ROUNDS):
            notify(f"Ingesting one document behind {MANY} of another tenant ({number + 1} of {ROUNDS})")
            runs = [_upload(busy, next(files)) for _ in range(MANY)]
            behind.append(_time_one(quiet, next(files)))
            for run in runs:
                _wait(busy, run)
        choices = {tenants: _time_choices(stack, opened, tenants) for tenants in (1, 100)}
    times = {"alone": alone, "behind": behind}
    metrics = {
        **{f"{name}_median_s": statistics.median(seconds) for name, seconds in times.items()},
        **{f"{name}_worst_s": max(seconds) for name, seconds in times.items()},
        "behind_to_alone": statistics.median(behind) / statistics.median(alone),
        **{f"choice_of_{tenants}_tenants_ms": ms for tenants, ms in choices.items()},
    }
    return SuiteResult(metrics=metrics, cases=[Case(name, None, str(seconds)) for name, seconds in times.items()])


def _open_tenant(stack: Stack, opened: ExitStack, slug: str) -> tuple[UUID, ApiClient]:
    """Create a tenant with a collection; return its id and the client of its first user."""
    admin, database = open_tenant_admin(stack.database_url("owner"))
    tenant = admin.create_tenant(slug=slug, name=slug)
    _, key = admin.create_user(tenant, email=f"{slug}@example.org", name=slug, roles=[Role.ADMIN, Role.EDITOR])
    database.close()
    client = opened.enter_context(ApiClient(url=stack.url, key=key))
    client.ensure_collection(COLLECTION)
    return tenant, client


def _number_files(folder: Path) -> Iterator[Path]:
    """Yield copies of a sample document that differ in a number at their end, so that each is ingested."""
    content = max(write_samples(folder), key=lambda path: path.stat().st_size).read_bytes()
    number = 0
    while True:
        number += 1
        path = folder / f"report-{number}.pdf"
        path.write_bytes(content + f"\n% {number}\n".encode())
        yield path


def _upload(client: ApiClient, path: Path) -> str:
    run = client.upload_document(path, collection=COLLECTION).run
    assert run is not None, "each file is new"
    return run.id


def _time_one(client: ApiClient, path: Path) -> float:
    """Return the seconds from the start of the upload until the document is ready."""
    started = time.perf_counter()
    _wait(client, _upload(client, path))
    return time.perf_counter() - started


def _wait(client: ApiClient, run_id: str) -> None:
    deadline = time.monotonic() + LONGEST_SECONDS
    while time.monotonic() < deadline:
        run = client.get_run(run_id)
        if run.is_finished:
            assert run.status == "ready", run
            return
        time.sleep(POLL_SECONDS)
    raise TimeoutError(run_id)


def _time_choices(stack: Stack, opened: ExitStack, tenants: int) -> float:
    """Return the median milliseconds of a choice among 10,000 stages of the tenants."""
    engine = build_engine(
        stack.database_url("worker"), pool_size=1, statement_timeout_ms=30_000, application_name="footnote-bench"
    )
    database = Database(engine=engine)
    opened.callback(database.close)
    queue = f"{_QUEUE}-{tenants}"
    created = [_open_tenant(stack, opened, f"{queue}-{number}")[0] for number in range(tenants)]
    for tenant in created:
        with database.transaction(system_principal(tenant)) as session:
            session.execute(_WAITING_STAGES, {"id": new_id(), "queue": queue, "count": WAITING // tenants})
    seconds: list[float] = []
    for _ in range(CHOICES):
        with database.transaction(system_principal(created[0])) as session:
            started = time.perf_counter()
            session.execute(text("SELECT * FROM choose_stage(:queue)"), {"queue": queue}).one()
            seconds.append(time.perf_counter() - started)
    return statistics.median(seconds) * 1000
