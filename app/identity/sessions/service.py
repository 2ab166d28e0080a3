"""Sessions of the web pages. A cookie stores a random token, and the database stores its digest and expiry.

A session ends after the maximum idle time, after its maximum lifetime, at sign-out, or when its user, key or provider
is no longer valid.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, delete, insert, select, text, update
from sqlalchemy.orm import Session

from app.audit.service import record
from app.core.clock import Clock
from app.core.ids import new_id
from app.core.pagination import PageOf, PageRequest, encode_cursor, parse_uuid_cursor
from app.core.principal import Permission, Principal, Role
from app.db.constraints import Meanings, translated_violations
from app.db.session import Database
from app.identity.errors import ProviderNotFoundError, UserDisabledError
from app.identity.service import IdentityService
from app.identity.sessions.errors import SessionEndedError, SessionNotFoundError
from app.identity.sessions.models import WebSession

SEEN_EVERY = timedelta(minutes=1)
KEPT_AFTER_END = timedelta(days=30)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
# The database locks the provider and user of a new session, and rejects disabled and deleted ones.
_MEANINGS: Meanings = {"provider_of_session": ProviderNotFoundError, "user_of_session": UserDisabledError}
_FIND = text("SELECT * FROM find_web_session(:digest)")


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """A new session with its token, which only the cookie stores."""

    token: str = field(repr=False)
    lifetime: timedelta


@dataclass(frozen=True, slots=True)
class _Found:
    session_id: UUID
    tenant_id: UUID
    user_id: UUID
    provider_id: UUID | None
    key_prefix: str | None
    last_seen_at: datetime
    idle_ends_at: datetime
    ends_at: datetime
    revoked_at: datetime | None
    user_name: str
    roles: Sequence[str]
    disabled_at: datetime | None


class SessionService:
    """Opens, finds and ends sessions. `idle` is the maximum time between requests, `lifetime` the maximum duration."""

    def __init__(
        self, *, database: Database, identity: IdentityService, clock: Clock, idle: timedelta, lifetime: timedelta
    ) -> None:
        self._database = database
        self._identity = identity
        self._clock = clock
        self._idle = idle
        self._lifetime = lifetime

    def open(self, principal: Principal, *, provider_id: UUID | None = None) -> OpenedSession:
        """Open a session for a user who signed in at a provider or, if `provider_id` is None, with a key. The session
        ends no later than the key.

        Raises ProviderNotFoundError if the provider was disabled or deleted after the sign-in, UserDisabledError if the
        user was disabled or deleted.
        """
        now = self._clock.now()
        ends_at = now + self._lifetime
        if principal.key_expires_at is not None:
            ends_at = min(ends_at, principal.key_expires_at)
        token = secrets.token_urlsafe(32)
        values = {
            "id": new_id(),
            "tenant_id": principal.tenant_id,
            "user_id": principal.user_id,
            "provider_id": provider_id,
            "key_id": principal.key_id,
            "token_digest": _digest(token),
            "created_at": now,
            "last_seen_at": now,
            "idle_ends_at": now + self._idle,
            "ends_at": ends_at,
            "revoked_at": None,
        }
        with translated_violations(_MEANINGS), self._database.transaction(principal) as session:
            # The insert comes first, because it waits for a transaction that is disabling the provider or user. That
            # transaction also updates old sessions, so deleting them before the insert could cause a deadlock.
            session.execute(insert(WebSession).values(values))
            session.execute(
                delete(WebSession).where(
                    WebSession.user_id == principal.user_id, WebSession.ends_at < now - KEPT_AFTER_END
                )
            )
            detail = {
                "provider_id": None if provider_id is None else str(provider_id),
                "user_id": str(principal.user_id),
            }
            _record(session, principal, "opened", values["id"], detail)
        return OpenedSession(token=token, lifetime=ends_at - now)

    def authenticate(self, token: str) -> Principal:
        """Return the principal of a cookie's token.

        Raises SessionEndedError, also for a malformed token; UserDisabledError; KeyRefusedError and its subclasses
        if the session's key is no longer valid.
        """
        found = self._find(token)
        now = self._clock.now()
        if found is None or found.revoked_at is not None or now >= min(found.idle_ends_at, found.ends_at):
            raise SessionEndedError
        if found.disabled_at is not None:
            raise UserDisabledError
        if found.key_prefix is not None:
            principal = self._identity.readmit(_digest(token))
        else:
            principal = Principal(
                tenant_id=found.tenant_id,
                user_id=found.user_id,
                roles=frozenset(Role(role) for role in found.roles),
                name=found.user_name,
            )
        if now - found.last_seen_at >= SEEN_EVERY:
            with self._database.transaction(principal) as session:
                session.execute(
                    update(WebSession)
                    .where(WebSession.id == found.session_id)
                    .values(last_seen_at=now, idle_ends_at=now + self._idle)
                )
        return principal

    def end(self, token: str) -> None:
        """Sign out. Unknown and ended sessions are ignored."""
        found = self._find(token)
        if found is not None:
            owner = Principal(tenant_id=found.tenant_id, user_id=found.user_id)
            self._revoke(owner, found.session_id, "ended")

    def list_sessions(self, principal: Principal, page: PageRequest) -> PageOf[WebSession]:
        """List the principal's sessions; users who manage users see all sessions of the tenant. Raises
        InvalidCursorError.
        """
        query = _visible_to(principal).order_by(WebSession.id).limit(page.limit + 1)
        after = parse_uuid_cursor(page)
        if after is not None:
            query = query.where(WebSession.id > after)
        with self._database.transaction(principal) as session:
            found = session.scalars(query).all()
        items = found[: page.limit]
        return PageOf(items=items, next_cursor=encode_cursor(str(items[-1].id)) if len(found) > page.limit else None)

    def revoke(self, principal: Principal, session_id: UUID) -> None:
        """End a session: it is rejected from the next request on. Raises SessionNotFoundError, also for another user's
        session.
        """
        if not self._revoke(principal, session_id, "revoked"):
            raise SessionNotFoundError

    def _find(self, token: str) -> _Found | None:
        if _TOKEN.fullmatch(token) is None:
            return None
        with self._database.anonymous() as session:
            row = session.execute(_FIND, {"digest": _digest(token)}).mappings().one_or_none()
        return None if row is None else _Found(**row)

    def _revoke(self, principal: Principal, session_id: UUID, verb: str) -> bool:
        with self._database.transaction(principal) as session:
            found = session.scalar(_visible_to(principal).where(WebSession.id == session_id))
            if found is None:
                return False
            if found.revoked_at is None:
                session.execute(
                    update(WebSession).where(WebSession.id == session_id).values(revoked_at=self._clock.now())
                )
                _record(session, principal, verb, session_id, {"user_id": str(found.user_id)})
        return True


def _visible_to(principal: Principal) -> Select[WebSession]:
    """Select the sessions that the principal may see. A key's scopes can exclude sessions that row-level security
    permits.
    """
    query = select(WebSession)
    return query if principal.may(Permission.USERS_MANAGE) else query.where(WebSession.user_id == principal.user_id)


def form_token(token: str) -> str:
    """Return the token that proves that a form belongs to the session. It does not reveal the session's token."""
    return hmac.digest(token.encode(), b"footnote form", "sha256").hex()


def is_form_token(token: str, given: str) -> bool:
    return hmac.compare_digest(form_token(token).encode(), given.encode("utf-8", "replace"))


def _record(
    session: Session, principal: Principal, verb: str, session_id: object, detail: Mapping[str, object]
) -> None:
    record(session, principal, f"identity.session.{verb}", object_type="session", object_id=session_id, detail=detail)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
