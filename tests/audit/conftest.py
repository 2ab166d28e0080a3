"""Fixtures: a tenant's audit log, written with the API's database role, and functions that tamper with it as owner."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text

from app.audit.chain.checkpoints import Checkpoint, CheckpointKey
from app.audit.chain.copies import KeptCopies, StoredCheckpoints
from app.audit.chain.verification import Findings, verify_tenant
from app.audit.service import record
from app.core.clock import SystemClock
from app.core.principal import Principal, Role
from app.db.session import system_principal
from app.identity.service import TenantAdmin
from app.storage.local import LocalObjects
from workers.maintenance.checkpoints import CheckpointSigner

FOUNDING = 3
"""The number of events in a new log: creation of the tenant, of its user, and of the user's first key."""
TABLES = ("audit_events", "audit_chain", "audit_checkpoints")


@dataclass
class Log:
    """The audit log of one tenant."""

    database: object
    tenant: UUID
    user: Principal
    key: CheckpointKey
    copies: StoredCheckpoints

    def write(
        self, count: int = 1, *, action: str = "documents.document.read", snapshot: bool = False, **more: object
    ) -> list[UUID]:
        """Record events, each in its own transaction; return the ids of their objects."""
        made = [uuid4() for _ in range(count)]
        for object_id in made:
            with self.database.api.transaction(self.user, snapshot=snapshot) as session:
                record(session, self.user, action, object_type="document", object_id=object_id, detail=more)
        return made

    def rows(self, statement: str, **values: object) -> list[tuple[object, ...]]:
        """Run a statement as the owner in a transaction of this tenant; return the resulting rows."""
        with self.database.owner.transaction(system_principal(self.tenant)) as session:
            result = session.execute(text(statement), values)
            return [tuple(row) for row in result] if result.returns_rows else []

    def chain(self) -> list[tuple[int, UUID]]:
        return self.rows("SELECT sequence, event_id FROM audit_chain ORDER BY sequence")

    def tamper(self, *statements: str, **values: object) -> None:
        """Disable all protections of the log, then run statements as the owner."""
        with self.database.owner.anonymous() as session:
            _alter_tables(session, "NO FORCE ROW LEVEL SECURITY", "DISABLE TRIGGER USER")
            for statement in statements:
                session.execute(text(statement), values)
            _alter_tables(session, "ENABLE TRIGGER USER", "FORCE ROW LEVEL SECURITY")

    def sign(self) -> Checkpoint | None:
        signer = CheckpointSigner(database=self.database.worker, key=self.key, copies=self.copies, clock=SystemClock())
        return signer.sign(self.tenant)

    def verify(self, *, kept: list[Checkpoint] | None = None) -> Findings:
        copies = self.copies.read_kept(self.tenant) if kept is None else KeptCopies(kept, ())
        return verify_tenant(
            self.database.owner,
            self.tenant,
            keys={self.key.id: self.key.public},
            kept=copies.checkpoints,
            unreadable=copies.unreadable,
        )


def _alter_tables(session, *changes: str) -> None:
    for table in TABLES:
        for change in changes:
            session.execute(text(f"ALTER TABLE {table} {change}"))
    session.execute(text(f"ALTER TABLE tenants {next(change for change in changes if 'FORCE' in change)}"))


@pytest.fixture
def start_log(module_database, tmp_path) -> Callable[[], Log]:
    copies = StoredCheckpoints(backend=LocalObjects(root=tmp_path / "blobs"))

    def start() -> Log:
        admin = TenantAdmin(owner=module_database.owner, clock=SystemClock())
        tenant = admin.create_tenant(slug=f"t-{uuid4().hex}", name="Tenant")
        user_id, _ = admin.create_user(tenant, email=f"{uuid4().hex}@example.com", name="Ana", roles=[Role.ANALYST])
        key = CheckpointKey(id="20310101-key", private=Ed25519PrivateKey.generate())
        return Log(module_database, tenant, Principal(tenant, user_id), key, copies)

    return start


@pytest.fixture
def log(start_log) -> Log:
    return start_log()
