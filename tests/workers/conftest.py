"""Test fixtures for ingestion: a tenant's rows and blobs, a real database and broker, and worker processes."""

import itertools
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGKILL
from uuid import UUID

import psutil
import pytest
import redis
from sqlalchemy import text

from app.core.clock import SystemClock
from app.core.ids import new_id
from app.core.principal import Principal
from app.db.session import system_principal
from app.identity.data_keys import PostgresDataKeys
from app.jobs.plan import Priority
from app.jobs.service import RunService
from app.settings import Settings
from app.stack.processes import start_tethered, tail
from app.storage.factory import build_blob_store
from app.storage.keyfile import ensure_key_file
from tests.waiting import wait_for
from tests.workers import plain_process
from tests.workers.forking import Forked
from workers import relay

ROOT = Path(__file__).resolve().parents[2]
QUICK = {"SWEEP_SECONDS": "0.2", "WAKE_AGAIN_SECONDS": "1", "POLL_SECONDS": "0.2", "BACKOFF_SECONDS": "0.05",
         "MAX_ATTEMPTS": "3"}  # fmt: skip
"""Short intervals. Leases last a minute, because a stalled machine lets short ones expire: see `expire_lease`."""


@dataclass
class Ingestion:
    """One tenant's documents, and the processes that ingest them."""

    database: object
    folder: Path
    broker: str
    tenant: UUID = field(default_factory=new_id)
    access_classes: Iterator[int] = field(default_factory=lambda: itertools.count(1_000_000))
    processes: list[subprocess.Popen[bytes] | Forked] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("logs", "notes"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        ensure_key_file(self.folder / "keys.json")
        self._create_tenant()
        self.blobs = build_blob_store(
            kind="local",
            root=self.folder / "blobs",
            key_file=self.folder / "keys.json",
            data_keys=PostgresDataKeys(database=self.database.worker),
        )
        self.runs = RunService(database=self.database.worker, clock=SystemClock(), wake_again_seconds=1.0)

    @property
    def principal(self) -> Principal:
        return system_principal(self.tenant)

    def sql(self, statement: str, **values: object) -> list:
        with self.database.worker.transaction(self.principal) as session:
            result = session.execute(text(statement), values)
            return list(result.all()) if result.returns_rows else []

    def audited(self, statement: str, **values: object) -> list:
        """Run a statement as the owner; return its rows. Workers can write the audit log but not read it."""
        with self.database.owner.transaction(self.principal) as session:
            return list(session.execute(text(statement), values).all())

    def _create_tenant(self) -> None:
        now = SystemClock().now()
        with self.database.owner.transaction(self.principal) as session:
            session.execute(
                text("INSERT INTO tenants VALUES (:id, :slug, 'Plain', :now)"),
                {"id": self.tenant, "slug": str(self.tenant), "now": now},
            )
        self.collection = self.add_collection("Filings")

    def add_collection(self, name: str) -> UUID:
        collection, access_class = new_id(), next(self.access_classes)
        self.sql(
            "INSERT INTO collections (id, tenant_id, access_class_id, name, revision, created_at, created_by) "
            "VALUES (:id, :tenant, :access, :name, 1, now(), :tenant)",
            id=collection, tenant=self.tenant, access=access_class, name=name,
        )  # fmt: skip
        self.sql(
            "INSERT INTO access_classes (id, tenant_id, collection_id) VALUES (:access, :tenant, :collection)",
            access=access_class, tenant=self.tenant, collection=collection,
        )  # fmt: skip
        return collection

    def upload(
        self, content: str | bytes, *, filename: str = "file.txt", password: bytes | None = None,
        collection: UUID | None = None, priority: Priority = Priority.BULK,
    ) -> UUID:  # fmt: skip
        """Store a file and queue its run, as the API does for an upload; return the run's id."""
        data = content.encode() if isinstance(content, str) else content
        stored = self.blobs.put_bytes(self.tenant, data)
        document = new_id()
        with self.database.worker.transaction(self.principal) as session:
            session.execute(
                text(
                    "INSERT INTO documents (id, tenant_id, collection_id, access_class_id, content_sha256, title,"
                    " filename, revision, created_at, created_by, updated_at) "
                    "SELECT :id, tenant_id, id, access_class_id, :digest, :name, :name, 1, now(), :tenant, now() "
                    "FROM collections WHERE id = :collection"
                ),
                {"id": document, "tenant": self.tenant, "collection": collection or self.collection,
                 "digest": stored.digest, "name": filename},
            )  # fmt: skip
            return self._add_version(session, document, number=1, stored=stored, password=password, priority=priority)

    def upload_version(self, run: UUID, content: str) -> UUID:
        """Upload a further version of the document of `run`; return the new run's id."""
        stored = self.blobs.put_bytes(self.tenant, content.encode())
        ((document,),) = self.sql("SELECT document_id FROM runs WHERE id = :run", run=run)
        ((number,),) = self.sql("SELECT max(number) FROM document_versions WHERE document_id = :id", id=document)
        with self.database.worker.transaction(self.principal) as session:
            return self._add_version(session, document, number=number + 1, stored=stored, password=None)

    def _add_version(self, session, document, *, number, stored, password, priority=Priority.BULK) -> UUID:
        version = new_id()
        session.execute(
            text(
                "INSERT INTO document_versions (id, tenant_id, document_id, number, status, content_sha256, size_bytes,"
                " sealed_password, created_at, created_by) "
                "VALUES (:id, :tenant, :document, :number, 'processing', :digest, :size, :password, now(), :tenant)"
            ),
            {"id": version, "tenant": self.tenant, "document": document, "number": number, "digest": stored.digest,
             "size": stored.size_bytes, "password": password},
        )  # fmt: skip
        run = self.runs.start_run(
            session,
            tenant_id=self.tenant,
            document_id=document,
            version_id=version,
            created_by=self.tenant,
            trace_context=None,
            priority=priority,
        )
        return run.id

    def run(self, run_id: UUID):
        return self.runs.get_run(self.principal, run_id)

    def stage(self, run_id: UUID, name: str) -> UUID:
        ((stage,),) = self.sql("SELECT id FROM stages WHERE run_id = :run AND name = :name", run=run_id, name=name)
        return stage

    def expire_lease(self, run: UUID, *, attempt: int = 1) -> None:
        """Expire the lease of an attempt at the run's current stage now, so that the test need not wait for it."""
        self.sql(
            "UPDATE stages SET lease_expires_at = now(), wake_at = now() "
            "WHERE run_id = :run AND status = 'leased' AND attempt = :attempt",
            run=run, attempt=attempt,
        )  # fmt: skip

    def wait_final(self, *runs: UUID) -> list:
        """Wait until all runs are ready or failed; return them."""
        unfinished = "SELECT count(*) FROM runs WHERE id = ANY(:runs) AND status IN ('queued', 'running')"
        wait_for(lambda: self.sql(unfinished, runs=list(runs)) == [(0,)], what="the end of all runs")
        return [self.run(run) for run in runs]

    def notes(self, name: str) -> list[str]:
        path = self.folder / "notes" / name
        return path.read_text().splitlines() if path.exists() else []

    # --- processes ---------------------------------------------------------------------------------------------------

    def start(self, *command: str, environment: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
        """Start a Python process with these arguments; return it."""
        log = self._new_log()
        process = start_tethered(
            [sys.executable, *command],
            log=log,
            death_signal=SIGKILL,
            directory=ROOT,
            environment={**self._settings(), **(environment or {})},
        )
        process.log = log
        self.processes.append(process)
        return process

    def start_relay(self) -> Forked:
        return self._fork(relay.main)

    def start_worker(self) -> Forked:
        return self._fork(plain_process.run)

    def _fork(self, main: Callable[[], object]) -> Forked:
        self.processes.append(Forked(main, log=self._new_log(), environment=self._settings()))
        return self.processes[-1]

    def _new_log(self) -> Path:
        return self.folder / "logs" / f"{len(self.processes)}.log"

    def _settings(self) -> dict[str, str]:
        urls = self.database.urls
        return {
            **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
            "PYTHONPATH": str(ROOT),
            "FOOTNOTE_DATABASE__WORKER_URL": urls["worker"],
            "FOOTNOTE_DATABASE__RELAY_URL": urls["relay"],
            "FOOTNOTE_BROKER__URL": self.broker,
            "FOOTNOTE_STORAGE__ROOT": str(self.folder / "blobs"),
            "FOOTNOTE_STORAGE__KEY_FILE": str(self.folder / "keys.json"),
            "PLAIN_NOTES": str(self.folder / "notes"),
            **{f"FOOTNOTE_JOBS__{name}": value for name, value in QUICK.items()},
            **self.environment,
        }

    def run_stage(self, run_id: UUID, name: str) -> object:
        """Run one stage in this process with a new worker, which uses this process's database connections."""
        worker = plain_process.build_plain_worker(
            Settings(
                database={"worker_url": self.database.urls["worker"]},
                storage={"root": self.folder / "blobs", "key_file": self.folder / "keys.json"},
                jobs={name.lower(): value for name, value in QUICK.items()},
            ),
            notes=self.folder / "notes",
            database=self.database.worker,
        )
        try:
            return worker.runner.run(self.tenant, self.stage(run_id, name))
        finally:
            worker.close()

    def kill(self, process: subprocess.Popen[bytes] | Forked) -> None:
        """Kill a process and all of its descendants with SIGKILL."""
        family = [*psutil.Process(process.pid).children(recursive=True), psutil.Process(process.pid)]
        for member in family:
            member.kill()
        process.wait(30)

    def close(self) -> None:
        """Kill all running processes, because a graceful stop takes seconds."""
        for process in self.processes:
            if process.poll() is None:
                self.kill(process)

    def logs(self) -> str:
        return "\n".join(tail(process.log, 30) for process in self.processes)


@pytest.fixture
def broker(valkey) -> Iterator[str]:
    """Return the URL of an empty broker."""
    redis.Redis.from_url(valkey.url()).flushall()
    return valkey.url()


@pytest.fixture
def ingestion(database, broker, tmp_path) -> Iterator[Ingestion]:
    """Return an `Ingestion` without processes."""
    created = Ingestion(database=database, folder=tmp_path, broker=broker)
    yield created
    created.close()
    print(created.logs())  # noqa: T201  pytest shows the log when the test fails


@pytest.fixture(scope="module")
def running(module_database, valkey, tmp_path_factory) -> Iterator[Ingestion]:
    """Return an `Ingestion` with a running relay and worker. The tests of a module share it."""
    redis.Redis.from_url(valkey.url()).flushall()
    created = Ingestion(database=module_database, folder=tmp_path_factory.mktemp("ingestion"), broker=valkey.url())
    created.start_relay()
    created.start_worker()
    yield created
    created.close()
    print(created.logs())  # noqa: T201  pytest shows the log when the test fails


@pytest.fixture(name="wait_for", scope="session")
def wait_for_fixture() -> Callable[..., object]:
    return wait_for
