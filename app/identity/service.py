"""Who a request comes from, keys, and the founding of tenants."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from app.audit.service import record
from app.core.clock import Clock
from app.core.ids import new_id
from app.core.pagination import PageOf, PageRequest, encode_cursor, parse_uuid_cursor
from app.core.principal import Permission, Principal, Role
from app.db.session import Database, system_principal
from app.identity.errors import (
    EmailTakenError,
    KeyExpiredError,
    KeyLifetimeError,
    KeyMissingError,
    KeyNotFoundError,
    KeyRefusedError,
    KeyRevokedError,
    SlugTakenError,
    UserDisabledError,
    UserNotFoundError,
)
from app.identity.keys import KeySecret, new_key, parse_key
from app.identity.models import ApiKey, User
from app.identity.repository import FoundKey, IdentityRepository

Row = TypeVar("Row", ApiKey, User)
LONGEST_KEY = timedelta(days=36_500)
"""A century: later times can't all be read back from the database."""


@dataclass(frozen=True, slots=True)
class CreatedKey:
    """A new key with its secret, which is shown this once."""

    key: ApiKey
    secret: str = field(repr=False)


class IdentityService:
    """Signs in, and manages keys and users of the principal's own tenant."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def refuse_missing(self) -> KeyMissingError:
        """The error for a request without a key."""
        return KeyMissingError()

    def authenticate(self, text: str) -> Principal:
        """The principal that a key stands for. Raises KeyRefusedError and those derived from it."""
        presented = parse_key(text)
        found = self._find_key(presented.prefix)
        # The comparison is made even for an unknown prefix, so that both take the same time.
        known = presented.matches(found.secret_hash if found else bytes(32))
        if found is None or not known:
            raise KeyRefusedError
        return self._admit(found)

    def readmit(self, prefix: str) -> Principal:
        """The principal of a key that its session was opened with. Raises KeyRefusedError and those derived from it."""
        found = self._find_key(prefix)
        if found is None:
            raise KeyRefusedError
        return self._admit(found)

    def _find_key(self, prefix: str) -> FoundKey | None:
        with self._database.anonymous() as session:
            return IdentityRepository(session).find_key_by_prefix(prefix)

    def _admit(self, found: FoundKey) -> Principal:
        """Raises KeyRevokedError, KeyExpiredError, UserDisabledError."""
        now = self._clock.now()
        if found.revoked_at is not None:
            raise KeyRevokedError
        if found.expires_at is not None and found.expires_at <= now:
            raise KeyExpiredError
        if found.disabled_at is not None:
            raise UserDisabledError
        return Principal(
            tenant_id=found.tenant_id,
            user_id=found.user_id,
            roles=frozenset(Role(role) for role in found.roles),
            key_id=found.key_id,
            key_expires_at=found.expires_at,
            name=found.user_name,
        )

    def create_key(
        self, principal: Principal, *, name: str, user_id: UUID | None = None, expires_at: datetime | None = None
    ) -> CreatedKey:
        """A key for oneself; for somebody else as an administrator. Raises KeyLifetimeError, UserNotFoundError."""
        owner_id = user_id or principal.user_id
        if owner_id != principal.user_id:
            principal.require(Permission.KEYS_MANAGE)
        now = self._clock.now()
        if expires_at is not None and not now < expires_at <= now + LONGEST_KEY:
            raise KeyLifetimeError
        ends = principal.key_expires_at
        if ends is not None and (expires_at is None or expires_at > ends):
            raise KeyLifetimeError(f"A key that expires makes none that lives longer: give a time up to {ends:%FT%TZ}.")
        with self._database.transaction(principal) as session:
            repository = IdentityRepository(session)
            if repository.find_user(owner_id) is None:
                raise UserNotFoundError
            secret = new_key()
            values = key_row(
                principal.tenant_id, owner_id, name=name, secret=secret, now=self._clock.now(), expires_at=expires_at
            )
            repository.insert_key(values)
            record(
                session,
                principal,
                "identity.key.created",
                object_type="key",
                object_id=values["id"],
                detail={
                    "user_id": str(owner_id),
                    "expires_at": None if expires_at is None else expires_at.isoformat(),
                },
            )
        return CreatedKey(key=ApiKey(**values), secret=secret.text)

    def list_keys(self, principal: Principal, page: PageRequest) -> PageOf[ApiKey]:
        """One's own keys; an administrator sees the whole tenant's. Secrets are never shown again."""
        owner = None if principal.may(Permission.KEYS_MANAGE) else principal.user_id
        with self._database.transaction(principal) as session:
            found = IdentityRepository(session).list_keys(
                user_id=owner, after=parse_uuid_cursor(page), limit=page.limit + 1
            )
        return _page(found, page.limit)

    def revoke_key(self, principal: Principal, key_id: UUID) -> None:
        """From the next request on the key is refused. Raises KeyNotFoundError, also for somebody else's key."""
        with self._database.transaction(principal) as session:
            repository = IdentityRepository(session)
            key = repository.find_key(key_id)
            if key is None or (key.user_id != principal.user_id and not principal.may(Permission.KEYS_MANAGE)):
                raise KeyNotFoundError
            repository.revoke_key(key_id, self._clock.now())
            record(session, principal, "identity.key.revoked", object_type="key", object_id=key_id)

    def create_user(self, principal: Principal, *, email: str, name: str, roles: Iterable[Role]) -> User:
        """A user of the principal's tenant. Raises PermissionRequiredError, EmailTakenError."""
        principal.require(Permission.USERS_MANAGE)
        values = user_row(principal.tenant_id, email=email, name=name, roles=roles, now=self._clock.now())
        try:
            with self._database.transaction(principal) as session:
                IdentityRepository(session).insert_user(values)
                record(
                    session,
                    principal,
                    "identity.user.created",
                    object_type="user",
                    object_id=values["id"],
                    detail={"roles": values["roles"]},
                )
        except IntegrityError as error:
            raise EmailTakenError from error
        return User(**values)

    def list_users(self, principal: Principal, page: PageRequest) -> PageOf[User]:
        """The tenant's users. Raises PermissionRequiredError."""
        principal.require(Permission.USERS_MANAGE)
        with self._database.transaction(principal) as session:
            found = IdentityRepository(session).list_users(after=parse_uuid_cursor(page), limit=page.limit + 1)
        return _page(found, page.limit)


class TenantAdmin:
    """Founds tenants and their first users, as the database's owner: an operator's command, never an endpoint."""

    def __init__(self, *, owner: Database, clock: Clock) -> None:
        self._owner = owner
        self._clock = clock

    def create_tenant(self, *, slug: str, name: str) -> UUID:
        """The new tenant's id. Raises SlugTakenError."""
        tenant_id = new_id()
        try:
            with self._owner.transaction(system_principal(tenant_id)) as session:
                IdentityRepository(session).insert_tenant(
                    {"id": tenant_id, "slug": slug, "name": name, "created_at": self._clock.now()}
                )
        except IntegrityError as error:
            raise SlugTakenError from error
        return tenant_id

    def create_user(self, tenant_id: UUID, *, email: str, name: str, roles: Iterable[Role]) -> tuple[UUID, str]:
        """(the user's id, a first key in the clear). Raises EmailTakenError."""
        now = self._clock.now()
        user = user_row(tenant_id, email=email, name=name, roles=roles, now=now)
        secret = new_key()
        user_id = UUID(str(user["id"]))
        key = key_row(tenant_id, user_id, name="first key", secret=secret, now=now, expires_at=None)
        principal = system_principal(tenant_id)
        try:
            with self._owner.transaction(principal) as session:
                repository = IdentityRepository(session)
                repository.insert_user(user)
                repository.insert_key(key)
                record(
                    session,
                    principal,
                    "identity.user.created",
                    object_type="user",
                    object_id=user_id,
                    detail={"roles": user["roles"]},
                )
        except IntegrityError as error:
            raise EmailTakenError from error
        return user_id, secret.text


def user_row(tenant_id: UUID, *, email: str, name: str, roles: Iterable[Role], now: datetime) -> dict[str, object]:
    return {
        "id": new_id(),
        "tenant_id": tenant_id,
        "email": email,
        "name": name,
        "roles": sorted(role.value for role in set(roles) - {Role.SYSTEM}),
        "created_at": now,
        "disabled_at": None,
    }


def key_row(
    tenant_id: UUID, user_id: UUID, *, name: str, secret: KeySecret, now: datetime, expires_at: datetime | None
) -> dict[str, object]:
    return {
        "id": new_id(),
        "tenant_id": tenant_id,
        "user_id": user_id,
        "name": name,
        "prefix": secret.prefix,
        "secret_hash": secret.digest,
        "created_at": now,
        "expires_at": expires_at,
        "revoked_at": None,
    }


def _page(found: Sequence[Row], limit: int) -> PageOf[Row]:
    items = list(found[:limit])
    return PageOf(items=items, next_cursor=encode_cursor(str(items[-1].id)) if len(found) > limit else None)
