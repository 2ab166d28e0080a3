"""Authenticate requests by key, manage keys, and create tenants."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from app.audit.service import record, record_change
from app.core.clock import Clock
from app.core.errors import Claimed
from app.core.ids import new_id
from app.core.pagination import PageOf, PageRequest, encode_cursor, parse_uuid_cursor
from app.core.principal import Permission, Principal, Role, allowed_by
from app.db.constraints import FOREIGN_KEY_VIOLATION, UNIQUE_VIOLATION, translated_violations
from app.db.session import Database, system_principal
from app.identity.errors import (
    EmailTakenError,
    KeyEndedError,
    KeyExpiredError,
    KeyLifetimeError,
    KeyMissingError,
    KeyNotFoundError,
    KeyOfPersonError,
    KeyRefusedError,
    KeyRevokedError,
    KeyRotatedError,
    KeyScopesError,
    SlugTakenError,
    TenantNotFoundError,
    UserDisabledError,
    UserNotFoundError,
)
from app.identity.keys import KeySecret, KeyState, new_key, parse_key, state_of
from app.identity.models import ApiKey
from app.identity.repository import FoundKey, IdentityRepository, KeyClaim
from app.identity.users import user_row

LONGEST_KEY = timedelta(days=36_500)
"""A key's maximum lifetime (a century). It keeps expiries in the range of times that Python can represent."""


@dataclass(frozen=True, slots=True)
class CreatedKey:
    """A new key with its secret, which is shown only once."""

    key: ApiKey
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeyView:
    """A key and its state."""

    key: ApiKey
    state: KeyState


class IdentityService:
    """Authenticates keys, and manages keys of the principal's tenant."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def refuse_missing(self) -> KeyMissingError:
        """Return the error for a request without a key."""
        return KeyMissingError()

    def authenticate(self, text: str) -> Principal:
        """Return the principal of a key. Raises KeyRefusedError and its subclasses."""
        presented = parse_key(text)
        with self._database.anonymous_read() as session:
            repository = IdentityRepository(session)
            found = repository.find_key(presented.prefix, presented.digest)
            # This query also runs for unknown prefixes, so that both cases take the same time.
            claim = repository.find_key_claim(presented.prefix) if found is None else None
        if found is not None:
            return self._admit(found)
        if claim is None:
            raise KeyRefusedError
        raise _claimed_by(KeyRefusedError(), claim, presented.prefix, proven=False)

    def readmit(self, token_digest: bytes) -> Principal:
        """Return the principal of the key that opened a session. Raises KeyRefusedError and its subclasses."""
        with self._database.anonymous() as session:
            found = IdentityRepository(session).find_session_key(token_digest)
        if found is None:
            raise KeyRefusedError
        return self._admit(found)

    def _admit(self, found: FoundKey) -> Principal:
        """Return the principal of a valid key. Raises KeyRevokedError, KeyExpiredError, UserDisabledError."""
        now = self._clock.now()
        if found.revoked_at is not None:
            raise _claimed_by(KeyRevokedError(), found, found.prefix, proven=True)
        if found.expires_at is not None and found.expires_at <= now:
            raise _claimed_by(KeyExpiredError(), found, found.prefix, proven=True)
        if found.disabled_at is not None:
            raise _claimed_by(UserDisabledError(), found, found.prefix, proven=True)
        return Principal(
            tenant_id=found.tenant_id,
            user_id=found.user_id,
            roles=frozenset(Role(role) for role in found.roles),
            scopes=None if found.scopes is None else frozenset(Permission(scope) for scope in found.scopes),
            key_id=found.key_id,
            key_expires_at=found.expires_at,
            name=found.user_name,
        )

    def create_key(
        self,
        principal: Principal,
        *,
        name: str,
        user_id: UUID | None = None,
        expires_at: datetime | None = None,
        scopes: frozenset[Permission] | None = None,
    ) -> CreatedKey:
        """Create a key for the principal. With the permission to manage keys, also create keys for service accounts, or
        the first key of a person who can't sign in yet. If `scopes` is None, the key has all permissions of the user.

        Raises PermissionRequiredError, UserNotFoundError, KeyOfPersonError, KeyLifetimeError, KeyScopesError.
        """
        owner_id = user_id or principal.user_id
        if owner_id != principal.user_id:
            principal.require(Permission.KEYS_MANAGE)
        now = self._clock.now()
        if expires_at is not None and not now < expires_at <= now + LONGEST_KEY:
            raise KeyLifetimeError
        _check_outlives(principal, expires_at)
        _check_scopes(principal, scopes)
        with self._database.transaction(principal) as session:
            repository = IdentityRepository(session)
            # The lock serialises two requests that create a person's first key at once.
            owner = repository.lock_user(owner_id) if owner_id != principal.user_id else repository.find_user(owner_id)
            if owner is None:
                raise UserNotFoundError
            if owner_id != principal.user_id and not repository.may_be_given_key(owner_id):
                raise KeyOfPersonError
            beyond = (scopes or frozenset()) - allowed_by(Role(role) for role in owner.roles)
            if beyond:
                raise KeyScopesError(f"The user's roles don't permit {_listed(beyond)}: remove these scopes.")
            secret = new_key()
            values = key_row(
                principal.tenant_id,
                owner_id,
                name=name,
                secret=secret,
                now=now,
                expires_at=expires_at,
                ends_by=principal.key_expires_at,
                scopes=scopes,
            )
            repository.insert_key(values)
            _record_new_key(session, principal, values, kind=owner.kind)
        return CreatedKey(key=ApiKey(**values), secret=secret.text)

    def list_keys(
        self, principal: Principal, page: PageRequest, *, words: str = "", user_id: UUID | None = None
    ) -> PageOf[KeyView]:
        """List the principal's keys; users who manage keys see all keys of the tenant, or those of a user. With
        `words`, only keys whose name, prefix or user contains each of them. Secrets are not returned.
        """
        owner = user_id if principal.may(Permission.KEYS_MANAGE) else principal.user_id
        with self._database.transaction(principal) as session:
            found = IdentityRepository(session).list_keys(
                user_id=owner, after=parse_uuid_cursor(page), limit=page.limit + 1, words=words
            )
        now = self._clock.now()
        items = [KeyView(key, state_of(key, now)) for key in found[: page.limit]]
        return PageOf(
            items=items, next_cursor=encode_cursor(str(items[-1].key.id)) if len(found) > page.limit else None
        )

    def get_key(self, principal: Principal, key_id: UUID) -> KeyView:
        """Return an own key; users who manage keys may get any. Raises KeyNotFoundError."""
        with self._database.transaction(principal) as session:
            key = session.get(ApiKey, key_id)
        if key is None or not _may_manage(principal, key):
            raise KeyNotFoundError
        return KeyView(key, state_of(key, self._clock.now()))

    def name_owners(self, principal: Principal, keys: Iterable[ApiKey]) -> Mapping[UUID, str]:
        """Return the names of the users whose keys these are, by ID."""
        with self._database.transaction(principal) as session:
            return IdentityRepository(session).name_users({key.user_id for key in keys})

    def revoke_key(self, principal: Principal, key_id: UUID) -> None:
        """Revoke a key: it is rejected from the next request on. May be repeated.

        Raises KeyNotFoundError, also for another user's key.
        """
        with self._database.transaction(principal) as session:
            repository = IdentityRepository(session)
            key = repository.lock_key(key_id)
            if key is None or not _may_manage(principal, key):
                raise KeyNotFoundError
            if key.revoked_at is not None:
                return
            now = self._clock.now()
            detail = {
                "user_id": str(key.user_id),
                "before": {"state": state_of(key, now).value},
                "after": {"state": KeyState.REVOKED.value},
            }
            if not repository.revoke_key(key_id, now):
                raise KeyNotFoundError
            record(session, principal, "identity.key.revoked", object_type="key", object_id=key_id, detail=detail)

    def rotate_key(self, principal: Principal, key_id: UUID, *, overlap: timedelta) -> CreatedKey:
        """Replace a key by one with the same name, scopes and lifetime; the old key expires after the overlap.

        Users who manage keys can also rotate the keys of service accounts, but not those of other people. Raises
        KeyNotFoundError, KeyOfPersonError, KeyEndedError, KeyRotatedError, KeyScopesError, KeyLifetimeError.
        """
        now = self._clock.now()
        with self._database.transaction(principal) as session:
            repository = IdentityRepository(session)
            old = repository.lock_key(key_id)
            if old is None or not _may_manage(principal, old):
                raise KeyNotFoundError
            if old.user_id != principal.user_id and not repository.may_be_given_key(old.user_id):
                raise KeyOfPersonError
            state = state_of(old, now)
            if state is KeyState.ROTATED:
                raise KeyRotatedError
            if state is not KeyState.ACTIVE:
                raise KeyEndedError
            scopes = None if old.scopes is None else frozenset(Permission(scope) for scope in old.scopes)
            _check_scopes(principal, scopes)
            expires_at = None if old.expires_at is None else now + (old.expires_at - old.created_at)
            if expires_at is not None and old.ends_by is not None:
                expires_at = min(expires_at, old.ends_by)
            # When a key rotates itself, the successor may expire later than the key, because the key is replaced. When
            # it rotates another key, the successor may not expire later than the rotating key.
            if key_id != principal.key_id:
                _check_outlives(principal, expires_at)
            ends = now + overlap if old.expires_at is None else min(old.expires_at, now + overlap)
            secret = new_key()
            values = key_row(
                principal.tenant_id,
                old.user_id,
                name=old.name,
                secret=secret,
                now=now,
                expires_at=expires_at,
                ends_by=old.ends_by,
                scopes=scopes,
            )
            repository.insert_key(values)
            detail = {
                "user_id": str(old.user_id),
                "before": {"expires_at": _isoformat(old.expires_at), "successor_id": None},
                "after": {"expires_at": _isoformat(ends), "successor_id": str(values["id"])},
            }
            if not repository.succeed_key(key_id, UUID(str(values["id"])), ends):
                raise KeyNotFoundError
            record(session, principal, "identity.key.rotated", object_type="key", object_id=key_id, detail=detail)
        return CreatedKey(key=ApiKey(**values), secret=secret.text)


def _claimed_by(error: KeyRefusedError, claim: KeyClaim, prefix: str, *, proven: bool) -> KeyRefusedError:
    """Return the error with the key's owner, for the audit log."""
    error.claimed = Claimed(claim.tenant_id, claim.user_id, claim.key_id, prefix, proven)
    return error


class TenantAdmin:
    """Creates tenants and their first users. Only operators' commands use it; it acts as the database's owner."""

    def __init__(self, *, owner: Database, clock: Clock) -> None:
        self._owner = owner
        self._clock = clock

    def create_tenant(self, *, slug: str, name: str) -> UUID:
        """Create a tenant; return its ID. Raises SlugTakenError."""
        tenant_id = new_id()
        principal = system_principal(tenant_id)
        with translated_violations({UNIQUE_VIOLATION: SlugTakenError}), self._owner.transaction(principal) as session:
            IdentityRepository(session).insert_tenant(
                {"id": tenant_id, "slug": slug, "name": name, "created_at": self._clock.now()}
            )
            action, kind = "identity.tenant.founded", "tenant"
            record_change(session, principal, action, object_type=kind, object_id=tenant_id, before=None, after={})
        return tenant_id

    def set_weight(self, tenant_id: UUID, weight: int) -> None:
        """Set a tenant's share of the workers, from 1 to 100, relative to other tenants. Raises TenantNotFoundError."""
        principal = system_principal(tenant_id)
        with self._owner.transaction(principal) as session:
            before = IdentityRepository(session).set_weight(tenant_id, weight)
            if before is None:
                raise TenantNotFoundError
            record_change(
                session,
                principal,
                "identity.tenant.changed",
                object_type="tenant",
                object_id=tenant_id,
                before={"weight": before},
                after={"weight": weight},
            )

    def create_user(self, tenant_id: UUID, *, email: str, name: str, roles: Iterable[Role]) -> tuple[UUID, str]:
        """Create a user; return (user ID, text of the first key). Raises EmailTakenError, TenantNotFoundError."""
        now = self._clock.now()
        user = user_row(tenant_id, email=email, name=name, roles=roles, now=now)
        secret = new_key()
        user_id = UUID(str(user["id"]))
        key = key_row(tenant_id, user_id, name="first key", secret=secret, now=now)
        principal = system_principal(tenant_id)
        refusals = {UNIQUE_VIOLATION: EmailTakenError, FOREIGN_KEY_VIOLATION: TenantNotFoundError}
        with translated_violations(refusals), self._owner.transaction(principal) as session:
            repository = IdentityRepository(session)
            repository.insert_user(user)
            record_change(
                session,
                principal,
                "identity.user.created",
                object_type="user",
                object_id=user_id,
                before=None,
                after={"roles": user["roles"], "kind": "person"},
            )
            repository.insert_key(key)
            _record_new_key(session, principal, key, kind="person")
        return user_id, secret.text


def key_row(
    tenant_id: UUID,
    user_id: UUID,
    *,
    name: str,
    secret: KeySecret,
    now: datetime,
    expires_at: datetime | None = None,
    ends_by: datetime | None = None,
    scopes: frozenset[Permission] | None = None,
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
        "ends_by": ends_by,
        "revoked_at": None,
        "scopes": None if scopes is None else sorted(scopes),
        "successor_id": None,
    }


def _record_new_key(session: Session, principal: Principal, key: Mapping[str, object], *, kind: str) -> None:
    """Audit a new key; `kind` is the kind of its user."""
    ends = key["expires_at"]
    detail = {
        "user_id": str(key["user_id"]),
        "kind": kind,
        "before": None,
        "after": {"expires_at": _isoformat(ends if isinstance(ends, datetime) else None), "scopes": key["scopes"]},
    }
    record(session, principal, "identity.key.created", object_type="key", object_id=key["id"], detail=detail)


def _may_manage(principal: Principal, key: ApiKey) -> bool:
    return key.user_id == principal.user_id or principal.may(Permission.KEYS_MANAGE)


def _check_outlives(principal: Principal, expires_at: datetime | None) -> None:
    """Raise KeyLifetimeError if the new key would expire later than the principal's own key."""
    ends = principal.key_expires_at
    if ends is not None and (expires_at is None or expires_at > ends):
        raise KeyLifetimeError(f"A key can't create one that expires later: give a time up to {ends:%FT%TZ}.")


def _check_scopes(principal: Principal, scopes: frozenset[Permission] | None) -> None:
    """Raise KeyScopesError if the new key would have more scopes than the principal's own key."""
    own = principal.scopes
    if own is not None and (scopes is None or not scopes <= own):
        raise KeyScopesError(f"A key with scopes can't create one with more: choose from {_listed(own)}.")


def _listed(permissions: Iterable[Permission]) -> str:
    return ", ".join(sorted(permissions))


def _isoformat(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
