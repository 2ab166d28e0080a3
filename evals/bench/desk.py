"""Measures 50 editors who work on one queue at once, and checks that they never disturb each other.

The API runs in as many processes as `footnote up` starts. Each editor claims the next task, lists its fields, decides
on each after a short thought, and claims the next one. One decision in ten is tried on a field of another editor's
task, which the claim must reject.
"""

import random
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import text

from app.bootstrap import build_tenant_admin
from app.composition import build_database
from app.core.ids import new_id
from app.core.principal import Role
from app.db.migrate import upgrade_to_head
from app.db.session import Database, system_principal
from app.documents.models import Document, DocumentVersion
from app.review.models import ReviewTask
from app.review.proposals import Proposal, ProposalState, ReadingMethod
from app.review.revisions.proposing import FieldWriter
from app.review.schemas.definition import Schema, parse_definition
from app.review.schemas.repository import OWN, SchemaRepository
from app.review.tasks.repository import TaskRepository
from app.review.values import TextValue
from app.settings import API_PROCESSES, DatabaseSettings, Settings
from app.stack.servers.postgres import EmbeddedPostgres
from evals.bench.serving import run_api
from evals.running.engine import Case, SuiteResult

EDITORS, SECONDS, TASKS, FIELDS = 50, 60.0, 900, 5
LEAST_THOUGHT, MOST_THOUGHT = 0.5, 1.5
"""Seconds that an editor thinks before each request: faster than people decide."""

INTRUSIONS = 0.1
_DEFINITION = {"title": "Deal", "properties": {f"term_{number}": {"type": "string"} for number in range(FIELDS)}}


@dataclass
class _Log:
    """What the editors did: times by kind of request in milliseconds, and what must not happen."""

    times: dict[str, list[float]] = field(default_factory=dict)
    stored: int = 0
    rejected: int = 0
    held: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, kind: str, milliseconds: float) -> None:
        with self.lock:
            self.times.setdefault(kind, []).append(milliseconds)

    def take(self, task: str, editor: int) -> None:
        with self.lock:
            if task in self.held:
                self.faults.append(f"task held twice: {task}")
            self.held[task] = editor

    def release(self, task: str) -> None:
        with self.lock:
            self.held.pop(task, None)

    def choose_other(self, editor: int, draw: random.Random) -> str | None:
        with self.lock:
            others = [task for task, owner in self.held.items() if owner != editor]
        return draw.choice(others) if others else None


def bench_desk(notify: Callable[[str], None]) -> SuiteResult:
    """Run the benchmark with a temporary database and API. Raises ServerStartError."""
    with _serve(notify) as (port, worker, tenant, keys):
        notify(f"{EDITORS} editors work for {SECONDS:.0f} s")
        log = _Log()
        threads = [threading.Thread(target=_Editor(number, port, key, log).work) for number, key in enumerate(keys)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        metrics = _check(worker, tenant, log)
    for kind, times in sorted(log.times.items()):
        metrics[f"{kind}_p50_ms"] = statistics.median(times)
        metrics[f"{kind}_p95_ms"] = statistics.quantiles(times, n=20)[-1]
    every = [each for times in log.times.values() for each in times]
    metrics |= {"requests": len(every), "p95_ms": statistics.quantiles(every, n=20)[-1], "decisions": log.stored}
    cases = [Case(kind, None, f"{len(times)} requests", {}) for kind, times in sorted(log.times.items())]
    return SuiteResult(metrics=metrics, cases=cases + [Case(fault, None, fault, {}) for fault in log.faults[:20]])


class _Editor:
    """One editor, in a thread."""

    def __init__(self, number: int, port: int, key: str, log: _Log) -> None:
        self._number, self._log = number, log
        self._draw = random.Random(number)  # noqa: S311  a random choice, not a secret
        self._http = httpx.Client(
            base_url=f"http://127.0.0.1:{port}/v1/review",
            headers={"Authorization": f"Bearer {key}"},
            trust_env=False,
            timeout=60,
        )

    def work(self) -> None:
        """Work until the time is over. An error of the server is a fault."""
        task: str | None = None
        with self._http:
            self._http.get("/tasks").raise_for_status()  # the first request of a user takes longer
            ends = time.monotonic() + SECONDS
            while time.monotonic() < ends:
                if task is not None:
                    self._log.release(task)
                body = {} if task is None else {"release": task}
                claimed = self._call("claim", "POST", "/tasks/claim-next", json=body)
                found = claimed.json().get("task") if claimed is not None else None
                if found is None:
                    self._log.faults.append("no task left: add tasks")
                    return
                task = str(found["id"])
                self._log.take(task, self._number)
                self._decide_all(task, found["claim"]["token"], ends)
        if task is not None:
            self._log.release(task)

    def _decide_all(self, task: str, token: int, ends: float) -> None:
        listed = self._call("list", "GET", f"/tasks/{task}/fields")
        for each in [] if listed is None else listed.json()["items"]:
            if time.monotonic() >= ends:
                return
            if self._draw.random() < INTRUSIONS:
                self._intrude()
            self._decide("decide", each, {"action": "approve", "claim_token": token})

    def _intrude(self) -> None:
        other = self._log.choose_other(self._number, self._draw)
        listed = None if other is None else self._call("list", "GET", f"/tasks/{other}/fields")
        if listed is not None and listed.json()["items"]:
            target = self._draw.choice(listed.json()["items"])
            self._decide("intrude", target, {"action": "correct", "text": f"Editor {self._number}"})

    def _decide(self, kind: str, target: dict[str, Any], body: dict[str, Any]) -> None:
        headers = {"If-Match": f'"{target["revision"]}"'}
        made = self._call(kind, "POST", f"/fields/{target['id']}/revisions", json=body, headers=headers)
        if made is not None:
            with self._log.lock:
                self._log.stored += made.status_code == httpx.codes.CREATED
                self._log.rejected += made.status_code in (httpx.codes.CONFLICT, httpx.codes.PRECONDITION_FAILED)

    def _call(self, kind: str, method: str, path: str, **options: Any) -> httpx.Response | None:
        time.sleep(self._draw.uniform(LEAST_THOUGHT, MOST_THOUGHT))
        began = time.perf_counter()
        try:
            answer = self._http.request(method, path, **options)
        except httpx.TransportError as error:
            self._log.faults.append(f"no response: {type(error).__name__}")
            return None
        self._log.note(kind, (time.perf_counter() - began) * 1000)
        if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            self._log.faults.append(f"status {answer.status_code}: {answer.text[:200]}")
            return None
        return answer


def _check(worker: Database, tenant: UUID, log: _Log) -> dict[str, float]:
    """Compare what the editors were told with what is stored."""
    with worker.transaction(system_principal(tenant)) as session:
        stored = session.scalar(text("SELECT count(*) FROM field_revisions WHERE action <> 'propose'")) or 0
        gaps = session.scalar(
            text(
                "SELECT count(*) FROM (SELECT field_id FROM field_revisions GROUP BY field_id "
                "HAVING count(*) <> max(number)) broken"
            )
        )
        behind = session.scalar(
            text(
                "SELECT count(*) FROM fields f WHERE f.revision <> (SELECT max(r.number) FROM field_revisions r "
                "WHERE r.field_id = f.id)"
            )
        )
        deadlocks = session.scalar(text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"))
    return {
        "lost_updates": float(abs(stored - log.stored) + (gaps or 0) + (behind or 0)),
        "held_twice": float(sum(fault.startswith("task held twice") for fault in log.faults)),
        "deadlocks": float(deadlocks or 0),
        "other_faults": float(sum(not fault.startswith("task held twice") for fault in log.faults)),
        "rejected": float(log.rejected),
    }


@contextmanager
def _serve(notify: Callable[[str], None]) -> Iterator[tuple[int, Database, UUID, Sequence[str]]]:
    """Run a database and an API; yield the port, the worker's database, the tenant, and the editors' keys."""
    with tempfile.TemporaryDirectory(prefix="footnote-bench-") as name, EmbeddedPostgres(Path(name)) as postgres:
        postgres.databases.ensure_database()
        upgrade_to_head(postgres.url("owner"))
        databases = DatabaseSettings(owner_url=postgres.url("owner"), worker_url=postgres.url("worker"))
        admin = build_tenant_admin(Settings(database=databases))
        worker = build_database(databases, role="worker")
        tenant = admin.create_tenant(slug="desk", name="Desk")
        people = [
            admin.create_user(tenant, email=f"e{number}@example.org", name=f"Editor {number}", roles=[Role.EDITOR])
            for number in range(EDITORS)
        ]
        keys = [key for _, key in people]
        with run_api(Path(name), postgres.url("api"), processes=API_PROCESSES) as port:
            collection = _share(port, keys[0], [user for user, _ in people[1:]])
            notify(f"Adding {TASKS} tasks with {FIELDS} fields")
            _add_tasks(worker, tenant, collection)
            yield port, worker, tenant, keys
        worker.close()


def _share(port: int, key: str, others: Sequence[UUID]) -> UUID:
    """Create a collection that all editors may edit."""
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, trust_env=False, timeout=60) as client:
        collection = client.post("/v1/collections", json={"name": "Deals"}).json()["id"]
        for user in others:
            body = {"collection_id": collection, "user_id": str(user), "level": "editor"}
            client.post("/v1/grants", json=body).raise_for_status()
    return UUID(collection)


def _add_tasks(worker: Database, tenant: UUID, collection: UUID) -> None:
    schema, now, system = parse_definition("deal", _DEFINITION), datetime.now(UTC), system_principal(tenant)
    with worker.transaction(system) as session:
        SchemaRepository(session).add(schema, _DEFINITION, origin=OWN, principal=system, now=now)
    for first in range(0, TASKS, 50):
        with worker.transaction(system) as session:
            row = SchemaRepository(session).find_row("deal")
            assert row is not None, "it was added"
            for number in range(first, min(first + 50, TASKS)):
                document, version = new_id(), new_id()
                made = Document(
                    id=document, tenant_id=tenant, collection_id=collection, access_class_id=0,
                    content_sha256=document.hex, title=f"Deal {number}", filename=f"{number}.txt", revision=1,
                    created_at=now, created_by=system.user_id, updated_at=now,
                )  # fmt: skip
                its_version = DocumentVersion(
                    id=version, tenant_id=tenant, document_id=document, number=1, status="ready",
                    content_sha256=document.hex, size_bytes=1, page_count=1, created_at=now,
                    created_by=system.user_id,
                )  # fmt: skip
                for each in (made, its_version):
                    session.add(each)
                    session.flush()
                made.current_version_id = version
                task_id, _ = TaskRepository(session).ensure_task(
                    system, document_id=document, version_id=version, schema=row
                )
                task = session.get_one(ReviewTask, task_id)
                task.state = "reading"
                FieldWriter(session, task, now).write(schema, _read(schema, number))


def _read(schema: Schema, number: int) -> dict[str, tuple[str, Proposal]]:
    """Return proposals, whose confidence differs from task to task."""
    confidence = 0.5 + number % 97 / 200
    value = TextValue(f"Value {number}")
    return {
        spec.key: (
            spec.digest,
            Proposal(spec.key, ProposalState.FOUND, value, (), ReadingMethod.RULE, confidence),
        )
        for spec in schema.fields
    }
