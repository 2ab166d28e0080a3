"""Measures whether one key's open event streams slow down the requests of another tenant.

The API runs in its own process. One key follows queued runs with 500 streams. A user of another tenant lists documents:
without streams, with idle streams, while the followed runs change, and without streams again.
"""

import random
import re
import socket
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import httpx
from sqlalchemy import text

from app.bootstrap import build_tenant_admin
from app.composition import build_database
from app.core.principal import Role
from app.db.migrate import upgrade_to_head
from app.db.session import Database, system_principal
from app.settings import DatabaseSettings, Settings
from app.stack.servers.postgres import EmbeddedPostgres
from evals.bench.serving import run_api
from evals.running.engine import Case, SuiteResult

STREAMS = 500
RUNS = 100
DOCUMENTS = 20
LISTS = 300
CHANGES_A_SECOND = 20
_WARMING = 30
_FIRST_EVENT = re.compile(rb"event: run\r?\ndata: [^\n]+\n\r?\n")


@dataclass(frozen=True, slots=True)
class _Setting:
    """A running API, the runs that the busy user may follow, and the keys of both users."""

    port: int
    worker: Database
    busy_tenant: UUID
    busy_key: str
    runs: Sequence[str]
    other_key: str

    def client(self, key: str) -> httpx.Client:
        headers = {"Authorization": f"Bearer {key}"}
        return httpx.Client(base_url=f"http://127.0.0.1:{self.port}", headers=headers, trust_env=False, timeout=60)


def bench_streams(notify: Callable[[str], None]) -> SuiteResult:
    """Run the benchmark with a temporary database and API. Raises ServerStartError."""
    with _serve(notify) as setting:
        quiet = _time_lists(setting)
        with ExitStack() as stack:
            notify(f"Opening {STREAMS} streams of {RUNS} runs")
            for number in range(STREAMS):
                stack.enter_context(_open_stream(setting, setting.runs[number % RUNS]))
            notify(f"Listing {LISTS} times with idle streams, and {LISTS} times while the runs change")
            idle = _time_lists(setting)
            with _changing_runs(setting):
                busy = _time_lists(setting)
        quiet += _time_lists(setting)
    times = {"quiet": quiet, "idle_streams": idle, "busy_streams": busy}
    metrics = {f"{name}_p50_ms": statistics.median(found) for name, found in times.items()}
    metrics |= {f"{name}_p95_ms": statistics.quantiles(found, n=20)[-1] for name, found in times.items()}
    for name in ("idle_streams", "busy_streams"):
        metrics[f"{name}_ratio"] = metrics[f"{name}_p50_ms"] / metrics["quiet_p50_ms"]
    cases = [Case(name, None, f"{len(found)} lists of another tenant", {}) for name, found in times.items()]
    return SuiteResult(metrics=metrics, cases=cases)


def _time_lists(setting: _Setting) -> list[float]:
    """Return the times, in milliseconds, of a list of documents by the other tenant's user."""
    milliseconds = []
    with setting.client(setting.other_key) as client:
        for number in range(_WARMING + LISTS):
            started = time.perf_counter()
            client.get("/v1/documents").raise_for_status()
            if number >= _WARMING:
                milliseconds.append((time.perf_counter() - started) * 1000)
    return milliseconds


@contextmanager
def _open_stream(setting: _Setting, run: str) -> Iterator[None]:
    """Open a stream and read its first event. The later events stay in the socket's buffer."""
    request = (
        f"GET /v1/runs/{run}/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {setting.busy_key}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", setting.port), timeout=60) as connection:
        connection.sendall(request.encode())
        received = b""
        while _FIRST_EVENT.search(received) is None:
            part = connection.recv(65_536)
            if not part:
                raise ConnectionError(received.decode(errors="replace"))
            received += part
        yield


@contextmanager
def _changing_runs(setting: _Setting) -> Iterator[None]:
    """Change random followed runs, at a steady rate."""
    stop = threading.Event()
    draw = random.Random(0)  # noqa: S311  a random choice, not a secret

    def change() -> None:
        number = 0
        while not stop.wait(1 / CHANGES_A_SECOND):
            number += 1
            with setting.worker.transaction(system_principal(setting.busy_tenant)) as session:
                values = {"stage": f"stage-{number}", "run": draw.choice(setting.runs)}
                session.execute(text("UPDATE runs SET stage = :stage WHERE id = :run"), values)

    changing = threading.Thread(target=change)
    changing.start()
    try:
        yield
    finally:
        stop.set()
        changing.join()


@contextmanager
def _serve(notify: Callable[[str], None]) -> Iterator[_Setting]:
    with tempfile.TemporaryDirectory(prefix="footnote-bench-") as name, EmbeddedPostgres(Path(name)) as postgres:
        postgres.databases.ensure_database()
        upgrade_to_head(postgres.url("owner"))
        databases = DatabaseSettings(owner_url=postgres.url("owner"), worker_url=postgres.url("worker"))
        admin = build_tenant_admin(Settings(database=databases))
        worker = build_database(databases, role="worker")
        with run_api(Path(name), postgres.url("api")) as port:
            users = []
            for slug in ("busy", "other"):
                tenant = admin.create_tenant(slug=slug, name=slug)
                email = f"{slug}@example.org"
                users.append((tenant, admin.create_user(tenant, email=email, name=slug, roles=[Role.EDITOR])[1]))
            (busy_tenant, busy_key), (_, other_key) = users
            setting = _Setting(port, worker, busy_tenant, busy_key, (), other_key)
            notify(f"Uploading {RUNS} and {DOCUMENTS} documents")
            runs = _upload(setting, busy_key, RUNS)
            _upload(setting, other_key, DOCUMENTS)
            yield _Setting(port, worker, busy_tenant, busy_key, runs, other_key)
        worker.close()


def _upload(setting: _Setting, key: str, documents: int) -> list[str]:
    """Upload small documents; return their runs, which stay queued, because no worker runs."""
    with setting.client(key) as client:
        collection = client.post("/v1/collections", json={"name": "Filings"}).json()["id"]
        paths = [f"/v1/collections/{collection}/files/{number}.txt" for number in range(documents)]
        return [client.put(path, content=path.encode()).json()["run"]["id"] for path in paths]
