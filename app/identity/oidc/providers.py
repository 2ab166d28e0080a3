"""Manage a tenant's sign-in providers and their links to users. Only administrators may do this."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.audit.service import record
from app.core.clock import Clock
from app.core.errors import PreconditionFailedError
from app.core.ids import new_id
from app.core.pagination import PageOf, PageRequest, encode_cursor, parse_uuid_cursor
from app.core.principal import Permission, Principal
from app.db.constraints import FOREIGN_KEY_VIOLATION, Meanings, translated_violations
from app.db.session import Database, system_principal
from app.identity.errors import ProviderNotFoundError
from app.identity.oidc.errors import (
    AudienceInvalidError,
    AudienceOfClientError,
    AudienceTakenError,
    AudienceUnboundError,
    ClientTakenError,
    DomainsMissingError,
    IssuerInvalidError,
    LinkNotFoundError,
    ProvidersBeyondScopesError,
    ProviderTakenError,
    SubjectTakenError,
)
from app.identity.oidc.http import ProviderHttp
from app.identity.oidc.models import IdentityProvider, UserIdentity
from app.identity.oidc.repository import ProviderRepository, UnboundAudience, list_unbound_audiences
from app.identity.oidc.sign_in import SECRET_PURPOSE
from app.identity.oidc.users import LINK_BY_EMAIL
from app.identity.sessions.models import WebSession
from app.storage.sealing import Sealer

_AUDITED = ("revision", "issuer", "client_id", "audience", "email_domains", "link_by", "enabled")

_IDENTIFIER = re.compile(r"[!-~]{1,255}", re.ASCII)
_MEANINGS: Meanings = {
    "uq_identity_providers_issuer_audience": AudienceTakenError,
    "uq_identity_providers_tenant_id_issuer_client_id": ProviderTakenError,
    "ck_identity_providers_audience_of_no_client": AudienceOfClientError,
    "ck_identity_providers_domains_named": DomainsMissingError,
    "audience_of_tenant": AudienceUnboundError,
    "audience_of_client": AudienceOfClientError,
    "client_of_audience": ClientTakenError,
}


@dataclass(frozen=True, slots=True)
class NewProvider:
    """A requested provider; `repr` omits `client_secret`."""

    name: str
    issuer: str
    client_id: str
    client_secret: str | None = field(repr=False)
    audience: str | None
    email_domains: tuple[str, ...]
    link_by: str
    enabled: bool


@dataclass(frozen=True, slots=True)
class ProviderUses:
    """The number of people who are linked to a provider, and of open sessions that it opened."""

    people: int
    sessions: int


class ProviderService:
    """Creates, changes and deletes providers and links; each change is audited with its states before and after.

    Changes raise PermissionRequiredError without the permission to manage users. With a key with scopes, they raise
    ProvidersBeyondScopesError, because a new provider or link would permit a sign-in without scopes.
    """

    def __init__(self, *, database: Database, sealer: Sealer, http: ProviderHttp, clock: Clock) -> None:
        self._database = database
        self._sealer = sealer
        self._http = http
        self._clock = clock

    def create_provider(self, principal: Principal, new: NewProvider) -> IdentityProvider:
        """Create a provider.

        Raises PermissionRequiredError, IssuerInvalidError, DomainsMissingError, AudienceOfClientError,
        AudienceUnboundError, ProviderTakenError, AudienceTakenError, ClientTakenError.
        """
        _require_whole(principal)
        _check_bound(principal, new.audience)
        self._http.check_address(new.issuer)
        if "?" in new.issuer:
            raise IssuerInvalidError
        now = self._clock.now()
        values: dict[str, Any] = {
            "id": new_id(),
            "tenant_id": principal.tenant_id,
            "name": new.name,
            "issuer": new.issuer,
            "client_id": new.client_id,
            "sealed_secret": self._seal(principal, new.client_secret),
            "audience": new.audience,
            "email_domains": sorted(set(new.email_domains)),
            "link_by": new.link_by,
            "enabled": new.enabled,
            "revision": 1,
            "created_at": now,
            "created_by": principal.user_id,
            "updated_at": now,
        }
        _check(values)
        made = IdentityProvider(**values)
        with translated_violations(_MEANINGS), self._database.transaction(principal) as session:
            repository = ProviderRepository(session)
            repository.insert_provider(values)
            _check_uncrossed(repository, made)
            _record(session, principal, "created", made.id, before=None, after=_audit_state(made))
        return made

    def list_providers(self, principal: Principal, page: PageRequest, *, words: str = "") -> PageOf[IdentityProvider]:
        """List the tenant's providers; with `words`, those whose name or issuer contains each of them. Raises
        PermissionRequiredError, InvalidCursorError.
        """
        principal.require(Permission.USERS_MANAGE)
        with self._database.transaction(principal) as session:
            rows = ProviderRepository(session)
            found = rows.list_providers(after=parse_uuid_cursor(page), limit=page.limit + 1, words=words)
        items = found[: page.limit]
        return PageOf(items=items, next_cursor=encode_cursor(str(items[-1].id)) if len(found) > page.limit else None)

    def get_provider(self, principal: Principal, provider_id: UUID) -> IdentityProvider:
        """Return a provider. Raises PermissionRequiredError, ProviderNotFoundError."""
        principal.require(Permission.USERS_MANAGE)
        with self._database.transaction(principal) as session:
            return _get(ProviderRepository(session), provider_id)

    def update_provider(
        self, principal: Principal, provider_id: UUID, changes: Mapping[str, Any], *, revision: int | None
    ) -> IdentityProvider:
        """Change a provider. `changes` maps fields of `NewProvider`, except issuer and client, to new values. Disabling
        a provider ends its sessions for good.

        Raises PermissionRequiredError, ProviderNotFoundError, PreconditionFailedError, DomainsMissingError,
        AudienceOfClientError, AudienceUnboundError, AudienceTakenError.
        """
        _require_whole(principal)
        values = {**changes, "updated_at": self._clock.now()}
        if "client_secret" in values:
            values["sealed_secret"] = self._seal(principal, values.pop("client_secret"))
        if "email_domains" in values:
            values["email_domains"] = sorted(set(values["email_domains"]))
        with translated_violations(_MEANINGS), self._database.transaction(principal) as session:
            repository = ProviderRepository(session)
            found = _get(repository, provider_id)
            before = _audit_state(found)
            if revision not in (None, found.revision):
                raise PreconditionFailedError
            _check({**before, **values})
            if "audience" in changes and changes["audience"] != found.audience:
                _check_bound(principal, changes["audience"])
            if not repository.update_provider(provider_id, revision=found.revision, values=values):
                raise PreconditionFailedError
            session.refresh(found)
            _check_uncrossed(repository, found)
            after = _audit_state(found) | ({"secret": "changed"} if "client_secret" in changes else {})
            _record(session, principal, "changed", provider_id, before=before, after=after)
        return found

    def get_uses(self, principal: Principal, provider_id: UUID) -> ProviderUses:
        """Return what a deletion would end. Raises PermissionRequiredError, ProviderNotFoundError."""
        principal.require(Permission.USERS_MANAGE)
        with self._database.transaction(principal) as session:
            repository = ProviderRepository(session)
            _get(repository, provider_id)
            return ProviderUses(*repository.count_uses(provider_id, self._clock.now()))

    def delete_provider(self, principal: Principal, provider_id: UUID, *, revision: int | None = None) -> None:
        """Delete a provider with its links and sessions, if `revision` is its current revision (None: any). Raises
        PermissionRequiredError, ProviderNotFoundError, PreconditionFailedError.
        """
        _require_whole(principal)
        with self._database.transaction(principal) as session:
            if revision not in (None, _get(ProviderRepository(session), provider_id).revision):
                raise PreconditionFailedError
            deleted = ProviderRepository(session).delete_provider(provider_id)
            if deleted is None:
                raise ProviderNotFoundError
            _record(session, principal, "deleted", provider_id, before=_audit_state(deleted), after=None)

    def list_links(self, principal: Principal, provider_id: UUID, page: PageRequest) -> PageOf[UserIdentity]:
        """List a provider's links, sorted by user. Raises PermissionRequiredError, ProviderNotFoundError,
        InvalidCursorError.
        """
        principal.require(Permission.USERS_MANAGE)
        with self._database.transaction(principal) as session:
            repository = ProviderRepository(session)
            _get(repository, provider_id)
            found = repository.list_links(provider_id, after=parse_uuid_cursor(page), limit=page.limit + 1)
        items = found[: page.limit]
        cursor = encode_cursor(str(items[-1].user_id)) if len(found) > page.limit else None
        return PageOf(items=items, next_cursor=cursor)

    def link(self, principal: Principal, provider_id: UUID, user_id: UUID, subject: str) -> UserIdentity:
        """Link the user to `subject` from the next request on. The link replaces the user's link to another subject of
        the provider.

        Raises PermissionRequiredError, LinkNotFoundError, SubjectTakenError.
        """
        _require_whole(principal)
        with (
            translated_violations({FOREIGN_KEY_VIOLATION: LinkNotFoundError}),  # the provider was just deleted
            self._database.transaction(principal) as session,
        ):
            repository = ProviderRepository(session)
            if repository.find_provider(provider_id) is None or repository.find_user(user_id) is None:
                raise LinkNotFoundError
            known = repository.find_link(provider_id, user_id)
            if known is not None and known.subject == subject:
                return known
            if known is not None:
                session.expunge(known)
            before = self._unlink(session, repository, provider_id, user_id)
            if not repository.insert_link(principal.tenant_id, provider_id, user_id, subject, self._clock.now()):
                raise SubjectTakenError
            _record_link(session, principal, provider_id, user_id, before=before, after=subject)
            made = repository.find_link(provider_id, user_id)
        assert made is not None, "this transaction inserted the link"
        return made

    def unlink(self, principal: Principal, provider_id: UUID, user_id: UUID) -> None:
        """Delete a link and end the user's sessions of that provider. Raises PermissionRequiredError,
        LinkNotFoundError.
        """
        _require_whole(principal)
        with self._database.transaction(principal) as session:
            subject = self._unlink(session, ProviderRepository(session), provider_id, user_id)
            if subject is None:
                raise LinkNotFoundError
            _record_link(session, principal, provider_id, user_id, before=subject, after=None)

    def _unlink(self, session: Session, repository: ProviderRepository, provider_id: UUID, user_id: UUID) -> str | None:
        """Delete a link and end its sessions; return the subject, or None if there was no link."""
        subject = repository.delete_link(provider_id, user_id)
        if subject is None:
            return None
        session.execute(
            update(WebSession)
            .where(
                WebSession.provider_id == provider_id, WebSession.user_id == user_id, WebSession.revoked_at.is_(None)
            )
            .values(revoked_at=self._clock.now())
        )
        return subject

    def _seal(self, principal: Principal, secret: str | None) -> bytes | None:
        return None if secret is None else self._sealer.seal(principal.tenant_id, SECRET_PURPOSE, secret.encode())


class ProviderAdmin:
    """Sets audiences that don't end with the tenant's ID, for providers that can only use a client ID as audience. Only
    an operator's command uses this class, as the database's owner. The operator must know which tenant the client
    belongs to.
    """

    def __init__(self, *, owner: Database, clock: Clock) -> None:
        self._owner = owner
        self._clock = clock

    def give_audience(self, tenant_id: UUID, provider_id: UUID, audience: str) -> IdentityProvider:
        """Set a provider's audience. Raises AudienceInvalidError, ProviderNotFoundError, AudienceTakenError;
        PreconditionFailedError after a concurrent change; AudienceOfClientError if the audience is a client of the same
        issuer in any tenant.
        """
        if _IDENTIFIER.fullmatch(audience) is None:
            raise AudienceInvalidError
        return self._set_audience(tenant_id, provider_id, audience)

    def withdraw_audience(self, tenant_id: UUID, provider_id: UUID) -> IdentityProvider:
        """Remove a provider's audience: the API rejects its tokens from the next request on. May be repeated.

        Raises ProviderNotFoundError, PreconditionFailedError.
        """
        return self._set_audience(tenant_id, provider_id, None)

    def list_unbound(self) -> Sequence[UnboundAudience]:
        """List the audiences of all tenants that do not end with the tenant's ID."""
        with self._owner.anonymous() as session:
            return list_unbound_audiences(session)

    def _set_audience(self, tenant_id: UUID, provider_id: UUID, audience: str | None) -> IdentityProvider:
        principal = system_principal(tenant_id)
        with translated_violations(_MEANINGS), self._owner.transaction(principal) as session:
            repository = ProviderRepository(session)
            found = _get(repository, provider_id)
            if found.audience == audience:
                return found
            before = _audit_state(found)
            _check({**before, "audience": audience})
            values = {"audience": audience, "updated_at": self._clock.now()}
            if not repository.update_provider(provider_id, revision=found.revision, values=values):
                raise PreconditionFailedError
            session.refresh(found)
            _check_uncrossed(repository, found)
            _record(session, principal, "changed", provider_id, before=before, after=_audit_state(found))
        return found


def _require_whole(principal: Principal) -> None:
    principal.require(Permission.USERS_MANAGE)
    if principal.scopes is not None:
        raise ProvidersBeyondScopesError


def _check(values: Mapping[str, Any]) -> None:
    """Check the rules that the database also enforces. Raises DomainsMissingError, AudienceOfClientError."""
    if values["link_by"] == LINK_BY_EMAIL and not values["email_domains"]:
        raise DomainsMissingError
    if values["audience"] == values["client_id"]:
        raise AudienceOfClientError


def _check_uncrossed(repository: ProviderRepository, provider: IdentityProvider) -> None:
    """Raise AudienceOfClientError if the API would accept ID tokens, which are only for sign-in to the pages."""
    if repository.is_crossed(provider):
        raise AudienceOfClientError


def _check_bound(principal: Principal, audience: str | None) -> None:
    """Raise AudienceUnboundError for an audience that another tenant could claim."""
    if audience is not None and not audience.endswith(str(principal.tenant_id)):
        raise AudienceUnboundError(f"The audience must end with your tenant's ID: end it with '{principal.tenant_id}'.")


def _get(repository: ProviderRepository, provider_id: UUID) -> IdentityProvider:
    found = repository.find_provider(provider_id)
    if found is None:
        raise ProviderNotFoundError
    return found


def _audit_state(provider: IdentityProvider) -> dict[str, object]:
    state = {name: getattr(provider, name) for name in _AUDITED}
    return state | {"secret": "none" if provider.sealed_secret is None else "set"}


def _record(
    session: Session,
    principal: Principal,
    verb: str,
    provider_id: UUID,
    *,
    before: Mapping[str, object] | None,
    after: Mapping[str, object] | None,
) -> None:
    record(
        session,
        principal,
        f"identity.provider.{verb}",
        object_type="identity-provider",
        object_id=provider_id,
        detail={"before": before, "after": after},
    )


def _record_link(
    session: Session, principal: Principal, provider_id: UUID, user_id: UUID, *, before: str | None, after: str | None
) -> None:
    record(
        session,
        principal,
        "identity.user.linked" if after is not None else "identity.user.unlinked",
        object_type="user",
        object_id=user_id,
        detail={"provider_id": str(provider_id), "before": before, "after": after},
    )
