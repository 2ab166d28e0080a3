"""Fixtures: tenants with documents and runs."""

import itertools
from dataclasses import dataclass, field
from uuid import UUID

import pytest
from sqlalchemy import text

from app.core.clock import SystemClock
from app.core.ids import new_id
from app.core.principal import Principal
from app.db.session import system_principal
from app.jobs.leases import LeaseService
from app.jobs.plan import LeaseTerms
from app.jobs.service import RunService

TERMS = LeaseTerms(lease_seconds=60, wake_again_seconds=60, max_attempts=3, max_crashes=3, max_outages=4,
                   max_deaths=4, backoff_seconds=600, longest_backoff_seconds=3600)  # fmt: skip
_numbers = itertools.count(1_000_000)


@dataclass
class Ledger:
    """One tenant's runs; `failures` contains the failed runs that the lease service reported."""

    database: object
    tenant: UUID = field(default_factory=new_id)
    collection: UUID = field(default_factory=new_id)
    failures: list = field(default_factory=list)

    def __post_init__(self) -> None:
        with self.database.owner.transaction(self.principal) as session:
            session.execute(
                text("INSERT INTO tenants VALUES (:id, :slug, 'Tenant', now())"),
                {"id": self.tenant, "slug": f"jobs-{self.tenant}"},
            )
        self.sql(
            "INSERT INTO collections (id, tenant_id, access_class_id, name, revision, created_at, created_by) "
            "VALUES (:id, :tenant, :access_class, 'Filings', 1, now(), :tenant)",
            id=self.collection, tenant=self.tenant, access_class=next(_numbers),
        )  # fmt: skip
        self.sql(
            "INSERT INTO access_classes (id, tenant_id, collection_id) "
            "SELECT access_class_id, tenant_id, id FROM collections WHERE id = :id",
            id=self.collection,
        )
        self.runs = RunService(database=self.database.worker, clock=SystemClock(), wake_again_seconds=60)
        self.leases = self.lease_service(TERMS)

    def lease_service(self, terms: LeaseTerms) -> LeaseService:
        return LeaseService(
            database=self.database.worker,
            clock=SystemClock(),
            terms=terms,
            on_failed=lambda _session, failed: self.failures.append(failed),
        )

    @property
    def principal(self) -> Principal:
        return system_principal(self.tenant)

    def sql(self, statement: str, **values: object) -> list:
        with self.database.worker.transaction(self.principal) as session:
            result = session.execute(text(statement), values)
            return list(result.all()) if result.returns_rows else []

    def start(self) -> UUID:
        """Create a document with a queued run; return the run's id."""
        document, version = new_id(), new_id()
        with self.database.worker.transaction(self.principal) as session:
            session.execute(
                text(
                    "INSERT INTO documents (id, tenant_id, collection_id, access_class_id, content_sha256, title,"
                    " filename, revision, created_at, created_by, updated_at) "
                    "SELECT :id, tenant_id, id, access_class_id, :digest, 'x', 'x', 1, now(), :tenant, now() "
                    "FROM collections WHERE id = :collection"
                ),
                {"id": document, "tenant": self.tenant, "collection": self.collection, "digest": document.hex},
            )
            session.execute(
                text(
                    "INSERT INTO document_versions (id, tenant_id, document_id, number, status, content_sha256,"
                    " size_bytes, created_at, created_by) "
                    "VALUES (:id, :tenant, :document, 1, 'processing', 'x', 1, now(), :tenant)"
                ),
                {"id": version, "tenant": self.tenant, "document": document},
            )
            return self.runs.start_run(
                session,
                tenant_id=self.tenant,
                document_id=document,
                version_id=version,
                created_by=self.tenant,
                trace_context={"traceparent": "00-1"},
            ).id

    def stage(self, run: UUID, name: str) -> UUID:
        ((found,),) = self.sql("SELECT id FROM stages WHERE run_id = :run AND name = :name", run=run, name=name)
        return found

    def claim(self, stage: UUID, owner: str = "one"):
        return self.leases.claim(self.tenant, stage, owner=owner)

    def complete(self, lease, key: str = "key") -> None:
        with self.database.worker.transaction(self.principal) as session:
            self.leases.complete(session, lease, key)

    def expire(self, stage: UUID) -> None:
        """Expire the stage's lease now."""
        self.sql(
            "UPDATE stages SET lease_expires_at = now() - interval '1 s', wake_at = now() - interval '1 s' "
            "WHERE id = :id AND status = 'leased'",
            id=stage,
        )

    def come_due(self, stage: UUID) -> None:
        """Make the stage due now, for its next attempt and for another message."""
        self.sql(
            "UPDATE stages SET available_at = now() - interval '1 s', wake_at = now() - interval '1 s' "
            "WHERE id = :id AND status = 'pending'",
            id=stage,
        )

    def sweep(self, seconds: float = 60.0):
        with self.database.relay.anonymous() as session:
            return tuple(
                session.execute(text("SELECT expired, woken FROM sweep_stages(:s, 500)"), {"s": seconds}).one()
            )

    def calls(self) -> list:
        """Return the payloads in the outbox, oldest first."""
        return [payload for (payload,) in self.sql("SELECT payload FROM outbox ORDER BY id")]


@pytest.fixture
def ledger(module_database) -> Ledger:
    return Ledger(database=module_database)


@pytest.fixture
def open_ledger(module_database):
    """Return a function that creates a ledger with a new tenant, by default in the module's database."""
    return lambda database=module_database: Ledger(database=database)
