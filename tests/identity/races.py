"""Run a request while another transaction is open. That transaction has changed or deleted the same rows."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy import text

from app.db.session import system_principal
from tests.identity.conftest import Site, Tenant

Result = TypeVar("Result")


def is_waiting(site: Site) -> bool:
    """Return whether a transaction waits for a lock."""
    with site.database.owner.anonymous() as session:
        return bool(session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))


def run_during(
    tenant: Tenant, action: Callable[[], Result], statement: str, row_id: object, *, then: str | None = None
) -> Result:
    """Run `action` during another transaction; return the action's result.

    The transaction first executes `statement` with `row_id` as `:id`. Once `action` waits for its lock, it executes
    `then`, if given, and commits.
    """
    with ThreadPoolExecutor(1) as pool:
        with tenant.site.database.owner.transaction(system_principal(tenant.id)) as session:
            session.execute(text(statement), {"id": row_id})
            pending = pool.submit(action)
            while not is_waiting(tenant.site):
                assert not pending.done(), pending.result()
            if then is not None:
                session.execute(text(then), {"id": row_id})
        return pending.result()
