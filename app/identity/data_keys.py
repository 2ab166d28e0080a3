"""Store tenants' wrapped data keys in PostgreSQL, for the keyring."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from app.db.session import Database, system_principal
from app.identity.models import TenantKey
from app.storage.keyring import WrappedDataKey


class PostgresDataKeys:
    """Implements `DataKeyRepository` with the table `tenant_keys`. Each call runs in its own short transaction as the
    tenant's system principal.
    """

    def __init__(self, *, database: Database) -> None:
        self._database = database

    def find_latest(self, tenant_id: UUID) -> WrappedDataKey | None:
        rows = self.list_all(tenant_id)
        return rows[-1] if rows else None

    def find(self, tenant_id: UUID, version: int) -> WrappedDataKey | None:
        return next((row for row in self.list_all(tenant_id) if row.version == version), None)

    def insert(self, key: WrappedDataKey) -> WrappedDataKey:
        values = {
            "tenant_id": key.tenant_id,
            "version": key.version,
            "kek_id": key.kek_id,
            "wrapped_key": key.wrapped_key,
            "created_at": datetime.now(UTC),
        }
        with self._database.transaction(system_principal(key.tenant_id)) as session:
            session.execute(insert(TenantKey).values(values).on_conflict_do_nothing())
        stored = self.find(key.tenant_id, key.version)
        assert stored is not None, "this or another transaction inserted the row"
        return stored

    def list_all(self, tenant_id: UUID) -> Sequence[WrappedDataKey]:
        query = select(TenantKey).where(TenantKey.tenant_id == tenant_id).order_by(TenantKey.version)
        with self._database.transaction(system_principal(tenant_id)) as session:
            return [
                WrappedDataKey(
                    tenant_id=row.tenant_id, version=row.version, wrapped_key=bytes(row.wrapped_key), kek_id=row.kek_id
                )
                for row in session.scalars(query)
            ]

    def replace(self, old: WrappedDataKey, new: WrappedDataKey) -> bool:
        change = (
            update(TenantKey)
            .where(
                TenantKey.tenant_id == old.tenant_id,
                TenantKey.version == old.version,
                TenantKey.wrapped_key == old.wrapped_key,
            )
            .values(kek_id=new.kek_id, wrapped_key=new.wrapped_key)
            .returning(TenantKey.version)
        )
        with self._database.transaction(system_principal(old.tenant_id)) as session:
            return session.scalar(change) is not None
