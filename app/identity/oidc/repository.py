"""SQL of providers and of the users linked to their subjects."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, delete, func, insert, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert as insert_or_ignore
from sqlalchemy.orm import Session

from app.db.session import Database, system_principal
from app.identity.models import User
from app.identity.oidc.models import IdentityProvider, UserIdentity
from app.identity.sessions.models import WebSession

_FIND_TENANT = text("SELECT find_provider_tenant(:id)")
_FIND_BY_TOKEN = text("SELECT tenant_id, id FROM find_token_providers(:issuer, :audiences)")
_LIST_OF_TENANT = text("SELECT id, name FROM list_sign_in_providers(:slug)")
_LIST_UNBOUND = text("SELECT * FROM list_unbound_audiences()")

# Service accounts and deleted users can't sign in.
_PERSON = (User.kind == "person", User.deleted_at.is_(None))


@dataclass(frozen=True, slots=True)
class FoundProvider:
    """An enabled provider, with the fields that are needed before the user is known."""

    tenant_id: UUID
    id: UUID
    name: str
    issuer: str
    client_id: str
    sealed_secret: bytes | None = field(repr=False)
    audience: str | None
    email_domains: tuple[str, ...]
    link_by: str


@dataclass(frozen=True, slots=True)
class OfferedProvider:
    """A provider, as shown on the sign-in page."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class UnboundAudience:
    """An audience that does not end with its tenant's ID."""

    tenant_id: UUID
    provider_id: UUID
    issuer: str
    audience: str


def list_unbound_audiences(session: Session) -> Sequence[UnboundAudience]:
    """List unbound audiences of all tenants; only for the database's owner."""
    return [UnboundAudience(**row) for row in session.execute(_LIST_UNBOUND).mappings()]


class SignInRepository:
    """Queries that run before a principal is known."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def find_tenant(self, provider_id: UUID) -> UUID | None:
        """Return the tenant of an enabled provider."""
        return cast(UUID | None, self._session.scalar(_FIND_TENANT, {"id": provider_id}))

    def list_token_providers(self, issuer: str, audiences: Sequence[str]) -> Sequence[tuple[UUID, UUID]]:
        """Return (tenant ID, provider ID) of at most two providers that match a token's issuer and audiences."""
        found = self._session.execute(_FIND_BY_TOKEN, {"issuer": issuer, "audiences": list(audiences)})
        return [(row.tenant_id, row.id) for row in found]

    def list_offered(self, slug: str) -> Sequence[OfferedProvider]:
        return [OfferedProvider(row.id, row.name) for row in self._session.execute(_LIST_OF_TENANT, {"slug": slug})]


class ProviderRepository:
    """Providers, links and people of the session's tenant, without deleted people."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def insert_provider(self, values: Mapping[str, Any]) -> None:
        self._session.execute(insert(IdentityProvider).values(values))

    def find_provider(self, provider_id: UUID) -> IdentityProvider | None:
        return self._session.scalar(select(IdentityProvider).where(IdentityProvider.id == provider_id))

    def list_providers(self, *, after: UUID | None, limit: int, words: str = "") -> Sequence[IdentityProvider]:
        """Return providers, oldest first; with `words`, those whose name or issuer contains each of them."""
        query = select(IdentityProvider).order_by(IdentityProvider.id).limit(limit)
        for word in words.split():
            named = (IdentityProvider.name, IdentityProvider.issuer)
            query = query.where(or_(*(column.icontains(word, autoescape=True) for column in named)))
        if after is not None:
            query = query.where(IdentityProvider.id > after)
        return self._session.scalars(query).all()

    def update_provider(self, provider_id: UUID, *, revision: int, values: Mapping[str, Any]) -> bool:
        """Update a provider; return False if `revision` is not its current revision."""
        change = (
            update(IdentityProvider)
            .where(IdentityProvider.id == provider_id, IdentityProvider.revision == revision)
            .values({**values, "revision": revision + 1})
        )
        return self._changed(change)

    def is_crossed(self, provider: IdentityProvider) -> bool:
        """Return whether any provider with the same issuer has this provider's audience as its client ID, or this
        provider's client ID as its audience.
        """
        same = IdentityProvider.issuer == provider.issuer
        crossed = or_(IdentityProvider.client_id == provider.audience, IdentityProvider.audience == provider.client_id)
        return self._session.scalar(select(IdentityProvider.id).where(same, crossed).limit(1)) is not None

    def count_uses(self, provider_id: UUID, now: datetime) -> tuple[int, int]:
        """Return the number of people linked to a provider, and of open sessions that it opened."""
        links = select(func.count()).where(UserIdentity.provider_id == provider_id)
        is_open = (WebSession.revoked_at.is_(None), WebSession.ends_at > now, WebSession.idle_ends_at > now)
        sessions = select(func.count()).where(WebSession.provider_id == provider_id, *is_open)
        return self._session.scalar(links) or 0, self._session.scalar(sessions) or 0

    def delete_provider(self, provider_id: UUID) -> IdentityProvider | None:
        """Delete a provider; return it, or None if it is missing."""
        gone = delete(IdentityProvider).where(IdentityProvider.id == provider_id).returning(IdentityProvider)
        return self._session.scalar(gone)

    def find_user(self, user_id: UUID) -> User | None:
        return self._session.scalar(select(User).where(User.id == user_id, *_PERSON))

    def find_linked_user(self, provider_id: UUID, subject: str) -> User | None:
        query = select(User).join(UserIdentity, UserIdentity.user_id == User.id)
        return self._session.scalar(
            query.where(UserIdentity.provider_id == provider_id, UserIdentity.subject == subject, *_PERSON)
        )

    def list_users_by_email(self, email: str) -> Sequence[User]:
        """Return the people with that address, ignoring case. Several people may match."""
        query = select(User).where(func.lower(User.email) == email.lower(), *_PERSON)
        return self._session.scalars(query.limit(2)).all()

    def find_link(self, provider_id: UUID, user_id: UUID) -> UserIdentity | None:
        query = select(UserIdentity).where(UserIdentity.provider_id == provider_id, UserIdentity.user_id == user_id)
        return self._session.scalar(query)

    def list_links(self, provider_id: UUID, *, after: UUID | None, limit: int) -> Sequence[UserIdentity]:
        query = select(UserIdentity).where(UserIdentity.provider_id == provider_id)
        query = query.order_by(UserIdentity.user_id).limit(limit)
        if after is not None:
            query = query.where(UserIdentity.user_id > after)
        return self._session.scalars(query).all()

    def insert_link(self, tenant_id: UUID, provider_id: UUID, user_id: UUID, subject: str, now: datetime) -> bool:
        """Insert a link; return False if the subject or the user is already linked."""
        values = {
            "tenant_id": tenant_id,
            "provider_id": provider_id,
            "subject": subject,
            "user_id": user_id,
            "created_at": now,
        }
        statement = insert_or_ignore(UserIdentity).values(values).on_conflict_do_nothing()
        return self._session.scalar(statement.returning(UserIdentity.user_id)) is not None

    def delete_link(self, provider_id: UUID, user_id: UUID) -> str | None:
        """Delete a link; return its subject, or None if it is missing."""
        gone = delete(UserIdentity).where(UserIdentity.provider_id == provider_id, UserIdentity.user_id == user_id)
        return self._session.scalar(gone.returning(UserIdentity.subject))

    def _changed(self, statement: Any) -> bool:
        return cast(CursorResult[Any], self._session.execute(statement)).rowcount > 0


def find_enabled_provider(database: Database, tenant_id: UUID, provider_id: UUID) -> FoundProvider | None:
    """Return an enabled provider. The query runs as the tenant's system principal, because no user is signed in yet."""
    with database.transaction(system_principal(tenant_id)) as session:
        row = ProviderRepository(session).find_provider(provider_id)
    if row is None or not row.enabled:
        return None
    return FoundProvider(
        tenant_id=row.tenant_id,
        id=row.id,
        name=row.name,
        issuer=row.issuer,
        client_id=row.client_id,
        sealed_secret=None if row.sealed_secret is None else bytes(row.sealed_secret),
        audience=row.audience,
        email_domains=tuple(row.email_domains),
        link_by=row.link_by,
    )
