"""Creates a home's first tenant and its administrator. By default, the command line uses the administrator's key."""

from itertools import count
from uuid import UUID

from app.core.clock import SystemClock
from app.core.principal import Role
from app.db.session import Database, build_engine
from app.identity.errors import EmailTakenError, SlugTakenError
from app.identity.service import TenantAdmin
from app.stack.home import ADMIN_KEY, Home

TENANT = "tenant"


def open_tenant_admin(owner_url: str) -> tuple[TenantAdmin, Database]:
    """Return the service that creates tenants, and its database, which the caller must close."""
    engine = build_engine(owner_url, pool_size=1, statement_timeout_ms=30_000, application_name="footnote-owner")
    database = Database(engine=engine)
    return TenantAdmin(owner=database, clock=SystemClock()), database


def ensure_admin(home: Home, owner_url: str) -> str:
    """Return the administrator's key from the home's secrets. On the first start, create the tenant and the key.

    A crash during the first start may leave a tenant or an administrator without a stored key. The next start then
    creates another one.
    """
    known = home.read_secret(ADMIN_KEY)
    if known:
        return known
    admin, database = open_tenant_admin(owner_url)
    try:
        tenant = home.read_secret(TENANT)
        tenant_id = UUID(tenant) if tenant else _create_tenant(home, admin)
        key = _create_admin(admin, tenant_id)
    finally:
        database.close()
    home.write_secret(ADMIN_KEY, key)
    return key


def _create_tenant(home: Home, admin: TenantAdmin) -> UUID:
    for number in count(1):
        try:
            tenant_id = admin.create_tenant(slug="main" if number == 1 else f"main-{number}", name="Main")
        except SlugTakenError:
            continue
        home.write_secret(TENANT, str(tenant_id))
        return tenant_id
    raise AssertionError("unreachable: count() is infinite")


def _create_admin(admin: TenantAdmin, tenant_id: UUID) -> str:
    for number in count(1):
        email = "admin@localhost" if number == 1 else f"admin-{number}@localhost"
        try:
            _, key = admin.create_user(tenant_id, email=email, name="Administrator", roles=[Role.ADMIN, Role.EDITOR])
        except EmailTakenError:
            continue
        return key
    raise AssertionError("unreachable: count() is infinite")
