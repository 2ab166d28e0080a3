"""SQL of users and keys."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, or_, select, text, update
from sqlalchemy.orm import Session

from app.db.keyed import run_keyed
from app.identity.models import ApiKey, Tenant, User

_KEY = "key_id, tenant_id, user_id, prefix, expires_at, revoked_at, user_name, roles, disabled_at, scopes"
_FIND_KEY = f"SELECT {_KEY} FROM find_api_key(%(prefix)s, %(digest)s)"  # noqa: S608 - constants
_FIND_SESSION_KEY = f"SELECT {_KEY} FROM find_session_key(%(digest)s)"  # noqa: S608 - constants
_FIND_CLAIM = text("SELECT * FROM find_key_claim(:prefix)")
_MAY_BE_GIVEN = text("SELECT may_be_given_key(:user_id)")


@dataclass(frozen=True, slots=True)
class KeyClaim:
    """The owner of a key prefix, for the audit log of a failed sign-in. It contains only ids, because the secret was
    wrong.
    """

    key_id: UUID
    tenant_id: UUID
    user_id: UUID


@dataclass(frozen=True, slots=True)
class FoundKey(KeyClaim):
    """A key with its user, found before the tenant of the request is known."""

    prefix: str
    expires_at: datetime | None
    revoked_at: datetime | None
    user_name: str
    roles: tuple[str, ...]
    disabled_at: datetime | None
    scopes: tuple[str, ...] | None


class IdentityRepository:
    """Rows of identity that the session's principal may see."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def find_key(self, prefix: str, digest: bytes) -> FoundKey | None:
        """Return the key with that prefix and digest of its secret.

        SQL does not compare the digests in constant time. Timing could reveal bytes of a SHA-256 digest, but a digest
        reveals nothing of the secret's 256 random bits and authenticates no caller.
        """
        return _key(run_keyed(self._session, _FIND_KEY, {"prefix": prefix, "digest": digest}))

    def find_session_key(self, token_digest: bytes) -> FoundKey | None:
        """Return the key that opened the session with that token's digest."""
        return _key(run_keyed(self._session, _FIND_SESSION_KEY, {"digest": token_digest}))

    def find_key_claim(self, prefix: str) -> KeyClaim | None:
        row = self._session.execute(_FIND_CLAIM, {"prefix": prefix}).mappings().one_or_none()
        return None if row is None else KeyClaim(**row)

    def may_be_given_key(self, user_id: UUID) -> bool:
        """Return whether other users may create a key for this user. They may for a service account, and for a person
        who never had a key, link or session.
        """
        return bool(self._session.scalar(_MAY_BE_GIVEN, {"user_id": user_id}))

    def insert_tenant(self, values: dict[str, object]) -> None:
        self._session.execute(insert(Tenant).values(values))

    def set_weight(self, tenant_id: UUID, weight: int) -> int | None:
        """Set the tenant's weight; return the weight before, or None if there is no such tenant."""
        before = self._session.scalar(select(Tenant.weight).where(Tenant.id == tenant_id).with_for_update())
        self._session.execute(update(Tenant).where(Tenant.id == tenant_id).values(weight=weight))
        return before

    def insert_user(self, values: dict[str, object]) -> None:
        self._session.execute(insert(User).values(values))

    def insert_key(self, values: dict[str, object]) -> None:
        self._session.execute(insert(ApiKey).values(values))

    def find_user(self, user_id: UUID) -> User | None:
        return self._session.scalar(select(User).where(User.id == user_id, User.deleted_at.is_(None)))

    def lock_user(self, user_id: UUID) -> User | None:
        """Return the user, locked until the transaction ends."""
        mine = select(User).where(User.id == user_id, User.deleted_at.is_(None))
        return self._session.scalar(mine.with_for_update(key_share=True))

    def update_user(self, user_id: UUID, values: Mapping[str, object]) -> User | None:
        """Update a user; return it, or None if the principal may no longer change users."""
        changed = update(User).where(User.id == user_id).values(values).returning(User)
        return self._session.scalar(changed, execution_options={"populate_existing": True})

    def list_users(self, *, after: UUID | None, limit: int, words: str = "") -> Sequence[User]:
        """Return users, oldest first; with `words`, those whose name or e-mail address contains each of them."""
        query = select(User).where(User.deleted_at.is_(None)).order_by(User.id).limit(limit)
        for word in words.split():
            query = query.where(
                User.name.icontains(word, autoescape=True) | User.email.icontains(word, autoescape=True)
            )
        if after is not None:
            query = query.where(User.id > after)
        return self._session.scalars(query).all()

    def name_users(self, user_ids: Iterable[UUID]) -> Mapping[UUID, str]:
        """Return the names of users by ID, also of deleted users."""
        found = self._session.execute(select(User.id, User.name).where(User.id.in_(list(user_ids))))
        return {row.id: row.name for row in found}

    def list_keys(self, *, user_id: UUID | None, after: UUID | None, limit: int, words: str = "") -> Sequence[ApiKey]:
        """Return keys, oldest first; with `words`, those whose name, prefix or user contains each of them."""
        query = select(ApiKey).order_by(ApiKey.id).limit(limit)
        if words:
            query = query.join(User, User.id == ApiKey.user_id)
        for word in words.split():
            columns = (ApiKey.name, ApiKey.prefix, User.name, User.email)
            query = query.where(or_(*(column.icontains(word, autoescape=True) for column in columns)))
        if user_id is not None:
            query = query.where(ApiKey.user_id == user_id)
        if after is not None:
            query = query.where(ApiKey.id > after)
        return self._session.scalars(query).all()

    def lock_key(self, key_id: UUID) -> ApiKey | None:
        """Return the key, locked until the transaction ends."""
        return self._session.scalar(select(ApiKey).where(ApiKey.id == key_id).with_for_update(key_share=True))

    def succeed_key(self, key_id: UUID, successor_id: UUID, ends: datetime) -> bool:
        """Set a key's successor; return False if the principal may no longer change it."""
        change = update(ApiKey).where(ApiKey.id == key_id).values(successor_id=successor_id, expires_at=ends)
        return self._session.scalar(change.returning(ApiKey.id)) is not None

    def revoke_key(self, key_id: UUID, now: datetime) -> bool:
        """Revoke a key; return False if it is already revoked, or the principal may no longer change it."""
        change = update(ApiKey).where(ApiKey.id == key_id, ApiKey.revoked_at.is_(None)).values(revoked_at=now)
        return self._session.scalar(change.returning(ApiKey.id)) is not None


def _key(rows: Sequence[Sequence[Any]]) -> FoundKey | None:
    if not rows:
        return None
    found = FoundKey(*rows[0])
    return replace(found, roles=tuple(found.roles), scopes=None if found.scopes is None else tuple(found.scopes))
